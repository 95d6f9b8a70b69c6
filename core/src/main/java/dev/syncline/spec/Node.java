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
                  if (!in.containsKey(name)) {
                    throw bad(path, "there is no stream \"" + name + "\", only " + in.keySet());
                  }
                  Node child = resolve(join(path, name), stream, Map.of(name, in.get(name)));
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
      case Exchange e -> out.putAll(exchanged(path, e, in));
      case Fusion f -> out.put(FUSED, placed(path, () -> fused(f, in)));
      case Leaf leaf -> {
        Shape x = single(path, in);
        out.put(in.keySet().iterator().next(), placed(path, () -> leaf(leaf, x)));
      }
    }
    return new Node(path, layer, in, out, children);
  }

  /** A shape, or why it cannot be, with the path. */
  private static Shape placed(String path, Supplier<Shape> shape) {
    try {
      return shape.get();
    } catch (IllegalArgumentException e) {
      throw bad(path, e.getMessage());
    }
  }

  private static Shape leaf(Leaf layer, Shape x) {
    return switch (layer) {
      case Linear l -> vector(x).withWidth(l.out());
      case Activation ignored -> x;
      case LayerNorm ignored -> x;
      case RmsNorm ignored -> vector(x);
      case Standardize ignored -> vector(x);
      case Dropout ignored -> x;
      case Absent ignored -> vector(x);
      case Recurrent r -> vector(x).withWidth(r.units());
      case Embedding e -> {
        if (x.isImage() || x.width() != 1) {
          throw new IllegalArgumentException("an embedding reads rows of one number, not " + x);
        }
        yield x.withWidth(e.width());
      }
      case Conv1d c -> {
        depthwise(c.depthwise(), c.out(), vector(x).width());
        yield x.withWidth(c.out()).withRows(divide("stride", x.rows(), c.stride()));
      }
      case PoolRows p -> vector(x).withRows(divide("rows", x.rows(), p.rows()));
      case Conv2d c -> {
        depthwise(c.depthwise(), c.out(), image(x).width());
        yield window(x, c.kernel(), c.stride(), c.padding()).withWidth(c.out());
      }
      case Pool2d p -> window(image(x), p.kernel(), p.stride(), 0);
      case GlobalPool ignored -> Shape.vector(x.rows(), image(x).width());
      case Positions ignored -> vector(x);
      case Chain c -> {
        if (c.states(vector(x).width()) < 2) {
          throw new IllegalArgumentException(
              "one label alone always holds: a chain of one_label needs two or more");
        }
        yield x;
      }
      case Memory m -> {
        if (vector(x).width() % m.heads() != 0) {
          throw new IllegalArgumentException(
              "heads %d must divide the width %d: change one of them"
                  .formatted(m.heads(), x.width()));
        }
        yield x;
      }
      case Attention a -> {
        heads(a, vector(x).width());
        yield x;
      }
    };
  }

  private static Shape window(Shape x, int kernel, int stride, int padding) {
    int height = x.dims().get(0) + 2 * padding - kernel;
    int width = x.dims().get(1) + 2 * padding - kernel;
    if (height < 0 || width < 0) {
      throw new IllegalArgumentException(
          "a kernel of " + kernel + " is larger than the padded picture " + x);
    }
    return Shape.image(x.rows(), height / stride + 1, width / stride + 1, x.width());
  }

  private static void heads(Attention a, int width) {
    boolean rope = a.position() instanceof Attention.Position.Rope;
    if (width % a.heads() != 0 || (rope && width / a.heads() % 2 != 0)) {
      throw new IllegalArgumentException(
          "heads %d must divide the width %d%s: change one of them"
              .formatted(a.heads(), width, rope ? " into even parts (rope)" : ""));
    }
  }

  private static Map<String, Shape> exchanged(String path, Exchange layer, Map<String, Shape> in) {
    if (in.size() < 2) {
      throw bad(path, "one stream alone has nothing to attend to: use attention");
    }
    switch (layer) {
      case Exchange.CrossAttention c -> {
        for (String name : List.of(c.query(), c.memory())) {
          if (!in.containsKey(name)) {
            throw bad(path, "there is no stream \"" + name + "\", only " + in.keySet());
          }
        }
        placed(path, () -> vector(in.get(c.memory())));
        return Map.of(FUSED, placed(path, () -> asking(c, in.get(c.query()))));
      }
      case Exchange.MergedAttention m -> {
        int width = in.values().iterator().next().width();
        for (Shape x : in.values()) {
          placed(path, () -> asking(m, x));
          if (x.width() != width) {
            throw bad(
                path, "the streams have different widths: " + in + "; put a linear before each");
          }
        }
        return in;
      }
    }
  }

  private static Shape asking(Exchange layer, Shape x) {
    heads(layer.attention(), vector(x).width());
    return x;
  }

  private static Shape fused(Fusion layer, Map<String, Shape> in) {
    Shape first = in.values().iterator().next();
    int width = 0;
    for (Shape x : in.values()) {
      width += vector(x).width();
      if (x.rows() != first.rows()) {
        throw new IllegalArgumentException(
            "the streams have different rows a tick: " + in + "; pool or stride them alike first");
      } else if (layer instanceof Fusion.Combine && x.width() != first.width()) {
        throw new IllegalArgumentException(
            "the streams have different widths: " + in + "; put a linear before each, or concat");
      }
    }
    if (in.size() < 2) {
      throw new IllegalArgumentException("one stream alone cannot be fused: leave the layer out");
    }
    return switch (layer) {
      case Fusion.Concat ignored -> Shape.vector(first.rows(), width);
      case Fusion.Combine ignored -> first;
      case Fusion.Gated g -> first.withWidth(g.units());
      case Fusion.LowRank l -> first.withWidth(l.units());
    };
  }

  private static void depthwise(boolean depthwise, int out, int in) {
    if (depthwise && out != in) {
      throw new IllegalArgumentException(
          "a depthwise convolution keeps the channels: set out to " + in);
    }
  }

  private static int divide(String name, int rows, int by) {
    if (rows % by != 0) {
      throw new IllegalArgumentException(
          name + " " + by + " must divide the " + rows + " rows of a tick");
    }
    return rows / by;
  }

  private static Shape vector(Shape x) {
    if (x.isImage()) {
      throw new IllegalArgumentException(
          "reads vectors, not pictures (" + x + "): put a global_pool before it");
    }
    return x;
  }

  private static Shape image(Shape x) {
    if (!x.isImage()) {
      throw new IllegalArgumentException("reads pictures, not vectors (" + x + ")");
    }
    return x;
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
