package dev.syncline.cli.study;

import dev.syncline.cli.study.Findings.Variant;
import dev.syncline.cli.study.Plot.Axis;
import dev.syncline.cli.study.Plot.Name;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The plots of a study. */
final class Plots {
  private static final String FRONT = "#d1495b";

  private Plots() {}

  /** Steps that take so many times the median one stand at the edge. */
  private static final double FAR = 4;

  /** Score over the median step, with the front of those that nothing else beats in both. */
  static String scoreOverLatency(Findings f) {
    List<Variant> all =
        f.variants().stream().filter(v -> v.role() == Findings.Role.VARIANT).toList();
    double[] steps = all.stream().mapToDouble(Plots::p50).sorted().toArray();
    double far = FAR * steps[steps.length / 2];
    double last = Arrays.stream(steps).filter(s -> s <= far).max().orElseThrow() * 1.25;
    List<Variant> front = f.front();
    double low =
        all.stream().mapToDouble(v -> f.score(v).mean() - f.score(v).deviation()).min().orElse(0);
    double high =
        all.stream().mapToDouble(v -> f.score(v).mean() + f.score(v).deviation()).max().orElse(1);
    double pad = Math.max(0.005, (high - low) * 0.06);
    Axis x = new Axis("median step, microseconds (logarithmic)", steps[0] / 1.15, last, true);
    Axis y = new Axis(f.metrics().getFirst(), low - pad, high + pad, false);
    Plot plot =
        new Plot(
            f.question() + ": " + f.metrics().getFirst() + " over latency, and the front",
            x,
            y,
            Plot.WIDTH - 30);
    List<double[]> path = new ArrayList<>();
    for (Variant v : front) {
      double[] at = {plot.px(Math.min(p50(v), last)), plot.py(f.score(v).mean())};
      if (!path.isEmpty()) {
        path.add(new double[] {at[0], path.getLast()[1]});
      }
      path.add(at);
    }
    plot.path(path, FRONT, 1.4, "5 3");
    List<Name> names = new ArrayList<>();
    for (Variant v : all) {
      boolean beyond = p50(v) > far;
      double px = plot.px(Math.min(p50(v), last));
      double py = plot.py(f.score(v).mean());
      String colour = front.contains(v) ? FRONT : Plot.colour(0);
      double d = f.score(v).deviation();
      plot.line(px, plot.py(f.score(v).mean() - d), px, plot.py(f.score(v).mean() + d), colour, 1);
      plot.dot(px, py, 4, colour);
      String name = v.name().replace('_', ' ') + (beyond ? ": " + rounded(p50(v)) + " µs →" : "");
      names.add(new Name(name, px, py, colour, front.contains(v)));
    }
    plot.beside(names);
    return plot.svg();
  }

  /** Median step over the age of the stream. */
  static String latencyOverTime(Findings f) {
    return over(
        f, "latency over the age of the stream", "median step, microseconds", Pace.At::p50Us);
  }

  /** What is remembered over the age of the stream. */
  static String stateOverTime(Findings f) {
    return over(
        f,
        "remembered bytes over the age of the stream",
        "bytes that layers remember",
        a -> Math.max(1, a.stateBytes()));
  }

  private static String over(
      Findings f, String title, String axis, ToDoubleFunction<Pace.At> value) {
    List<Variant> all =
        f.variants().stream().filter(v -> v.role() == Findings.Role.VARIANT).toList();
    List<Pace.At> points =
        all.stream().flatMap(v -> v.size().orElseThrow().pace().points().stream()).toList();
    Axis x =
        Axis.logarithmic(
            "tick",
            points.stream().mapToDouble(Pace.At::t).min().orElse(1),
            points.stream().mapToDouble(Pace.At::t).max().orElse(10));
    Axis y =
        Axis.logarithmic(
            axis,
            points.stream().mapToDouble(value).min().orElse(1),
            points.stream().mapToDouble(value).max().orElse(10));
    Plot plot = new Plot(f.question() + ": " + title, x, y, Plot.WIDTH - 210);
    List<Name> names = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Variant v = all.get(i);
      String colour = Plot.colour(i);
      List<double[]> line =
          v.size().orElseThrow().pace().points().stream()
              .map(p -> new double[] {plot.px(p.t()), plot.py(value.applyAsDouble(p))})
              .toList();
      plot.path(line, colour, 1.6, null);
      line.forEach(p -> plot.dot(p[0], p[1], 2.2, colour));
      names.add(
          new Name(
              v.name().replace('_', ' '), line.getLast()[0], line.getLast()[1], colour, false));
    }
    plot.column(names);
    return plot.svg();
  }

  private static double p50(Variant v) {
    return v.size().orElseThrow().pace().p50Us();
  }

  static String rounded(double v) {
    return String.format(Locale.ROOT, v < 10 ? "%.2f" : v < 100 ? "%.1f" : "%,.0f", v);
  }
}
