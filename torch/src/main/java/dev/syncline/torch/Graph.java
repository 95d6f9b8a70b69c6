package dev.syncline.torch;

import dev.syncline.spec.Chain;
import dev.syncline.spec.Exchange;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Node;
import dev.syncline.spec.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
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
        case Leaf leaf -> {
          Rows x = one(in);
          if (leaf instanceof Chain c) {
            chains.put(node.path(), Potentials.of(own(node), c, x.values()));
          }
          out.put(name(node), new LeafForm(own(node), dropout).rows(leaf, x));
        }
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

    private LayerPiece own(Node node) {
      return new LayerPiece(node, parameters, before, after, observer);
    }
  }

  static TensorVector pair(Tensor a, Tensor b) {
    TensorVector pair = new TensorVector();
    pair.push_back(a);
    pair.push_back(b);
    return pair;
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
