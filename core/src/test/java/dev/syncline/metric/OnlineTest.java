package dev.syncline.metric;

import static dev.syncline.metric.Cases.assertScore;
import static dev.syncline.metric.Cases.assertUndefined;
import static dev.syncline.metric.Cases.column;
import static dev.syncline.metric.Cases.event;
import static dev.syncline.metric.Cases.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OnlineTest {
  private static final List<String> AB = List.of("a", "b");

  private static Truth truth(int ticks, Event... events) {
    return Cases.truth(AB, Cases.clip("x", ticks, List.of(events)));
  }

  private static Predictions listed(Event... events) {
    return Cases.predictions(AB, Cases.events("x", List.of(events)));
  }

  private static final Truth WORKED = truth(20, event(0, 2, 4), event(0, 8, 9), event(0, 15, 16));
  private static final Predictions OF_WORKED =
      listed(
          event(0, 2.2, 3.9, 2.6),
          event(0, 3.5, 3.8, 3.9),
          event(0, 8.5, 9.5, 10.4),
          event(0, 12, 12.5, 12.3));

  @Test
  void theWorkedExample() {
    for (String statistic : List.of("mean", "median", "p90", "max")) {
      assertScore(WORKED, OF_WORKED, "latency.time_to_detect_s." + statistic, 2.6 - 2);
    }
    assertScore(WORKED, OF_WORKED, "latency.misses", 2);
    assertScore(WORKED, OF_WORKED, "latency.miss_rate", 2 / 3.0);
    assertScore(WORKED, OF_WORKED, "latency.late", 1);
    assertScore(WORKED, OF_WORKED, "latency.duplicates", 1);
    assertScore(WORKED, OF_WORKED, "latency.early", 0);
    assertScore(WORKED, OF_WORKED, "false_alarms_per_hour", 180);
    assertScore(WORKED, OF_WORKED, "false_alarms_per_hour@grace3", 180);
    assertScore(WORKED, OF_WORKED, "revisions", 0);
  }

  @Test
  void moreGraceTurnsALatePredictionIntoADetection() {
    assertScore(WORKED, OF_WORKED, "latency.misses.audio@grace2", 1);
    assertScore(WORKED, OF_WORKED, "latency.late@grace2", 0);
    assertScore(WORKED, OF_WORKED, "latency.time_to_detect_s.max@grace2", 10.4 - 8);
    assertScore(WORKED, OF_WORKED, "latency.time_to_detect_s.audio.p90@grace2", 10.4 - 8);
    assertScore(WORKED, OF_WORKED, "latency.time_to_detect_s.median@grace2", (.6 + 2.4) / 2);
    assertScore(WORKED, OF_WORKED, "latency.time_to_detect_s.mean@grace2", (.6 + 2.4) / 2);
  }

  @Test
  void aReportBeforeTheOnsetIsEarlyAndTookNoTime() {
    Truth truth = truth(10, event(0, 2, 4), event(1, 5, 6));
    Predictions predictions = listed(event(0, 1, 4, 1.5), event(1, 5, 6, 5.5));
    assertScore(truth, predictions, "latency.early", 1);
    assertScore(truth, predictions, "latency.time_to_detect_s.mean", 0.25);
    String key = "latency.time_to_detect_s.max";
    assertThat(Scorer.score(truth, predictions, List.of(key), 0.5).perClass().get(key))
        .containsExactly(entry("a", 0.0), entry("b", 0.5));
  }

  @Test
  void falseAlarmsAreAlsoToldPerClass() {
    Truth truth = truth(36, event(0, 2, 4));
    Predictions predictions = listed(event(0, 2, 4), event(1, 2, 4), event(0, 4, 5));
    String key = "false_alarms_per_hour";
    Scores scores = Scorer.score(truth, predictions, List.of(key), 0.5);
    assertThat(scores.perClass().get(key)).containsExactly(entry("a", 100.0), entry("b", 100.0));
    assertScore(truth, predictions, key, 200);
    assertUndefined(truth, predictions, "latency.misses", "clip \"x\" has an event");
  }

  @Test
  void theEarlierReportServesAndThenTheEarlierOnset() {
    Truth truth = truth(20, event(0, 2, 10));
    Predictions predictions = listed(event(0, 5, 6, 7), event(0, 4, 9, 7), event(0, 3, 9, 8));
    assertScore(truth, predictions, "latency.time_to_detect_s.max", 5);
    assertScore(truth, predictions, "latency.duplicates", 2);
  }

  @Test
  void anEventThatIsStillOpenLastsToTheEndOfTheClip() {
    Truth truth = truth(10, event(0, 8, 10));
    assertScore(truth, listed(event(0, 5, Event.OPEN, 8.5)), "latency.time_to_detect_s.max", 0.5);
    assertScore(truth, listed(event(0, 5, Event.OPEN, 8.5)), "segment_f1.audio", 4 / 7.0);
  }

  @Test
  void runsOfTicksAreEmittedWithTheirFirstTickOrAtItsEnd() {
    Truth truth = Cases.truth(List.of("a"), Cases.clip("x", Map.of("audio", labels(0, 1, 1, 0))));
    double[][] p = column(0, 0, .9, 0);
    Predictions bare =
        Cases.predictions(List.of("a"), new Predictions.Clip("x", Map.of("audio", p)));
    assertScore(truth, bare, "latency.time_to_detect_s.max", 2);
    Predictions timed = timed(p, new double[] {1, 2, 3, 4}, new double[] {1, 2, 3.25, 4});
    assertScore(truth, timed, "latency.time_to_detect_s.max", 2.25);
    assertUndefined(truth, bare, "latency.decision_s.mean", "captured_s");
    Truth nothing = Cases.truth(List.of("a"), Cases.clip("x", Map.of("audio", labels(0, 0, 0, 0))));
    assertUndefined(nothing, bare, "latency.miss_rate", "no events");
    assertUndefined(nothing, bare, "latency.time_to_detect_s.mean", "detected");
  }

  private static Predictions timed(double[][] p, double[] capturedS, double[] emittedS) {
    return Cases.predictions(
        List.of("a"),
        new Predictions.Clip(
            "x",
            Map.of("audio", p),
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            Optional.of(capturedS),
            Optional.of(emittedS),
            3));
  }

  @Test
  void latencyOfDecisionsByNearestRank() {
    Truth truth = Cases.truth(List.of("a"), Cases.clip("x", Map.of("audio", labels(0, 0, 0, 0))));
    Predictions predictions =
        timed(
            column(.1, .1, .1, .1),
            new double[] {1, 2.5, 2.75, 4},
            new double[] {1.5, 2.75, 3.75, 4.125});
    // decision .5 .25 1 .125; lookahead 0 .5 0 0; total .5 .75 .75 .125
    assertScore(truth, predictions, "latency.decision_s.mean", 1.875 / 4);
    assertScore(truth, predictions, "latency.decision_s.p50", .25);
    assertScore(truth, predictions, "latency.decision_s.p95", 1);
    assertScore(truth, predictions, "latency.decision_s.p99", 1);
    assertScore(truth, predictions, "latency.decision_s.max", 1);
    assertScore(truth, predictions, "latency.lookahead_s.max", .5);
    assertScore(truth, predictions, "latency.lookahead_s.p50", 0);
    assertScore(truth, predictions, "latency.total_s.p50", .5);
    assertScore(truth, predictions, "latency.total_s.mean", 2.125 / 4);
    assertScore(truth, predictions, "revisions", 3);
  }

  @Test
  void nearestRankIsExact() {
    double[] hundred = new double[100];
    for (int i = 0; i < 100; i++) {
      hundred[i] = i + 1;
    }
    assertThat(Statistic.P50.of(hundred)).isEqualTo(50);
    assertThat(Statistic.P90.of(hundred)).isEqualTo(90);
    assertThat(Statistic.P95.of(hundred)).isEqualTo(95);
    assertThat(Statistic.P99.of(hundred)).isEqualTo(99);
    assertThat(Statistic.P99.of(new double[] {7})).isEqualTo(7);
    assertThat(Statistic.MEDIAN.of(hundred)).isEqualTo(50.5);
  }

  @Test
  void servingAgreesWithBruteForce() {
    SplittableRandom random = new SplittableRandom(4);
    for (int n = 0; n < 1000; n++) {
      List<Event> truths = randomEvents(random);
      List<Event> predicted = randomEvents(random);
      double grace = random.nextInt(4) / 2.0;
      BruteForce.Served expected = BruteForce.serve(truths, predicted, grace);
      Truth truth = Cases.truth(AB, Cases.clip("x", 20, truths));
      Predictions predictions = Cases.predictions(AB, Cases.events("x", predicted));
      double sum = 0;
      int served = 0;
      int early = 0;
      for (int t = 0; t < expected.by().size(); t++) {
        if (expected.by().get(t) >= 0) {
          double delay =
              predicted.get(expected.by().get(t)).emittedS().getAsDouble() - truths.get(t).onsetS();
          served++;
          early += delay < 0 ? 1 : 0;
          sum += Math.max(0, delay);
        }
      }
      String at = "@grace" + grace;
      assertScore(truth, predictions, "latency.misses" + at, truths.size() - served);
      assertScore(truth, predictions, "latency.early" + at, early);
      assertScore(truth, predictions, "latency.late" + at, expected.late());
      assertScore(truth, predictions, "latency.duplicates" + at, expected.duplicates());
      assertScore(truth, predictions, "false_alarms_per_hour", expected.falseAlarms() * 180);
      if (served > 0) {
        assertScore(truth, predictions, "latency.time_to_detect_s.mean" + at, sum / served);
      }
    }
  }

  private static List<Event> randomEvents(SplittableRandom random) {
    List<Event> events = new ArrayList<>();
    for (int i = random.nextInt(7); i > 0; i--) {
      double onset = random.nextInt(24) / 2.0;
      events.add(
          event(
              random.nextInt(2),
              onset,
              onset + random.nextInt(1, 9) / 2.0,
              onset + random.nextInt(-2, 14) / 2.0));
    }
    return events;
  }
}
