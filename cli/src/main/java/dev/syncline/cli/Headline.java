package dev.syncline.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * A metric at the head of a report.
 *
 * @param name as people read it
 * @param note what it means in a line
 * @param key as {@code score} takes it
 */
record Headline(String name, String note, String key, boolean higherIsBetter) {
  private static final String AV = "av";

  /** The headline metrics of a model that decides about these modalities. */
  static List<Headline> of(List<String> tracks) {
    List<String> more = withBoth(tracks);
    List<Headline> all = new ArrayList<>();
    for (String track : more) {
      all.add(
          new Headline(
              "segment F1, " + named(track),
              "every tick, all clips and classes pooled",
              "segment_f1." + track + ".micro",
              true));
    }
    for (String track : more) {
      all.add(
          new Headline(
              "event F1, " + named(track),
              "events that overlap by half (IoU 0.5), pooled",
              "event_f1." + track + ".micro@mIoU0.5",
              true));
    }
    if (more.contains(AV)) {
      all.add(
          new Headline(
              "Type@AV", "mean of heard, seen and both, clip by clip", "type_at_avg", true));
      all.add(
          new Headline(
              "Event@AV", "heard and seen counted together, clip by clip", "event_at_avg", true));
    }
    each(
        all,
        tracks,
        "calibration error",
        "ECE in 15 bins, every tick and class",
        "ece.binary.#@15");
    each(all, tracks, "Brier score", "mean squared error of the probabilities", "brier.binary.#");
    each(
        all,
        tracks,
        "time to detect",
        "seconds from onset to report, median of what was found",
        "latency.time_to_detect_s.#.median");
    each(
        all,
        tracks,
        "false alarms an hour",
        "reported events that overlap no true one",
        "false_alarms_per_hour.#");
    return List.copyOf(all);
  }

  private static void each(
      List<Headline> all, List<String> tracks, String name, String note, String pattern) {
    for (String track : tracks) {
      all.add(new Headline(name + ", " + named(track), note, pattern.replace("#", track), false));
    }
  }

  /** The modalities, and what is heard and seen at once where there are both. */
  static List<String> withBoth(List<String> tracks) {
    List<String> more = new ArrayList<>(tracks);
    if (tracks.contains("audio") && tracks.contains("visual") && !tracks.contains(AV)) {
      more.add(AV);
    }
    return more;
  }

  /** A modality as people say it. */
  static String named(String track) {
    return track.equals(AV) ? "both" : Presets.outputName(track);
  }
}
