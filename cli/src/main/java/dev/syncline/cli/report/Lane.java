package dev.syncline.cli.report;

import java.util.List;
import java.util.function.IntToDoubleFunction;

/** One class in one modality of one clip: truth, probability and decisions over time. */
record Lane(Clip clip, Track track, int label, String name) {
  private static final double WIDTH = 1000;
  private static final double TRUTH = 7;
  private static final double TOP = 9;
  private static final double BASE = 33;
  private static final double HEIGHT = 42;

  static boolean predicted(Track track) {
    return !track.probabilities().isEmpty() || !track.decisions().isEmpty();
  }

  void write(Html html, double threshold) {
    List<Mark> truth = track.truth().stream().filter(m -> m.label() == label).toList();
    List<Decision> decisions = track.decisions().stream().filter(d -> d.label() == label).toList();
    boolean tall = predicted(track);
    html.open(
        "div",
        "class",
        (tall ? "lane event k" : "lane event low k") + label,
        "data-truth",
        spans(truth),
        "data-on",
        tall ? spans(decisions.stream().map(this::span).toList()) : null,
        "data-p",
        track.probabilities().isEmpty() ? null : thousandths());
    html.open("div", "class", "name").leaf("b", name, "title", name).leaf("output", "").close();
    html.open("div", "class", "field");
    html.open(
        "svg",
        "viewBox",
        "0 0 1000 " + (tall ? "42" : "10"),
        "preserveAspectRatio",
        "none",
        "aria-hidden",
        "true");
    for (Mark m : truth) {
      bar(html, "truth", m, 0, tall ? TRUTH : 10);
    }
    if (tall) {
      area(html, threshold);
      decisions(html, decisions);
    }
    html.close().close().close();
  }

  private void area(Html html, double threshold) {
    if (!track.probabilities().isEmpty()) {
      html.shape("path", "class", "p", "d", path());
    }
    if (!Double.isNaN(threshold)) {
      double y = y(threshold);
      html.shape("line", "class", "threshold", "x1", 0, "x2", 1000, "y1", y, "y2", y);
    }
  }

  private void decisions(Html html, List<Decision> decisions) {
    for (Decision d : decisions) {
      bar(html, "decided", span(d), BASE + 2, 5);
    }
    for (Decision d : decisions) {
      double x = x(d.emittedS());
      html.shape("line", "class", "emitted", "x1", x, "x2", x, "y1", BASE + 1, "y2", HEIGHT);
    }
  }

  /** A step for each tick; it falls to the base line where there is no probability. */
  private String path() {
    return area(clip, track.probabilities().size(), this::value, TOP, BASE);
  }

  /** A step for each tick of a clip, from {@code base} for 0 to {@code top} for 1. */
  static String area(Clip clip, int ticks, IntToDoubleFunction value, double top, double base) {
    StringBuilder d = new StringBuilder("M0 " + Html.number(base));
    String last = "";
    for (int k = 0; k < ticks; k++) {
      String y = Html.number(base - value.applyAsDouble(k) * (base - top));
      if (!y.equals(last)) {
        d.append('H').append(Html.number(x(clip, k * clip.tickS()))).append('V').append(y);
        last = y;
      }
    }
    d.append('H').append(Html.number(x(clip, ticks * clip.tickS())));
    return d.append('V').append(Html.number(base)).append('Z').toString();
  }

  private double value(int tick) {
    float p = track.probabilities().get(tick)[label];
    return Float.isNaN(p) ? 0 : Math.clamp(p, 0, 1);
  }

  /** For the read-out: rounded down, so that nothing below the threshold reads as at it. */
  private String thousandths() {
    StringBuilder text = new StringBuilder();
    for (float[] row : track.probabilities()) {
      float p = row[label];
      text.append(text.isEmpty() ? "" : ",");
      text.append(Float.isNaN(p) ? "-" : Integer.toString((int) (1000 * Math.clamp(p, 0, 1))));
    }
    return text.toString();
  }

  private Mark span(Decision d) {
    double end = d.offsetS().orElse(Math.max(d.onsetS(), clip.durationS()));
    return new Mark(d.label(), d.onsetS(), end);
  }

  private static String spans(List<Mark> marks) {
    StringBuilder text = new StringBuilder();
    for (Mark m : marks) {
      text.append(text.isEmpty() ? "" : ",");
      text.append(Html.number(m.startS())).append('_').append(Html.number(m.endS()));
    }
    return text.toString();
  }

  private void bar(Html html, String kind, Mark m, double y, double height) {
    double x = x(m.startS());
    double width = Math.max(1, x(m.endS()) - x);
    html.open("rect", "class", kind, "x", x, "y", y, "width", width, "height", height, "rx", 1.5);
    html.leaf(
        "title", kind + " " + Html.number(m.startS()) + " to " + Html.number(m.endS()) + " s");
    html.close();
  }

  private double x(double timeS) {
    return x(clip, timeS);
  }

  private static double x(Clip clip, double timeS) {
    return WIDTH * Math.clamp(timeS / clip.durationS(), 0, 1);
  }

  private static double y(double p) {
    return BASE - p * (BASE - TOP);
  }
}
