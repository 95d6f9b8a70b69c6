package dev.syncline.step;

import dev.syncline.spec.Chain;
import dev.syncline.spec.Exchange;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Shape;
import dev.syncline.spec.StatePart;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Walks a tree in the order of computation and lays out its buffers and rings. */
final class Compiler {
  private final Kernels kernels;
  private final Parts parts;
  private final LayerOps make;
  private final AttentionOps exchanges;
  private final List<Op> ops = new ArrayList<>();
  private final Map<String, Map<String, Buffer>> nodes = new LinkedHashMap<>();
  private final Map<String, Ring> rings = new LinkedHashMap<>();
  private final Map<String, Folding.Affine> inputs = new HashMap<>();
  private int state;
  private int scratch;

  Compiler(
      Node root,
      Weights weights,
      Kernels kernels,
      Precision precision,
      Function<Rows, Panels> panels) {
    this.kernels = kernels;
    scratch = work(weights);
    for (StatePart part : StatePart.of(root)) {
      rings.put(part.name(), new Ring(part, state));
      state = Math.addExact(state, part.size());
    }
    parts = new Parts(weights, precision, panels, inputs, rings, this::take);
    make = new LayerOps(parts);
    exchanges = new AttentionOps(parts);
  }

  /** The kernels' own part of the scratch, enough for the longest row of any matrix. */
  private static int work(Weights weights) {
    int most = 1;
    for (Parameter p : weights.parameters()) {
      most = Math.max(most, p.size() / p.shape().getFirst());
    }
    return Matrix.work(most);
  }

  Program compile(Node root) {
    Map<String, Buffer> inputs = new LinkedHashMap<>();
    root.in().forEach((name, shape) -> inputs.put(name, fresh(shape)));
    Map<String, Buffer> outputs = emit(root, inputs);
    return new Program(List.copyOf(ops), inputs, outputs, nodes, rings, state, scratch, kernels);
  }

  private Map<String, Buffer> emit(Node node, Map<String, Buffer> in) {
    Map<String, Buffer> out = new LinkedHashMap<>();
    switch (node.layer()) {
      case Serial ignored -> out.putAll(chain(node, in));
      case FeedForward ignored -> out.putAll(chain(node, in));
      case Parallel ignored ->
          node.children().forEach((name, child) -> out.put(name, one(emit(child, in))));
      case Each ignored -> {
        out.putAll(in);
        node.children()
            .forEach((name, child) -> out.put(name, one(emit(child, Map.of(name, in.get(name))))));
      }
      case Residual ignored -> {
        Buffer inner = one(emit(node.children().get("inner"), in));
        Buffer sum = fresh(node.output());
        ops.add(new Op.Add(one(in), inner, sum));
        out.put(name(node), sum);
      }
      case Exchange e -> {
        List<String> asking = e.queries(in.keySet());
        List<String> names = List.copyOf(node.out().keySet());
        for (int i = 0; i < names.size(); i++) {
          out.put(names.get(i), sameRows(node.out().get(names.get(i)), in.get(asking.get(i))));
        }
        ops.add(exchanges.exchange(node, e, in, out));
      }
      case Fusion f -> {
        Buffer fused = fresh(node.output());
        ops.add(make.fusion(node, f, in, fused));
        out.put(name(node), fused);
      }
      case Leaf leaf -> out.put(name(node), leaf(node, leaf, one(in)));
    }
    nodes.put(node.path(), out);
    return out;
  }

  private Map<String, Buffer> chain(Node node, Map<String, Buffer> in) {
    List<Node> children =
        node.children().values().stream().filter(c -> !(c.layer() instanceof Dropout)).toList();
    Map<String, Buffer> flow = in;
    for (int i = 0; i < children.size(); i++) {
      Node child = children.get(i);
      Node next = i + 1 < children.size() ? children.get(i + 1) : null;
      if (Folding.compose(child, next)) {
        flow = composed(child, next, one(flow));
        i++;
      } else if (Folding.poolFirst(child, next)) {
        flow = poolFirst(child, next, one(flow));
        i++;
      } else if (Folding.taker(child, next) != null) {
        flow = bare(child, Folding.taker(child, next), one(flow));
      } else {
        flow = emit(child, flow);
      }
    }
    return flow;
  }

  private Map<String, Buffer> composed(Node first, Node second, Buffer x) {
    Buffer y = sameRows(second.output(), x);
    ops.add(make.composed(first, second, x, y));
    return ended(second, y);
  }

  private Map<String, Buffer> poolFirst(Node linear, Node pool, Buffer x) {
    Buffer means = fresh(x.shape().withRows(pool.output().rows()));
    Buffer y = sameRows(pool.output(), means);
    ops.addAll(make.leaf(pool, (Leaf) pool.layer(), x, means));
    ops.addAll(make.leaf(linear, (Leaf) linear.layer(), means, y));
    return ended(pool, y);
  }

  private Map<String, Buffer> bare(Node norm, Node taker, Buffer x) {
    Buffer y = sameRows(norm.output(), x);
    float[] gain = parts.get(norm, "weight");
    float[] shift =
        norm.layer() instanceof LayerNorm ? parts.get(norm, "bias") : new float[gain.length];
    inputs.put(taker.path(), new Folding.Affine(gain, shift));
    ops.add(make.bare(norm, x, y));
    return Map.of(name(norm), y);
  }

  /** A node whose output is what it is in the tree; those folded into it have none. */
  private Map<String, Buffer> ended(Node node, Buffer y) {
    Map<String, Buffer> out = Map.of(name(node), y);
    nodes.put(node.path(), out);
    return out;
  }

  /** A leaf's output: where it works row by row, it is valid where its input is. */
  private Buffer leaf(Node node, Leaf layer, Buffer x) {
    Buffer y =
        switch (layer) {
          case Dropout ignored -> x;
          case Conv1d ignored -> fresh(node.output());
          case PoolRows ignored -> fresh(node.output());
          case Absent ignored -> fresh(node.output());
          case Chain ignored -> fresh(node.output());
          case Leaf ignored -> sameRows(node.output(), x);
        };
    ops.addAll(make.leaf(node, layer, x, y));
    return y;
  }

  /** A buffer with validity of its own. */
  private Buffer fresh(Shape shape) {
    return new Buffer(
        shape, take(Math.multiplyExact(shape.rows(), shape.size())), take(shape.rows()));
  }

  /** A buffer that is valid where {@code x} is. */
  private Buffer sameRows(Shape shape, Buffer x) {
    return new Buffer(shape, take(Math.multiplyExact(shape.rows(), shape.size())), x.valid());
  }

  private int take(int floats) {
    int at = scratch;
    scratch = Math.addExact(scratch, (floats + 15) / 16 * 16);
    return at;
  }

  private static String name(Node node) {
    return node.out().keySet().iterator().next();
  }

  private static Buffer one(Map<String, Buffer> bundle) {
    return bundle.values().iterator().next();
  }
}
