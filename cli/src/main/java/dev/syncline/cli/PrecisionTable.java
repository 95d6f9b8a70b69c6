package dev.syncline.cli;

import dev.syncline.json.Json;
import dev.syncline.metric.Predictions;
import dev.syncline.metric.Scores;
import dev.syncline.step.Precision;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What rounding a model's weights does to its decisions: a row for each precision. */
record PrecisionTable(List<String> keys, List<Row> rows) {
  /**
   * One precision.
   *
   * @param change root mean square of the differences of all probabilities to those of FP32
   * @param largest the largest of these differences
   */
  record Row(Precision precision, Scores scores, double change, double largest) {}

  /**
   * Runs every precision over the same clips; FP32 comes first.
   *
   * @param trial makes the decisions of a precision
   */
  static PrecisionTable of(Function<Precision, Trial> trial, double threshold) {
    List<Row> rows = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    Predictions exact = null;
    for (Precision precision : Precision.values()) {
      Trial t = trial.apply(precision);
      Predictions said = t.evaluation().predictions();
      if (exact == null) {
        exact = said;
        keys.addAll(t.evaluation().mainKeys());
      }
      double[] difference = difference(exact, said);
      rows.add(new Row(precision, t.score(keys, threshold), difference[0], difference[1]));
    }
    return new PrecisionTable(keys, rows);
  }

  /** Root mean square and largest of the differences. */
  private static double[] difference(Predictions exact, Predictions said) {
    double squares = 0;
    double largest = 0;
    long count = 0;
    Iterator<Predictions.Clip> others = said.clips().iterator();
    for (Predictions.Clip clip : exact.clips()) {
      Map<String, double[][]> other = others.next().probabilities();
      for (Map.Entry<String, double[][]> track : clip.probabilities().entrySet()) {
        double[][] rows = other.get(track.getKey());
        for (int t = 0; t < rows.length; t++) {
          for (int c = 0; c < rows[t].length; c++, count++) {
            double d = Math.abs(rows[t][c] - track.getValue()[t][c]);
            squares += d * d;
            largest = Math.max(largest, d);
          }
        }
      }
    }
    return new double[] {Math.sqrt(squares / Math.max(1, count)), largest};
  }

  /** Lines of a Markdown table. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("| weights | " + String.join(" | ", keys) + " | change, RMS | change, largest |");
    lines.add("| --- |" + " --- |".repeat(keys.size() + 2));
    for (Row row : rows) {
      StringBuilder line = new StringBuilder("| " + PrecisionOption.name(row.precision) + " |");
      for (String key : keys) {
        double value = row.scores.value(key).orElse(Double.NaN);
        double first = rows.getFirst().scores.value(key).orElse(Double.NaN);
        line.append(String.format(Locale.ROOT, " %.4f", value));
        if (row.precision != Precision.FP32) {
          line.append(String.format(Locale.ROOT, " (%+.4f)", value - first));
        }
        line.append(" |");
      }
      lines.add(line + String.format(Locale.ROOT, " %.5f | %.4f |", row.change, row.largest));
    }
    return lines;
  }

  Json json() {
    Map<String, Json> fields = new LinkedHashMap<>();
    for (Row row : rows) {
      Map<String, Json> one = new LinkedHashMap<>();
      one.put("scores", row.scores.toJson());
      one.put("change_rms", Json.of(row.change));
      one.put("change_largest", Json.of(row.largest));
      fields.put(PrecisionOption.name(row.precision), new Json.Obj(one));
    }
    return new Json.Obj(fields);
  }
}
