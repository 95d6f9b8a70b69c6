package dev.syncline.metric;

import dev.syncline.json.Json;
import dev.syncline.json.Records;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The numbers that were asked for, in the form of {@code syncline-scores/1}.
 *
 * @param threshold of decisions
 * @param metrics by key as typed; empty where undefined
 * @param undefined why, by key
 * @param perClass by key and class name, where a metric is defined per class
 */
public record Scores(
    String format,
    double threshold,
    Map<String, Optional<Double>> metrics,
    Map<String, String> undefined,
    Map<String, Map<String, Double>> perClass,
    Counts counts) {

  /** How much was scored. */
  public record Counts(int clips, long ticks, long truthEvents) {}

  /**
   * One metric; empty where undefined.
   *
   * @throws IllegalArgumentException when the key was not asked for
   */
  public OptionalDouble value(String key) {
    Optional<Double> value = metrics.get(key);
    if (value == null) {
      throw new IllegalArgumentException(
          "no score of \"" + key + "\", there are " + metrics.keySet());
    }
    return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
  }

  public Json toJson() {
    return Records.write(this);
  }

  /** Lines of key and value to six digits, aligned; an undefined value with its reason. */
  public List<String> table() {
    int width = metrics.keySet().stream().mapToInt(String::length).max().orElse(0);
    return metrics.entrySet().stream()
        .map(
            e ->
                e.getKey()
                    + " ".repeat(width - e.getKey().length() + 2)
                    + e.getValue()
                        .map(Scores::sixDigits)
                        .orElseGet(() -> "null  (" + undefined.get(e.getKey()) + ")"))
        .toList();
  }

  private static String sixDigits(double value) {
    return new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }
}
