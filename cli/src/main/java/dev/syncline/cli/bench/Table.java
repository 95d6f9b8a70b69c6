package dev.syncline.cli.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of words, the first column to the left and the others to the right.
 *
 * @param rows cells for each of the heads
 */
record Table(List<String> heads, List<List<String>> rows) {

  /** Columns as wide as they must be, two spaces between them. */
  String text() {
    List<List<String>> all = new ArrayList<>(List.of(heads));
    all.addAll(rows);
    int[] widths = new int[heads.size()];
    for (List<String> row : all) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : all) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        String pad = " ".repeat(widths[c] - row.get(c).length());
        line.append(c == 0 ? row.get(c) + pad : "  " + pad + row.get(c));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  String markdown() {
    StringBuilder md = new StringBuilder("| ").append(String.join(" | ", heads)).append(" |\n");
    md.append("| --- |").append(" ---: |".repeat(heads.size() - 1)).append('\n');
    rows.forEach(row -> md.append("| ").append(String.join(" | ", row)).append(" |\n"));
    return md.toString();
  }
}
