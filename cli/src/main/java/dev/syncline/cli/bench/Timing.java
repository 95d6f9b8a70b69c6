package dev.syncline.cli.bench;

import java.util.List;

/**
 * What was measured of a variant; microseconds.
 *
 * @param steps that were timed
 * @param p50 median of the rounds' medians
 * @param roundMedians median of each round, in order
 * @param allocated bytes of Java heap a step, median of the rounds
 */
record Timing(
    long steps,
    double p50,
    double p99,
    double p999,
    double p10,
    double min,
    List<Double> roundMedians,
    double allocated) {
  Timing {
    roundMedians = List.copyOf(roundMedians);
  }

  /** The median over the rounds of this one's time over the other's of the same round. */
  double over(Timing other) {
    double[] ratios = new double[roundMedians.size()];
    for (int r = 0; r < ratios.length; r++) {
      ratios[r] = roundMedians.get(r) / other.roundMedians.get(r);
    }
    return median(ratios);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    java.util.Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
