package dev.syncline.cli.report;

import java.util.List;
import java.util.stream.Collectors;

/** On what decisions rest: lanes on the clip's axis, and heat maps under it. */
record BasisView(Clip clip, Basis basis) {
  static final String LEAD =
      "Under the events, what the decisions rest on. Rests on: how far the probabilities move, from"
          + " 0 to 1 for the label that moves most, when all of a modality so far is taken away"
          + " (occlusion). Gates: each stream's share of what a fusion lets through. Heat maps: how"
          + " much attention goes to each stretch of the past, and how far the probabilities move"
          + " when that stretch of all modalities is taken away.";

  private static final double TOP = 2;
  private static final double BASE = 25;

  /** Shades of a heat map. */
  private static final int LEVELS = 12;

  void lanes(Html html) {
    for (Basis.Group group : basis.groups()) {
      html.open("h4", "class", group.track() < 0 ? null : "t" + group.track());
      if (group.track() >= 0) {
        html.leaf("i", "");
      }
      html.text(group.title());
      html.leaf("small", group.note()).close();
      group.shares().forEach(share -> lane(html, share));
    }
  }

  private void lane(Html html, Basis.Share share) {
    List<Double> values = share.values();
    String thousandths =
        values.stream()
            .map(v -> Long.toString(Math.round(1000 * v)))
            .collect(Collectors.joining(","));
    html.open(
        "div",
        "class",
        "lane event share " + color(share),
        "data-p",
        values.isEmpty() ? null : thousandths);
    html.open("div", "class", "name").leaf("b", share.name(), "title", share.name());
    html.leaf("output", "").close();
    html.open("div", "class", "field");
    html.open(
        "svg", "viewBox", "0 0 1000 26", "preserveAspectRatio", "none", "aria-hidden", "true");
    html.shape("path", "class", "p", "d", Lane.area(clip, values.size(), values::get, TOP, BASE));
    html.close().close().close();
  }

  private static String color(Basis.Share share) {
    return share.track() < 0 ? "s" + share.number() % 6 : "t" + share.track();
  }

  void maps(Html html, double step) {
    if (basis.maps().isEmpty()) {
      return;
    }
    html.open("div", "class", "heats");
    basis.maps().forEach(map -> map(html, map, step));
    html.close();
    for (String finding : basis.findings()) {
      html.leaf("p", finding, "class", "note finding");
    }
  }

  private void map(Html html, Basis.HeatMap map, double step) {
    double ticks = clip.durationS() / clip.tickS();
    html.open(
        "figure",
        "class",
        map.track() < 0 ? "heat" : "heat t" + map.track(),
        "data-columns",
        map.values().isEmpty() ? null : columns(map),
        "data-width",
        Double.toString(map.step() / ticks));
    html.open("figcaption").leaf("b", map.title()).leaf("output", "").close();
    html.leaf("p", map.note());
    html.open("div", "class", "frame");
    html.open("div", "class", "ages");
    map.ages().forEach(age -> html.leaf("span", age));
    html.close();
    html.open("div", "class", "cells");
    html.open(
        "svg",
        "viewBox",
        "0 0 " + Html.number(ticks) + " " + map.ages().size(),
        "preserveAspectRatio",
        "none",
        "role",
        "img",
        "aria-label",
        map.title() + ", time by age");
    cells(html, map);
    html.close().leaf("div", "", "class", "mark").close();
    html.leaf("div", "ticks ago", "class", "unit");
    html.open("div", "class", "times");
    for (int i = 0; i * step <= clip.durationS() * (1 + 1e-9); i++) {
      String at = "left:" + Html.percent(i * step / clip.durationS());
      html.leaf("span", Html.number(i * step) + (i == 0 ? " s" : ""), "style", at);
    }
    html.close().close();
    scale(html, map.most());
    html.close();
  }

  /** Shades go with the square root, so that small values can be told from none. */
  private static void scale(Html html, double most) {
    int decimals = most < .1 ? 3 : 2;
    html.open("p", "class", "scale").text("0").leaf("i", "");
    html.text(Html.decimals(most / 4, decimals)).leaf("i", "", "class", "strong");
    html.text(Html.decimals(most, decimals)).close();
  }

  /** For the read-out: where each column begins, and its values in thousandths. */
  private String columns(Basis.HeatMap map) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < map.ticks().size(); i++) {
      text.append(text.isEmpty() ? "" : ";");
      text.append(Html.number(map.ticks().get(i) * clip.tickS()));
      map.values().get(i).forEach(v -> text.append(',').append(Math.round(1000 * v)));
    }
    return text.toString();
  }

  /**
   * What there is as a ground, and a path for each shade: cells of a row that are alike are one.
   */
  private static void cells(Html html, Basis.HeatMap map) {
    StringBuilder[] shades = new StringBuilder[LEVELS + 1];
    for (int level = 0; level <= LEVELS; level++) {
      shades[level] = new StringBuilder();
    }
    StringBuilder ground = new StringBuilder();
    int columns = map.ticks().size();
    for (int age = 0; age < map.ages().size(); age++) {
      for (int from = 0; from < columns; ) {
        int shade = shade(map, from, age);
        int to = from;
        while (to < columns && shade(map, to, age) == shade) {
          to++;
        }
        if (shade >= 0) {
          cell(ground, map, from, to, age);
          cell(shades[shade], map, from, to, age);
        }
        from = to;
      }
    }
    html.shape("path", "class", "ground", "d", ground.toString());
    for (int level = 1; level <= LEVELS; level++) {
      if (!shades[level].isEmpty()) {
        double opacity = level / (double) LEVELS;
        html.shape("path", "d", shades[level].toString(), "fill-opacity", opacity);
      }
    }
  }

  /** 0 for none of the most to {@link #LEVELS} for all of it, -1 where there is no such past. */
  private static int shade(Basis.HeatMap map, int column, int age) {
    List<Double> values = map.values().get(column);
    if (age >= values.size()) {
      return -1;
    }
    double most = map.most();
    return most == 0 ? 0 : (int) Math.round(LEVELS * Math.sqrt(values.get(age) / most));
  }

  private static void cell(StringBuilder d, Basis.HeatMap map, int from, int to, int age) {
    int width = (to - from) * map.step();
    d.append('M').append(map.ticks().get(from)).append(' ').append(age);
    d.append('h').append(width).append("v1h-").append(width).append('z');
  }
}
