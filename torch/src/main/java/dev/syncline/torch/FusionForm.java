package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Fusion;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** Several streams to one in the parallel form. */
final class FusionForm {
  private final LayerPiece own;

  FusionForm(LayerPiece own) {
    this.own = own;
  }

  Rows rows(Fusion layer, Map<String, Rows> streams) {
    List<Rows> in = List.copyOf(streams.values());
    Tensor any = any(in);
    if (layer instanceof Fusion.Concat) {
      return new Rows(joined(in), any);
    }
    Tensor there = there(in);
    Tensor fused =
        switch (layer) {
          case Fusion.Concat ignored -> joined(in);
          case Fusion.Combine c -> combined(c.how(), stacked(in), there);
          case Fusion.Gated ignored -> gated(streams, joined(in), there);
          case Fusion.LowRank l -> lowRank(l, streams, there);
        };
    return new Rows(fused, any).masked();
  }

  /** {@code streams} are {@code [batch, rows, stream, width]}, validities one number wide. */
  private Tensor combined(Fusion.How how, Tensor streams, Tensor there) {
    Tensor some = there.toType(ScalarType.Float);
    return switch (how) {
      case SUM -> sum(streams);
      case MAX -> {
        Tensor of = where(there, streams, new Scalar(Graph.LOWEST));
        Tensor most = of.amax(new long[] {2}, true);
        own.observer().ifPresent(o -> show(o, won(of, most, some)));
        yield most.squeeze(2);
      }
      case MEAN -> sum(streams).div(sum(some).clamp_min(new Scalar(1f)));
      case WEIGHTED -> {
        Tensor weights = own.get("weights").exp().unsqueeze(1).mul(some);
        Tensor total = sum(weights);
        Tensor divisor = where(total.gt(new Scalar(0f)), total, new Scalar(1f));
        own.observer().ifPresent(o -> show(o, weights.div(divisor.unsqueeze(2))));
        yield sum(streams.mul(weights)).div(divisor);
      }
    };
  }

  private Tensor gated(Map<String, Rows> streams, Tensor joined, Tensor there) {
    Tensor joint = cat(Graph.pair(joined, there.squeeze(3).toType(ScalarType.Float)), 2);
    TensorVector gates = new TensorVector();
    TensorVector values = new TensorVector();
    streams.forEach(
        (name, rows) -> {
          gates.push_back(own.project(name + ".gate", joint));
          values.push_back(own.project(name + ".value", rows.values()).tanh());
        });
    Tensor scores = where(there, stack(gates, 2), new Scalar(Graph.LOWEST));
    Tensor shares = softmax(scores, 2);
    own.observer().ifPresent(o -> show(o, shares.mul(there.toType(ScalarType.Float))));
    return sum(shares.mul(stack(values, 2)));
  }

  /** Which stream each number of a maximum is of; those that are equal share it. */
  private static Tensor won(Tensor streams, Tensor most, Tensor there) {
    Tensor won = streams.eq(most).toType(ScalarType.Float);
    return won.div(sum(won).unsqueeze(2)).mul(there);
  }

  /** Tells an observer the shares {@code [batch, rows, stream, units]}. */
  private void show(Consumer<Insight> to, Tensor shares) {
    Tensor mean = mean(shares, new long[] {3}, false, new ScalarTypeOptional());
    List<String> streams = List.copyOf(own.node().in().keySet());
    long[] starts = own.before().starts(own.node().output().rows());
    for (int b = 0; b < starts.length; b++) {
      float[][] table = Tensors.table(mean.select(0, b));
      to.accept(new Insight.Gate(own.node().path(), b, starts[b], streams, table));
    }
  }

  private Tensor lowRank(Fusion.LowRank l, Map<String, Rows> streams, Tensor there) {
    TensorVector factors = new TensorVector();
    streams.forEach((name, rows) -> factors.push_back(own.project(name, rows.values())));
    Tensor all = where(there, stack(factors, 2), new Scalar(1f));
    Tensor product = all.select(2, 0);
    for (long m = 1; m < all.size(2); m++) {
      product = product.mul(all.select(2, m));
    }
    Tensor ranks = product.reshape(product.size(0), product.size(1), l.rank(), l.units());
    return sum(ranks.mul(own.get("weights").unsqueeze(1))).add(own.get("bias"));
  }

  private static Tensor joined(List<Rows> in) {
    TensorVector parts = new TensorVector();
    in.forEach(rows -> parts.push_back(rows.values()));
    return cat(parts, 2);
  }

  private static Tensor stacked(List<Rows> in) {
    TensorVector parts = new TensorVector();
    in.forEach(rows -> parts.push_back(rows.values()));
    return stack(parts, 2);
  }

  /** {@code [batch, rows, stream, 1]}, boolean. */
  private static Tensor there(List<Rows> in) {
    TensorVector valid = new TensorVector();
    for (Rows rows : in) {
      Tensor all = Tensors.placed(ones(rows.batch(), rows.rows())).toType(ScalarType.Bool);
      valid.push_back(rows.valid() == null ? all : rows.valid());
    }
    return stack(valid, 2).unsqueeze(3);
  }

  /** Where one of the streams is valid; null where one always is. */
  private static Tensor any(List<Rows> in) {
    Tensor any = in.getFirst().valid();
    for (Rows rows : in) {
      any = any == null || rows.valid() == null ? null : any.logical_or(rows.valid());
    }
    return any;
  }

  /** Over the streams. */
  private static Tensor sum(Tensor t) {
    return org.bytedeco.pytorch.global.torch.sum(
        t, new long[] {2}, false, new ScalarTypeOptional());
  }
}
