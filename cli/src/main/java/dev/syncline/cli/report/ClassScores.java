package dev.syncline.cli.report;

import java.util.List;

/**
 * Scores per class.
 *
 * @param metric such as "segment F1"
 * @param tracks such as heard, seen, both
 */
public record ClassScores(String metric, List<String> tracks, List<Row> rows) {
  public ClassScores {
    tracks = List.copyOf(tracks);
    rows = List.copyOf(rows);
    int n = tracks.size();
    if (!rows.stream().allMatch(r -> r.scores().size() == n && r.support().size() == n)) {
      throw new IllegalArgumentException("a row has other than " + n + " tracks");
    }
  }

  /**
   * One class.
   *
   * @param label index of the class
   * @param scores in [0,1] for each track, NaN where not defined
   * @param support number of annotated events for each track
   */
  public record Row(int label, List<Double> scores, List<Integer> support) {
    /** The mean of the scores that are defined, by which rows are sorted. */
    double mean() {
      return scores.stream()
          .filter(s -> !s.isNaN())
          .mapToDouble(Double::doubleValue)
          .average()
          .orElse(-1);
    }
  }
}
