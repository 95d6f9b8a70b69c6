package dev.syncline.cli.bench;

import dev.syncline.cli.bench.BenchReport.Entry;
import dev.syncline.cli.study.Plot;
import dev.syncline.cli.study.Plot.Axis;
import dev.syncline.cli.study.Plot.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The roofline of a model (Williams et al. 2009): what is achieved over how often each byte of
 * weights is used, under the bandwidth measured for as many bytes and the processor's peak. One
 * line a variant, from one stream to many.
 */
final class Roofline {
  private static final double RIGHT = Plot.WIDTH - 200;
  private static final double SIZE = 4;

  /** Width of a column of words. */
  private static final double WORDS = 176;

  /** Pieces of a dashed line that words should not hide. */
  private static final int DASHES = 40;

  /** Left of the roofs nothing can be: there is room for words. */
  private static final double ROOM = 16;

  /** One colour each, peers that of ours which they are compared with. */
  private static final List<String> COLOURS =
      List.of("fp32", "int8", "int4_g32", "bf16", "fp16", "int8_g32", "int4_g64");

  private final BenchReport report;
  private final List<Entry> entries;
  private final List<String> weights;
  private final Plot plot;
  private final double low;

  private Roofline(BenchReport report) {
    this.report = report;
    entries = report.entries().stream().filter(e -> !e.isFloor()).toList();
    weights = entries.stream().map(Entry::weights).distinct().toList();
    double[] x = entries.stream().mapToDouble(this::intensity).sorted().toArray();
    double[] y = entries.stream().mapToDouble(this::gflops).sorted().toArray();
    low = x[0] / ROOM;
    // products of bytes may be above what a core does in floats
    double high = Math.max(report.peakGflops() * 2, y[y.length - 1] * 1.4);
    plot =
        new Plot(
            report.model() + ": what a core does, over how often each byte of weights is used",
            new Axis("FLOP per byte of weights", low, x[x.length - 1] * 1.6, true),
            new Axis("GFLOP/s of one core", y[0] / 1.4, high, true),
            RIGHT);
  }

  static String svg(BenchReport report) {
    Roofline drawing = new Roofline(report);
    drawing.roofs();
    drawing.lines();
    return drawing.plot.svg();
  }

  private double intensity(Entry e) {
    return (double) report.size().flops() * e.batch() / e.weightBytes();
  }

  private double gflops(Entry e) {
    return report.size().flops() * e.batch() / e.timing().p50() / 1e3;
  }

  private static String colour(String weights) {
    String own = weights.equals("int4") ? "int4_g32" : weights.replace(" dyn", "");
    return Plot.colour(Math.max(0, COLOURS.indexOf(own)));
  }

  private void roofs() {
    double peak = report.peakGflops();
    List<List<double[]>> dashes = new ArrayList<>();
    plot.line(Plot.LEFT, plot.py(peak), RIGHT, plot.py(peak), "#5c6b73", 1.4);
    String words = Tables.format("multiply-adds from registers: %.0f GFLOP/s", peak);
    plot.text(words, Plot.LEFT + 8, plot.py(peak) - 6, "#5c6b73", false);
    List<Entry> floors = weights.stream().flatMap(w -> report.floor(w).stream()).toList();
    for (Entry floor : floors) {
      double gb = gigabytes(floor);
      dashes.add(List.of(point(bottom(gb), gb), point(peak / gb, gb)));
    }
    double[] corner = free(15.0 * (floors.size() + 1), dashes);
    double y = corner[1];
    plot.text("Read alone (dashed):", corner[0], y, "#5c6b73", false);
    for (int i = 0; i < floors.size(); i++) {
      Entry floor = floors.get(i);
      String colour = colour(floor.weights());
      plot.path(dashes.get(i), colour, 1, "6 4");
      y += 15;
      String read =
          Tables.format("%s: %s MB at %.0f GB/s", floor.weights(), size(floor), gigabytes(floor));
      plot.text(read, corner[0], y, colour, false);
    }
  }

