package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Chain;
import dev.syncline.spec.Output;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * What a {@link Chain} gives each sequence of labels of a piece, in logarithms.
 *
 * @param kind how labels become states
 * @param emissions {@code [batch, rows, chains, states]}
 * @param start {@code [chains, states]}
 * @param transitions {@code [chains, from, to]}
 */
public record Potentials(Output.Kind kind, Tensor emissions, Tensor start, Tensor transitions) {
  private static final long[] STATES = {2};

  static Potentials of(LayerPiece own, Chain chain, Tensor rows) {
    return new Potentials(
        chain.kind(),
        states(chain.kind(), zeros_like(rows), rows),
        own.get("start"),
        own.get("transitions"));
  }

  /** {@code [batch, rows, labels]} to {@code [batch, rows, chains, states]}. */
  private static Tensor states(Output.Kind kind, Tensor off, Tensor on) {
    return switch (kind) {
      case ONE_LABEL -> on.unsqueeze(2);
      case MULTI_LABEL -> stack(Graph.pair(off, on), 3);
    };
  }

  /**
   * {@code log p(labels | x)} of every stream, its chains together: one forward pass for log Z and
   * the score of the labels (Lafferty et al. 2001, section 3). Every stream is a sequence of its
   * own, from its first row on.
   *
   * @param labels {@code [batch, rows, labels]}, 0 or 1
   * @param first row with a known label; the labels of those before it are summed over
   * @param lengths rows of each stream; those behind them are left out, whatever is in them
   * @return {@code [batch]}; 0 where a stream ends before {@code first}
   */
  public Tensor logLikelihood(Tensor labels, int first, int[] lengths) {
    long batch = emissions.size(0);
    long rows = emissions.size(1);
    Tensor y = states(kind, labels.neg().add(new Scalar(1f)), labels);
    Tensor e = where(before(lengths, 0, batch, rows), emissions, new Scalar(0f));
    Tensor known = Tensors.of(new float[1], 1);
    // Every message is normalised: what it was divided by is in log Z.
    Tensor forward = start.add(e.select(1, 0));
    Tensor logZ = logsumexp(forward, STATES, true);
    forward = forward.sub(logZ);
    for (int t = 0; t < rows; t++) {
      if (t > 0) {
        Tensor next = logsumexp(forward.unsqueeze(3).add(transitions), STATES, false);
        next = next.add(e.select(1, t));
        Tensor scale = logsumexp(next, STATES, true);
        Tensor there = Tensors.mask(there(lengths, t), batch, 1, 1);
        forward = where(there, next.sub(scale), forward);
        logZ = where(there, logZ.add(scale), logZ);
      }
      if (t == first) {
        known = total(forward.mul(y.select(1, t)), 2).add(logZ.squeeze(2));
      }
    }
    Tensor score = known.add(path(e, y, first, lengths)).sub(logZ.squeeze(2));
    Tensor any = Tensors.mask(there(lengths, first), batch, 1);
    return total(where(any, score, new Scalar(0f)), 1);
  }

  /** {@code [batch, chains]}: emissions and transitions of the labels behind the first known. */
  private Tensor path(Tensor e, Tensor y, int first, int[] lengths) {
    long batch = e.size(0);
    long count = e.size(1) - first - 1;
    if (count < 1) {
      return Tensors.of(new float[1], 1);
    }
    long states = start.size(1);
    Tensor to = y.narrow(1, first + 1, count);
    Tensor from = y.narrow(1, first, count).permute(2, 0, 1, 3).reshape(-1, batch * count, states);
    Tensor moved = from.bmm(transitions).reshape(-1, batch, count, states).permute(1, 2, 0, 3);
    Tensor each = to.mul(moved.add(e.narrow(1, first + 1, count)));
    Tensor there = before(lengths, first + 1, batch, count);
    return total(where(there, each, new Scalar(0f)), 1, 3);
  }

  private static Tensor total(Tensor t, long... dims) {
    return sum(t, dims, false, new ScalarTypeOptional());
  }

  /** Which rows from {@code first} on are a stream's, {@code [batch, rows, 1, 1]}. */
  private static Tensor before(int[] lengths, int first, long batch, long rows) {
    float[] there = new float[(int) (batch * rows)];
    for (int i = 0; i < there.length; i++) {
      there[i] = first + i % rows < lengths[(int) (i / rows)] ? 1 : 0;
    }
    return Tensors.mask(there, batch, rows, 1, 1);
  }

  /** 1 for each stream that has such a row, else 0. */
  private static float[] there(int[] lengths, int row) {
    float[] there = new float[lengths.length];
    for (int b = 0; b < lengths.length; b++) {
      there[b] = row < lengths[b] ? 1 : 0;
    }
    return there;
  }
}
