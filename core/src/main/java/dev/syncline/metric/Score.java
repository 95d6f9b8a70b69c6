package dev.syncline.metric;

import java.util.SortedMap;
import java.util.TreeMap;

/** The outcome of one metric. */
sealed interface Score {
  /** A number, and where the metric is also defined per class, that by class index. */
  record Value(double value, SortedMap<Integer, Double> perClass) implements Score {}

  /** The files have what it takes, but there is nothing to divide by. */
  record Undefined(String reason) implements Score {}

  /** The files lack something that this metric needs; a group leaves such a key out. */
  record Missing(String reason) implements Score {}

  static Score of(double value) {
    return new Value(value, new TreeMap<>());
  }

  static Score of(long count) {
    return of((double) count);
  }

  static Score ratio(long part, long all, String whenZero) {
    return ratio((double) part, (double) all, whenZero);
  }

  /** {@code sum / count}, undefined when there is nothing to count. */
  static Score ratio(double sum, double count, String whenZero) {
    return count == 0 ? new Undefined(whenZero) : of(sum / count);
  }

  /** The mean over the classes in {@code perClass}. */
  static Score mean(SortedMap<Integer, Double> perClass, String whenEmpty) {
    if (perClass.isEmpty()) {
      return new Undefined(whenEmpty);
    }
    double sum = 0;
    for (double value : perClass.values()) {
      sum += value;
    }
    return new Value(sum / perClass.size(), perClass);
  }
}
