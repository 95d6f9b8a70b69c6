package dev.syncline.cli.report;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Clips in full. All that belongs to a clip (stills, spectrogram, events) is a lane over one time
 * axis, drawn in shares of the clip's duration, so that everything stays aligned at any width.
 *
 * @param threshold drawn as a line through the probabilities, NaN for none
 */
record ClipView(List<String> labels, List<String> tracks, double threshold) {
  private static final double[] STEPS = {
    .1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600
  };
  private static final int SLOTS = 12;

  /** Below this peak, a class that is neither true nor decided gets no lane. */
  private static final double QUIET = .2;

  void all(Html html, List<Clip> clips) {
    boolean decided = clips.stream().anyMatch(c -> c.tracks().stream().anyMatch(Lane::predicted));
    html.open("p", "class", "lead").text(decided ? PREDICTED : "Annotated events, by modality.");
    html.leaf("span", " Move over a clip to read it off; ← → change the clip.", "class", "keys");
    html.close();
    if (clips.stream().anyMatch(c -> c.basis().isPresent())) {
      html.leaf("p", BasisView.LEAD, "class", "lead");
    }
    html.open("div", "class", "picker", "hidden", "");
    html.leaf("button", "←", "type", "button", "data-go", "-1", "aria-label", "previous clip");
    html.open("select", "aria-label", "clip");
    for (int i = 0; i < clips.size(); i++) {
      html.leaf("option", clips.get(i).id(), "value", i);
    }
    html.close();
    html.leaf("button", "→", "type", "button", "data-go", "1", "aria-label", "next clip");
    html.leaf("button", "all", "type", "button", "data-go", "all");
    html.close();
    for (int i = 0; i < clips.size(); i++) {
      clip(html, clips.get(i), i);
    }
  }

  private static final String PREDICTED =
      "In each lane: the truth on top, the probability as area with the threshold dashed, the"
          + " decided events as a bar below, and when each was emitted as an upright mark.";

  private void clip(Html html, Clip clip, int index) {
    html.open("article", "class", "card clip", "id", "clip-" + (index + 1));
    html.open("h3").text(clip.id()).leaf("small", Html.number(clip.durationS()) + " s").close();
    if (!clip.note().isEmpty()) {
      html.leaf("p", clip.note(), "class", "note");
    }
    double step = step(clip.durationS());
    html.open(
        "div",
        "class",
        "plot",
        "tabindex",
        "0",
        "data-duration",
        clip.durationS(),
        "data-tick",
        Double.toString(clip.tickS()),
        "style",
        "--step:" + Html.percent(step / clip.durationS()));
    stills(html, clip);
    clip.spectrogram().ifPresent(s -> spectrogram(html, clip, s));
    for (Track track : clip.tracks()) {
      track(html, clip, track);
    }
    clip.basis().ifPresent(basis -> new BasisView(clip, basis).lanes(html));
    axis(html, clip.durationS(), step);
    html.leaf("div", "", "class", "cursor").close();
    clip.basis().ifPresent(basis -> new BasisView(clip, basis).maps(html, step));
    html.close();
  }

  private static void stills(Html html, Clip clip) {
    if (clip.stills().isEmpty()) {
      return;
    }
    int some = Math.min(SLOTS, clip.stills().size());
    int slots = some == 1 ? 1 : some / 2 * 2; // even: narrow pages show every other one
    html.open("div", "class", "lane stills").leaf("div", "frames", "class", "name");
    html.open("div", "class", "field");
    for (int i = 0; i < slots; i++) {
      double from = clip.durationS() * i / slots;
      double to = clip.durationS() * (i + 1) / slots;
      html.open("div", "class", "slot");
      clip.stills().stream()
          .filter(s -> s.timeS() >= from - 1e-9 && s.timeS() < to - 1e-9)
          .findFirst()
          .ifPresent(
              s ->
                  html.single(
                          "img",
                          "src",
                          "data:image/jpeg;base64," + s.base64(),
                          "alt",
                          "frame at " + Html.number(s.timeS()) + " s")
                      .leaf("small", Html.decimals(s.timeS(), 1)));
      html.close();
    }
    html.close().close();
  }

  private static void spectrogram(Html html, Clip clip, Spectrogram s) {
    html.open("div", "class", "lane spectrogram").leaf("div", "sound", "class", "name");
    html.open("div", "class", "field");
    html.single(
        "img",
        "src",
        "data:image/png;base64," + Base64.getEncoder().encodeToString(s.png()),
        "alt",
        "spectrogram",
        "style",
        "left:"
            + Html.percent(s.startS() / clip.durationS())
            + ";width:"
            + Html.percent((s.endS() - s.startS()) / clip.durationS()));
    html.close().close();
  }

  private void track(Html html, Clip clip, Track track) {
    List<Integer> shown = new ArrayList<>();
    for (int c = 0; c < labels.size(); c++) {
      int label = c;
      boolean involved =
          track.truth().stream().anyMatch(m -> m.label() == label)
              || track.decisions().stream().anyMatch(d -> d.label() == label);
      if (involved || track.peak(c) >= QUIET) {
        shown.add(c);
      }
    }
    html.open("h4", "class", "t" + Math.max(0, tracks.indexOf(track.name()))).leaf("i", "");
    html.text(track.name());
    int quiet = labels.size() - shown.size();
    if (quiet > 0) {
      String below = track.probabilities().isEmpty() ? "" : " (below " + QUIET + " throughout)";
      html.leaf("small", quiet + (quiet == 1 ? " class is" : " classes are") + " quiet" + below);
    }
    html.close();
    for (int c : shown) {
      new Lane(clip, track, c, labels.get(c)).write(html, threshold);
    }
  }

  private static void axis(Html html, double durationS, double step) {
    html.open("div", "class", "lane axis").open("div", "class", "name");
    html.leaf("output", "", "class", "time").close();
    html.open("div", "class", "field");
    for (int i = 0; i * step <= durationS * (1 + 1e-9); i++) {
      String at = "left:" + Html.percent(i * step / durationS);
      html.leaf("span", Html.number(i * step), "style", at);
    }
    html.close().close();
  }

  /** The smallest round step with at most ten of them in a clip. */
  private static double step(double durationS) {
    for (double step : STEPS) {
      if (durationS / step <= 10) {
        return step;
      }
    }
    return durationS / 10;
  }
}
