package dev.syncline.onnx;

import dev.syncline.spec.Span;
import dev.syncline.step.Op;

/** Which rows lie in the places of a cache for one row that asks, {@code [streams, places]}. */
final class Places {
  /** Before any row: distances to summaries are beyond the last that differs. */
  private static final long FAR = 1L << 40;

  private final Flow flow;
  private final GraphBuilder g;
  private final Span span;
  private final Op.Asking asking;
  private final Op.Source source;
  private final int r;

  /** The source's newest row, counted from this tick's first; below 0: of the tick before. */
  private final long newest;

  Places(Flow flow, Span span, Op.Asking asking, Op.Source source, int r) {
    this.flow = flow;
    this.g = flow.g;
    this.span = span;
    this.asking = asking;
    this.source = source;
    this.r = r;
    newest = (r + 1L) * asking.unit() / source.unit() - 1;
  }

  /** How many rows ago the row in each place of the newest came. */
  private String ages() {
    return flow.ages(flow.index(source.rows().rows(), newest), span.recent());
  }

  /** {@code bias}, and never for places whose rows are not seen though they are there. */
  String unseen(String bias) {
    if (!(span instanceof Span.Blocks b)) {
      return bias;
    }
    String n = flow.index(source.rows().rows(), newest);
    String own = g.node("Mod", n, g.scalar((long) b.rows()));
    String seen = g.node("Add", own, g.scalar(b.before() * (long) b.rows() + 1));
    return g.node("Where", g.node("Less", ages(), seen), bias, g.scalar(Flow.NEVER));
  }

  /** Steps of the shared clock to each place's row; anything for an empty place. */
  String distances() {
    long apart = (r + 1L) * asking.unit() - (newest + 1) * source.unit();
    String recent = g.node("Mul", ages(), g.scalar((long) source.unit()));
    recent = g.node("Add", recent, g.scalar(apart));
    if (span.kept() == 0) {
      return recent;
    }
    String now =
        g.node("Mul", flow.index(asking.in().rows(), r + 1L), g.scalar((long) asking.unit()));
    String ends = g.node("Mul", keptRows(), g.scalar((long) source.unit()));
    ends = g.node("Add", ends, g.scalar((long) source.unit()));
    String kept = g.node("Sub", now, ends);
    return flow.concat(1, java.util.List.of(recent, kept));
  }

  private String keptRows() {
    String places = g.longs(Flow.range(0, span.kept()));
    return switch (span) {
      case Span.Sinks s -> {
        String none = g.node("Mul", flow.index(1, 0), g.scalar(0L));
        yield g.node("Add", none, places);
      }
      case Span.Strided s -> {
        String gone = flow.index(source.rows().rows(), newest + 1 - s.rows());
        gone = g.node("Max", gone, g.scalar(0L));
        String last = g.node("Div", gone, g.scalar((long) s.stride()));
        last = g.node("Sub", last, g.scalar(1L));
        String back = g.node("Mod", g.node("Sub", last, places), g.scalar((long) s.count()));
        String number = g.node("Add", g.node("Sub", last, back), g.scalar(1L));
        String row = g.node("Mul", number, g.scalar((long) s.stride()));
        yield g.node("Sub", row, g.scalar(1L));
      }
      case Span.Window ignored -> throw new IllegalStateException("keeps nothing");
      case Span.Blocks ignored -> throw new IllegalStateException("keeps nothing");
      case Span.Summaries ignored -> {
        String far = g.node("Mul", flow.index(1, 0), g.scalar(0L));
        yield g.node("Sub", g.node("Add", far, places), g.scalar(FAR));
      }
    };
  }
}
