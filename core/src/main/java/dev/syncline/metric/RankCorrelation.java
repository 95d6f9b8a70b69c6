package dev.syncline.metric;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Whether two lists of numbers put the same things in the same order. */
public final class RankCorrelation {
  private RankCorrelation() {}

  /**
   * Spearman's rank correlation (Spearman 1904): the correlation of the ranks, those of equal
   * numbers their mean.
   *
   * @return from -1 (the reverse order) to 1 (the same order); empty for fewer than two numbers and
   *     where all numbers of a list are equal
   */
  public static OptionalDouble spearman(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(a.length + " numbers beside " + b.length);
    }
    double[] x = ranks(a);
    double[] y = ranks(b);
    double mean = (a.length - 1) / 2.0;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - mean) * (y[i] - mean);
      xx += (x[i] - mean) * (x[i] - mean);
      yy += (y[i] - mean) * (y[i] - mean);
    }
    return xx == 0 || yy == 0 ? OptionalDouble.empty() : OptionalDouble.of(xy / Math.sqrt(xx * yy));
  }

  /** The place of each number from 0 on; numbers that are equal share the mean of their places. */
  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted((i, j) -> Double.compare(values[i], values[j]))
            .mapToInt(i -> i)
            .toArray();
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i : Arrays.copyOfRange(order, from, to)) {
        ranks[i] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }
}
