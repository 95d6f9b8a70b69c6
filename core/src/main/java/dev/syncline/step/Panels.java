package dev.syncline.step;

/**
 * A weight matrix as the kernels read it: panels of 64 outputs (the last one narrower, rounded up
 * to a multiple of 8), the inputs outermost inside a panel, so that one pass over the inputs is one
 * sequential stream with as many independent sums as a processor can hold.
 *
 * @param out rows of the matrix
 * @param in columns of the matrix
 * @param data panel after panel; panel p starts at {@code p·64·in}
 * @param bias out values, rounded up to a multiple of 8 with zeros
 */
public record Panels(int out, int in, float[] data, float[] bias) {
  public static final int WIDTH = 64;
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
}
