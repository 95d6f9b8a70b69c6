package dev.syncline.cli.report;

import java.util.List;

/** Small pieces that several sections share. */
final class Parts {
  private Parts() {}

  /** A class's name with its colour. */
  static void label(Html html, List<String> labels, int c) {
    html.open("span", "class", "label k" + c).leaf("i", "").leaf("b", labels.get(c)).close();
  }

  /** A table cell with a bar behind a number. */
  static void barCell(Html html, String color, double value, double share, int decimals) {
    html.open("td", "class", "barcell " + color, "data-v", Double.isNaN(value) ? -1.0 : value);
    html.open("div", "class", "rail");
    html.leaf("div", "", "class", "fill", "style", "width:" + Html.percent(share)).close();
    html.leaf("span", Html.decimals(value, decimals)).close();
  }

  /** Which colour is which modality. */
  static void legend(Html html, List<String> tracks) {
    html.open("p", "class", "legend");
    for (int m = 0; m < tracks.size(); m++) {
      html.open("span", "class", "t" + m).leaf("i", "").text(tracks.get(m)).close();
    }
    html.close();
  }
}
