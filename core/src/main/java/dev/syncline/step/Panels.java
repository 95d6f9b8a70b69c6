package dev.syncline.step;

import java.nio.FloatBuffer;

/**
 * Weights of 32 bits: one pass over the inputs is one sequential stream with as many independent
 * sums as a processor can hold. The last panel is narrower: its outputs rounded up to a multiple of
 * 8.
 *
 * @param data panel after panel; panel p starts at {@code p·64·in}
 */
public record Panels(int out, int in, float[] data, float[] bias) implements Matrix {
  public static final int LANES = 8;

  /** Weights of a row that are packed at once: what is read and written stays in the cache. */
  private static final int STRIP = 16;

  /** Packs {@code weight[out][in]}; {@code bias} may be null. */
  public static Panels pack(int out, int in, float[] weight, float[] bias) {
    return pack(out, in, FloatBuffer.wrap(weight), bias);
  }

  static Panels pack(int out, int in, FloatBuffer weight, float[] bias) {
    int padded = (out + LANES - 1) / LANES * LANES;
    float[] data = new float[Math.multiplyExact(padded, in)];
    float[] rows = new float[Math.min(WIDTH, out) * in];
    for (int panel = 0; panel < out; panel += WIDTH) {
      int width = Math.min(WIDTH, padded - panel);
      int count = Math.min(WIDTH, out - panel);
      weight.get(panel * in, rows, 0, count * in);
      for (int k = 0; k < in; k += STRIP) {
        for (int o = 0; o < count; o++) {
          strip(rows, o * in + k, data, panel * in + k * width + o, width, Math.min(STRIP, in - k));
        }
      }
    }
    float[] start = new float[padded];
    if (bias != null) {
      System.arraycopy(bias, 0, start, 0, out);
    }
    return new Panels(out, in, data, start);
  }

  private static void strip(float[] from, int at, float[] to, int start, int width, int n) {
    for (int k = 0; k < n; k++) {
      to[start + k * width] = from[at + k];
    }
  }

  /** Outputs of the panel from {@code o}, a multiple of 64, rounded up to a multiple of 8. */
  int width(int o) {
    return Math.min(WIDTH, bias.length - o);
  }

  @Override
  public long bytes() {
    return 4L * data.length + 4L * bias.length;
  }

  @Override
  public float weight(int o, int k) {
    int panel = o / WIDTH * WIDTH;
    return data[panel * in + k * width(panel) + o - panel];
  }
}
