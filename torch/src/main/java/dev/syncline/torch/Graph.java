package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Exchange;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Node;
import dev.syncline.spec.Positions;
import dev.syncline.spec.Recurrent;
import dev.syncline.spec.Shape;
import dev.syncline.spec.StatePart;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * A tree as a libtorch graph. One call takes a piece of any length (whole ticks) of a batch of
 * streams with the state that came before it and gives outputs and the state after it; pieces put
 * together are the whole, in values and in gradients.
 */
public final class Graph {
  /** Lower than any score: what is not seen. Scalars are made where used: a scope frees them. */
  static final float LOWEST = -1e30f;

  private final Node root;
  private final Map<String, Tensor> parameters;
  private final Optional<Generator> dropout;
  private final BiConsumer<Node, Map<String, Rows>> tap;
  private final Optional<Consumer<Insight>> observer;

  /**
   * The outputs of a piece and the state after it.
   *
   * @param after makes that state; nobody pays for what nobody asks for
   * @param chains what each chain of labels was given for this piece, by its path
   */
  public record Result(
      Map<String, Rows> outputs, Supplier<State> after, Map<String, Potentials> chains) {

    /** The state after the piece. */
    public State state() {
      return after.get();
    }
  }

  /**
   * A model in use: nothing is dropped.
   *
   * @param parameters all tensors of the tree by name
   */
  public Graph(Node root, Map<String, Tensor> parameters) {
    this(root, parameters, Optional.empty(), (node, rows) -> {}, Optional.empty());
  }

  /**
   * A model in training.
   *
   * @param dropout decides what is dropped; one generator a training, so that trainings side by
   *     side do not disturb each other
   */
  public Graph(Node root, Map<String, Tensor> parameters, Generator dropout) {
    this(root, parameters, Optional.of(dropout), (node, rows) -> {}, Optional.empty());
  }

  /** A model in use; {@code tap} is shown every node's outputs. */
  public Graph(Node root, Map<String, Tensor> parameters, BiConsumer<Node, Map<String, Rows>> tap) {
    this(root, parameters, Optional.empty(), tap, Optional.empty());
  }

  /** A model in use; {@code observer} is told what its attention and its gates look at. */
  public static Graph observed(
      Node root, Map<String, Tensor> parameters, Consumer<Insight> observer) {
    return new Graph(root, parameters, Optional.empty(), (node, rows) -> {}, Optional.of(observer));
  }

  private Graph(
      Node root,
      Map<String, Tensor> parameters,
      Optional<Generator> dropout,
      BiConsumer<Node, Map<String, Rows>> tap,
      Optional<Consumer<Insight>> observer) {
    this.root = root;
    this.parameters = parameters;
    this.dropout = dropout;
    this.tap = tap;
    this.observer = observer;
  }

  /** One piece of a batch. */
  public Result forward(Map<String, Rows> inputs, State before) {
    Map<String, Rows> in = new LinkedHashMap<>();
    root.in().keySet().forEach(name -> in.put(name, inputs.get(name).masked()));
    Piece piece = new Piece(before);
    Map<String, Rows> out = piece.bundle(root, in);
    Map.Entry<String, Shape> first = root.in().entrySet().iterator().next();
    long ticks = in.get(first.getKey()).rows() / first.getValue().rows();
    long[] after = before.ticks().clone();
    for (int i = 0; i < after.length; i++) {
      after[i] += ticks;
    }
    return new Result(out, () -> new State(piece.remembered(), after), piece.chains);
  }

  private final class Piece {
    private final State before;
    private final Map<String, Supplier<Tensor>> after = new LinkedHashMap<>();
    private final Map<String, Potentials> chains = new LinkedHashMap<>();

    Piece(State before) {
      this.before = before;
    }

    Map<String, Tensor> remembered() {
      Map<String, Tensor> parts = new LinkedHashMap<>();
      after.forEach((name, part) -> parts.put(name, part.get()));
      return parts;
    }

    Map<String, Rows> bundle(Node node, Map<String, Rows> in) {
      Map<String, Rows> out = new LinkedHashMap<>();
      switch (node.layer()) {
        case Serial ignored -> out.putAll(chain(node, in));
        case FeedForward ignored -> out.putAll(chain(node, in));
        case Parallel ignored ->
            node.children().forEach((name, child) -> out.put(name, one(bundle(child, in))));
        case Each ignored -> {
          out.putAll(in);
          node.children()
              .forEach(
                  (name, child) -> out.put(name, one(bundle(child, Map.of(name, in.get(name))))));
        }
        case Residual ignored -> {
          Rows x = one(in);
          Rows inner = one(bundle(node.children().get("inner"), in));
          Rows sum = new Rows(x.values().add(inner.values()), both(x.valid(), inner.valid()));
          out.put(name(node), sum.masked());
        }
        case Exchange e -> out.putAll(exchange(node, e, in));
        case Fusion f -> out.put(name(node), new FusionForm(own(node)).rows(f, in));
        case Leaf leaf -> out.put(name(node), leaf(node, leaf, one(in)));
      }
      tap.accept(node, out);
      return out;
    }

    private Map<String, Rows> chain(Node node, Map<String, Rows> in) {
      Map<String, Rows> flow = in;
      for (Node child : node.children().values()) {
        flow = bundle(child, flow);
      }
      return flow;
    }

