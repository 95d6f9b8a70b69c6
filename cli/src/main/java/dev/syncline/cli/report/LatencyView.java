package dev.syncline.cli.report;

import java.util.ArrayList;
import java.util.List;

/** A tick's budget: how much each stage takes of it. */
record LatencyView(Latency latency) {

  void write(Html html) {
    double tick = latency.tickMs();
    html.leaf(
        "p",
        "Computing time per tick, by stage, of the "
            + Html.number(tick)
            + " ms that a tick lasts. The strip shows the medians to scale.",
        "class",
        "lead");
    html.open("div", "class", "card scroll");
    double scale =
        Math.max(tick, latency.stages().stream().mapToDouble(Latency.Stage::p50Ms).sum());
    html.open("div", "class", "strip");
    List<Latency.Stage> stages = latency.stages();
    for (int i = 0; i < stages.size(); i++) {
      html.leaf(
          "div",
          "",
          "class",
          "s" + i % 6,
          "style",
          "width:" + Html.percent(stages.get(i).p50Ms() / scale),
          "title",
          stages.get(i).name() + " " + ms(stages.get(i).p50Ms()));
    }
    html.close();
    html.open("table").open("thead").open("tr").leaf("th", "stage");
    for (String head : List.of("p50", "p99", "max", "p50 / real time", "p99 / real time")) {
      html.leaf("th", head, "class", "num");
    }
    html.close().close().open("tbody");
    List<Latency.Stage> rows = new ArrayList<>(stages);
    rows.add(latency.total());
    for (int i = 0; i < rows.size(); i++) {
      row(html, rows.get(i), i == stages.size() ? "total" : "s" + i % 6);
    }
    html.close().close().close();
  }

  private void row(Html html, Latency.Stage stage, String kind) {
    html.open("tr", "class", kind).open("td").leaf("i", "", "class", "dot").text(stage.name());
    html.close();
    for (double v : new double[] {stage.p50Ms(), stage.p99Ms(), stage.maxMs()}) {
      html.leaf("td", ms(v), "class", "num");
    }
    for (double v : new double[] {stage.p50Ms(), stage.p99Ms()}) {
      html.leaf("td", Html.decimals(100 * v / latency.tickMs(), 2) + "%", "class", "num");
    }
    html.close();
  }

  private static String ms(double value) {
    return Html.decimals(value, value < 1 ? 3 : value < 100 ? 2 : 0) + " ms";
  }
}
