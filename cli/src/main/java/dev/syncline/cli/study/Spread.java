package dev.syncline.cli.study;

import java.util.List;
import java.util.Locale;

/**
 * Several seeds of one figure.
 *
 * @param deviation of the sample (n - 1); 0 of a single seed
 */
public record Spread(double mean, double deviation) {

  public static Spread of(List<Double> values) {
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1)));
  }

  /** Whether one deviation of each up and down meet. */
  public boolean overlaps(Spread other) {
    return Math.abs(mean - other.mean) <= deviation + other.deviation;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.3f ± %.3f", mean, deviation);
  }
}
