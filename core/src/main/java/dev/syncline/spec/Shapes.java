package dev.syncline.spec;

import dev.syncline.spec.Layer.*;
import java.util.Map;
import java.util.stream.Stream;

/** Which shape comes out of a layer, or why none can, without the layer's path. */
final class Shapes {
  private Shapes() {}

  /** What comes out of a layer that takes one stream. */
  static Shape leaf(Leaf layer, Shape x) {
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
        divided(m.heads(), vector(x).width());
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

  private static void divided(int heads, int width) {
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "heads %d must divide the width %d: change one of them".formatted(heads, width));
    }
  }

  private static void heads(Attention a, int width) {
    boolean rope = a.position() instanceof Attention.Position.Rope;
    if (width % a.heads() != 0 || (rope && width / a.heads() % 2 != 0)) {
      throw new IllegalArgumentException(
          "heads %d must divide the width %d%s: change one of them"
              .formatted(a.heads(), width, rope ? " into even parts (rope)" : ""));
    }
  }

  /** The streams that come out of an exchange. */
  static Map<String, Shape> exchanged(Exchange layer, Map<String, Shape> in) {
    if (in.size() < 2) {
      throw new IllegalArgumentException(
          "one stream alone has nothing to attend to: use attention");
    }
    Map<String, Shape> out =
        switch (layer) {
          case Exchange.CrossAttention c -> {
            vector(named(c.memory(), in));
            yield Map.of(Node.FUSED, asking(c, named(c.query(), in)));
          }
          case Exchange.MergedAttention m -> {
            in.values().forEach(x -> asking(m, x));
            alike(in, "put a linear before each");
            yield in;
          }
          case Exchange.GraphAttention g -> {
            in.values().forEach(x -> divided(g.heads(), vector(x).width()));
            alike(in, "put a linear before each");
            yield in;
          }
        };
    // Refuses streams whose rows cannot be counted in one clock.
    Exchange.clock(
        Stream.concat(layer.queries(in.keySet()).stream(), layer.sources(in.keySet()).stream())
            .distinct()
            .map(name -> in.get(name).rows())
            .toList());
    return out;
  }

  /** One stream of a bundle. */
  static Shape named(String name, Map<String, Shape> in) {
    if (!in.containsKey(name)) {
      throw new IllegalArgumentException(
          "there is no stream \"" + name + "\", only " + in.keySet());
    }
    return in.get(name);
  }

  /** Refuses streams of different widths. */
  private static void alike(Map<String, Shape> in, String fix) {
    if (in.values().stream().map(Shape::width).distinct().count() > 1) {
      throw new IllegalArgumentException("the streams have different widths: " + in + "; " + fix);
    }
  }

  private static Shape asking(Exchange.Attending layer, Shape x) {
    heads(layer.attention(), vector(x).width());
    return x;
  }

  /** The one stream that comes out of a fusion. */
  static Shape fused(Fusion layer, Map<String, Shape> in) {
    Shape first = in.values().iterator().next();
    int width = 0;
    for (Shape x : in.values()) {
      width += vector(x).width();
      if (x.rows() != first.rows()) {
        throw new IllegalArgumentException(
            "the streams have different rows a tick: " + in + "; pool or stride them alike first");
      }
    }
    if (layer instanceof Fusion.Combine) {
      alike(in, "put a linear before each, or concat");
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
}
