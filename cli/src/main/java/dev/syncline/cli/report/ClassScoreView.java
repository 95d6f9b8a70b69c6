package dev.syncline.cli.report;

import java.util.Comparator;
import java.util.List;

/** Scores per class as sorted bars that are a table at the same time. */
record ClassScoreView(ClassScores scores, List<String> labels, List<String> tracks) {

  void write(Html html) {
    html.leaf(
        "p",
        scores.metric() + " of each class, best mean first; click a column's head to sort by it.",
        "class",
        "lead");
    html.open("div", "class", "card scroll").open("table", "class", "sortable");
    html.open("thead").open("tr").leaf("th", "class");
    scores.tracks().forEach(track -> html.leaf("th", track));
    scores.tracks().forEach(track -> html.leaf("th", "events " + track, "class", "num"));
    html.close().close().open("tbody");
    scores.rows().stream()
        .sorted(
            Comparator.comparingDouble((ClassScores.Row row) -> -row.mean())
                .thenComparingInt(ClassScores.Row::label))
        .forEach(row -> row(html, row));
    html.close().close().close();
  }

  private void row(Html html, ClassScores.Row row) {
    html.open("tr").open("td");
    Parts.label(html, labels, row.label());
    html.close();
    for (int i = 0; i < scores.tracks().size(); i++) {
      double score = row.scores().get(i);
      int track = tracks.indexOf(scores.tracks().get(i));
      Parts.barCell(html, "t" + (track < 0 ? tracks.size() : track), score, score, 3);
    }
    for (int n : row.support()) {
      html.leaf("td", Html.decimals(n, 0), "class", "num", "data-v", n);
    }
    html.close();
  }
}
