package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Positions;
import dev.syncline.spec.Recurrent;
import java.util.Optional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * Layers from one stream to one, a piece at a time.
 *
 * @param dropout decides what is dropped; without it nothing is
 */
record LeafForm(LayerPiece own, Optional<Generator> dropout) {

  Rows rows(Leaf layer, Rows x) {
    Tensor v = x.values();
    return switch (layer) {
      case Linear l -> x.with(linear(v, own.get("weight"), optional("bias")));
      case Activation a -> x.with(activation(a.function(), v));
      case LayerNorm n -> x.with(layerNorm(n, x));
      case RmsNorm n -> {
        Tensor squares = mean(v.mul(v), new long[] {-1}, true, new ScalarTypeOptional());
        Tensor scale = squares.add(new Scalar(n.epsilon())).rsqrt();
        yield x.with(v.mul(scale).mul(own.get("weight")));
      }
      case Embedding ignored ->
          x.with(embedding(own.get("weight"), v.squeeze(-1).toType(ScalarType.Long)));
      case Standardize s -> {
        Tensor z = v.sub(own.get("mean")).div(own.get("deviation"));
        yield x.with(
            clamp(
                z,
                new ScalarOptional(new Scalar(-s.clip())),
                new ScalarOptional(new Scalar(s.clip()))));
      }
      case Dropout d -> dropout.isPresent() ? x.with(dropped(v, d.p(), dropout.get())) : x;
      case Absent ignored ->
          x.valid() == null
              ? x
              : new Rows(where(Rows.like(x.valid(), v), v, own.get("vector")), null);
      case Conv1d c -> conv(c, x);
      case PoolRows p -> poolRows(p, x);
      case Conv2d c -> x.with(ImageForm.conv(c, v, own.get("weight"), optional("bias")));
      case Pool2d p -> x.with(ImageForm.pool(p, v));
      case GlobalPool p -> x.with(ImageForm.pool(p, v));
      case Recurrent r -> new RecurrentForm(own, r).rows(x);
      case Attention a -> new AttentionForm(own, a).rows(x);
      case Memory m -> new MemoryForm(own, m).rows(x);
      case Chain c -> new ChainForm(own, c).rows(x);
      case Positions p -> x.with(v.add(positions(p, x)));
    };
  }

  /** Zeros with probability p; what is left is scaled so that the mean stays. */
  private static Tensor dropped(Tensor v, float p, Generator generator) {
    Tensor kept =
        empty(v.sizes().vec().get()).bernoulli_(1.0 - p, new GeneratorOptional(generator));
    return v.mul(Tensors.placed(kept.mul_(new Scalar(1 / (1 - p)))));
  }

  private Tensor layerNorm(LayerNorm n, Rows x) {
    Tensor v = x.values();
    TensorOptional none = new TensorOptional();
    long[] form = own.node().input().dims().stream().mapToLong(d -> d).toArray();
    Tensor normal = layer_norm(v, form, none, none, n.epsilon(), false);
    return normal.mul(own.get("weight")).add(own.get("bias"));
  }

  private Rows conv(Conv1d c, Rows x) {
    Tensor all = x.values();
    if (c.history() > 0) {
      all = cat(Graph.pair(own.past("x"), all), 1);
      Tensor newest = all.narrow(1, all.size(1) - c.history(), c.history());
      own.remember("x", newest);
    }
    // The first output row ends with input row stride - 1.
    Tensor seen = all.narrow(1, c.stride() - 1, all.size(1) - c.stride() + 1).transpose(1, 2);
    Tensor weight = own.get("weight").permute(0, 2, 1);
    Tensor y =
        conv1d(
            seen,
            weight,
            optional("bias"),
            new long[] {c.stride()},
            new long[] {0},
            new long[] {c.dilation()},
            c.depthwise() ? c.out() : 1);
    return new Rows(y.transpose(1, 2), any(x.valid(), c.stride())).masked();
  }

  private Rows poolRows(PoolRows p, Rows x) {
    long batch = x.batch();
    long groups = x.rows() / p.rows();
    Tensor v = x.values().reshape(batch, groups, p.rows(), x.values().size(2));
    long[] rows = {2};
    if (x.valid() == null) {
      return new Rows(
          p.pooling() == Pooling.MEAN
              ? mean(v, rows, false, new ScalarTypeOptional())
              : v.amax(rows, false),
          null);
    }
    Tensor valid = x.valid().reshape(batch, groups, p.rows(), 1);
    Tensor y;
    if (p.pooling() == Pooling.MEAN) {
      Tensor count = sum(valid.toType(ScalarType.Float), rows, false, new ScalarTypeOptional());
      y =
          sum(v, rows, false, new ScalarTypeOptional())
              .div(clamp(count, new ScalarOptional(new Scalar(1f))));
    } else {
      y = where(valid, v, new Scalar(Graph.LOWEST)).amax(rows, false);
    }
    return new Rows(y, any(x.valid(), p.rows())).masked();
  }

  /** The codes of a piece's rows, {@code [batch, rows, width]}. */
  private Tensor positions(Positions layer, Rows x) {
    int rows = (int) x.rows();
    int width = own.node().input().width();
    long[] starts = own.before().starts(own.node().input().rows());
    AttentionForm.Clock clock = new AttentionForm.Clock(starts, rows, 1);
    return switch (layer) {
      case Positions.Sinusoids ignored -> {
        Tensor sines = Angles.table(clock, width, Math::sin);
        Tensor cosines = Angles.table(clock, width, Math::cos);
        yield cat(Graph.pair(sines, cosines), 2).narrow(2, 0, width);
      }
      case Positions.LearnedPositions l -> {
        float[] ids = new float[starts.length * rows];
        for (int i = 0; i < ids.length; i++) {
          ids[i] = (starts[i / rows] + i % rows) % l.period();
        }
        Tensor index = Tensors.of(ids, starts.length, rows).toType(ScalarType.Long);
        yield embedding(own.get("weight"), index);
      }
    };
  }

  private TensorOptional optional(String name) {
    Tensor t = own.get(name);
    return t == null ? new TensorOptional() : new TensorOptional(t);
  }

  private static Tensor activation(Function function, Tensor v) {
    return switch (function) {
      case RELU -> relu(v);
      case GELU -> gelu(v, "tanh");
      case SILU -> silu(v);
      case TANH -> tanh(v);
      case SIGMOID -> sigmoid(v);
    };
  }

  /** Whether one of each {@code rows} rows is valid; null stays null. */
  private static Tensor any(Tensor valid, int rows) {
    return valid == null || rows == 1
        ? valid
        : valid.reshape(valid.size(0), valid.size(1) / rows, rows).any(2);
  }
}
