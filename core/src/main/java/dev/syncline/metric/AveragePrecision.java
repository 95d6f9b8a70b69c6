package dev.syncline.metric;

import dev.syncline.metric.Pairing.Ticks;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Average precision of ranked items: online action detection and anticipation (items are the ticks
 * of all clips, one ranking per class) and online video parsing (items are the classes, one ranking
 * per tick).
 *
 * <p>Source: R. De Geest et al., "Online Action Detection", ECCV 2016, section 4 (calibrated AP);
 * the PreFM evaluation, arXiv 2505.23155 (precision per frame).
 */
final class AveragePrecision {
  private AveragePrecision() {}

  /**
   * {@code sum over distinct scores of (R_n - R_(n-1)) * P_n}: items of equal score enter together,
   * nothing is interpolated. At least one item must be positive.
   */
  static double ap(boolean[] positive, double[] score) {
    Integer[] order = byScore(score);
    double positives = count(positive);
    double ap = 0;
    int tp = 0;
    for (int n = 0; n < order.length; ) {
      double level = score[order[n]];
      int before = tp;
      for (; n < order.length && score[order[n]] == level; n++) {
        tp += positive[order[n]] ? 1 : 0;
      }
      ap += (tp - before) / positives * tp / n;
    }
    return ap;
  }

  /**
   * Calibrated AP: {@code 1/#pos * sum over positives of w*TP / (w*TP + FP)} with {@code w =
   * #neg/#pos}; items of equal score keep their order. 1 when there are no negatives.
   */
  static double calibratedAp(boolean[] positive, double[] score) {
    double positives = count(positive);
    double w = (positive.length - positives) / positives;
    if (w == 0) {
      return 1;
    }
    double sum = 0;
    int tp = 0;
    int fp = 0;
    for (int item : byScore(score)) {
      if (positive[item]) {
        tp++;
        sum += w * tp / (w * tp + fp);
      } else {
        fp++;
      }
    }
    return sum / positives;
  }

  private static Integer[] byScore(double[] score) {
    Integer[] order = new Integer[score.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> 0.0 - score[i]));
    return order;
  }

  private static int count(boolean[] positive) {
    int count = 0;
    for (boolean p : positive) {
      count += p ? 1 : 0;
    }
    return count;
  }

  /** Per tick the AP across classes, 0 without a positive; mean over ticks, then over clips. */
  static Score perFrame(List<Ticks> clips) {
    double sum = 0;
    for (Ticks clip : clips) {
      double ofClip = 0;
      for (int k = 0; k < clip.truth().length; k++) {
        boolean[] y = clip.truth()[k];
        ofClip += count(y) == 0 ? 0 : ap(y, clip.scores()[k]);
      }
      sum += ofClip / clip.truth().length;
    }
    return Score.ratio(sum, clips.size(), "there are no clips");
  }

  /** The mean over classes, background left out, of the AP over all ticks not ignored. */
  static Score detection(Pairing pairing, String track, boolean calibrated) {
    return overClasses(pairing, track, calibrated, 0, i -> pairing.ticks(track).get(i).scores());
  }

  /** As detection, with the scores of tick k held against tick {@code k + horizon}. */
  static Score anticipation(Pairing pairing, String track, boolean calibrated, int h, int horizon) {
    return overClasses(
        pairing, track, calibrated, horizon, i -> column(pairing.forecasts(i, track), h));
  }

  /** Why there is nothing to anticipate with, if so. */
  static Optional<String> missingForecasts(Pairing pairing, String track, int[] horizonTicks) {
    if (horizonTicks.length == 0) {
      return Optional.of("the predictions have no horizon_ticks");
    }
    if (pairing.predicted().isEmpty()) {
      return Optional.of("there are no clips");
    }
    for (int i = 0; i < pairing.predicted().size(); i++) {
      if (pairing.forecasts(i, track) == null) {
        String id = pairing.predicted().get(i).id();
        return Optional.of("clip \"" + id + "\" has no future_probabilities of " + track);
      }
    }
    return Optional.empty();
  }

  private static double[][] column(double[][][] forecasts, int h) {
    return Arrays.stream(forecasts).map(tick -> tick[h]).toArray(double[][]::new);
  }

  private static Score overClasses(
      Pairing pairing,
      String track,
      boolean calibrated,
      int ahead,
      IntFunction<double[][]> scores) {
    List<Ticks> clips = pairing.ticks(track);
    List<double[][]> p = IntStream.range(0, clips.size()).mapToObj(scores).toList();
    TreeMap<Integer, Double> perClass = new TreeMap<>();
    for (int c = 0; c < pairing.truth().classes().size(); c++) {
      if (pairing.truth().background().orElse(-1) == c) {
        continue;
      }
      boolean[] positive = new boolean[clips.stream().mapToInt(t -> t.truth().length).sum()];
      double[] score = new double[positive.length];
      int n = 0;
      for (int i = 0; i < clips.size(); i++) {
        boolean[][] y = clips.get(i).truth();
        for (int k = 0; k + ahead < y.length; k++) {
          if (!clips.get(i).ignored()[k + ahead]) {
            positive[n] = y[k + ahead][c];
            score[n++] = p.get(i)[k][c];
          }
        }
      }
      positive = Arrays.copyOf(positive, n);
      score = Arrays.copyOf(score, n);
      if (count(positive) > 0) {
        perClass.put(c, calibrated ? calibratedAp(positive, score) : ap(positive, score));
      }
    }
    return Score.mean(perClass, "no class but background has a positive tick");
  }
}
