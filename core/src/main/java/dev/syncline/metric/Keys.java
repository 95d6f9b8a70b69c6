package dev.syncline.metric;

import dev.syncline.json.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * The metrics that are asked for: keys such as {@code segment_f1.audio.micro}, or groups of keys
 * such as {@code llp}, of which only those are scored that the files allow.
 */
public final class Keys {
  private static final List<String> GROUPS =
      List.of(
          "llp",
          "ave",
          "on_avep",
          "oad",
          "anticipation",
          "collar",
          "calibration",
          "retrieval",
          "survival",
          "online");
  private static final List<String> IOUS = List.of("@mIoU0.5", "@mIoU0.1:0.1:0.9");

  /**
   * One key.
   *
   * @param typed as given, or as a group spells it
   * @param group the group it stands for, empty for a key of its own
   */
  record Request(String typed, String group, Key key) {}

  private final List<Request> requests = new ArrayList<>();
  private final Truth truth;
  private final Predictions predictions;

  private Keys(Truth truth, Predictions predictions) {
    this.truth = truth;
    this.predictions = predictions;
  }

  /**
   * Reads keys and groups.
   *
   * @throws IllegalArgumentException with one line when there is no such key or track
   */
  public static Keys of(List<String> names, Truth truth, Predictions predictions) {
    Keys keys = new Keys(truth, predictions);
    for (String name : names) {
      String trimmed = name.strip();
      if (trimmed.isEmpty()) {
        throw new IllegalArgumentException("an empty key; keys are separated by single commas");
      } else if (trimmed.equals("all")) {
        GROUPS.forEach(group -> keys.addGroup("all", group));
      } else if (GROUPS.contains(trimmed)) {
        keys.addGroup(trimmed, trimmed);
      } else {
        keys.requests.add(new Request(trimmed, "", keys.parse(trimmed)));
      }
    }
    return keys;
  }

  List<Request> requests() {
    return requests;
  }

  /** Whether anything asked for concerns clips. */
  boolean needClips() {
    return requests.stream()
        .anyMatch(
            r -> !(r.key() instanceof Key.RetrievalRank || r.key() instanceof Key.OfSurvival));
  }

  private Key parse(String typed) {
    try {
      return KeyParser.parse(typed, truth);
    } catch (IllegalArgumentException e) {
      String word = typed.contains(".") || typed.contains("@") ? "" : typed;
      for (String group : GROUPS) {
        if (!word.isEmpty() && Field.hint(word, List.of(group)).startsWith(", did")) {
          throw new IllegalArgumentException(
              "unknown key or group \"" + typed + "\", did you mean \"" + group + "\"?", e);
        }
      }
      throw e;
    }
  }

  private void addGroup(String group, String family) {
    for (String typed : spelled(family)) {
      requests.add(new Request(typed, group, KeyParser.parse(typed, truth)));
    }
  }

  private List<String> spelled(String group) {
    List<String> keys = new ArrayList<>();
    switch (group) {
      case "llp" -> addParsing(keys);
      case "ave" -> overTracks(keys, "ave.accuracy*");
      case "on_avep" -> addOnlineParsing(keys);
      case "oad" -> overTracks(keys, "oad.map*", "oad.cmap*");
      case "anticipation" -> addAnticipation(keys);
      case "collar" ->
          overTracks(
              keys,
              "collar_f1.#.micro@0.2/0.5",
              "collar_f1.#.macro@0.2/0.5",
              "collar_f1.#.macro_sedeval@0.2/0.5");
      case "calibration" ->
          overTracks(keys, "ece.binary*@15", "ece.top1*@15", "brier.binary*", "brier.multiclass*");
      case "retrieval" -> {
        for (String statistic :
            List.of("r_at_1", "r_at_5", "r_at_10", "median_rank", "mean_rank", "mrr")) {
          keys.add("retrieval." + statistic);
        }
      }
      case "survival" -> {
        keys.addAll(List.of("survival.cindex", "survival.cindex_ipcw"));
        predictions
            .survival()
            .ifPresent(
                s -> {
                  for (double horizon : s.horizonsS()) {
                    keys.add("survival.brier@" + decimal(horizon));
                  }
                });
        keys.add("survival.ibs");
      }
      case "online" -> addOnline(keys);
      default -> throw new IllegalArgumentException(group);
    }
    return keys;
  }

  private void addParsing(List<String> keys) {
    for (String average : List.of("", ".micro", ".macro")) {
      overTracks(keys, "segment_f1.#" + average);
      IOUS.forEach(iou -> overTracks(keys, "event_f1.#" + average + iou));
    }
    if (truth.isAudioVisual()) {
      for (String level : List.of("type_at_avg", "event_at_avg")) {
        keys.add(level);
        IOUS.forEach(iou -> keys.add(level + ".event" + iou));
      }
    }
  }

  /** Online parsing has no clip gate, so that gated F1 is not in this group. */
  private void addOnlineParsing(List<String> keys) {
    if (predictions.clips().stream().noneMatch(c -> c.clipProbabilities().isPresent())) {
      overTracks(keys, "segment_f1.#");
      IOUS.forEach(iou -> overTracks(keys, "event_f1.#" + iou));
    }
    overTracks(keys, "on_avep.pf_map.#");
  }

  private void addAnticipation(List<String> keys) {
    for (String family : List.of("anticipation.map*", "anticipation.cmap*")) {
      for (int ticks : predictions.horizonTicks()) {
        overTracks(keys, family + "@" + decimal(ticks / truth.ticksPerSecond()) + "s");
      }
      overTracks(keys, family + ".mean");
    }
  }

  private void addOnline(List<String> keys) {
    for (String part : List.of("decision_s", "lookahead_s", "total_s")) {
      for (String statistic : List.of("mean", "p50", "p95", "p99", "max")) {
        keys.add("latency." + part + "." + statistic);
      }
    }
    for (String statistic : List.of("mean", "median", "p90", "max")) {
      overTracks(keys, "latency.time_to_detect_s*." + statistic);
    }
    for (String count : List.of("misses", "miss_rate", "early", "late", "duplicates")) {
      overTracks(keys, "latency." + count + "*");
    }
    overTracks(keys, "false_alarms_per_hour*");
    keys.add("revisions");
  }

  /** A key per track: {@code #} is the track, {@code *} the track where there is a choice. */
  private void overTracks(List<String> keys, String... patterns) {
    for (String pattern : patterns) {
      for (String track : KeyText.tracks(truth)) {
        String dotted = truth.modalities().size() == 1 ? "" : "." + track;
        keys.add(pattern.replace("#", track).replace("*", dotted));
      }
    }
  }

  /** The shortest decimal literal, without ".0". */
  private static String decimal(double value) {
    String text = Double.toString(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
