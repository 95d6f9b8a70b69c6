package dev.syncline.metric;

import static dev.syncline.metric.Cases.assertScore;
import static dev.syncline.metric.Cases.assertUndefined;
import static dev.syncline.metric.Cases.column;
import static dev.syncline.metric.Cases.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.syncline.json.InputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AveragePrecisionTest {
  private static final List<String> ONE = List.of("run");

  private static Truth truth(int... y) {
    return Cases.truth(ONE, Cases.clip("x", Map.of("audio", labels(y))));
  }

  private static Predictions scored(double... p) {
    return Cases.predictions(ONE, new Predictions.Clip("x", Map.of("audio", column(p))));
  }

  @Test
  void theWorkedRankingOfOnlineDetection() {
    Truth truth = truth(1, 0, 1, 0, 0);
    Predictions predictions = scored(.9, .8, .7, .6, .5);
    assertScore(truth, predictions, "oad.map", (1 + 2 / 3.0) / 2);
    assertScore(truth, predictions, "oad.cmap", 0.875);
    assertScore(truth, predictions, "oad.map.audio", (1 + 2 / 3.0) / 2);
  }

  @Test
  void tiedTicksEnterTogetherInApAndInFileOrderInCalibratedAp() {
    Truth truth = truth(1, 0, 1, 0);
    Predictions predictions = scored(.9, .5, .5, .1);
    assertScore(truth, predictions, "oad.map", (1 + 2 / 3.0) / 2);
    assertScore(truth, predictions, "oad.cmap", (1 + 2 / 3.0) / 2);
    assertScore(truth(1, 1, 0, 0), predictions, "oad.cmap", 1);
    assertScore(truth(1, 1, 0, 0), predictions, "oad.map", (1 + 2 / 3.0) / 2);
  }

  @Test
  void withoutNegativesCalibratedApIsOneAndWithoutPositivesThereIsNone() {
    assertScore(truth(1, 1), scored(.1, .9), "oad.cmap", 1);
    assertUndefined(truth(0, 0), scored(.1, .9), "oad.map", "positive");
    assertUndefined(truth(0, 0), scored(.1, .9), "oad.cmap", "positive");
  }

  @Test
  void ticksOfAllClipsArePooledWithoutIgnoredOnesAndBackgroundIsNoClass() {
    List<String> classes = List.of("bg", "run", "never");
    boolean[][] a = {{true, false, false}, {false, true, false}};
    boolean[][] b = {{false, true, false}, {true, false, false}, {true, false, false}};
    Truth truth =
        Cases.withBackground(
            Cases.truth(
                classes,
                Cases.clip("a", Map.of("audio", a)),
                Cases.ignoring(Cases.clip("b", Map.of("audio", b)), 2)),
            0);
    double[][] pa = {{.1, .6, 0}, {.1, .9, 0}};
    double[][] pb = {{.1, .5, 0}, {.1, .2, 0}, {.1, .8, 0}};
    Predictions predictions =
        Cases.predictions(
            classes,
            new Predictions.Clip("b", Map.of("audio", pb)),
            new Predictions.Clip("a", Map.of("audio", pa)));
    // ranking of "run" over .9+ .6- .5+ .2-; .8 is ignored
    assertScore(truth, predictions, "oad.map", (1 + 2 / 3.0) / 2);
    Scores scores = Scorer.score(truth, predictions, List.of("oad.map"), 0.5);
    assertThat(scores.perClass().get("oad.map"))
        .containsExactly(entry("run", scores.value("oad.map").getAsDouble()));
    // with "bg": tied at .1 over 2 positives of 4 ticks, AP 1/2
    Truth withoutBackground = new Truth("t", classes, List.of("audio"), 1, truth.clips());
    assertScore(withoutBackground, predictions, "oad.map", (5 / 6.0 + 1 / 2.0) / 2);
  }

  private static Predictions forecasting(double[][][] future, int... horizons) {
    return new Predictions(
        "p",
        ONE,
        1,
        horizons,
        new double[0],
        List.of(
            new Predictions.Clip(
                "x",
                Map.of(),
                Optional.empty(),
                Map.of("audio", future),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0)),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void aForecastIsHeldAgainstTheTickThatItIsAbout() {
    Truth truth = truth(0, 1, 0, 1);
    double[][][] future = {{{.9}, {.4}}, {{.8}, {.6}}, {{.7}, {1}}, {{1}, {1}}};
    Predictions predictions = forecasting(future, 1, 2);
    assertScore(truth, predictions, "anticipation.map@1s", (1 + 2 / 3.0) / 2);
    assertScore(truth, predictions, "anticipation.map@2s", 1);
    assertScore(truth, predictions, "anticipation.map@2.0s", 1);
    assertScore(truth, predictions, "anticipation.map.mean", (5 / 6.0 + 1) / 2);
    assertScore(truth, predictions, "anticipation.cmap@1s", (1 + .5) / 2);
    assertScore(truth, predictions, "anticipation.cmap.mean", (.75 + 1) / 2);
    assertUndefined(truth, predictions, "anticipation.map@3s", "no horizon of 3.0 s");
    assertUndefined(truth, scored(1, 1, 1, 1), "anticipation.map@1s", "horizon_ticks");
    Truth ignoring =
        Cases.truth(ONE, Cases.ignoring(Cases.clip("x", Map.of("audio", labels(0, 1, 0, 1))), 3));
    assertScore(ignoring, predictions, "anticipation.map@1s", 1);
  }

  @Test
  void precisionPerFrameRanksTheClassesOfEachTickAndAnEmptyTickScoresNothing() {
    List<String> classes = List.of("a", "b", "c");
    boolean[][] y = {{true, false, false}, {false, false, false}};
    double[][] p = {{.6, .7, .1}, {.1, .1, .1}};
    Truth truth = Cases.truth(classes, Cases.clip("x", Map.of("audio", y)));
    Predictions predictions =
        Cases.predictions(classes, new Predictions.Clip("x", Map.of("audio", p)));
    assertScore(truth, predictions, "on_avep.pf_map.audio", 0.25);
    Truth two =
        Cases.truth(
            classes,
            Cases.clip("x", Map.of("audio", y)),
            Cases.clip("y", Map.of("audio", new boolean[][] {{false, true, false}})));
    Predictions ofTwo =
        Cases.predictions(
            classes,
            new Predictions.Clip("x", Map.of("audio", p)),
            new Predictions.Clip("y", Map.of("audio", new double[][] {{.1, .7, .1}})));
    assertScore(two, ofTwo, "on_avep.pf_map.audio", (0.25 + 1) / 2);
  }

  @Test
  void localizationAccuracyGivesTiesToTheLowestIndexAndCountsBackground() {
    List<String> classes = List.of("a", "bg");
    boolean[][] y = {{true, false}, {false, true}};
    Truth truth = Cases.truth(classes, Cases.clip("x", Map.of("audio", y)));
    assertScore(truth, localized(classes, .5, .5, .2, .8), "ave.accuracy", 1);
    assertScore(truth, localized(classes, .4, .5, .2, .8), "ave.accuracy", 0.5);
  }

  @Test
  void localizationRefusesATickThatIsNotOneClass() {
    List<String> classes = List.of("a", "bg");
    boolean[][] y = {{true, false}, {false, false}};
    Truth truth = Cases.truth(classes, Cases.clip("x", Map.of("audio", y)));
    Predictions predictions = localized(classes, .5, .5, .2, .8);
    assertThatThrownBy(() -> Cases.value(truth, predictions, "ave.accuracy"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("truth: clip \"x\": labels.audio[1]: ave.accuracy needs");
    assertThat(Scorer.score(truth, predictions, List.of("all"), 0.5).metrics())
        .doesNotContainKey("ave.accuracy")
        .containsKey("oad.map");
  }

  private static Predictions localized(List<String> classes, double... p) {
    return Cases.predictions(
        classes,
        new Predictions.Clip("x", Map.of("audio", new double[][] {{p[0], p[1]}, {p[2], p[3]}})));
  }
}
