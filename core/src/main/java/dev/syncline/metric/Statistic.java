package dev.syncline.metric;

/** One number for many. */
enum Statistic {
  MEAN,
  /** The mean of the middle two for an even count. */
  MEDIAN,
  P50,
  P90,
  P95,
  P99,
  MAX;

  /**
   * @param sorted ascending, not empty
   */
  double of(double[] sorted) {
    return switch (this) {
      case MEAN -> mean(sorted);
      case MEDIAN -> median(sorted);
      case P50 -> nearestRank(sorted, 50);
      case P90 -> nearestRank(sorted, 90);
      case P95 -> nearestRank(sorted, 95);
      case P99 -> nearestRank(sorted, 99);
      case MAX -> sorted[sorted.length - 1];
    };
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  static double median(double[] sorted) {
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  /** The {@code ceil(percent / 100 * n)}-th smallest. */
  private static double nearestRank(double[] sorted, int percent) {
    long rank = ((long) percent * sorted.length + 99) / 100;
    return sorted[(int) rank - 1];
  }
}
