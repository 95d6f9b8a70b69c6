package dev.syncline.cli.report;

import java.util.List;

/**
 * What is known of one modality in one clip, all on the clip's time axis.
 *
 * @param name as people read it, such as "heard"
 * @param truth annotated events
 * @param probabilities one array a tick with a value in [0,1] for each class, NaN where the model
 *     gave none; empty without a model
 * @param decisions the events that the model decided
 */
public record Track(
    String name, List<Mark> truth, List<float[]> probabilities, List<Decision> decisions) {
  public Track {
    truth = List.copyOf(truth);
    probabilities = List.copyOf(probabilities);
    decisions = List.copyOf(decisions);
  }

  /** A track with annotations only. */
  public static Track of(String name, List<Mark> truth) {
    return new Track(name, truth, List.of(), List.of());
  }

  /** The largest probability of a class, 0 where there is none. */
  double peak(int label) {
    double peak = 0;
    for (float[] row : probabilities) {
      if (row[label] > peak) { // false for NaN
        peak = row[label];
      }
    }
    return peak;
  }

  void check(int classes) {
    boolean rows = probabilities.stream().allMatch(row -> row.length == classes);
    boolean labels =
        truth.stream().allMatch(m -> m.label() < classes)
            && decisions.stream().allMatch(d -> d.label() < classes);
    if (!rows || !labels) {
      throw new IllegalArgumentException(name + " has other than " + classes + " classes");
    }
  }
}
