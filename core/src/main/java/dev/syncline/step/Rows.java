package dev.syncline.step;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The rows of {@code weight[out][in]} with their bias, read a few at a time from where they lie, a
 * mapped file for example. What is done to the inputs before is folded in on the way.
 *
 * @param values read by position, from any thread
 * @param before what is done to the inputs; null for nothing
 * @param own the bias in front of which it is done; null for none
 * @param bias that of the folded rows, complete once each of them was read; null for none
 */
record Rows(int out, int in, FloatBuffer values, Folding.Affine before, float[] own, float[] bias) {
  /** Weights from which on all cores work. */
  private static final int LARGE = 1 << 18;

  static Rows of(int out, FloatBuffer values, float[] bias) {
    return new Rows(out, values.capacity() / out, values, null, bias, bias);
  }

  static Rows of(int out, float[] values, float[] bias) {
    return of(out, FloatBuffer.wrap(values), bias);
  }

  /** The same behind something else, null for nothing; not twice. */
  Rows behind(Folding.Affine other) {
    return other == null ? this : new Rows(out, in, values, other, own, new float[out]);
  }

  /** Copies {@code count} rows to the front of an array. */
  void read(int first, int count, float[] to) {
    values.get(first * in, to, 0, count * in);
    for (int row = 0; before != null && row < count; row++) {
      float start = own == null ? 0 : own[first + row];
      bias[first + row] = fold(to, row * in, before, start);
    }
  }

  /** Multiplies a row with the gain; gives its product with the shift, summed in FP64. */
  private static float fold(float[] rows, int at, Folding.Affine before, double start) {
    float[] gain = before.gain();
    float[] shift = before.shift();
    double sum = start;
    for (int k = 0; k < gain.length; k++) {
      float w = rows[at + k];
      sum += (double) w * shift[k];
      rows[at + k] = w * gain[k];
    }
    return (float) sum;
  }

  /** The bias with zeros behind it; to be asked for when all rows were read. */
  float[] bias(int length) {
    return bias == null ? new float[length] : Arrays.copyOf(bias, length);
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

  /** {@code weight · x + start} with sums in FP64; {@code start} may be null. */
  float[] apply(float[] x, float[] start) {
    float[] y = new float[out];
    each(
        1,
        (o, count, row) -> {
          double sum = start == null ? 0 : start[o];
          for (int k = 0; k < in; k++) {
            sum += (double) row[k] * x[k];
          }
          y[o] = (float) sum;
        });
    return y;
  }
}