    private Rows leaf(Node node, Leaf layer, Rows x) {
      Tensor v = x.values();
      return switch (layer) {
        case Linear l -> x.with(linear(v, get(node, "weight"), optional(node, "bias")));
        case Activation a -> x.with(activation(a.function(), v));
        case LayerNorm n -> x.with(layerNorm(node, n, x));
        case RmsNorm n -> {
          Tensor squares = mean(v.mul(v), new long[] {-1}, true, new ScalarTypeOptional());
          Tensor scale = squares.add(new Scalar(n.epsilon())).rsqrt();
          yield x.with(v.mul(scale).mul(get(node, "weight")));
        }
        case Embedding ignored ->
            x.with(embedding(get(node, "weight"), v.squeeze(-1).toType(ScalarType.Long)));
        case Standardize s -> {
          Tensor z = v.sub(get(node, "mean")).div(get(node, "deviation"));
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
                : new Rows(where(Rows.like(x.valid(), v), v, get(node, "vector")), null);
        case Conv1d c -> conv(node, c, x);
        case PoolRows p -> poolRows(p, x);
        case Conv2d c -> x.with(ImageForm.conv(c, v, get(node, "weight"), optional(node, "bias")));
        case Pool2d p -> x.with(ImageForm.pool(p, v));
        case GlobalPool p -> x.with(ImageForm.pool(p, v));
        case Recurrent r -> new RecurrentForm(own(node), r).rows(x);
        case Attention a -> new AttentionForm(own(node), a).rows(x);
        case Memory m -> new MemoryForm(own(node), m).rows(x);
        case Chain c -> {
          chains.put(node.path(), Potentials.of(own(node), c, x.values()));
          yield new ChainForm(own(node), c).rows(x);
        }
        case Positions p -> x.with(v.add(positions(node, p, x)));
      };
    }

    /** Zeros with probability p; what is left is scaled so that the mean stays. */
    private static Tensor dropped(Tensor v, float p, Generator generator) {
      Tensor kept =
          empty(v.sizes().vec().get()).bernoulli_(1.0 - p, new GeneratorOptional(generator));
      return v.mul(Tensors.placed(kept.mul_(new Scalar(1 / (1 - p)))));
    }

    private Tensor layerNorm(Node node, LayerNorm n, Rows x) {
      Tensor v = x.values();
      TensorOptional none = new TensorOptional();
      long[] form = node.input().dims().stream().mapToLong(d -> d).toArray();
      Tensor normal = layer_norm(v, form, none, none, n.epsilon(), false);
      return normal.mul(get(node, "weight")).add(get(node, "bias"));
    }

    private Rows conv(Node node, Conv1d c, Rows x) {
      Tensor all = x.values();
      if (c.history() > 0) {
        StatePart part = StatePart.own(node).getFirst();
        all = cat(pair(before.parts().get(part.name()), all), 1);
        Tensor newest = all.narrow(1, all.size(1) - c.history(), c.history());
        after.put(part.name(), () -> newest);
      }
      // The first output row ends with input row stride - 1.
      Tensor seen = all.narrow(1, c.stride() - 1, all.size(1) - c.stride() + 1).transpose(1, 2);
      Tensor weight = get(node, "weight").permute(0, 2, 1);
      Tensor y =
          conv1d(
              seen,
              weight,
              optional(node, "bias"),
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
        y = where(valid, v, new Scalar(LOWEST)).amax(rows, false);
      }
      return new Rows(y, any(x.valid(), p.rows())).masked();
    }

    private Map<String, Rows> exchange(Node node, Exchange layer, Map<String, Rows> in) {
      return switch (layer) {
        case Exchange.GraphAttention g -> new GraphForm(own(node), g).rows(in);
        case Exchange.Attending a -> {
          Map<String, Integer> perTick = new LinkedHashMap<>();
          node.in().forEach((name, shape) -> perTick.put(name, shape.rows()));
          var found = new AttentionForm(own(node), a.attention()).rows(a, in, perTick);
          yield node.out().size() == 1 ? Map.of(name(node), one(found)) : found;
        }
      };
    }

    /** The codes of a piece's rows, {@code [batch, rows, width]}. */
    private Tensor positions(Node node, Positions layer, Rows x) {
      int rows = (int) x.rows();
      int width = node.input().width();
      long[] starts = before.starts(node.input().rows());
      AttentionForm.Clock clock = new AttentionForm.Clock(starts, rows, 1);
      return switch (layer) {
        case Positions.Sinusoids ignored -> {
          Tensor sines = Angles.table(clock, width, Math::sin);
          Tensor cosines = Angles.table(clock, width, Math::cos);
          yield cat(pair(sines, cosines), 2).narrow(2, 0, width);
        }
        case Positions.LearnedPositions l -> {
          float[] ids = new float[starts.length * rows];
          for (int i = 0; i < ids.length; i++) {
            ids[i] = (starts[i / rows] + i % rows) % l.period();
          }
          Tensor index = Tensors.of(ids, starts.length, rows).toType(ScalarType.Long);
          yield embedding(get(node, "weight"), index);
        }
      };
    }

    private LayerPiece own(Node node) {
      return new LayerPiece(node, parameters, before, after, observer);
    }

    private Tensor get(Node node, String name) {
      return parameters.get(node.name(name));
    }

    private TensorOptional optional(Node node, String name) {
      Tensor t = get(node, name);
      return t == null ? new TensorOptional() : new TensorOptional(t);
    }
  }

  static TensorVector pair(Tensor a, Tensor b) {
    TensorVector pair = new TensorVector();
    pair.push_back(a);
    pair.push_back(b);
    return pair;
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

  private static Tensor both(Tensor a, Tensor b) {
    return a == null ? b : b == null ? a : a.logical_and(b);
  }

  private static String name(Node node) {
    return node.out().keySet().iterator().next();
  }

  private static Rows one(Map<String, Rows> bundle) {
    return bundle.values().iterator().next();
  }
}
