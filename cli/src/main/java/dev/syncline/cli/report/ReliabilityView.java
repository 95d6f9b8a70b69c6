package dev.syncline.cli.report;

import java.util.List;

/** Reliability diagrams: the share of true cells over the probability that was given. */
record ReliabilityView(List<Reliability> all, List<String> tracks) {
  private static final double SIZE = 200;
  private static final double LEFT = 34;
  private static final double TOP = 8;
  private static final double COUNTS = 34;

  void write(Html html) {
    html.leaf(
        "p",
        "Bars on the dashed line mean what they say: of all moments given 0.8, eight of ten are"
            + " true. Shaded is the gap; below, how many (tick, class) cells fall in each bin, on a"
            + " logarithmic scale.",
        "class",
        "lead");
    html.open("div", "class", "cards");
    for (Reliability r : all) {
      html.open("article", "class", "card reliability t" + Math.max(0, tracks.indexOf(r.track())));
      html.open("h3").text(r.track()).close();
      html.open("p", "class", "big").leaf("span", Html.decimals(r.ece(), 3)).leaf("small", "ECE");
      html.leaf("em", "Brier " + Html.decimals(r.brier(), 3)).close();
      diagram(html, r);
      html.close();
    }
    html.close();
  }

  private void diagram(Html html, Reliability r) {
    double bottom = TOP + SIZE;
    html.open(
        "svg",
        "viewBox",
        "0 0 " + Html.number(LEFT + SIZE + 8) + " " + Html.number(bottom + COUNTS + 38),
        "role",
        "img",
        "aria-label",
        "reliability diagram, " + r.track());
    for (int i = 0; i <= 4; i++) {
      double v = i / 4.0;
      double y = bottom - v * SIZE;
      double x = LEFT + v * SIZE;
      html.shape("line", "class", "grid", "x1", LEFT, "x2", LEFT + SIZE, "y1", y, "y2", y);
      html.leaf("text", Html.number(v), "x", LEFT - 5, "y", y + 4, "text-anchor", "end");
      double below = bottom + COUNTS + 20;
      html.leaf("text", Html.number(v), "x", x, "y", below, "text-anchor", "middle");
    }
    bins(html, r, bottom);
    html.shape("line", "class", "diagonal", "x1", LEFT, "y1", bottom, "x2", LEFT + SIZE, "y2", TOP);
    html.leaf(
        "text",
        "probability",
        "x",
        LEFT + SIZE / 2,
        "y",
        bottom + COUNTS + 34,
        "text-anchor",
        "middle");
    html.close();
  }

  private static void bins(Html html, Reliability r, double bottom) {
    int n = r.bins().size();
    double width = SIZE / n;
    double most = Math.log1p(r.bins().stream().mapToDouble(Reliability.Bin::count).max().orElse(1));
    for (int b = 0; b < n; b++) {
      Reliability.Bin bin = r.bins().get(b);
      if (bin.count() == 0) {
        continue;
      }
      double x = LEFT + b * width + 1;
      double hit = bin.hitRate() * SIZE;
      double said = bin.score() * SIZE;
      html.open("g");
      html.leaf(
          "title",
          Html.decimals(bin.score(), 3)
              + " said, "
              + Html.decimals(bin.hitRate(), 3)
              + " true, "
              + Html.decimals((double) bin.count(), 0)
              + " cells");
      rect(html, "hit", x, bottom - hit, width - 2, hit);
      rect(html, "gap", x, bottom - Math.max(hit, said), width - 2, Math.abs(hit - said));
      double tall = COUNTS * Math.log1p((double) bin.count()) / Math.max(most, 1e-9);
      rect(html, "count", x, bottom + 4, width - 2, Math.max(.5, tall));
      html.close();
    }
  }

  private static void rect(Html html, String kind, double x, double y, double w, double h) {
    html.shape("rect", "class", kind, "x", x, "y", y, "width", w, "height", h);
  }
}
