package dev.syncline.step;

import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * The rows of {@code weight[out][in]}, read a few at a time from where they lie, a mapped file for
 * example.
 *
 * @param values read by position, from any thread
 * @param gain what each column is multiplied with; null for nothing
 */
record Rows(int out, int in, FloatBuffer values, float[] gain) {
  /** Weights from which on all cores work. */
  private static final int LARGE = 1 << 18;

  static Rows of(int out, FloatBuffer values) {
    return new Rows(out, values.capacity() / out, values, null);
  }

  static Rows of(int out, float[] values) {
    return of(out, FloatBuffer.wrap(values));
  }

  /** The same with columns multiplied; not twice. */
  Rows times(float[] factors) {
    return new Rows(out, in, values, factors);
  }

  /** Copies {@code count} rows to the front of an array. */
  void read(int first, int count, float[] to) {
    values.get(first * in, to, 0, count * in);
    for (int row = 0; gain != null && row < count * in; row += in) {
      for (int k = 0; k < in; k++) {
        to[row + k] *= gain[k];
      }
    }
  }

  /** What is done with some rows that were read. */
  interface Use {
    /** From row {@code first} on; the array is theirs only for this call. */
    void rows(int first, int count, float[] values);
  }

  /** Reads all rows, {@code most} at a time, on all cores if they are many. */
  void each(int most, Use use) {
    int parts = (out + most - 1) / most;
    int workers = out * in < LARGE ? 1 : Runtime.getRuntime().availableProcessors();
    IntStream.range(0, workers)
        .parallel()
        .forEach(worker -> share(worker, workers, parts, most, use));
  }

  private void share(int worker, int workers, int parts, int most, Use use) {
    float[] rows = new float[Math.multiplyExact(most, in)];
    for (int part = worker; part < parts; part += workers) {
      int first = part * most;
      int count = Math.min(most, out - first);
      read(first, count, rows);
      use.rows(first, count, rows);
    }
  }

  /** {@code weight · x + bias} with sums in FP64; {@code bias} may be null. */
  float[] apply(float[] x, float[] bias) {
    float[] y = new float[out];
    each(
        1,
        (o, count, row) -> {
          double sum = bias == null ? 0 : bias[o];
          for (int k = 0; k < in; k++) {
            sum += (double) row[k] * x[k];
          }
          y[o] = (float) sum;
        });
    return y;
  }
}
