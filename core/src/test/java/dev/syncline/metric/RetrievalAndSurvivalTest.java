package dev.syncline.metric;

import static dev.syncline.metric.Cases.assertScore;
import static dev.syncline.metric.Cases.assertUndefined;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RetrievalAndSurvivalTest {

  private static Truth truth(int[][] relevant, Truth.Survival survival) {
    return new Truth(
        "t",
        List.of(),
        List.of(),
        1,
        OptionalInt.empty(),
        List.of(),
        Optional.ofNullable(relevant),
        Optional.ofNullable(survival));
  }

  private static Predictions predictions(double[][] scores, Predictions.Survival survival) {
    return new Predictions(
        "p",
        List.of(),
        1,
        new int[0],
        new double[0],
        List.of(),
        Optional.ofNullable(scores),
        Optional.ofNullable(survival));
  }

  @Test
  void tiesCountAgainstTheQuery() {
    Truth truth = truth(new int[][] {{1}}, null);
    Predictions predictions = predictions(new double[][] {{.2, .5, .5}}, null);
    assertScore(truth, predictions, "retrieval.mean_rank", 2);
    assertScore(truth, predictions, "retrieval.r_at_1", 0);
    assertScore(truth, predictions, "retrieval.r_at_2", 1);
    assertScore(truth, predictions, "retrieval.r_at_2.0", 1);
  }

  @Test
  void ranksOfFourQueries() {
    // ranks 2, 1 (the better of two relevant items), 4, 1
    int[][] relevant = {{1}, {0, 3}, {3}, {2}};
    double[][] scores = {{.2, .5, .5, .1}, {-.1, .3, .2, .4}, {1, 1, 1, 1}, {0, 0, 9, 0}};
    Truth truth = truth(relevant, null);
    Predictions predictions = predictions(scores, null);
    assertScore(truth, predictions, "retrieval.r_at_1", 0.5);
    assertScore(truth, predictions, "retrieval.r_at_3", 0.75);
    assertScore(truth, predictions, "retrieval.median_rank", 1.5);
    assertScore(truth, predictions, "retrieval.mean_rank", 2);
    assertScore(truth, predictions, "retrieval.mrr", (.5 + 1 + .25 + 1) / 4);
    assertUndefined(truth, predictions(null, null), "retrieval.mrr", "predictions have no");
    assertUndefined(truth(null, null), predictions, "retrieval.mrr", "truth has no");
    assertUndefined(
        truth(new int[0][], null), predictions(new double[0][], null), "retrieval.mrr", "queries");
  }

  private static Truth.Survival outcomes(double[] timeS, boolean... event) {
    Truth.Outcomes outcomes = new Truth.Outcomes(timeS, event);
    return new Truth.Survival(outcomes, outcomes);
  }

  private static Predictions risks(double... risk) {
    return predictions(null, new Predictions.Survival(risk, new double[0], new double[0][]));
  }

  @Test
  void concordanceCountsEqualRisksHalf() {
    Truth truth = truth(null, outcomes(new double[] {2, 4, 5}, true, false, true));
    assertScore(truth, risks(.9, .1, .9), "survival.cindex", 0.75);
    Truth tied = truth(null, outcomes(new double[] {2, 2, 2}, true, false, true));
    assertScore(tied, risks(.9, .1, .05), "survival.cindex", 0.5); // only against the censored
    Truth censored = truth(null, outcomes(new double[] {2, 4}, false, true));
    assertUndefined(censored, risks(.9, .1), "survival.cindex", "comparable");
  }

  @Test
  void weightedConcordanceGivesMoreWeightWhereManyWereCensored() {
    // G: 1, then 2/3 from the censoring at 2 (three at risk)
    Truth truth = truth(null, outcomes(new double[] {1, 2, 3, 4}, true, false, true, true));
    Predictions predictions = risks(.2, .5, .9, .1);
    assertScore(truth, predictions, "survival.cindex", 0.5);
    assertScore(truth, predictions, "survival.cindex_ipcw", (1 + 2.25) / (3 + 2.25));
    assertScore(truth, predictions, "survival.cindex_ipcw@3", 1 / 3.0);
    assertUndefined(truth, predictions, "survival.cindex_ipcw@1", "comparable");
  }

  @Test
  void theCensoringDistributionComesFromTheTrainingOutcomesWhereGiven() {
    // G: 1/2 from the censoring at 2 on (two at risk)
    Truth.Outcomes outcomes =
        new Truth.Outcomes(new double[] {1, 2, 3, 4}, new boolean[] {true, false, true, true});
    Truth.Outcomes train = new Truth.Outcomes(new double[] {2, 9}, new boolean[] {false, true});
    Truth truth = truth(null, new Truth.Survival(outcomes, train));
    assertScore(truth, risks(.2, .5, .9, .1), "survival.cindex_ipcw", (1 + 4) / (3 + 4.0));
    Truth.Outcomes gone = new Truth.Outcomes(new double[] {2}, new boolean[] {false});
    assertUndefined(
        truth(null, new Truth.Survival(outcomes, gone)),
        risks(.2, .5, .9, .1),
        "survival.cindex_ipcw",
        "censored by 3.0 s");
  }

  @Test
  void brierScoreUnderCensoringAndItsIntegral() {
    // at 2 an event and a censoring: the event leaves first, so G(2) = 1 - 1/2
    Truth truth = truth(null, outcomes(new double[] {2, 2, 4}, true, false, true));
    double[][] survival = {{.9, .3}, {.8, .6}, {.7, .8}};
    Predictions predictions =
        predictions(
            null, new Predictions.Survival(new double[] {1, 1, 1}, new double[] {1, 3}, survival));
    double at1 = (.01 + .04 + .09) / 3;
    double at3 = (.09 / .5 + 0 + .04 / .5) / 3;
    assertScore(truth, predictions, "survival.brier@1", at1);
    assertScore(truth, predictions, "survival.brier@3.0", at3);
    assertScore(truth, predictions, "survival.ibs", (at1 + at3) / 2);
    assertUndefined(truth, predictions, "survival.brier@2", "no horizon of 2.0 s");
    assertUndefined(truth, risks(1, 1, 1), "survival.ibs", "no survival.horizons_s");
  }

  @Test
  void theIntegralWeighsUnevenHorizonsByTheirDistance() {
    Truth truth = truth(null, outcomes(new double[] {9}, true));
    Predictions predictions =
        predictions(
            null,
            new Predictions.Survival(
                new double[] {1}, new double[] {1, 2, 5}, new double[][] {{1, .5, 0}}));
    // Brier 0, .25, 1: (1 * .125 + 3 * .625) / 4
    assertScore(truth, predictions, "survival.ibs", (.125 + 3 * .625) / 4);
    Predictions one =
        predictions(
            null,
            new Predictions.Survival(new double[] {1}, new double[] {1}, new double[][] {{1}}));
    assertUndefined(truth, one, "survival.ibs", "two");
  }
}
