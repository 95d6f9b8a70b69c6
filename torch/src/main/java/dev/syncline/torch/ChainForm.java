package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Chain;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * A chain of labels decoded over a piece: messages forward row by row, then messages back over the
 * lag, those of all rows at once. Messages are {@code [batch, rows, chains, states]}.
 */
final class ChainForm {
  private final LayerPiece own;
  private final Chain layer;

  ChainForm(LayerPiece own, Chain layer) {
    this.own = own;
    this.layer = layer;
  }

  Rows rows(Rows x) {
    Tensor all = x.values();
    if (layer.lag() > 0) {
      all = cat(Graph.pair(own.past("x"), all), 1);
      own.remember("x", all.narrow(1, x.rows(), layer.lag()));
    }
    Potentials chain = Potentials.of(own, layer, all);
    long[] told = own.before().starts(own.node().input().rows());
    for (int b = 0; b < told.length; b++) {
      told[b] -= layer.lag();
    }
    Tensor message = forward(chain, told, x.rows()).add(backward(chain, x.rows()));
    Tensor logits =
        switch (layer.kind()) {
          case ONE_LABEL -> normal(message).squeeze(2);
          case MULTI_LABEL -> message.select(3, 1).sub(message.select(3, 0));
        };
    return new Rows(logits, valid(told, x.rows())).masked();
  }

  /**
   * What all rows up to each one told of say of its label.
   *
   * @param told the index in its stream of the first row told of; below 0 there is none yet
   */
  private Tensor forward(Potentials chain, long[] told, long rows) {
    Tensor forward = own.past("forward");
    long youngest = Arrays.stream(told).min().orElseThrow();
    TensorVector each = new TensorVector();
    for (long t = 0; t < rows; t++) {
      Tensor e = chain.emissions().select(1, t);
      Tensor next = normal(join(forward.unsqueeze(3).add(chain.transitions()), 2).add(e));
      if (youngest + t <= 0) {
        Tensor first = normal(chain.start().add(e));
        next = where(reached(told, 1 - t), next, where(reached(told, -t), first, forward));
      }
      forward = next;
      each.push_back(forward);
    }
    own.remember("forward", forward);
    return stack(each, 1);
  }

  private static Tensor reached(long[] told, long least) {
    float[] there = new float[told.length];
    for (int b = 0; b < there.length; b++) {
      there[b] = told[b] >= least ? 1 : 0;
    }
    return Tensors.mask(there, there.length, 1, 1);
  }

  /** What the rows behind each one told of say of its label. */
  private Tensor backward(Potentials chain, long rows) {
    Tensor message = zeros_like(chain.emissions().narrow(1, 0, rows));
    for (long age = layer.lag(); age > 0; age--) {
      Tensor later = chain.emissions().narrow(1, age, rows).add(message);
      message = normal(join(later.unsqueeze(3).add(chain.transitions()), 4));
    }
    return message;
  }

  /** Over all states in a dimension, their sum or the best. */
  private Tensor join(Tensor terms, long dim) {
    return switch (layer.decode()) {
      case MARGINALS -> logsumexp(terms, new long[] {dim}, false);
      case VITERBI -> terms.amax(new long[] {dim}, false);
    };
  }

  private static Tensor normal(Tensor message) {
    return log_softmax(message, message.dim() - 1);
  }

  /** All rows that tell of one. */
  private static Tensor valid(long[] told, long rows) {
    if (Arrays.stream(told).allMatch(first -> first >= 0)) {
      return null;
    }
    float[] valid = new float[(int) (told.length * rows)];
    for (int i = 0; i < valid.length; i++) {
      valid[i] = told[(int) (i / rows)] + i % rows >= 0 ? 1 : 0;
    }
    return Tensors.mask(valid, told.length, rows);
  }
}
