package dev.syncline.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.assertj.core.data.Offset;

/** Small truths and predictions, written down. */
final class Cases {
  static final Offset<Double> EXACT = Offset.offset(1e-12);

  private Cases() {}

  /** A [ticks][classes] grid that is on in the runs {@code {class, start, end}}. */
  static boolean[][] grid(int ticks, int classes, int[]... runs) {
    boolean[][] grid = new boolean[ticks][classes];
    for (int[] run : runs) {
      for (int k = run[1]; k < run[2]; k++) {
        grid[k][run[0]] = true;
      }
    }
    return grid;
  }

  static int[] run(int c, int start, int end) {
    return new int[] {c, start, end};
  }

  /** 0.9 where on, 0.1 elsewhere. */
  static double[][] sure(boolean[][] grid) {
    double[][] p = new double[grid.length][grid[0].length];
    for (int k = 0; k < p.length; k++) {
      for (int c = 0; c < p[k].length; c++) {
        p[k][c] = grid[k][c] ? 0.9 : 0.1;
      }
    }
    return p;
  }

  /** A column of one class. */
  static double[][] column(double... p) {
    return Arrays.stream(p).mapToObj(v -> new double[] {v}).toArray(double[][]::new);
  }

  static boolean[][] labels(int... y) {
    return Arrays.stream(y).mapToObj(v -> new boolean[] {v == 1}).toArray(boolean[][]::new);
  }

  static Truth.Clip clip(String id, Map<String, boolean[][]> labels) {
    int ticks = labels.values().iterator().next().length;
    return new Truth.Clip(id, ticks, ticks, labels, Optional.empty(), Optional.empty());
  }

  static Truth.Clip clip(String id, int ticks, List<Event> events) {
    return new Truth.Clip(id, ticks, ticks, Map.of(), Optional.of(events), Optional.empty());
  }

  static Truth.Clip ignoring(Truth.Clip clip, int... ticks) {
    boolean[] ignore = new boolean[clip.ticks()];
    for (int k : ticks) {
      ignore[k] = true;
    }
    return new Truth.Clip(
        clip.id(),
        clip.ticks(),
        clip.durationS(),
        clip.labels(),
        clip.events(),
        Optional.of(ignore));
  }

  static Predictions.Clip events(String id, List<Event> events) {
    return new Predictions.Clip(
        id,
        Map.of(),
        Optional.empty(),
        Map.of(),
        Optional.of(events),
        Optional.empty(),
        Optional.empty(),
        0);
  }

  static Event event(int c, double onset, double offset) {
    return new Event("audio", c, onset, offset);
  }

  static Event event(int c, double onset, double offset, double emitted) {
    return new Event("audio", c, onset, offset, OptionalDouble.of(emitted));
  }

  /** One modality, {@code audio}, at one tick a second. */
  static Truth truth(List<String> classes, Truth.Clip... clips) {
    return new Truth("truth", classes, List.of("audio"), 1, List.of(clips));
  }

  static Predictions predictions(List<String> classes, Predictions.Clip... clips) {
    return new Predictions("predictions", classes, 1, List.of(clips));
  }

  static Truth withBackground(Truth t, int background) {
    return new Truth(
        t.source(),
        t.classes(),
        t.modalities(),
        t.ticksPerSecond(),
        OptionalInt.of(background),
        t.clips(),
        t.retrieval(),
        t.survival());
  }

  static OptionalDouble value(Truth truth, Predictions predictions, String key) {
    return Scorer.score(truth, predictions, List.of(key), 0.5).value(key);
  }

  static void assertScore(Truth truth, Predictions predictions, String key, double expected) {
    OptionalDouble value = value(truth, predictions, key);
    assertThat(value).as(key).isPresent();
    assertThat(value.getAsDouble()).as(key).isCloseTo(expected, EXACT);
  }

  static void assertUndefined(Truth truth, Predictions predictions, String key, String reason) {
    Scores scores = Scorer.score(truth, predictions, List.of(key), 0.5);
    assertThat(scores.value(key)).as(key).isEmpty();
    assertThat(scores.undefined().get(key)).contains(reason);
  }
}
