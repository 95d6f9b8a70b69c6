package dev.syncline.onnx;

import dev.syncline.spec.Span;
import dev.syncline.step.Ring;
import java.util.ArrayList;
import java.util.List;

/**
 * What leaves the newest rows joins the summaries of {@link Span.Summaries}: the mean of keys, the
 * mean of values, and how many rows. All places that a row changes are read first, one of each
 * level, and then written together.
 */
final class SummaryNodes {
  private final GraphBuilder g;
  private final Flow flow;
  private final Span.Summaries span;

  SummaryNodes(Flow flow, Span.Summaries span) {
    this.g = flow.g;
    this.flow = flow;
    this.span = span;
  }

  /**
   * Hands a row on.
   *
   * @param gone its index {@code [streams, 1]}, below 0 while none leaves
   * @param old its key, value and count, {@code [streams, 1, width]} each
   * @param kept the rings of summaries
   */
  void keep(String gone, List<String> old, List<Ring> kept) {
    List<String> places = new ArrayList<>();
    List<List<String>> values = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    String comes = g.node("GreaterOrEqual", gone, g.scalar(0L));
    String row = g.node("Max", gone, g.scalar(0L));
    List<String> coming = old;
    long size = 1;
    for (int level = 0; level <= span.levels(); level++) {
      boolean last = level == span.levels();
      size *= span.branch();
      String summary = g.node("Div", row, g.scalar(size));
      String slot = g.node("Mod", summary, g.scalar((long) span.slots()));
      String place = last ? g.node("Mul", row, g.scalar(0L)) : slot;
      place = g.node("Add", place, g.scalar((long) level * span.slots()));
      List<String> here = new ArrayList<>();
      for (Ring ring : kept) {
        here.add(flow.gather(ring, place));
      }
      String leaves = last ? null : leaves(comes, row, summary, size);
      places.add(place);
      List<String> merged = merged(here, coming, comes, leaves);
      for (int i = 0; i < merged.size(); i++) {
        values.get(i).add(merged.get(i));
      }
      if (!last) {
        coming = here;
        comes = leaves;
        String older = g.node("Sub", summary, g.scalar((long) span.slots()));
        row = g.node("Max", g.node("Mul", older, g.scalar(size)), g.scalar(0L));
      }
    }
    String at = flow.concat(1, places);
    for (int i = 0; i < kept.size(); i++) {
      flow.put(kept.get(i), at, places.size(), flow.concat(1, values.get(i)));
    }
  }

  /** Whether the first row of a new summary comes to a place that holds an old one. */
  private String leaves(String comes, String row, String summary, long size) {
    String first = g.node("Equal", g.node("Mod", row, g.scalar(size)), g.scalar(0L));
    String full = g.node("GreaterOrEqual", summary, g.scalar((long) span.slots()));
    return g.node("And", comes, g.node("And", first, full));
  }

  /** Means of what is in a place and what comes to it, by their counts. */
  private List<String> merged(List<String> here, List<String> coming, String comes, String leaves) {
    String none = g.scalar(0f);
    String more = g.node("Where", beside(comes), coming.get(2), none);
    List<String> stay = new ArrayList<>();
    for (String value : here) {
      stay.add(leaves == null ? value : g.node("Where", beside(leaves), none, value));
    }
    String count = g.node("Add", stay.get(2), more);
    String share = g.node("Div", more, g.node("Max", count, g.scalar(1f)));
    List<String> merged = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      String by = g.node("Mul", share, g.node("Sub", coming.get(i), stay.get(i)));
      merged.add(g.node("Add", stay.get(i), by));
    }
    merged.add(count);
    return merged;
  }

  private String beside(String value) {
    return g.node("Unsqueeze", value, g.longs(2));
  }
}
