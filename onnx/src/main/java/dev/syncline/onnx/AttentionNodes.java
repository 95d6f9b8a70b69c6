package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.syncline.spec.Span;
import dev.syncline.step.Buffer;
import dev.syncline.step.Op;
import dev.syncline.step.Ring;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention of a tick's rows over what is cached, in the order of time. A place of a cache stays
 * where it is; which row it holds follows from the tick.
 */
final class AttentionNodes {
  private final GraphBuilder g;
  private final Flow flow;
  private final ProductNodes products;
  private final RowNodes rows;
  private final Op.Attention o;
  private final int depth;
  private final int groups;
  private final int heads;

  /** Of a source, {@code [streams, places, ...]} each. */
  private record Cached(String keys, String values, String counts) {}

  AttentionNodes(GraphBuilder g, Flow flow, ProductNodes products, RowNodes rows, Op.Attention o) {
    this.g = g;
    this.flow = flow;
    this.products = products;
    this.rows = rows;
    this.o = o;
    heads = o.layer().heads();
    groups = o.layer().groups();
    depth = o.weights().q().out() / o.layer().heads();
  }

  void emit() {
    List<List<String>> found = new ArrayList<>();
    o.asking().forEach(a -> found.add(new ArrayList<>()));
    for (int i = 0; i < o.order().length; i += 3) {
      int stream = o.order()[i + 1];
      int r = o.order()[i + 2];
      if (o.order()[i] == 1) {
        cache(o.sources().get(stream), r);
      } else {
        found.get(stream).add(ask(o.asking().get(stream), r));
      }
    }
    for (int a = 0; a < found.size(); a++) {
      Op.Asking asking = o.asking().get(a);
      String y = products.product(o.weights().o(), flow.join(found.get(a), asking.in().size()));
      flow.put(asking.out(), o.residual() ? g.node("Add", flow.rows(asking.in()), y) : y);
    }
  }

  /** A row takes the place of the oldest of the newest rows, which may be kept elsewhere. */
  private void cache(Op.Source source, int r) {
    Buffer in = source.rows();
    Ring ring = source.recent().keys();
    int width = ring.part().width();
    String k = turned(products.product(o.weights().k(), flow.rows(in)), in, groups, source.unit());
    String v = products.product(o.weights().v(), flow.rows(in));
    List<String> fresh =
        List.of(
            row(flow.clean(k, in), in, r, width),
            row(flow.clean(v, in), in, r, width),
            row(flow.validNumbers(in), in, r, 1));
    List<Ring> recent = parts(source.recent());
    List<Ring> kept = source.kept().keys() == null ? List.of() : parts(source.kept());
    String place = flow.slots(flow.index(in.rows(), r), ring);
    List<String> old = new ArrayList<>();
    for (Ring part : kept.isEmpty() ? List.<Ring>of() : recent) {
      old.add(flow.gather(part, place));
    }
    if (!kept.isEmpty()) {
      keep(flow.index(in.rows(), (long) r - o.layer().span().recent()), old, kept);
    }
    for (int i = 0; i < recent.size(); i++) {
      String value = fresh.get(i);
      flow.put(recent.get(i), place, 1, old.isEmpty() ? value : after(old.get(i), value));
    }
  }

  private static List<Ring> parts(Op.Cache cache) {
    return List.of(cache.keys(), cache.values(), cache.valid());
  }

  /** A value by way of another, so that it is there after it. */
  private String after(String first, String value) {
    return flow.slice(flow.concat(1, List.of(first, value)), 1, 1, 2);
  }

  private String row(String all, Buffer in, int r, int n) {
    return flow.reshape(flow.row(all, in.rows(), r, n), -1, 1, n);
  }

  /** The row that leaves the newest takes its place among those that are kept. */
  private void keep(String gone, List<String> old, List<Ring> kept) {
    switch (o.layer().span()) {
      case Span.Sinks s ->
          keep(gone, gone, g.node("Less", gone, g.scalar((long) s.first())), old, kept);
      case Span.Strided s -> {
        String stride = g.scalar((long) s.stride());
        String next = g.node("Mod", g.node("Add", gone, g.scalar(1L)), stride);
        String isLast = g.node("Equal", next, g.scalar(0L));
        keep(gone, g.node("Div", gone, stride), isLast, old, kept);
      }
      case Span.Summaries s -> new SummaryNodes(flow, s).keep(gone, old, kept);
      case Span.Window ignored -> throw new IllegalStateException("keeps nothing");
      case Span.Blocks ignored -> throw new IllegalStateException("keeps nothing");
    }
  }

  /** The same, for rows that are kept as they are, by number round and round. */
  private void keep(String gone, String number, String isKept, List<String> old, List<Ring> kept) {
    String chosen = g.node("And", isKept, g.node("GreaterOrEqual", gone, g.scalar(0L)));
    for (int i = 0; i < kept.size(); i++) {
      String place = flow.slots(g.node("Max", number, g.scalar(0L)), kept.get(i));
      String before = flow.gather(kept.get(i), place);
      String choice = g.node("Unsqueeze", chosen, g.longs(2));
      flow.put(kept.get(i), place, 1, g.node("Where", choice, old.get(i), before));
    }
  }

