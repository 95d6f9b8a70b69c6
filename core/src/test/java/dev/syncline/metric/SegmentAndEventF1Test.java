package dev.syncline.metric;

import static dev.syncline.metric.Cases.EXACT;
import static dev.syncline.metric.Cases.assertScore;
import static dev.syncline.metric.Cases.grid;
import static dev.syncline.metric.Cases.run;
import static dev.syncline.metric.Cases.sure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SegmentAndEventF1Test {
  private static final List<String> CLASSES = List.of("speech", "dog");

  /** The worked clip: truth and decisions of both modalities as runs. */
  static final Truth W =
      new Truth(
          "truth",
          CLASSES,
          List.of("audio", "visual"),
          1,
          List.of(
              Cases.clip(
                  "w",
                  Map.of(
                      "audio", grid(10, 2, run(0, 0, 6)),
                      "visual", grid(10, 2, run(0, 2, 8), run(1, 8, 10))))));

  static final Predictions OF_W =
      Cases.predictions(
          CLASSES,
          new Predictions.Clip(
              "w",
              Map.of(
                  "audio", sure(grid(10, 2, run(0, 0, 4), run(1, 9, 10))),
                  "visual", sure(grid(10, 2, run(0, 2, 6), run(1, 8, 10))))));

  @Test
  void segmentsOfTheWorkedClip() {
    assertScore(W, OF_W, "segment_f1.audio", 0.4);
    assertScore(W, OF_W, "segment_f1.visual", 0.9);
    assertScore(W, OF_W, "segment_f1.av", 1 / 3.0);
    assertScore(W, OF_W, "segment_f1.audio.micro", 8 / 11.0);
    assertScore(W, OF_W, "segment_f1.audio.macro", 0.4);
    assertScore(W, OF_W, "type_at_avg", (0.4 + 0.9 + 1 / 3.0) / 3);
    assertScore(W, OF_W, "type_at_avg.segment", (0.4 + 0.9 + 1 / 3.0) / 3);
    assertScore(W, OF_W, "event_at_avg", 0.8);
    assertScore(W, OF_W, "event_at_avg.segment", 0.8);
  }

  @Test
  void eventsOfTheWorkedClip() {
    assertScore(W, OF_W, "event_f1.audio@mIoU0.5", 0.5);
    assertScore(W, OF_W, "event_f1.visual@mIoU0.5", 1);
    assertScore(W, OF_W, "event_f1.av@mIoU0.5", 0.5);
    assertScore(W, OF_W, "event_f1.audio.micro@mIoU0.5", 2 / 3.0);
    assertScore(W, OF_W, "event_f1.audio.macro@mIoU0.5", 0.5);
    assertScore(W, OF_W, "type_at_avg.event@mIoU0.5", 2 / 3.0);
    assertScore(W, OF_W, "event_at_avg.event@mIoU0.5", 5 / 6.0);
    assertScore(W, OF_W, "event_f1.audio@mIoU0.1:0.1:0.9", 1 / 3.0);
    // audio 1/2 at 6 of 9 thresholds; visual 1 at 6 and 1/2 at 3; av 1/2 at 5
    double perType = (3 / 9.0 + 7.5 / 9 + 2.5 / 9) / 3;
    assertScore(W, OF_W, "type_at_avg.event@mIoU0.1:0.1:0.9", perType);
    // speech 2/2 at 6 thresholds, else 0/2; dog one hit and one false positive at all
    double perEvent = (6 * (1 + 2 / 3.0) / 2 + 3 * (0 + 2 / 3.0) / 2) / 9;
    assertScore(W, OF_W, "event_at_avg.event@mIoU0.1:0.1:0.9", perEvent);
  }

  /** Truth a a - b b -, decided a - - b a -, where - is the class for nothing. */
  @Test
  void theBackgroundIsNoEvent() {
    List<String> classes = List.of("a", "b", "nothing");
    boolean[][] on = grid(6, 3, run(0, 0, 2), run(2, 2, 3), run(1, 3, 5), run(2, 5, 6));
    boolean[][] decided =
        grid(6, 3, run(0, 0, 1), run(2, 1, 3), run(1, 3, 4), run(0, 4, 5), run(2, 5, 6));
    Truth with = Cases.truth(classes, Cases.clip("x", Map.of("audio", on)));
    Truth truth = Cases.withBackground(with, 2);
    Predictions said =
        Cases.predictions(classes, new Predictions.Clip("x", Map.of("audio", sure(decided))));
    assertScore(with, said, "segment_f1.audio.micro", 8 / 12.0);
    assertScore(truth, said, "segment_f1.audio.micro", 4 / 7.0);
    assertScore(truth, said, "segment_f1.audio.macro", (0.5 + 2 / 3.0) / 2);
    assertScore(truth, said, "event_f1.audio.micro@mIoU0.5", 4 / 5.0);
    assertScore(truth, said, "collar_f1.audio.micro@1/0.5", 4 / 5.0);
    assertScore(truth, said, "ave.accuracy.audio", 4 / 6.0);
    assertThat(Scorer.score(truth, said, List.of("revisions"), 0.5).counts().truthEvents())
        .isEqualTo(2);
  }

  @Test
  void macroTellsEveryClass() {
    Scores scores = Scorer.score(W, OF_W, List.of("segment_f1.audio.macro"), 0.5);
    assertThat(scores.perClass().get("segment_f1.audio.macro"))
        .containsExactly(entry("speech", 0.8), entry("dog", 0.0));
    assertThat(scores.counts()).isEqualTo(new Scores.Counts(1, 10, 3));
  }

  @Test
  void anIouOfExactlyTheThresholdIsAHitAsALiteralButNotInTheComputedList() {
    Truth truth =
        Cases.truth(CLASSES, Cases.clip("x", Map.of("audio", grid(10, 2, run(0, 0, 10)))));
    Predictions three = oneClip(grid(10, 2, run(0, 0, 3)));
    assertScore(truth, three, "event_f1.audio@mIoU0.3", 1);
    assertScore(truth, three, "event_f1.audio@mIoU0.1:0.1:0.9", 2 / 9.0);
    assertScore(truth, three, "event_f1.audio@mIoU.3", 1);
    Predictions seven = oneClip(grid(10, 2, run(0, 0, 7)));
    assertScore(truth, seven, "event_f1.audio@mIoU7e-1", 1);
    assertScore(truth, seven, "event_f1.audio@mIoU0.1:0.1:0.9", 6 / 9.0);
  }

  @Test
  void twoPredictionsMayBothHitOneTruth() {
    Truth truth =
        Cases.truth(CLASSES, Cases.clip("x", Map.of("audio", grid(10, 2, run(0, 0, 10)))));
    Predictions two = oneClip(grid(10, 2, run(0, 0, 4), run(0, 5, 9)));
    assertScore(truth, two, "event_f1.audio.micro@mIoU0.4", 1);
    assertScore(truth, two, "event_f1.audio.micro@mIoU0.5", 0);
  }

  @Test
  void aClipWithoutTruthAndPredictionScoresOne() {
    Truth truth =
        Cases.truth(
            CLASSES,
            Cases.clip("x", Map.of("audio", grid(4, 2))),
            Cases.clip("y", Map.of("audio", grid(4, 2, run(0, 0, 4)))));
    Predictions none =
        Cases.predictions(
            CLASSES,
            new Predictions.Clip("x", Map.of("audio", sure(grid(4, 2)))),
            new Predictions.Clip("y", Map.of("audio", sure(grid(4, 2)))));
    assertScore(truth, none, "segment_f1.audio", 0.5);
    assertScore(truth, none, "event_f1.audio@mIoU0.5", 0.5);
    assertScore(truth, none, "segment_f1.audio.micro", 0);
    Truth empty = Cases.truth(CLASSES, Cases.clip("x", Map.of("audio", grid(4, 2))));
    assertScore(empty, oneClip(grid(4, 2)), "segment_f1.audio.micro", 1);
    assertScore(empty, oneClip(grid(4, 2)), "segment_f1.audio.macro", 1);
  }

  @Test
  void theClipGateClosesClassesBelowTheThreshold() {
    Predictions.Clip clip = OF_W.clips().getFirst();
    Predictions gated =
        Cases.predictions(
            CLASSES,
            new Predictions.Clip(
                "w",
                clip.probabilities(),
                Optional.of(new double[] {0.5, 0.4}),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0));
    assertScore(W, gated, "segment_f1.audio", 0.8);
    assertScore(W, gated, "segment_f1.visual", 0.4);
    assertScore(W, gated, "event_f1.audio@mIoU0.5", 1);
    assertScore(W, gated, "brier.binary.audio", value("brier.binary.audio"));
  }

  private static double value(String key) {
    return Cases.value(W, OF_W, key).getAsDouble();
  }

  @Test
  void theThresholdIsWhereAClassGoesOnAndEqualityCounts() {
    Truth truth = Cases.truth(CLASSES, Cases.clip("x", Map.of("audio", grid(2, 2, run(0, 0, 2)))));
    Predictions at =
        Cases.predictions(
            CLASSES,
            new Predictions.Clip("x", Map.of("audio", new double[][] {{0.5, 0}, {0.4, 0}})));
    assertScore(truth, at, "segment_f1.audio", 2 / 3.0);
    String key = "segment_f1.audio";
    assertThat(Scorer.score(truth, at, List.of(key), 0.4).value(key)).hasValue(1);
    assertThat(Scorer.score(truth, at, List.of(key), 0.6).value(key)).hasValue(0);
  }

  @Test
  void anAvTrackOfItsOwnTakesTheFirstPlace() {
    boolean[][] on = grid(4, 2, run(0, 0, 4));
    boolean[][] late = grid(4, 2, run(0, 2, 4));
    Truth truth =
        new Truth(
            "truth",
            CLASSES,
            List.of("audio", "visual", "av"),
            1,
            List.of(Cases.clip("x", Map.of("audio", on, "visual", on, "av", late))));
    Predictions own =
        Cases.predictions(
            CLASSES,
            new Predictions.Clip(
                "x", Map.of("audio", sure(on), "visual", sure(on), "av", sure(late))));
    Predictions derived =
        Cases.predictions(
            CLASSES, new Predictions.Clip("x", Map.of("audio", sure(on), "visual", sure(on))));
    assertScore(truth, own, "segment_f1.av", 1);
    assertScore(truth, derived, "segment_f1.av", 2 / 3.0);
  }

  @Test
  void agreesWithBruteForceOnRandomClips() {
    SplittableRandom random = new SplittableRandom(1);
    for (int n = 0; n < 1000; n++) {
      List<boolean[][]> truths = new ArrayList<>();
      List<boolean[][]> decisions = new ArrayList<>();
      List<Truth.Clip> clips = new ArrayList<>();
      List<Predictions.Clip> predicted = new ArrayList<>();
      for (int i = 0; i <= random.nextInt(3); i++) {
        int ticks = random.nextInt(1, 14);
        truths.add(random(random, ticks, 3));
        decisions.add(random(random, ticks, 3));
        clips.add(Cases.clip("c" + i, Map.of("audio", truths.get(i))));
        predicted.add(new Predictions.Clip("c" + i, Map.of("audio", sure(decisions.get(i)))));
      }
      List<String> classes = List.of("a", "b", "c");
      Truth truth = new Truth("t", classes, List.of("audio"), 1, clips);
      Predictions predictions = new Predictions("p", classes, 1, predicted);
      double iou = random.nextInt(1, 11) / 10.0;
      for (int average = 0; average < 3; average++) {
        String suffix = List.of("", ".micro", ".macro").get(average);
        assertScore(
            truth,
            predictions,
            "segment_f1.audio" + suffix,
            BruteForce.f1(truths, decisions, -1, average));
        assertScore(
            truth,
            predictions,
            "event_f1.audio" + suffix + "@mIoU" + iou,
            BruteForce.f1(truths, decisions, iou, average));
      }
    }
  }

  private static boolean[][] random(SplittableRandom random, int ticks, int classes) {
    boolean[][] grid = new boolean[ticks][classes];
    for (int c = 0; c < classes; c++) {
      boolean on = random.nextInt(3) == 0;
      for (int k = 0; k < ticks; k++) {
        on ^= random.nextInt(4) == 0;
        grid[k][c] = on;
      }
    }
    return grid;
  }

  private static Predictions oneClip(boolean[][] decisions) {
    return Cases.predictions(CLASSES, new Predictions.Clip("x", Map.of("audio", sure(decisions))));
  }

  @Test
  void theListOfThresholdsIsComputedInDoubles() {
    Key.EventF1 key = (Key.EventF1) KeyParser.parse("event_f1.audio@mIoU0.1:0.1:0.9", W);
    assertThat(key.thresholds()).hasSize(9).contains(0.30000000000000004, 0.7000000000000001);
    assertThat(key.thresholds()[8]).isCloseTo(0.9, EXACT);
  }
}
