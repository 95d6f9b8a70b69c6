package dev.syncline.metric;

import dev.syncline.metric.Pairing.Spans;
import dev.syncline.metric.Pairing.Ticks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Polyphonic sound detection score: the area under the curve of effective true positive rate over
 * effective false positives per hour, one operating point per threshold.
 *
 * <p>Source: C. Bilen et al., "A Framework for the Robust Evaluation of Sound Event Detection",
 * ICASSP 2020, and its code, psds_eval.
 */
final class Psds {
  private static final double SECONDS_PER_HOUR = 3600;

  /**
   * @param dtc least share of a detection that same-class truths cover, for it to be relevant
   * @param gtc least share of a truth that relevant detections cover, for it to be found
   * @param cttc least share of a detection that another class covers, for a cross-trigger
   * @param alphaCt weight of cross-triggers
   * @param alphaSt weight of the standard deviation over classes
   * @param maxEfpr end of the integral, effective false positives per hour
   */
  record Parameters(
      double dtc, double gtc, double cttc, double alphaCt, double alphaSt, double maxEfpr) {}

  /** One class at one threshold. */
  record Point(double efpr, double tpr) {}

  private final List<Spans> clips;
  private final int classes;
  private final Parameters parameters;

  private Psds(List<Spans> clips, int classes, Parameters parameters) {
    this.clips = clips;
    this.classes = classes;
    this.parameters = parameters;
  }

  /** Why there are no operating points, if so. */
  static Optional<String> missing(Pairing pairing, String track, double[] thresholds) {
    if (thresholds.length == 0) {
      return Optional.of("the predictions have no psds_thresholds");
    }
    return pairing.predicted().stream()
        .filter(c -> !c.probabilities().keySet().containsAll(pairing.sources(track)))
        .findFirst()
        .map(c -> "clip \"" + c.id() + "\" has no probabilities of " + track);
  }

  static Score of(Pairing pairing, String track, double[] thresholds, Parameters parameters) {
    int classes = pairing.truth().classes().size();
    List<Spans> clips = pairing.spans(track);
    Psds psds = new Psds(clips, classes, parameters);
    List<List<Point>> points = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      points.add(new ArrayList<>());
    }
    for (double threshold : thresholds) {
      List<List<Event>> detections = new ArrayList<>();
      for (Ticks clip : pairing.ticks(track)) {
        boolean[][] on = TickGrid.atLeast(clip.scores(), threshold);
        detections.add(
            TickGrid.events(on, track, pairing.truth().ticksPerSecond(), Optional.empty()));
      }
      for (int c = 0; c < classes; c++) {
        if (psds.truths(c) > 0) {
          points.get(c).add(psds.point(detections, c));
        }
      }
    }
    points.removeIf(List::isEmpty);
    return points.isEmpty()
        ? new Score.Undefined("the truth has no events of " + track)
        : Score.of(area(points, parameters.alphaSt(), parameters.maxEfpr()));
  }

  private long truths(int c) {
    return clips.stream().mapToLong(clip -> CollarF1.ofClass(clip.truth(), c).size()).sum();
  }

  /** Rates of class {@code c} given the detections of each clip. */
  private Point point(List<List<Event>> detections, int c) {
    long found = 0;
    long falsePositives = 0;
    long[] crossTriggers = new long[classes];
    for (int i = 0; i < clips.size(); i++) {
      List<Event> truth = clips.get(i).truth();
      List<Event> relevant = new ArrayList<>();
      for (Event d : CollarF1.ofClass(detections.get(i), c)) {
        if (covered(d, CollarF1.ofClass(truth, c)) >= parameters.dtc() * d.length()) {
          relevant.add(d);
          continue;
        }
        falsePositives++;
        for (int o = 0; o < classes; o++) {
          if (o != c && covered(d, CollarF1.ofClass(truth, o)) >= parameters.cttc() * d.length()) {
            crossTriggers[o]++;
          }
        }
      }
      for (Event t : CollarF1.ofClass(truth, c)) {
        found += covered(t, relevant) >= parameters.gtc() * t.length() ? 1 : 0;
      }
    }
    double perHour = falsePositives / hours(clips.stream().mapToDouble(Spans::durationS).sum());
    double crossed = 0;
    for (int o = 0; o < classes; o++) {
      crossed += crossTriggers[o] == 0 ? 0 : crossTriggers[o] / hours(lengthOfTruths(o));
    }
    return new Point(
        perHour + parameters.alphaCt() * crossed / classes, (double) found / truths(c));
  }

  private double lengthOfTruths(int c) {
    return clips.stream()
        .flatMap(clip -> CollarF1.ofClass(clip.truth(), c).stream())
        .mapToDouble(Event::length)
        .sum();
  }

  private static double hours(double seconds) {
    return seconds / SECONDS_PER_HOUR;
  }

  /** Seconds of {@code event} that the others cover, summed. */
  private static double covered(Event event, List<Event> others) {
    double sum = 0;
    for (Event other : others) {
      sum += event.overlap(other);
    }
    return sum;
  }

  /**
   * {@code 1/max * integral from 0 to max of max(0, mean - alphaSt * std)} over the classes' step
   * curves: the best TPR of any point with an eFPR up to x.
   */
  static double area(List<List<Point>> classes, double alphaSt, double max) {
    TreeSet<Double> steps = new TreeSet<>(List.of(0.0, max));
    classes.forEach(points -> points.forEach(p -> steps.add(Math.min(p.efpr(), max))));
    double area = 0;
    for (double x : steps.headSet(max)) {
      area += (steps.higher(x) - x) * effectiveTpr(classes, alphaSt, x);
    }
    return area / max;
  }

  private static double effectiveTpr(List<List<Point>> classes, double alphaSt, double x) {
    double[] best = new double[classes.size()];
    double mean = 0;
    for (int c = 0; c < best.length; c++) {
      for (Point p : classes.get(c)) {
        best[c] = p.efpr() <= x ? Math.max(best[c], p.tpr()) : best[c];
      }
      mean += best[c] / best.length;
    }
    double variance = 0;
    for (double tpr : best) {
      variance += (tpr - mean) * (tpr - mean) / best.length;
    }
    return Math.max(0, mean - alphaSt * Math.sqrt(variance));
  }
}
