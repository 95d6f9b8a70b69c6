package dev.syncline.spec;

import dev.syncline.spec.Layer.*;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A layer in its place: its path in the tree and the shapes that go in and come out. Resolving a
 * tree is where everything that cannot be is refused, with the path and the fix.
 *
 * @param path names from the root joined by dots; parameters and state are named after it
 * @param in the bundle that goes in
 * @param out the bundle that comes out
 * @param children by name, in order of computation
 */
public record Node(
    String path,
    Layer layer,
    Map<String, Shape> in,
    Map<String, Shape> out,
    Map<String, Node> children) {

  /** The name of the one stream that a {@link Fusion} gives. */
  public static final String FUSED = "fused";

  /** Resolves a tree on a bundle of inputs. */
  public static Node resolve(Layer layer, Map<String, Shape> in) {
    return resolve("", layer, in);
  }

  /** The one stream that goes in; only for layers that take one. */
  public Shape input() {
    return single(path, in);
  }

  /** The one stream that comes out. */
  public Shape output() {
    return single(path, out);
  }

  /** The child that is computed last. */
  public Node lastChild() {
    return List.copyOf(children.values()).getLast();
  }

  /** The node whose output is the tree's output of a name, nothing being behind it. */
  Node end(String output) {
    return switch (layer) {
      case Serial ignored -> lastChild().end(output);
      case Parallel ignored -> branch(output);
      case Each ignored -> branch(output);
      case Layer ignored -> this;
    };
  }

  private Node branch(String output) {
    return children.containsKey(output) ? children.get(output).end(output) : this;
  }

  /** The path of something that belongs to this node. */
  public String name(String leaf) {
    return join(path, leaf);
  }

  /** This node and all below, parents first. */
  public void visit(Consumer<Node> visitor) {
    visitor.accept(this);
    children.values().forEach(child -> child.visit(visitor));
  }

  public List<Node> all() {
    List<Node> nodes = new ArrayList<>();
    visit(nodes::add);
    return nodes;
  }

  private static Node resolve(String path, Layer layer, Map<String, Shape> in) {
    Map<String, Node> children = new LinkedHashMap<>();
    Map<String, Shape> out = new LinkedHashMap<>();
    switch (layer) {
      case Serial s -> {
        Map<String, Shape> flow = in;
        for (Map.Entry<String, Layer> e : s.layers().entrySet()) {
          Node child = resolve(join(path, e.getKey()), e.getValue(), flow);
          children.put(e.getKey(), child);
          flow = child.out;
        }
        out.putAll(flow);
      }
      case FeedForward f -> {
        Map<String, Layer> parts = new LinkedHashMap<>();
        parts.put("up", new Linear(f.hidden(), true));
        parts.put("act", new Activation(f.function()));
        parts.put("down", new Linear(single(path, in).width(), true));
        return new Node(path, layer, in, in, resolve(path, new Serial(parts), in).children);
      }
      case Parallel p ->
          p.branches()
              .forEach(
                  (name, branch) -> {
                    Node child = resolve(join(path, name), branch, in);
                    children.put(name, child);
                    out.put(name, single(child.path, child.out));
                  });
      case Each e -> {
        out.putAll(in);
        e.streams()
            .forEach(
                (name, stream) -> {
                  Shape x = placed(path, () -> Shapes.named(name, in));
                  Node child = resolve(join(path, name), stream, Map.of(name, x));
                  children.put(name, child);
                  out.put(name, single(child.path, child.out));
                });
      }
      case Residual r -> {
        Node inner = resolve(join(path, "inner"), r.inner(), in);
        children.put("inner", inner);
        Shape x = single(path, in);
        if (!single(inner.path, inner.out).equals(x)) {
          throw bad(
              path,
              "the inner layers turn "
                  + x
                  + " into "
                  + inner.output()
                  + ": a residual needs them alike");
        }
        out.putAll(in);
      }
      case Exchange e -> out.putAll(placed(path, () -> Shapes.exchanged(e, in)));
      case Fusion f -> out.put(FUSED, placed(path, () -> Shapes.fused(f, in)));
      case Leaf leaf -> {
        Shape x = single(path, in);
        out.put(in.keySet().iterator().next(), placed(path, () -> Shapes.leaf(leaf, x)));
      }
    }
    return new Node(path, layer, in, out, children);
  }

  /** Shapes, or why they cannot be, with the path. */
  private static <T> T placed(String path, Supplier<T> shapes) {
    try {
      return shapes.get();
    } catch (IllegalArgumentException e) {
      throw bad(path, e.getMessage());
    }
  }

  private static Shape single(String path, Map<String, Shape> streams) {
    if (streams.size() != 1) {
      throw bad(path, "reads one stream, not the bundle " + streams.keySet() + ": fuse them first");
    }
    return streams.values().iterator().next();
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  static IllegalArgumentException bad(String path, String what) {
    return new IllegalArgumentException(
        "layer " + (path.isEmpty() ? "(root)" : path) + ": " + what);
  }
}
