package dev.syncline.signal;

import dev.syncline.json.Records.Default;
import java.util.List;
import java.util.Optional;

/**
 * How the values of a row are brought to a common scale, from constants or from the past of the
 * stream; never from the statistics of a whole recording, which would know its future.
 */
public sealed interface Normalization {

  /** The rows as they are. */
  record None() implements Normalization {}

  /**
   * (x - mean) / deviation with constants, for instance of a training set.
   *
   * @param mean one number for all channels or one for each
   * @param deviation likewise; positive
   * @param clip the largest magnitude of a result, if it shall be bounded; positive
   */
  record Fixed(List<Double> mean, List<Double> deviation, Optional<Double> clip)
      implements Normalization {
    public Fixed {
      mean = List.copyOf(mean);
      deviation = List.copyOf(deviation);
      if (mean.isEmpty() || deviation.isEmpty()) {
        throw new IllegalArgumentException(
            "mean and deviation must hold one number for all channels or one for each");
      }
      for (double d : deviation) {
        require(d >= 1e-12 && d <= 1e12, "deviation must be from 1e-12 to 1e12", d);
      }
      for (double m : mean) {
        require(Math.abs(m) <= 1e12, "mean must be at most 1e12 in magnitude", m);
      }
      clip.ifPresent(c -> require(c > 0, "clip must be positive (or left out)", c));
    }
  }

  /**
   * (x - m) / sqrt(v + epsilon), for each channel, where m and v are the mean and variance of all
   * rows up to and including this one, weighted with exp(-age / time_constant_rows). The weights of
   * the rows that there are sum to one (which is the bias correction of a start from zero), so the
   * statistics are right from the first row on. Recurrence: West 1979, with forgetting.
   *
   * @param timeConstantRows rows after which a weight has fallen to 1/e, 1 to 100,000
   * @param epsilon positive, added to the variance
   */
  record RunningMeanVariance(
      @Default("300") double timeConstantRows, @Default("1e-5") double epsilon)
      implements Normalization {
    public RunningMeanVariance {
      require(
          timeConstantRows >= 1 && timeConstantRows <= 100_000,
          "time_constant_rows must be from 1 to 100000",
          timeConstantRows);
      require(epsilon >= 1e-20 && epsilon <= 1e6, "epsilon must be from 1e-20 to 1e6", epsilon);
    }
  }

  /**
   * Per-channel energy normalisation (Wang et al. 2017, "Trainable frontend for robust and
   * far-field keyword spotting", equations 1 and 2): (E / (epsilon + M)^alpha + delta)^r - delta^r
   * with M = (1 - smoothing) M + smoothing E, which begins at the first E. Its input is mel
   * energies without logarithm; negative values count as 0.
   *
   * @param alpha strength of the gain control, 0 to 1
   * @param delta bias before the root, 0 to 1e6
   * @param r exponent of the root, above 0, at most 1
   * @param smoothing weight of the newest row in M, above 0, at most 1
   * @param epsilon positive
   */
  record Pcen(
      @Default("0.98") double alpha,
      @Default("2") double delta,
      @Default("0.5") double r,
      @Default("0.025") double smoothing,
      @Default("1e-6") double epsilon)
      implements Normalization {
    public Pcen {
      require(alpha >= 0 && alpha <= 1, "alpha must be from 0 to 1", alpha);
      require(delta >= 0 && delta <= 1e6, "delta must be from 0 to 1e6", delta);
      require(r > 0 && r <= 1, "r must be above 0 and at most 1", r);
      require(
          smoothing > 0 && smoothing <= 1, "smoothing must be above 0 and at most 1", smoothing);
      require(epsilon >= 1e-20 && epsilon <= 1e6, "epsilon must be from 1e-20 to 1e6", epsilon);
    }
  }

  /**
   * Compiles the tables for rows of {@code channels} values.
   *
   * @throws IllegalArgumentException if a list of constants has another length
   */
  default NormalizationPlan plan(int channels) {
    return new NormalizationPlan(this, channels);
  }

  private static void require(boolean holds, String rule, double value) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", is " + value);
    }
  }
}
