package dev.syncline.metric;

import dev.syncline.json.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;

/**
 * The text of one key, taken word by word: words with dots between, then parameters behind an at
 * sign. Every complaint is an {@link IllegalArgumentException} that repeats the key.
 */
final class KeyText {
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

  /** One key of each form without track and parameters, to hint at. */
  private static final List<String> FORMS =
      ("segment_f1 segment_f1.micro segment_f1.macro event_f1 event_f1.micro event_f1.macro "
              + "type_at_avg type_at_avg.event event_at_avg event_at_avg.event ave.accuracy "
              + "on_avep.pf_map oad.map oad.cmap anticipation.map anticipation.cmap "
              + "collar_f1.micro collar_f1.macro collar_f1.macro_sedeval psds ece ece.binary "
              + "ece.top1 brier.binary brier.multiclass retrieval.r_at_1 retrieval.median_rank "
              + "retrieval.mean_rank retrieval.mrr survival.cindex survival.cindex_ipcw "
              + "survival.brier survival.ibs latency.decision_s.p50 latency.lookahead_s.max "
              + "latency.total_s.p99 latency.time_to_detect_s.median latency.misses "
              + "latency.miss_rate latency.early latency.late latency.duplicates "
              + "false_alarms_per_hour revisions")
          .transform(forms -> List.of(forms.split(" ")));

  private final String typed;
  private final Truth truth;
  private final List<String> tracks;
  private final Deque<String> words;
  private String parameters;

  KeyText(String typed, Truth truth) {
    this.typed = typed;
    this.truth = truth;
    tracks = tracks(truth);
    int at = typed.indexOf('@');
    words = new ArrayDeque<>(List.of((at < 0 ? typed : typed.substring(0, at)).split("\\.", -1)));
    parameters = at < 0 ? null : typed.substring(at + 1);
  }

  /** The declared modalities, and av where it follows from them. */
  static List<String> tracks(Truth truth) {
    List<String> tracks = new ArrayList<>(truth.modalities());
    if (truth.isAudioVisual() && !tracks.contains(Truth.AV)) {
      tracks.add(Truth.AV);
    }
    return tracks;
  }

  /** The next word, empty after the last one; it stays where it is. */
  String next() {
    return words.isEmpty() ? "" : words.peek();
  }

  /** Takes all words that are left, with the dots between. */
  String rest() {
    String rest = String.join(".", words);
    words.clear();
    return rest;
  }

  boolean hasParameters() {
    return parameters != null;
  }

  /** Refuses words or parameters that the key does not have. */
  void end() {
    if (!words.isEmpty() || parameters != null) {
      throw unknown();
    }
  }

  interface Make<T> {
    T make();
  }

  /** Takes the next word, which must be one of these. */
  <T> T choice(Map<String, Make<T>> choices) {
    Make<T> chosen = choices.get(next());
    if (chosen == null) {
      throw unknown();
    }
    words.poll();
    return chosen.make();
  }

  /** Takes the next word if it is this one. */
  boolean takes(String word) {
    return next().equals(word) && words.poll() != null;
  }

  /** Takes the track, which may be left out where only one modality is declared. */
  String track() {
    if (tracks.contains(next())) {
      return words.poll();
    }
    if (truth.modalities().size() == 1) {
      return truth.modalities().getFirst();
    }
    if (tracks.isEmpty()) {
      throw bad("the truth declares no modalities");
    }
    throw words.isEmpty()
        ? bad("name a track: " + String.join(", ", tracks))
        : bad("unknown track \"" + next() + "\"" + Field.hint(next(), tracks));
  }

  /** Takes the parameters, which must start with {@code prefix}, and returns what follows it. */
  String after(String prefix, String example) {
    if (parameters == null || !parameters.startsWith(prefix)) {
      throw bad("needs parameters, for example @" + example);
    }
    String text = parameters.substring(prefix.length());
    parameters = null;
    return text;
  }

  double[] numbers(String text, String separator, int count, DoublePredicate allowed) {
    String[] parts = text.split(separator, -1);
    if (parts.length != count) {
      throw bad("\"" + text + "\" must be " + count + " numbers with " + separator + " between");
    }
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = number(parts[i], allowed);
    }
    return values;
  }

  double number(String text, DoublePredicate allowed) {
    if (!DECIMAL.matcher(text).matches()) {
      throw bad("\"" + text + "\" is not a decimal number");
    }
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value) || !allowed.test(value)) {
      throw bad(text + " is out of range");
    }
    return value;
  }

  IllegalArgumentException unknown() {
    String bare = typed.contains("@") ? typed.substring(0, typed.indexOf('@')) : typed;
    for (String track : tracks) {
      bare = bare.replace("." + track, "");
    }
    String hint = FORMS.contains(bare) ? "" : Field.hint(bare, FORMS);
    return new IllegalArgumentException("unknown key \"" + typed + "\"" + hint);
  }

  IllegalArgumentException bad(String what) {
    return new IllegalArgumentException("key \"" + typed + "\": " + what);
  }
}
