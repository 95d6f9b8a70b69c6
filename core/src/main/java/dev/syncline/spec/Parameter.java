package dev.syncline.spec;

import dev.syncline.spec.Layer.*;
import java.util.ArrayList;
import java.util.List;

/**
 * A tensor of a model. Layouts are those of PyTorch, except that convolution kernels have their
 * input channels innermost, as rows and pictures have.
 *
 * @param name path of the node and the tensor's own name
 * @param shape outer dimension first
 * @param init how it starts
 * @param trainable false for constants taken from the training data
 */
public record Parameter(String name, List<Integer> shape, Init init, boolean trainable) {

  /** The value before training: uniform in ±bound around a centre (bound 0: a constant). */
  public record Init(float centre, float bound) {}

  public Parameter {
    shape = List.copyOf(shape);
    long size = 1;
    for (int d : shape) {
      size *= d;
      if (size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "tensor " + name + " of shape " + shape + " has too many numbers: make it narrower");
      }
    }
  }

  public int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  /** Every tensor of a tree, each once, in the order of computation. */
  public static List<Parameter> of(Node root) {
    List<Parameter> list = new ArrayList<>();
    root.visit(node -> own(node, list));
    return list;
  }

  private static void own(Node node, List<Parameter> list) {
    switch (node.layer()) {
      case Linear l -> {
        int in = node.input().width();
        weight(node, list, in, l.bias(), l.out(), in);
      }
      case Conv1d c -> {
        int in = c.depthwise() ? 1 : node.input().width();
        weight(node, list, c.kernel() * in, c.bias(), c.out(), c.kernel(), in);
      }
      case Conv2d c -> {
        int in = c.depthwise() ? 1 : node.input().width();
        weight(
            node,
            list,
            c.kernel() * c.kernel() * in,
            c.bias(),
            c.out(),
            c.kernel(),
            c.kernel(),
            in);
      }
      case LayerNorm ignored -> {
        constant(node, list, "weight", 1, node.input().width(), true);
        constant(node, list, "bias", 0, node.input().width(), true);
      }
      case RmsNorm ignored -> constant(node, list, "weight", 1, node.input().width(), true);
      case Embedding e ->
          list.add(
              new Parameter(
                  node.name("weight"), List.of(e.count(), e.width()), new Init(0, 1), true));
      case Standardize ignored -> {
        constant(node, list, "mean", 0, node.input().width(), false);
        constant(node, list, "deviation", 1, node.input().width(), false);
      }
      case Absent ignored -> constant(node, list, "vector", 0, node.input().width(), true);
      case Recurrent.LinearRecurrence l -> {
        weight(node, list, node.input().width(), true, 3 * l.units(), node.input().width());
        // σ(Λ)^8 from 0.9 to 0.999 (De et al. 2024, section 2.4).
        list.add(
            new Parameter(node.name("decay"), List.of(l.units()), new Init(6.65f, 2.33f), true));
      }
      case Recurrent.Cell r -> {
        Init init = new Init(0, bound(r.units()));
        int rows = r.gates() * r.units();
        list.add(
            new Parameter(node.name("weight_ih"), List.of(rows, node.input().width()), init, true));
        list.add(new Parameter(node.name("weight_hh"), List.of(rows, r.units()), init, true));
        list.add(new Parameter(node.name("bias_ih"), List.of(rows), init, true));
        list.add(new Parameter(node.name("bias_hh"), List.of(rows), init, true));
      }
      case Positions.Sinusoids ignored -> {}
      case Positions.LearnedPositions l -> {
        int width = node.input().width();
        list.add(
            new Parameter(
                node.name("weight"), List.of(l.period(), width), new Init(0, 0.02f), true));
      }
      case Attention a -> {
        int width = node.input().width();
        attention(node, a, width, width, list);
      }
      case Exchange.Attending e -> {
        int width = node.in().get(e.queries(node.in().keySet()).getFirst()).width();
        int memory = node.in().get(e.sources(node.in().keySet()).getFirst()).width();
        attention(node, e.attention(), width, memory, list);
      }
      case Exchange.GraphAttention g -> graph(node, g, list);
      case Memory m -> {
        int width = node.input().width();
        projections(node, list, width, width, width);
        Init init = new Init(0, bound(width / m.heads()));
        list.add(new Parameter(node.name("latents"), List.of(m.latents(), width), init, true));
      }
      case Chain c -> {
        int labels = node.input().width();
        int chains = c.chains(labels);
        int states = c.states(labels);
        Init none = new Init(0, 0);
        list.add(new Parameter(node.name("start"), List.of(chains, states), none, true));
        list.add(
            new Parameter(node.name("transitions"), List.of(chains, states, states), none, true));
      }
      case Activation ignored -> {}
      case Dropout ignored -> {}
      case PoolRows ignored -> {}
      case Pool2d ignored -> {}
      case GlobalPool ignored -> {}
      case FeedForward ignored -> {}
      case Residual ignored -> {}
      case Serial ignored -> {}
      case Parallel ignored -> {}
      case Each ignored -> {}
      case Fusion f -> fusion(node, f, list);
    }
  }

  private static void attention(
      Node node, Attention a, int width, int memory, List<Parameter> list) {
    int depth = width / a.heads();
    projections(node, list, width, memory, depth * a.groups());
    if (a.position() instanceof Attention.Position.Relative r) {
      Init init = new Init(0, bound(depth));
      list.add(new Parameter(node.name("relative"), List.of(r.most() + 1, depth), init, true));
    }
  }

  private static void graph(Node node, Exchange.GraphAttention g, List<Parameter> list) {
    int streams = node.in().size();
    int width = node.in().values().iterator().next().width();
    weight(node, list, width, false, width, width);
    Init init = new Init(0, bound(width / g.heads()));
    for (String end : List.of("receive", "send")) {
      list.add(new Parameter(node.name(end), List.of(width), init, true));
    }
    List<Integer> kinds = List.of(streams, streams, g.past(), g.heads());
    list.add(new Parameter(node.name("edges"), kinds, new Init(0, 0), true));
  }

  private static void fusion(Node node, Fusion layer, List<Parameter> list) {
    int streams = node.in().size();
    int joint = node.in().values().stream().mapToInt(Shape::width).sum() + streams;
    switch (layer) {
      case Fusion.Concat ignored -> {}
      case Fusion.Combine c -> {
        if (c.how() == Fusion.How.WEIGHTED) {
          constant(node, list, "weights", 0, streams, true);
        }
      }
      case Fusion.Gated g ->
          node.in()
              .forEach(
                  (name, x) -> {
                    linear(node, list, name + ".gate", g.units(), joint);
                    linear(node, list, name + ".value", g.units(), x.width());
                  });
      case Fusion.LowRank l -> {
        node.in().forEach((name, x) -> linear(node, list, name, l.rank() * l.units(), x.width()));
        constant(node, list, "weights", 1, l.rank(), true);
        constant(node, list, "bias", 0, l.units(), true);
      }
    }
  }

  private static void linear(Node node, List<Parameter> list, String name, int out, int in) {
    Init init = new Init(0, bound(in));
    list.add(new Parameter(node.name(name + ".weight"), List.of(out, in), init, true));
    list.add(new Parameter(node.name(name + ".bias"), List.of(out), init, true));
  }

  /** Queries and outputs of a width; keys and values of another, from rows of a third. */
  private static void projections(
      Node node, List<Parameter> list, int width, int memory, int keys) {
    for (String part : List.of("q", "k", "v", "o")) {
      boolean cached = part.equals("k") || part.equals("v");
      int in = cached ? memory : width;
      int out = cached ? keys : width;
      Init init = new Init(0, bound(in));
      list.add(new Parameter(node.name(part + ".weight"), List.of(out, in), init, true));
      constant(node, list, part + ".bias", 0, out, true);
    }
  }

  private static void weight(
      Node node, List<Parameter> list, int fanIn, boolean bias, Integer... shape) {
    Init init = new Init(0, bound(fanIn));
    list.add(new Parameter(node.name("weight"), List.of(shape), init, true));
    if (bias) {
      list.add(new Parameter(node.name("bias"), List.of(shape[0]), init, true));
    }
  }

  private static void constant(
      Node node, List<Parameter> list, String name, float value, int width, boolean trainable) {
    list.add(new Parameter(node.name(name), List.of(width), new Init(value, 0), trainable));
  }

  private static float bound(int fanIn) {
    return (float) (1 / Math.sqrt(fanIn));
  }
}
