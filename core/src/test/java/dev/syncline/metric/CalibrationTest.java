package dev.syncline.metric;

import static dev.syncline.metric.Cases.assertScore;
import static dev.syncline.metric.Cases.assertUndefined;
import static dev.syncline.metric.Cases.column;
import static dev.syncline.metric.Cases.labels;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final List<String> ONE = List.of("a");

  private static Predictions scored(double... p) {
    return Cases.predictions(ONE, new Predictions.Clip("x", Map.of("audio", column(p))));
  }

  @Test
  void theWorkedExample() {
    Truth truth = Cases.truth(ONE, Cases.clip("x", Map.of("audio", labels(1, 0, 0, 1))));
    Predictions predictions = scored(.9, .8, .3, .2);
    assertScore(truth, predictions, "ece.binary@2", 0.3);
    assertScore(truth, predictions, "brier.binary", 0.345);
    assertScore(truth, predictions, "ece.binary@15", (.1 + .8 + .3 + .8) / 4);
    assertScore(truth, predictions, "ece", (.1 + .8 + .3 + .8) / 4);
    assertScore(truth, predictions, "ece.audio", (.1 + .8 + .3 + .8) / 4);
    assertScore(truth, predictions, "brier.multiclass.audio", 0.345);
  }

  @Test
  void ignoredTicksAreLeftOut() {
    Truth.Clip clip = Cases.clip("x", Map.of("audio", labels(1, 0, 0, 1)));
    Truth truth = Cases.truth(ONE, Cases.ignoring(clip, 1));
    Predictions predictions = scored(.9, .8, .3, .2);
    assertScore(truth, predictions, "brier.binary", (.01 + .09 + .64) / 3);
    assertScore(truth, predictions, "ece.binary@2", (.1 + .5) / 3);
    assertScore(truth, predictions, "ece.top1@2", (.1 + .5) / 3);
    Truth none = Cases.truth(ONE, Cases.ignoring(clip, 0, 1, 2, 3));
    assertUndefined(none, predictions, "ece", "ignored");
    assertUndefined(none, predictions, "brier.multiclass", "ignored");
  }

  @Test
  void topOneLooksAtTheLargestScoreOfATickTheLowestIndexOnTies() {
    List<String> classes = List.of("a", "b");
    boolean[][] y = {{true, false}, {true, false}, {true, false}};
    double[][] p = {{.6, .4}, {.3, .7}, {.5, .5}};
    Truth truth = Cases.truth(classes, Cases.clip("x", Map.of("audio", y)));
    Predictions predictions =
        Cases.predictions(classes, new Predictions.Clip("x", Map.of("audio", p)));
    assertScore(truth, predictions, "ece.top1@2", (.5 + .3) / 3);
    double cells = .16 + .16 + .49 + .49 + .25 + .25;
    assertScore(truth, predictions, "brier.binary", cells / 6);
    assertScore(truth, predictions, "brier.multiclass", cells / 3);
  }

  @Test
  void binsAreClosedOnTheRightAndZeroFallsInTheFirst() {
    List<Calibration.Bin> bins =
        Calibration.bins(
            new double[] {0, .5, .51, 1, .3}, new boolean[] {false, true, true, true, false}, 2);
    assertThat(bins)
        .containsExactly(new Calibration.Bin(3, .8, 1), new Calibration.Bin(2, 1.51, 2));
    // 0.7 is an edge of ten bins, though 0.7 * 10 and 7 / 10.0 are both rounded
    for (int b = 1; b < 10; b++) {
      int bin = b - 1;
      assertThat(Calibration.bins(new double[] {b / 10.0}, new boolean[1], 10).get(bin).count())
          .isEqualTo(1);
    }
  }
}