  /** What a row finds, {@code [streams, width]}. */
  private String ask(Op.Asking asking, int r) {
    Buffer in = asking.in();
    int width = in.size();
    String q = turned(products.product(o.weights().q(), flow.rows(in)), in, heads, asking.unit());
    q = g.node("Mul", q, g.scalar((float) (1 / Math.sqrt(depth))));
    q = flow.reshape(flow.row(q, in.rows(), r, width), -1, 1, groups, heads / groups, depth);
    List<String> keys = new ArrayList<>();
    List<String> values = new ArrayList<>();
    List<String> biases = new ArrayList<>();
    List<String> distances = new ArrayList<>();
    for (Op.Source source : o.sources()) {
      Places places = new Places(flow, o.layer().span(), asking, source, r);
      Cached cached = cached(source);
      keys.add(cached.keys());
      values.add(cached.values());
      biases.add(places.unseen(flow.unless(flow.reshape(cached.counts(), 0, -1))));
      distances.add(places.distances());
    }
    // With a single query, products in the cache's own order cost less than turning the cache.
    String each = g.node("Mul", byHead(flow.concat(1, keys), 1), q);
    String scores = flow.reshape(flow.reduce("ReduceSum", each, 4), 0, -1, groups, heads / groups);
    if (o.relative().length > 0) {
      scores = g.node("Add", scores, relative(q, flow.concat(1, distances)));
    }
    if (o.slopes().length > 0) {
      String distance = beside(flow.cast(flow.concat(1, distances), DataType.FLOAT));
      String slopes = g.floats(negated(o.slopes()), groups, heads / groups);
      scores = g.node("Add", scores, g.node("Mul", distance, slopes));
    }
    scores = g.node("Add", scores, beside(flow.concat(1, biases)));
    String shares = g.node("Softmax", flow.transpose(scores, 0, 2, 3, 1));
    String turned = flow.transpose(byHead(flow.concat(1, values)), 0, 2, 1, 3);
    String mixed = g.node("MatMul", shares, turned);
    if (o.layer().span() instanceof Span.Blocks) {
      // Places that are not seen hold rows here, so that none seen does not mean nothing found.
      String most = flow.reduce("ReduceMax", flow.concat(1, biases), 1);
      String some = g.node("Greater", most, g.scalar(Flow.NEVER / 2));
      mixed = g.node("Where", beside(some), mixed, g.scalar(0f));
    }
    return flow.reshape(mixed, -1, width);
  }

  /** A cache as {@code [streams, places, groups, ..., depth]}. */
  private String byHead(String cache, long... more) {
    long[] dims = new long[4 + more.length];
    dims[1] = -1;
    dims[2] = groups;
    System.arraycopy(more, 0, dims, 3, more.length);
    dims[dims.length - 1] = depth;
    return flow.reshape(cache, dims);
  }

  /** {@code [streams, n]} as {@code [streams, n, 1, 1]}. */
  private String beside(String value) {
    return g.node("Unsqueeze", value, g.longs(2, 3));
  }

  private static float[] negated(float[] a) {
    float[] b = a.clone();
    for (int i = 0; i < b.length; i++) {
      b[i] = -b[i];
    }
    return b;
  }

  private Cached cached(Op.Source source) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      List<String> caches = new ArrayList<>(List.of(flow.state(parts(source.recent()).get(i))));
      if (source.kept().keys() != null) {
        caches.add(flow.state(parts(source.kept()).get(i)));
      }
      all.add(flow.concat(1, caches));
    }
    return new Cached(all.get(0), all.get(1), all.get(2));
  }

  /** The part of scores that depends on the distance, {@code [streams, places, groups, heads]}. */
  private String relative(String q, String distances) {
    int most = o.relative().length / depth - 1;
    String table = g.floats(o.relative(), most + 1L, 1, 1, depth);
    String each = flow.reduce("ReduceSum", g.node("Mul", table, q), 4);
    String near = g.node("Min", g.node("Max", distances, g.scalar(0L)), g.scalar((long) most));
    return g.node(
        "GatherND",
        List.of(attribute("batch_dims", 1)),
        flow.reshape(each, 0, -1, groups, heads / groups),
        g.node("Unsqueeze", near, g.longs(2)));
  }

  /** All heads of rows turned by their times. */
  private String turned(String value, Buffer in, int heads, int unit) {
    double[] turns = o.rope().angles();
    if (turns.length == 0) {
      return value;
    }
    String angles = flow.reshape(rows.angles(in.rows(), unit, turns), -1, 1, 1, turns.length);
    String sin = rows.turn("Sin", angles);
    String cos = rows.turn("Cos", angles);
    String x = flow.reshape(value, -1, heads, 2, turns.length);
    List<String> halves =
        g.nodes("", "Split", 2, List.of(attribute("axis", 2), attribute("num_outputs", 2)), x);
    String first = halves.get(0);
    String second = halves.get(1);
    String a = g.node("Sub", g.node("Mul", first, cos), g.node("Mul", second, sin));
    String b = g.node("Add", g.node("Mul", second, cos), g.node("Mul", first, sin));
    return flow.reshape(flow.concat(2, List.of(a, b)), -1, (long) heads * depth);
  }
}
