package dev.syncline.spec;

import dev.syncline.spec.Layer.*;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far back an output row sees: the receptive field, in rows of an input stream, the newest row
 * included. No layer looks ahead, so this is the whole of what an output depends on.
 *
 * @param back input rows seen; fractions where a slower stream is looked at from a faster one
 * @param jump input rows that pass for each row of the stream at hand
 * @param phased whether how far a row sees depends on its number, as in blocks
 * @param exact whether some row sees just so far; else none sees farther
 */
public record Reach(double back, double jump, boolean phased, boolean exact) {
  /** Behind a recurrent layer. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /** Of every row alike. */
  public Reach(double back, double jump) {
    this(back, jump, false, true);
  }

  /** Whole input rows seen, or {@link #UNLIMITED}. */
  public long rows() {
    return unlimited() ? UNLIMITED : (long) Math.ceil(back - 1e-9);
  }

  /** For every output of a tree: the reach into every input that it depends on. */
  public static Map<String, Map<String, Reach>> of(Node root) {
    Map<String, Map<String, Reach>> in = new LinkedHashMap<>();
    root.in().keySet().forEach(name -> in.put(name, Map.of(name, new Reach(1, 1))));
    return through(root, in);
  }

  public boolean unlimited() {
    return back >= UNLIMITED;
  }

  private static Map<String, Map<String, Reach>> through(
      Node node, Map<String, Map<String, Reach>> in) {
    return switch (node.layer()) {
      case Serial ignored -> inOrder(node, in);
      case FeedForward ignored -> in;
      case Parallel ignored -> {
        Map<String, Map<String, Reach>> out = new LinkedHashMap<>();
        node.children().forEach((name, child) -> out.put(name, merge(through(child, in))));
        yield out;
      }
      case Each ignored -> {
        Map<String, Map<String, Reach>> out = new LinkedHashMap<>(in);
        node.children()
            .forEach(
                (name, child) -> out.put(name, merge(through(child, Map.of(name, in.get(name))))));
        yield out;
      }
      case Residual ignored -> {
        Map<String, Map<String, Reach>> both = new LinkedHashMap<>();
        both.put("x", merge(in));
        both.put("inner", merge(through(node.children().get("inner"), in)));
        yield Map.of(node.out().keySet().iterator().next(), merge(both));
      }
      case Exchange e -> exchange(node, e, in);
      case Fusion ignored -> Map.of(Node.FUSED, merge(in));
      case Conv1d c -> step(node, in, c.history() + 1L, c.stride());
      case PoolRows p -> step(node, in, p.rows(), p.rows());
      case Attention a -> span(node, in, a.span(), 1);
      case Positions ignored -> in;
      case Memory m ->
          step(node, in, m.store() instanceof Memory.Store.Box b ? b.rows() : UNLIMITED, 1);
      case Chain ignored -> step(node, in, UNLIMITED, 1);
      case Recurrent ignored -> step(node, in, UNLIMITED, 1);
      case Linear ignored -> in;
      case Activation ignored -> in;
      case LayerNorm ignored -> in;
      case RmsNorm ignored -> in;
      case Embedding ignored -> in;
      case Standardize ignored -> in;
      case Dropout ignored -> in;
      case Absent ignored -> in;
      case Conv2d ignored -> in;
      case Pool2d ignored -> in;
      case GlobalPool ignored -> in;
    };
  }

  private static Map<String, Map<String, Reach>> inOrder(
      Node node, Map<String, Map<String, Reach>> in) {
    Map<String, Map<String, Reach>> flow = in;
    for (Node child : node.children().values()) {
      flow = through(child, flow);
    }
    return flow;
  }

  /** Of each stream that comes out: its own row, and the span of every stream looked at. */
  private static Map<String, Map<String, Reach>> exchange(
      Node node, Exchange e, Map<String, Map<String, Reach>> in) {
    Map<String, Map<String, Reach>> out = new LinkedHashMap<>();
    for (String query : e.queries(in.keySet())) {
      String name = out(node, query);
      Map<String, Map<String, Reach>> parts = new LinkedHashMap<>();
      parts.put("", in.get(query));
      for (String source : e.sources(in.keySet())) {
        double perRow = (double) node.in().get(source).rows() / node.in().get(query).rows();
        Map<String, Map<String, Reach>> one = Map.of(source, in.get(source));
        parts.put(source, span(node, one, e.span(), perRow).get(first(node)));
      }
      out.put(name, merge(parts));
    }
    return out;
  }

  private static String first(Node node) {
    return node.out().keySet().iterator().next();
  }

  private static String out(Node node, String query) {
    return node.out().containsKey(query) ? query : Node.FUSED;
  }

  /**
   * One layer that sees {@code kernel} of its own input rows and gives one row for {@code stride}.
   */
  private static Map<String, Map<String, Reach>> step(
      Node node, Map<String, Map<String, Reach>> in, long kernel, double stride) {
    Map<String, Reach> out = new LinkedHashMap<>();
    merge(in)
        .forEach(
            (source, r) -> {
              boolean unlimited = r.unlimited() || kernel == UNLIMITED;
              double back = unlimited ? UNLIMITED : r.back + (kernel - 1) * r.jump;
              out.put(source, new Reach(back, r.jump * stride, r.phased, r.exact));
            });
    return Map.of(node.out().keySet().iterator().next(), out);
  }

  /** Attention: rows of the same number may see far in one layer and not in the next. */
  private static Map<String, Map<String, Reach>> span(
      Node node, Map<String, Map<String, Reach>> in, Span span, double stride) {
    Map<String, Map<String, Reach>> out = new LinkedHashMap<>();
    step(node, in, span.reach(), stride)
        .forEach(
            (name, reach) -> {
              Map<String, Reach> phased = new LinkedHashMap<>();
              reach.forEach(
                  (source, r) ->
                      phased.put(
                          source,
                          new Reach(
                              r.back,
                              r.jump,
                              r.phased || span.phased(),
                              r.exact && !(r.phased && span.phased()))));
              out.put(name, phased);
            });
    return out;
  }

  private static Map<String, Reach> merge(Map<String, Map<String, Reach>> streams) {
    Map<String, Reach> all = new LinkedHashMap<>();
    for (Map<String, Reach> stream : streams.values()) {
      stream.forEach((source, r) -> all.merge(source, r, Reach::farther));
    }
    return all;
  }

  private Reach farther(Reach other) {
    Reach far = other.back > back ? other : this;
    boolean same = other.back == back;
    return new Reach(
        far.back,
        jump,
        same ? phased && other.phased : far.phased,
        same ? exact || other.exact : far.exact);
  }
}
