package dev.syncline.step;

/**
 * Weights of 32 bits: one pass over the inputs is one sequential stream with as many independent
 * sums as a processor can hold. The last panel is narrower: its outputs rounded up to a multiple of
 * 8.
 *
 * @param data panel after panel; panel p starts at {@code p·64·in}
 */
public record Panels(int out, int in, float[] data, float[] bias) implements Matrix {
  public static final int LANES = 8;

  /** Packs {@code weight[out][in]}; {@code bias} may be null. */
  public static Panels pack(int out, int in, float[] weight, float[] bias) {
    int padded = (out + LANES - 1) / LANES * LANES;
    float[] data = new float[Math.multiplyExact(padded, in)];
    for (int o = 0; o < out; o++) {
      int panel = o / WIDTH * WIDTH;
      int width = Math.min(WIDTH, padded - panel);
      int at = panel * in + o - panel;
      for (int k = 0; k < in; k++) {
        data[at + k * width] = weight[o * in + k];
      }
    }
    float[] start = new float[padded];
    if (bias != null) {
      System.arraycopy(bias, 0, start, 0, out);
    }
    return new Panels(out, in, data, start);
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
