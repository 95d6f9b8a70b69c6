package dev.syncline.step;

/**
 * Weights of 16 bits: an int holds those of inputs k (low half) and k + 1 of one output.
 *
 * @param brain whether they are BF16, else FP16
 * @param data four arrays that are read side by side, as those of {@link Panels}: strip s, a vector
 *     of outputs, lies in array s mod 4 as {@code [in / 2, rounded up][STRIP]}
 */
public record Halves(int out, int in, boolean brain, int[][] data, float[] bias) implements Matrix {
  /** Outputs whose ints lie side by side. */
  static final int STRIP = WIDTH / 8;

  /** Floats of weights that are unpacked at once for a batch. */
  static final int UNPACKED = 4096;

  /**
   * FP16 read as float bits are 2^-112 of what they stand for. Half of the missing factor is put on
   * the inputs and half on the sums, so that neither leaves the range of floats.
   */
  static final float LIFT = 0x1p56f;

  /** The bits of a float that an FP16 number fills: its sign, and the rest three bits lower. */
  static final int FP16_BITS = 0x8fffe000;

  static Halves pack(Precision precision, Rows weight) {
    int out = weight.out();
    int in = weight.in();
    boolean brain = precision == Precision.BF16;
    int pairs = (in + 1) / 2;
    int padded = (out + WIDTH - 1) / WIDTH * WIDTH;
    int[][] data = new int[STREAMS][Math.multiplyExact(padded / STREAMS, pairs)];
    float[] row = new float[2 * pairs];
    for (int o = 0; o < out; o++) {
      weight.read(o, 1, row);
      int[] to = data[o / STRIP % STREAMS];
      int at = o / (STRIP * STREAMS) * STRIP * pairs + o % STRIP;
      for (int k = 0; k < 2 * pairs; k += 2, at += STRIP) {
        to[at] = half(brain, row[k]) | half(brain, row[k + 1]) << 16;
      }
    }
    return new Halves(out, in, brain, data, weight.bias(padded));
  }

  /** Rounded to the nearest, ties to even. */
  private static int half(boolean brain, float w) {
    if (brain) {
      int bits = Float.floatToRawIntBits(w);
      return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    }
    return Float.floatToFloat16(Math.clamp(w, -65504, 65504)) & 0xffff;
  }

  @Override
  public long bytes() {
    return 4L * STREAMS * data[0].length + 4L * bias.length;
  }

  @Override
  public float weight(int o, int k) {
    int pair = data[o / STRIP % STREAMS][group(o) + k / 2 * STRIP + o % STRIP];
    int half = k % 2 == 0 ? pair & 0xffff : pair >>> 16;
    return brain ? Float.intBitsToFloat(half << 16) : Float.float16ToFloat((short) half);
  }

  /** Where the weights of an output and those side by side with it begin in every array. */
  int group(int o) {
    return o / (STRIP * STREAMS) * STRIP * ((in + 1) / 2);
  }
}
