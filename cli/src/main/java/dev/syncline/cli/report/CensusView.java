package dev.syncline.cli.report;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Draws a {@link Census}. */
record CensusView(Census census, List<String> labels, List<String> tracks) {

  void classes(Html html) {
    html.leaf("p", "Annotated events and the seconds they cover, by modality.", "class", "lead");
    html.open("div", "class", "card scroll").open("table", "class", "sortable");
    html.open("thead").open("tr").leaf("th", "class");
    for (String track : tracks) {
      html.leaf("th", "events " + track, "class", "num").leaf("th", "seconds " + track);
    }
    html.close().close().open("tbody");
    double most = 1e-9;
    for (int m = 0; m < tracks.size(); m++) {
      for (int c = 0; c < labels.size(); c++) {
        most = Math.max(most, census.seconds(m, c));
      }
    }
    double scale = most;
    IntStream.range(0, labels.size())
        .boxed()
        .sorted(Comparator.comparingDouble(c -> -census.together(c, c)))
        .forEach(c -> row(html, c, scale));
    html.close().close().close();
  }

  private void row(Html html, int c, double scale) {
    html.open("tr").open("td");
    Parts.label(html, labels, c);
    html.close();
    for (int m = 0; m < tracks.size(); m++) {
      int n = census.events(m, c);
      html.leaf("td", Html.decimals(n, 0), "class", "num", "data-v", n);
      double s = census.seconds(m, c);
      Parts.barCell(html, "t" + m, s, s / scale, 1);
    }
    html.close();
  }

  void durations(Html html) {
    html.leaf("p", "How long an event lasts. Bins double in width.", "class", "lead");
    html.open("div", "class", "card");
    Parts.legend(html, tracks);
    html.open("div", "class", "columns");
    int bins = Census.BINS;
    int most = 1;
    for (int m = 0; m < tracks.size(); m++) {
      for (int b = 0; b < bins; b++) {
        most = Math.max(most, census.durations(m, b));
      }
    }
    for (int b = 0; b < bins; b++) {
      double end = Census.binEnd(b);
      boolean last = b == bins - 1;
      String name = (last ? "> " + Html.number(Census.binEnd(b - 1)) : "≤ " + Html.number(end));
      html.open("div", "class", "column").open("div", "class", "stack");
      for (int m = 0; m < tracks.size(); m++) {
        int n = census.durations(m, b);
        html.open(
            "div",
            "class",
            "pillar t" + m,
            "style",
            "height:" + Html.percent(n / (double) most),
            "title",
            n + " events " + tracks.get(m) + " of " + name + " s");
        html.leaf("span", n == 0 ? "" : Integer.toString(n)).close();
      }
      html.close().leaf("small", name + " s").close();
    }
    html.close().close();
  }

  void together(Html html) {
    html.leaf(
        "p",
        "Of the time in which the row's class is heard or seen: the share in which the column's"
            + " class is, too. The diagonal gives the seconds of the class.",
        "class",
        "lead");
    html.open("div", "class", "card scroll").open("table", "class", "matrix");
    html.open("thead").open("tr").leaf("th", "");
    for (int c = 0; c < labels.size(); c++) {
      html.open("th", "class", "turned");
      Parts.label(html, labels, c);
      html.close();
    }
    html.close().close().open("tbody");
    for (int a = 0; a < labels.size(); a++) {
      html.open("tr").open("th");
      Parts.label(html, labels, a);
      html.close();
      for (int b = 0; b < labels.size(); b++) {
        cell(html, a, b);
      }
      html.close();
    }
    html.close().close().close();
  }

  private void cell(Html html, int a, int b) {
    double own = census.together(a, a);
    double both = census.together(a, b);
    if (a == b) {
      html.leaf("td", Html.decimals(own, own < 10 ? 1 : 0), "class", "own");
      return;
    }
    double share = own == 0 ? 0 : both / own;
    html.leaf(
        "td",
        share < .005 ? "" : Math.round(100 * share) + "%",
        "style",
        "--a:" + Html.percent(share),
        "class",
        share > .55 ? "strong" : null,
        "title",
        Html.decimals(both, 1) + " s of " + Html.decimals(own, 1) + " s");
  }
}
