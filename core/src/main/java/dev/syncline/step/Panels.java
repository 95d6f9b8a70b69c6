package dev.syncline.step;

import java.util.Arrays;

/**
 * Weights of 32 bits in strips of two vectors. A panel is four strips that are read side by side:
 * four sequential streams, which a memory serves faster than one, and as many independent sums as a
 * processor can hold. Each stream has an array of its own, so that one index serves all four.
 * Outputs are rounded up to a multiple of half a panel, so that the last panel may have two strips.
 *
 * @param data four arrays; strip s lies in array s mod 4, behind the strips s - 4, s - 8, ..., as
 *     {@code [in][STRIP]}
 */
public record Panels(int out, int in, float[][] data, float[] bias) implements Matrix {
  /** What outputs are rounded up to a multiple of. */
  static final int HALF = WIDTH / 2;

  /** Outputs whose weights lie side by side. */
  static final int STRIP = WIDTH / STREAMS;

  /** Packs {@code weight[out][in]}; {@code bias} may be null. */
  public static Panels pack(int out, int in, float[] weight, float[] bias) {
    return pack(Rows.of(out, weight, bias));
  }

  static Panels pack(Rows weight) {
    int in = weight.in();
    int padded = padded(weight.out());
    Math.multiplyExact(padded, in);
    float[][] data = new float[STREAMS][];
    // by all cores: memory that was never touched costs as much as the turning
    Arrays.parallelSetAll(data, i -> stream(padded, in, i));
    weight.each(
        STRIP,
        (first, count, rows) -> {
          int strip = first / STRIP;
          int at = strip / STREAMS * STRIP * in;
          turn(in, count, rows, data[strip % STREAMS], at);
        });
    return new Panels(weight.out(), in, data, weight.bias(padded));
  }

  /** Memory of a stream. */
  static float[] stream(int padded, int in, int i) {
    return new float[outputs(padded, i) * in + APART / Float.BYTES];
  }

  /** Turns a strip of rows, by squares that stay in the nearest cache. */
  private static void turn(int in, int count, float[] rows, float[] to, int at) {
    for (int k = 0; k < in; k += STRIP) {
      square(in, count, rows, k, to, at);
    }
  }

  /** A method of its own, as is each inner loop, so that it is compiled after a few calls. */
  private static void square(int in, int count, float[] rows, int k, float[] to, int at) {
    int end = Math.min(in, k + STRIP);
    for (int o = 0; o < count; o++) {
      column(rows, o * in, k, end, to, at + o);
    }
  }

  private static void column(float[] rows, int row, int from, int end, float[] to, int at) {
    for (int k = from; k < end; k++) {
      to[at + k * STRIP] = rows[row + k];
    }
  }

  /** Outputs with those behind the last. */
  static int padded(int out) {
    return (out + HALF - 1) / HALF * HALF;
  }

  /** Of so many outputs, those in a stream. */
  static int outputs(int padded, int stream) {
    int last = Math.clamp(padded % WIDTH - stream * STRIP, 0, STRIP);
    return padded / WIDTH * STRIP + last;
  }

  /** Where the weights of the panel of an output begin in each stream. */
  int panel(int o) {
    return o / WIDTH * STRIP * in;
  }

  /** The stream of an output. */
  float[] stream(int o) {
    return data[o / STRIP % STREAMS];
  }

  @Override
  public long bytes() {
    return 4L * bias.length * in + 4L * bias.length;
  }

  @Override
  public float weight(int o, int k) {
    return stream(o)[panel(o) + k * STRIP + o % STRIP];
  }
}
