package dev.syncline.spec;

import dev.syncline.spec.Layer.*;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that a layer remembers of a stream: the last {@code rows} rows of {@code width}
 * numbers, oldest first in its exact form, a ring in the step form; zero at the start of a stream.
 *
 * @param name path of the node and the part's own name
 * @param perTick rows that come in with each tick; 0 for a plain value that is rewritten in place
 */
public record StatePart(String name, int rows, int width, int perTick) {

  public int size() {
    return Math.multiplyExact(rows, width);
  }

  /** Everything that a tree remembers, in the order of computation. */
  public static List<StatePart> of(Node root) {
    List<StatePart> list = new ArrayList<>();
    root.visit(node -> list.addAll(own(node)));
    return list;
  }

  /** What one node remembers, its children left out. */
  public static List<StatePart> own(Node node) {
    return switch (node.layer()) {
      case Conv1d c when c.history() > 0 -> {
        Shape x = node.input();
        yield List.of(new StatePart(node.name("x"), c.history(), x.width(), x.rows()));
      }
      case Conv1d ignored -> List.of();
      case Recurrent.Lstm l -> List.of(value(node, "h", l.units()), value(node, "c", l.units()));
      case Recurrent r -> List.of(value(node, "h", r.units()));
      case Attention a -> attention(node, "", a, node.input(), node.input().width());
      case Exchange.Attending e -> exchange(node, e);
      case Exchange.GraphAttention g -> graph(node, g);
      case Positions ignored -> List.of();
      case Memory m -> memory(node, m);
      case Chain c -> chain(node, c);
      case Linear ignored -> List.of();
      case Activation ignored -> List.of();
      case LayerNorm ignored -> List.of();
      case RmsNorm ignored -> List.of();
      case Embedding ignored -> List.of();
      case Standardize ignored -> List.of();
      case Dropout ignored -> List.of();
      case Absent ignored -> List.of();
      case PoolRows ignored -> List.of();
      case Conv2d ignored -> List.of();
      case Pool2d ignored -> List.of();
      case GlobalPool ignored -> List.of();
      case FeedForward ignored -> List.of();
      case Residual ignored -> List.of();
      case Serial ignored -> List.of();
      case Parallel ignored -> List.of();
      case Each ignored -> List.of();
      case Fusion ignored -> List.of();
    };
  }

  /** A cache for each stream that is looked at, under its name. */
  private static List<StatePart> exchange(Node node, Exchange.Attending e) {
    int width = node.in().get(e.queries(node.in().keySet()).getFirst()).width();
    return e.sources(node.in().keySet()).stream()
        .flatMap(s -> attention(node, s + ".", e.attention(), node.in().get(s), width).stream())
        .toList();
  }

  /**
   * The newest rows in rings; behind them, in places of their own, those that are kept. {@code
   * valid} counts the valid rows of a place: 0 or 1, more for a summary.
   */
  private static List<StatePart> attention(
      Node node, String prefix, Attention a, Shape memory, int queryWidth) {
    int width = queryWidth / a.heads() * a.groups();
    List<StatePart> parts = new ArrayList<>();
    for (String name : List.of("k", "v", "valid")) {
      int each = name.equals("valid") ? 1 : width;
      parts.add(new StatePart(node.name(prefix + name), a.span().recent(), each, memory.rows()));
      if (a.span().kept() > 0) {
        parts.add(new StatePart(node.name(prefix + "kept_" + name), a.span().kept(), each, 0));
      }
    }
    return parts;
  }

  /** What the newest rows of each stream send, and how much it asks for attention. */
  private static List<StatePart> graph(Node node, Exchange.GraphAttention g) {
    List<StatePart> parts = new ArrayList<>();
    node.in()
        .forEach(
            (name, x) -> {
              String prefix = node.name(name + ".");
              parts.add(new StatePart(prefix + "features", g.past(), x.width(), x.rows()));
              parts.add(new StatePart(prefix + "scores", g.past(), g.heads(), x.rows()));
              parts.add(new StatePart(prefix + "valid", g.past(), 1, x.rows()));
            });
    return parts;
  }

  private static List<StatePart> memory(Node node, Memory m) {
    int width = node.input().width();
    int rows = node.input().rows();
    return switch (m.store()) {
      case Memory.Store.Box b ->
          List.of(
              new StatePart(node.name("scores"), b.rows(), m.heads() * m.latents(), rows),
              new StatePart(node.name("v"), b.rows(), width, rows),
              new StatePart(node.name("valid"), b.rows(), 1, rows));
      case Memory.Store.Decay ignored ->
          List.of(
              new StatePart(node.name("most"), m.heads(), m.latents(), 0),
              new StatePart(node.name("age"), m.heads(), m.latents(), 0),
              new StatePart(node.name("weights"), m.heads(), m.latents(), 0),
              new StatePart(node.name("sums"), m.latents(), width, 0));
      case Memory.Store.Competing ignored ->
          List.of(new StatePart(node.name("slots"), m.latents(), width, 0));
      case Memory.Store.KeyValue ignored ->
          List.of(
              new StatePart(node.name("keys"), m.latents(), width, 0),
              new StatePart(node.name("values"), m.latents(), width, 0));
    };
  }

  /** The rows that nothing was told of yet, and what is known of the last one that was. */
  private static List<StatePart> chain(Node node, Chain c) {
    Shape x = node.input();
    StatePart forward =
        new StatePart(node.name("forward"), c.chains(x.width()), c.states(x.width()), 0);
    return c.lag() == 0
        ? List.of(forward)
        : List.of(forward, new StatePart(node.name("x"), c.lag(), x.width(), x.rows()));
  }

  private static StatePart value(Node node, String name, int width) {
    return new StatePart(node.name(name), 1, width, 0);
  }
}
