package dev.syncline.cli.study;

import dev.syncline.cli.report.Html;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The frame of a plot as SVG: axes, gridlines, and names that keep out of each other's way. */
public final class Plot {
  public static final double WIDTH = 900;
  static final double HEIGHT = 560;
  public static final double LEFT = 70;
  static final double TOP = 46;
  public static final double BOTTOM = HEIGHT - 56;
  private static final double LINE = 13.5;
  private static final double CHARACTER = 6.1;
  private static final List<String> COLOURS =
      List.of(
          "#1f6fb2", "#d1495b", "#2e8b57", "#8a5cc2", "#c77d0a", "#0f8b8d", "#b3397d", "#5c6b73",
          "#7a8c1e", "#a05a2c");

  /** An axis with gridlines at round numbers; a wide logarithmic one at powers of ten. */
  public record Axis(String name, double low, double high, boolean log) {

    static Axis logarithmic(String name, double low, double high) {
      return new Axis(
          name,
          Math.pow(10, Math.floor(Math.log10(low) + 1e-9)),
          Math.pow(10, Math.ceil(Math.log10(high) - 1e-9)),
          true);
    }

    /** From 0 to 1 of the axis. */
    double share(double v) {
      return log
          ? (Math.log10(v) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
          : (v - low) / (high - low);
    }

    List<Double> marks() {
      List<Double> marks = new ArrayList<>();
      if (log) {
        boolean wide = high / low > 200;
        for (double p = Math.pow(10, Math.floor(Math.log10(low))); p <= high; p *= 10) {
          for (double v : wide ? new double[] {p} : new double[] {p, 2 * p, 5 * p}) {
            if (v >= low * 0.9999 && v <= high * 1.0001) {
              marks.add(v);
            }
          }
        }
      } else {
        double step = step();
        for (double v = Math.ceil(low / step - 1e-9) * step; v <= high + 1e-9; v += step) {
          marks.add(v);
        }
      }
      return marks;
    }

    private double step() {
      double rough = (high - low) / 6;
      double power = Math.pow(10, Math.floor(Math.log10(rough)));
      double lead = rough / power;
      return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    }

    String text(double v) {
      if (log && v >= 1e6) {
        return String.format(Locale.ROOT, "%.0fM", v / 1e6);
      } else if (log && v >= 1e3) {
        return String.format(Locale.ROOT, "%.0fk", v / 1e3);
      }
      return log ? Html.number(v) : String.format(Locale.ROOT, "%.2f", v);
    }
  }

  private final Html svg = new Html();
  private final Axis x;
  private final Axis y;
  private final double right;

  /**
   * @param right where the frame ends
   */
  public Plot(String title, Axis x, Axis y, double right) {
    this.x = x;
    this.y = y;
    this.right = right;
    svg.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        "0 0 " + Html.number(WIDTH) + " " + Html.number(HEIGHT),
        "font-family",
        "system-ui, sans-serif",
        "font-size",
        12.0);
    svg.leaf("title", title);
    svg.shape("rect", "width", WIDTH, "height", HEIGHT, "fill", "#ffffff");
    svg.leaf("text", title, "x", LEFT, "y", 24.0, "font-size", 15.0, "font-weight", "600");
    frame();
  }

  private void frame() {
    for (double v : x.marks()) {
      line(px(v), TOP, px(v), BOTTOM, "#e4e7ea", 1);
      svg.leaf("text", x.text(v), "x", px(v), "y", BOTTOM + 18, "text-anchor", "middle");
    }
    for (double v : y.marks()) {
      line(LEFT, py(v), right, py(v), "#e4e7ea", 1);
      svg.leaf("text", y.text(v), "x", LEFT - 8, "y", py(v) + 4, "text-anchor", "end");
    }
    line(LEFT, BOTTOM, right, BOTTOM, "#5c6b73", 1);
    line(LEFT, TOP, LEFT, BOTTOM, "#5c6b73", 1);
    svg.leaf("text", x.name, "x", (LEFT + right) / 2, "y", HEIGHT - 14, "text-anchor", "middle");
    String turned = "translate(16 " + Html.number((TOP + BOTTOM) / 2) + ") rotate(-90)";
    svg.leaf("text", y.name, "transform", turned, "text-anchor", "middle");
  }

  public double px(double v) {
    return LEFT + x.share(v) * (right - LEFT);
  }

  /** The least value on the vertical axis. */
  public double low() {
    return y.low;
  }

  public double py(double v) {
    return BOTTOM - y.share(v) * (BOTTOM - TOP);
  }