  /** A corner for so high a column of words with the fewest points and dashes in it. */
  private double[] free(double height, List<List<double[]>> dashes) {
    double left = Plot.LEFT + 8;
    double right = RIGHT - WORDS;
    double top = plot.py(report.peakGflops()) + 18;
    double bottom = Plot.BOTTOM - height + 6;
    List<double[]> corners =
        List.of(
            new double[] {left, top}, new double[] {left, bottom}, new double[] {right, bottom});
    return corners.stream()
        .min(java.util.Comparator.comparingLong((double[] c) -> points(c, height, dashes)))
        .orElseThrow();
  }

  private long points(double[] corner, double height, List<List<double[]>> dashes) {
    Stream<double[]> dashed = dashes.stream().flatMap(d -> along(d.getFirst(), d.getLast()));
    return Stream.concat(entries.stream().map(this::at), dashed)
        .filter(p -> p[0] > corner[0] - 12 && p[0] < corner[0] + WORDS + 12)
        .filter(p -> p[1] > corner[1] - 24 && p[1] < corner[1] + height + 12)
        .count();
  }

  private static Stream<double[]> along(double[] from, double[] to) {
    return IntStream.rangeClosed(0, DASHES)
        .mapToDouble(i -> (double) i / DASHES)
        .mapToObj(
            t -> new double[] {from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])});
  }

  private static double gigabytes(Entry floor) {
    return floor.weightBytes() / floor.timing().p50() / 1e3;
  }

  private static String size(Entry floor) {
    return Tables.number(floor.weightBytes() / 1e6);
  }

  /** Where a bandwidth enters the frame. */
  private double bottom(double gb) {
    return Math.max(low, plot.low() / gb);
  }

  private double[] point(double intensity, double gb) {
    return new double[] {plot.px(intensity), plot.py(intensity * gb)};
  }

  private void lines() {
    Map<String, List<Entry>> byVariant = new LinkedHashMap<>();
    for (Entry e : entries) {
      byVariant.computeIfAbsent(e.runtime() + " " + e.weights(), name -> new ArrayList<>()).add(e);
    }
    List<Name> names = new ArrayList<>();
    byVariant.forEach(
        (name, list) -> {
          Entry first = list.getFirst();
          String colour = colour(first.weights());
          List<double[]> points = list.stream().map(this::at).toList();
          plot.path(points, colour, first.isOwn() ? 2 : 1, first.isOwn() ? null : "2 3");
          list.forEach(e -> mark(e, colour));
          double[] last = points.getLast();
          names.add(new Name(name, last[0], last[1], colour, first.isOwn()));
        });
    plot.column(names);
    byVariant.values().iterator().next().forEach(this::count);
  }

  private double[] at(Entry e) {
    return new double[] {plot.px(intensity(e)), plot.py(gflops(e))};
  }

  private void count(Entry e) {
    double[] p = at(e);
    String words = e.batch() == 1 ? "1 stream" : Integer.toString(e.batch());
    plot.text(words, p[0] - 4, p[1] + 18, "#1c2b33", false);
  }

  /** Ours filled, others hollow: a square, a triangle, a diamond. */
  private void mark(Entry e, String colour) {
    double x = at(e)[0];
    double y = at(e)[1];
    double s = SIZE;
    switch (e.runtime()) {
      case Variant.ONNX -> shape(colour, x - s, y - s, x + s, y - s, x + s, y + s, x - s, y + s);
      case Variant.EAGER -> shape(colour, x, y - s, x + s, y + s, x - s, y + s);
      case Variant.SCRIPT -> shape(colour, x, y - s, x + s, y, x, y + s, x - s, y);
      default -> plot.dot(x, y, s, colour);
    }
  }

  private void shape(String colour, double... xy) {
    List<double[]> corners = new ArrayList<>();
    for (int i = 0; i <= xy.length; i += 2) {
      corners.add(new double[] {xy[i % xy.length], xy[(i + 1) % xy.length]});
    }
    plot.path(corners, colour, 1.3, null);
  }
}
