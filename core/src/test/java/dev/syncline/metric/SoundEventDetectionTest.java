package dev.syncline.metric;

import static dev.syncline.metric.Cases.EXACT;
import static dev.syncline.metric.Cases.assertScore;
import static dev.syncline.metric.Cases.assertUndefined;
import static dev.syncline.metric.Cases.column;
import static dev.syncline.metric.Cases.event;
import static dev.syncline.metric.Cases.grid;
import static dev.syncline.metric.Cases.labels;
import static dev.syncline.metric.Cases.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SoundEventDetectionTest {
  private static final List<String> AB = List.of("a", "b");

  private static Truth truth(Event... events) {
    return Cases.truth(AB, Cases.clip("x", 10, List.of(events)));
  }

  private static Predictions listed(Event... events) {
    return Cases.predictions(AB, Cases.events("x", List.of(events)));
  }

  @Test
  void theWorkedCollarExample() {
    Truth truth = truth(event(0, 1, 3), event(1, 5, 6));
    Predictions predictions = listed(event(0, 1.2, 2.2), event(0, 8, 9));
    assertScore(truth, predictions, "collar_f1.audio.micro@0.2/0.5", 0.5);
    assertScore(truth, predictions, "collar_f1.audio.macro@0.2/0.5", 1 / 3.0);
    assertScore(truth, predictions, "collar_f1.audio.macro_sedeval@0.2/0.5", 2 / 3.0);
    assertScore(truth, predictions, "collar_f1.audio.micro@0.1/0.5", 0);
    assertScore(truth, predictions, "collar_f1.audio.micro@0.2/0.3", 0);
  }

  @Test
  void timesAreComparedAsDoublesWithoutRounding() {
    assertScore(truth(event(0, 0.9, 5)), listed(event(0, 1.1, 5)), "collar_f1.micro@0.2/0.5", 0);
    assertScore(truth(event(0, 1.2, 5)), listed(event(0, 1.0, 5)), "collar_f1.micro@0.2/0.5", 1);
  }

  @Test
  void theOffsetToleranceIsAShareOfTheTruthNotOfThePrediction() {
    assertScore(truth(event(0, 1, 5)), listed(event(0, 1, 3)), "collar_f1.micro@0.2/0.5", 1);
    assertScore(truth(event(0, 1, 3)), listed(event(0, 1, 5)), "collar_f1.micro@0.2/0.5", 0);
  }

  @Test
  void aMatchingIsLargestWhereTakingTheFirstWouldNotBe() {
    // the first truth fits both predictions, the second only the first prediction
    Truth truth = truth(event(0, 1.0, 3), event(0, 0.8, 3));
    Predictions predictions = listed(event(0, 0.9, 3), event(0, 1.1, 3));
    assertScore(truth, predictions, "collar_f1.micro@0.15/0.5", 1);
  }

  @Test
  void eventsOfNoLengthAreDroppedAndNoEventsAtAllIsUndefined() {
    assertUndefined(truth(event(0, 1, 1)), listed(), "collar_f1.micro@0.2/0.5", "neither");
    assertUndefined(truth(), listed(event(0, 2, 2)), "collar_f1.macro@0.2/0.5", "neither");
    assertUndefined(truth(event(0, 1, 2)), listed(), "collar_f1.macro_sedeval@0.2/0.5", "both");
  }

  @Test
  void withoutListedEventsTheRunsOfTicksAreTheEvents() {
    Truth truth =
        new Truth(
            "t",
            AB,
            List.of("audio"),
            2,
            List.of(
                new Truth.Clip(
                    "x",
                    4,
                    2,
                    Map.of("audio", grid(4, 2, run(0, 0, 4))),
                    Optional.of(List.of(event(0, 0.5, 2))),
                    Optional.empty())));
    double[][] p = Cases.sure(grid(4, 2, run(0, 1, 4)));
    Predictions predictions =
        new Predictions("p", AB, 2, List.of(new Predictions.Clip("x", Map.of("audio", p))));
    assertScore(truth, predictions, "collar_f1.micro@0.1/0.1", 1); // truth: listed, not labels
    assertScore(truth, predictions, "segment_f1.audio", 6 / 7.0); // truth: labels, not listed
  }

  @Test
  void audioVisualEventsInSecondsAreTheIntersection() {
    Truth truth =
        new Truth(
            "t",
            AB,
            List.of("audio", "visual"),
            1,
            List.of(
                Cases.clip("x", 10, List.of(event(0, 0.3, 4), event(0, 4, 6), visual(2.1, 5.2)))));
    Predictions both =
        Cases.predictions(AB, Cases.events("x", List.of(event(0, 2.1, 5.2), visual(1, 9))));
    assertScore(truth, both, "collar_f1.av.micro@0/0", 1);
    assertScore(truth, both, "false_alarms_per_hour.av", 0);
    assertUndefined(truth, both, "latency.misses.av", "emitted_s");
  }

  private static Event visual(double onset, double offset) {
    return new Event("visual", 0, onset, offset);
  }

  @Test
  void largestMatchingAgreesWithExhaustiveSearch() {
    SplittableRandom random = new SplittableRandom(2);
    for (int n = 0; n < 1000; n++) {
      List<Event> truth = randomEvents(random, 6);
      List<Event> predicted = randomEvents(random, 6);
      double collar = random.nextInt(1, 6) / 10.0;
      double share = random.nextInt(0, 6) / 10.0;
      double tp = 0;
      for (int c = 0; c < 2; c++) {
        tp +=
            BruteForce.matching(
                CollarF1.ofClass(truth, c), CollarF1.ofClass(predicted, c), collar, share);
      }
      String key = "collar_f1.audio.micro@" + collar + "/" + share;
      Truth t = Cases.truth(AB, Cases.clip("x", 10, truth));
      Predictions p = Cases.predictions(AB, Cases.events("x", predicted));
      if (truth.size() + predicted.size() > 0) {
        assertScore(t, p, key, 2 * tp / (truth.size() + predicted.size()));
      }
    }
  }

  private static List<Event> randomEvents(SplittableRandom random, int most) {
    List<Event> events = new ArrayList<>();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      double onset = random.nextInt(12) / 10.0;
      events.add(event(random.nextInt(2), onset, onset + random.nextInt(1, 12) / 10.0));
    }
    return events;
  }

  private static Predictions operating(double[][] p, double... thresholds) {
    int classes = p[0].length;
    return new Predictions(
        "p",
        AB.subList(0, classes),
        1,
        new int[0],
        thresholds,
        List.of(new Predictions.Clip("x", Map.of("audio", p))),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void theWorkedPsds() {
    int[] y = new int[36];
    double[] p = new double[36];
    for (int k = 0; k < 36; k++) {
      y[k] = k < 10 ? 1 : 0;
      p[k] = k < 4 ? 0.6 : k < 8 || k == 20 || k == 21 ? 0.3 : 0;
    }
    Truth truth = Cases.truth(List.of("a"), Cases.clip("x", Map.of("audio", labels(y))));
    Predictions predictions = operating(column(p), 0.5, 0.2);
    assertScore(truth, predictions, "psds.audio@.5/.5/.3/0/0/100", 0);
    assertScore(truth, predictions, "psds.audio@.5/.5/.3/0/0/400", 0.75);
    assertScore(truth, operating(column(p), 0.5), "psds.audio@.5/.5/.3/0/0/400", 0);
    assertScore(truth, predictions, "psds.audio@.5/.4/.3/0/0/100", 1);
    assertScore(truth, predictions, "psds.audio@.5/.9/.3/0/0/400", 0);
    assertUndefined(truth, operating(column(p)), "psds.audio@.5/.5/.3/0/0/100", "psds_thresholds");
  }

  @Test
  void crossTriggersAndSpreadOverClassesCostPsds() {
    // a: found, and once false where b is (100 / h; crossing b 1 / (10 s) = 360 / h); b: missed
    boolean[][] y = grid(36, 2, run(0, 0, 10), run(1, 20, 30));
    double[][] p = Cases.sure(grid(36, 2, run(0, 0, 10), run(0, 20, 24)));
    Truth truth = Cases.truth(AB, Cases.clip("x", Map.of("audio", y)));
    Predictions predictions = operating(p, 0.5);
    assertScore(truth, predictions, "psds.audio@.5/.5/.3/0/0/200", 0.5 * 100 / 200);
    assertScore(truth, predictions, "psds.audio@.5/.5/.3/.5/0/380", 0.5 * 190 / 380);
    assertScore(truth, predictions, "psds.audio@.5/.5/.3/.5/.5/380", 0.25 * 190 / 380);
    assertScore(truth, predictions, "psds.audio@.2/.5/1/.5/0/380", 0.5 * 190 / 380);
    double[][] half = Cases.sure(grid(36, 2, run(0, 0, 10), run(0, 18, 22)));
    assertScore(truth, operating(half, 0.5), "psds.audio@.5/.5/.6/.5/0/380", 0.5 * 280 / 380);
  }

  @Test
  void psdsAgreesWithCountingTicks() {
    SplittableRandom random = new SplittableRandom(3);
    int defined = 0;
    for (int n = 0; n < 1000; n++) {
      int ticks = random.nextInt(5, 30);
      boolean[][] y = new boolean[ticks][3];
      double[][] p = new double[ticks][3];
      for (int c = 0; c < 3; c++) {
        boolean on = false;
        for (int k = 0; k < ticks; k++) {
          on ^= random.nextInt(5) == 0;
          y[k][c] = on;
          p[k][c] = random.nextInt(11) / 10.0 * (on || random.nextInt(3) == 0 ? 1 : 0.5);
        }
      }
      double[] thresholds = {0.2, 0.45, 0.7};
      double[] parameters = {
        random.nextInt(1, 11) / 10.0,
        random.nextInt(1, 11) / 10.0,
        random.nextInt(1, 11) / 10.0,
        random.nextInt(3) / 2.0,
        random.nextInt(3) / 2.0,
        random.nextInt(1, 8) * 200
      };
      StringBuilder key = new StringBuilder("psds.audio@");
      for (double parameter : parameters) {
        key.append(parameter).append('/');
      }
      key.setLength(key.length() - 1);
      List<String> classes = List.of("a", "b", "c");
      Truth truth = Cases.truth(classes, Cases.clip("x", Map.of("audio", y)));
      Predictions predictions =
          new Predictions(
              "p",
              classes,
              1,
              new int[0],
              thresholds,
              List.of(new Predictions.Clip("x", Map.of("audio", p))),
              Optional.empty(),
              Optional.empty());
      double expected = BruteForce.psds(y, p, thresholds, parameters);
      if (Double.isNaN(expected)) {
        assertUndefined(truth, predictions, key.toString(), "no events");
      } else {
        defined++;
        assertThat(Cases.value(truth, predictions, key.toString()).getAsDouble())
            .isCloseTo(expected, EXACT);
      }
    }
    assertThat(defined).isGreaterThan(900);
  }
}
