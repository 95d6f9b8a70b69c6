package dev.syncline.metric;

import dev.syncline.metric.Pairing.Ticks;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a score of 0.8 comes true 8 times in 10: expected calibration error and Brier score.
 *
 * <p>Source: M. P. Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning",
 * AAAI 2015; C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2, and
 * its code, temperature_scaling, whose bins these are.
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays; none of these is compared
public final class Calibration {
  private Calibration() {}

  /**
   * One bin of a reliability plot.
   *
   * @param count how many scores fell into it
   * @param scores their sum
   * @param hits how many of them came true
   */
  public record Bin(long count, double scores, long hits) {}

  /** Scores and whether each came true. */
  record Samples(double[] scores, boolean[] hits) {}

  /**
   * The bins {@code (b/bins, (b+1)/bins]}, a score of 0 in the first.
   *
   * @param scores in [0, 1]
   */
  public static List<Bin> bins(double[] scores, boolean[] hits, int bins) {
    long[] count = new long[bins];
    double[] sum = new double[bins];
    long[] hit = new long[bins];
    for (int i = 0; i < scores.length; i++) {
      int b = bin(scores[i], bins);
      count[b]++;
      sum[b] += scores[i];
      hit[b] += hits[i] ? 1 : 0;
    }
    List<Bin> result = new ArrayList<>();
    for (int b = 0; b < bins; b++) {
      result.add(new Bin(count[b], sum[b], hit[b]));
    }
    return result;
  }

  private static int bin(double score, int bins) {
    int b = Math.clamp((long) (score * bins), 0, bins - 1);
    while (b > 0 && score <= b / (double) bins) { // the product is rounded, the edges decide
      b--;
    }
    while (b < bins - 1 && score > (b + 1) / (double) bins) {
      b++;
    }
    return b;
  }

  /** {@code sum over bins of |sum of scores - hits| / N}. */
  static Score ece(Samples samples, int bins) {
    double error = 0;
    for (Bin bin : bins(samples.scores(), samples.hits(), bins)) {
      error += Math.abs(bin.scores() - bin.hits());
    }
    return Score.ratio(error, samples.scores().length, "every tick is ignored");
  }

  /** The mean of {@code (p - y)^2}. */
  static Score brier(Samples samples) {
    double sum = 0;
    for (int i = 0; i < samples.scores().length; i++) {
      double error = samples.scores()[i] - (samples.hits()[i] ? 1 : 0);
      sum += error * error;
    }
    return Score.ratio(sum, samples.scores().length, "every tick is ignored");
  }

  /** All cells of all ticks that are not ignored. */
  static Samples cells(List<Ticks> clips) {
    int classes = clips.getFirst().truth()[0].length;
    Samples all = samples(clips, classes);
    int n = 0;
    for (Ticks clip : clips) {
      for (int k = 0; k < clip.truth().length; k++) {
        for (int c = 0; c < classes && !clip.ignored()[k]; c++) {
          all.scores[n] = clip.scores()[k][c];
          all.hits[n++] = clip.truth()[k][c];
        }
      }
    }
    return all;
  }

  /** The largest score of each tick that is not ignored; a hit where it is the true class's. */
  static Samples top1(List<Ticks> clips) {
    Samples all = samples(clips, 1);
    int n = 0;
    for (Ticks clip : clips) {
      for (int k = 0; k < clip.truth().length; k++) {
        if (!clip.ignored()[k]) {
          int best = AveAccuracy.argmax(clip.scores()[k]);
          all.scores[n] = clip.scores()[k][best];
          all.hits[n++] = clip.truth()[k][best];
        }
      }
    }
    return all;
  }

  private static Samples samples(List<Ticks> clips, int perTick) {
    long n = 0;
    for (Ticks clip : clips) {
      for (boolean ignored : clip.ignored()) {
        n += ignored ? 0 : perTick;
      }
    }
    return new Samples(new double[Math.toIntExact(n)], new boolean[Math.toIntExact(n)]);
  }
}
