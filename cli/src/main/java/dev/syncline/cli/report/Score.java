package dev.syncline.cli.report;

import java.util.List;

/**
 * One headline metric, for several systems side by side.
 *
 * @param name as people read it, such as "segment F1, heard"
 * @param note what it means in a line; may be empty
 * @param higherIsBetter the direction
 * @param values one for each system of the report, in its order
 */
public record Score(String name, String note, boolean higherIsBetter, List<Value> values) {
  public Score {
    values = List.copyOf(values);
  }

  /**
   * What one system reached.
   *
   * @param mean over seeds, NaN where the metric is not defined
   * @param sd standard deviation over seeds, NaN for a single run
   */
  public record Value(double mean, double sd) {
    public static Value of(double mean) {
      return new Value(mean, Double.NaN);
    }
  }

  /**
   * What a full bar stands for: 1 for shares, else the largest value that is not a floor's, since a
   * floor may be a hundred times as bad as everything that is worth comparing.
   */
  double fullScale(List<Scored> systems) {
    double most = 0;
    for (int i = 0; i < values.size(); i++) {
      if (systems.get(i).role() != Scored.Role.FLOOR && values.get(i).mean() > most) {
        most = values.get(i).mean();
      }
    }
    return most == 0 || (most <= 1 && higherIsBetter) ? 1 : most;
  }
}
