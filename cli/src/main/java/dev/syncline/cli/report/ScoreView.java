package dev.syncline.cli.report;

import java.util.List;
import java.util.Locale;

/** Headline scores: a card for each metric, one bar for each system. */
record ScoreView(List<Scored> systems, List<Score> scores) {

  void write(Html html) {
    html.leaf(
        "p",
        "The model beside what is simpler (baselines) and what costs nothing (floors, hatched).",
        "class",
        "lead");
    html.open("div", "class", "cards");
    for (Score score : scores) {
      card(html, score);
    }
    html.close();
    table(html);
  }

  private void card(Html html, Score score) {
    html.open("article", "class", "card score").leaf("h3", score.name());
    Score.Value first = score.values().getFirst();
    html.open("p", "class", "big").leaf("span", number(first.mean()));
    if (!Double.isNaN(first.sd())) {
      html.leaf("small", "± " + number(first.sd()));
    }
    html.leaf("em", score.higherIsBetter() ? "higher is better" : "lower is better").close();
    if (!score.note().isEmpty()) {
      html.leaf("p", score.note(), "class", "note");
    }
    double scale = score.fullScale(systems);
    html.open("ul", "class", "bars");
    for (int i = 0; i < systems.size(); i++) {
      Score.Value value = score.values().get(i);
      html.open("li", "class", role(i)).leaf("span", systems.get(i).name(), "class", "who");
      html.open("div", "class", "rail");
      double share = value.mean() / scale;
      html.leaf("div", "", "class", "fill", "style", "width:" + Html.percent(share));
      if (value.sd() > 0) {
        double low = Math.max(0, (value.mean() - value.sd()) / scale);
        double width = Math.max(0, Math.min(1, share + value.sd() / scale) - low);
        String at = "left:" + Html.percent(low) + ";width:" + Html.percent(width);
        html.leaf("div", "", "class", "sd", "style", at);
      }
      html.close().leaf("span", number(value.mean()), "class", "num").close();
    }
    html.close().close();
  }

  private void table(Html html) {
    html.open("details", "class", "card scroll").leaf("summary", "the same as a table");
    html.open("table").open("thead").open("tr").leaf("th", "metric");
    for (int i = 0; i < systems.size(); i++) {
      html.leaf("th", systems.get(i).name(), "class", "num " + role(i));
    }
    html.close().close().open("tbody");
    for (Score score : scores) {
      html.open("tr").leaf("td", score.name() + (score.higherIsBetter() ? " ↑" : " ↓"));
      for (Score.Value v : score.values()) {
        String spread = Double.isNaN(v.sd()) ? "" : " ± " + number(v.sd());
        html.leaf("td", number(v.mean()) + spread, "class", "num");
      }
      html.close();
    }
    html.close().close().close();
  }

  private String role(int system) {
    return systems.get(system).role().name().toLowerCase(Locale.ROOT);
  }

  private static String number(double value) {
    return Html.decimals(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3);
  }
}