  public static String colour(int i) {
    return COLOURS.get(i % COLOURS.size());
  }

  public void line(double x1, double y1, double x2, double y2, String colour, double width) {
    svg.shape(
        "line", "x1", x1, "y1", y1, "x2", x2, "y2", y2, "stroke", colour, "stroke-width", width);
  }

  /** A line through points [x, y] of the picture. */
  public void path(List<double[]> points, String colour, double width, String dashes) {
    StringBuilder list = new StringBuilder();
    for (double[] p : points) {
      list.append(Html.number(p[0])).append(',').append(Html.number(p[1])).append(' ');
    }
    svg.shape(
        "polyline",
        "points",
        list.toString().strip(),
        "fill",
        "none",
        "stroke",
        colour,
        "stroke-width",
        width,
        "stroke-dasharray",
        dashes,
        "stroke-linejoin",
        "round");
  }

  public void dot(double cx, double cy, double radius, String colour) {
    svg.shape("circle", "cx", cx, "cy", cy, "r", radius, "fill", colour);
  }

  public void text(String words, double atX, double atY, String colour, boolean bold) {
    svg.leaf("text", words, "x", atX, "y", atY, "fill", colour, "font-weight", bold ? "600" : null);
  }

  /** A name that belongs to a point of the picture. */
  public record Name(String text, double x, double y, String colour, boolean bold) {}

  /** Names in a column on the right, each joined to its point, none over another. */
  public void column(List<Name> names) {
    List<Name> sorted = new ArrayList<>(names);
    sorted.sort(Comparator.comparingDouble(Name::y));
    double[] at = new double[sorted.size()];
    double free = TOP;
    for (int i = 0; i < at.length; i++) {
      at[i] = Math.max(free, sorted.get(i).y);
      free = at[i] + LINE;
    }
    double limit = BOTTOM + 10;
    for (int i = at.length - 1; i >= 0; i--) {
      at[i] = Math.min(at[i], limit);
      limit = at[i] - LINE;
    }
    for (int i = 0; i < at.length; i++) {
      Name n = sorted.get(i);
      path(
          List.of(
              new double[] {n.x, n.y},
              new double[] {right + 22, at[i]},
              new double[] {right + 28, at[i]}),
          n.colour,
          0.8,
          null);
      text(n.text, right + 32, at[i] + 4, n.colour, n.bold);
    }
  }

  /** Names beside their points, each where there is room. */
  void beside(List<Name> names) {
    List<double[]> taken = new ArrayList<>();
    names.forEach(n -> taken.add(new double[] {n.x - 5, n.y - 5, n.x + 5, n.y + 5}));
    for (Name n : names) {
      double width = n.text.length() * CHARACTER;
      double[] best = null;
      for (int ring = 0; ring < 5 && best == null; ring++) {
        for (double[] move : places(width, ring, n.bold)) {
          double[] box = {
            n.x + move[0], n.y + move[1] - 10, n.x + move[0] + width, n.y + move[1] + 2
          };
          boolean inside =
              box[0] > LEFT && box[2] < WIDTH - 4 && box[1] > TOP - 14 && box[3] < BOTTOM;
          if (best == null && inside && taken.stream().noneMatch(t -> meet(t, box))) {
            best = box;
          }
        }
      }
      if (best == null) {
        best = new double[] {n.x + 7, n.y - 6, n.x + 7 + width, n.y + 6};
      } else if (Math.abs((best[1] + best[3]) / 2 - n.y) > 16) {
        double edge = Math.clamp(n.x, best[0], best[2]);
        line(n.x, n.y, edge, best[1] > n.y ? best[1] : best[3], "#9aa5ab", 0.7);
      }
      taken.add(best);
      text(n.text, best[0], best[3] - 2, n.colour, n.bold);
    }
  }

  /** Beside the point first; those on a line that is drawn through it, above or below it. */
  private static List<double[]> places(double width, int ring, boolean lined) {
    double d = 14.0 * ring;
    if (lined) {
      return List.of(
          new double[] {-width / 2, -10 - d},
          new double[] {6, -9 - d},
          new double[] {-width / 2, 18 + d},
          new double[] {-8 - width, -9 - d});
    }
    return List.of(
        new double[] {8, 4 - d},
        new double[] {8, 4 + d},
        new double[] {-8 - width, 4 - d},
        new double[] {-8 - width, 4 + d},
        new double[] {-width / 2, -8 - d},
        new double[] {-width / 2, 16 + d});
  }

  private static boolean meet(double[] a, double[] b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  public String svg() {
    return svg.close().toString() + "\n";
  }
}
