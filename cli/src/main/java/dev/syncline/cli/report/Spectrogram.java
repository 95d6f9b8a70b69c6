package dev.syncline.cli.report;

import java.util.Arrays;
import java.util.List;

/**
 * A spectrogram as the model hears it.
 *
 * @param startS time of the first row's start in seconds from the start of the clip
 * @param endS time of the last row's end
 * @param rows one array of log energies a row of time, lowest band first; any unit, since the
 *     picture spans the 2nd to the 99.5th percentile; NaN is left blank
 */
public record Spectrogram(double startS, double endS, List<float[]> rows) {
  private static final int MAX_WIDTH = 1000;

  public Spectrogram {
    rows = List.copyOf(rows);
    if (!(startS < endS) || rows.isEmpty()) {
      throw new IllegalArgumentException(rows.size() + " rows from " + startS + " to " + endS);
    }
    int bands = rows.getFirst().length;
    if (bands == 0 || bands > 2048 || !rows.stream().allMatch(row -> row.length == bands)) {
      throw new IllegalArgumentException("rows of a spectrogram have 1 to 2048 bands, all as many");
    }
  }

  /** The picture: time to the right, the lowest band at the bottom. */
  byte[] png() {
    int bands = rows.getFirst().length;
    int width = Math.min(MAX_WIDTH, rows.size());
    float[] values = new float[width * bands];
    for (int x = 0; x < width; x++) {
      int from = (int) ((long) x * rows.size() / width);
      int to = (int) ((x + 1L) * rows.size() / width);
      for (int band = 0; band < bands; band++) {
        values[(bands - 1 - band) * width + x] = loudest(from, to, band);
      }
    }
    return Png.indexed(width, bands, indices(values), palette());
  }

  /** The loudest of a few rows, so that clicks stay visible in long clips; NaN without any. */
  private float loudest(int from, int to, int band) {
    float most = Float.NaN;
    for (int t = from; t < to; t++) {
      float v = rows.get(t)[band];
      if (!Float.isNaN(v) && !(v <= most)) {
        most = v;
      }
    }
    return most;
  }

  /** Entry 0 is blank, 1 to 255 the scale. */
  private static int[] palette() {
    int[] palette = new int[256];
    System.arraycopy(Colors.sequential(255), 0, palette, 1, 255);
    return palette;
  }

  private static byte[] indices(float[] values) {
    float[] sorted = finite(values);
    int n = sorted.length;
    byte[] indices = new byte[values.length];
    if (n == 0) {
      return indices;
    }
    double low = sorted[(int) (.02 * (n - 1))];
    double span = Math.max(1e-6, sorted[(int) (.995 * (n - 1))] - low);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isNaN(values[i])) {
        indices[i] = (byte) (1 + Math.round(254 * Math.clamp((values[i] - low) / span, 0, 1)));
      }
    }
    return indices;
  }

  private static float[] finite(float[] values) {
    float[] finite = new float[values.length];
    int n = 0;
    for (float v : values) {
      if (Float.isFinite(v)) {
        finite[n++] = v;
      }
    }
    finite = Arrays.copyOf(finite, n);
    Arrays.sort(finite);
    return finite;
  }
}
