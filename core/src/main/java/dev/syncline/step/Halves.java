package dev.syncline.step;

/**
 * Weights of 16 bits: an int holds those of inputs k (low half) and k + 1 of one output. FP16 are
 * kept times a power of two that makes the largest of a matrix nearly as large as an FP16 can be:
 * read as float bits those below 2^-14 would be subnormal numbers, which some processors multiply
 * far more slowly.
 *
 * @param brain whether they are BF16, else FP16
 * @param unit the power of two; 1 for BF16
 * @param data four arrays that are read side by side, as those of {@link Panels}: strip s, a vector
 *     of outputs, lies in array s mod 4 as {@code [in / 2, rounded up][STRIP]}
 */
public record Halves(int out, int in, boolean brain, float unit, int[][] data, float[] bias)
    implements Matrix {
  /** Outputs whose ints lie side by side. */
  static final int STRIP = WIDTH / 8;

  /** The largest finite number. */
  private static final float MOST_BF16 = Float.intBitsToFloat(0x7f7f_0000);

  /** Floats of weights that are unpacked at once for a batch. */
  static final int UNPACKED = 4096;

  /**
   * FP16 read as float bits are 2^-112 of what they stand for. Half of the missing factor is put on
   * the inputs and half on the sums, so that neither leaves the range of floats; sums of inputs
   * below 1e-27 lose bits.
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
    int stream = Math.multiplyExact(padded, pairs) / STREAMS + APART / Integer.BYTES;
    int[][] data = new int[STREAMS][stream];
    float[] row = new float[2 * pairs];
    float unit = brain ? 1 : unit(weight, row);
    for (int o = 0; o < out; o++) {
      weight.read(o, 1, row);
      int[] to = data[o / STRIP % STREAMS];
      int at = o / (STRIP * STREAMS) * STRIP * pairs + o % STRIP;
      for (int k = 0; k < 2 * pairs; k += 2, at += STRIP) {
        to[at] = half(brain, unit * row[k]) | half(brain, unit * row[k + 1]) << 16;
      }
    }
    return new Halves(out, in, brain, unit, data, weight.bias(padded));
  }

  /** The largest power of two from 1 to 2^30 that keeps the weights below 2^15. */
  private static float unit(Rows weight, float[] row) {
    float largest = 0;
    for (int o = 0; o < weight.out(); o++) {
      weight.read(o, 1, row);
      for (int k = 0; k < weight.in(); k++) {
        largest = Math.max(largest, Math.abs(row[k]));
      }
    }
    return Math.scalb(1f, Math.clamp(14 - Math.getExponent(largest), 0, 30));
  }

  /** Rounded to the nearest, ties to even; what is too large becomes the largest. */
  private static int half(boolean brain, float w) {
    if (brain) {
      int bits = Float.floatToRawIntBits(Math.clamp(w, -MOST_BF16, MOST_BF16));
      return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    }
    return Float.floatToFloat16(Math.clamp(w, -65504, 65504)) & 0xffff;
  }

  @Override
  public long bytes() {
    return STREAMS * (4L * data[0].length - APART) + 4L * bias.length;
  }

  @Override
  public float weight(int o, int k) {
    int pair = data[o / STRIP % STREAMS][group(o) + k / 2 * STRIP + o % STRIP];
    int half = k % 2 == 0 ? pair & 0xffff : pair >>> 16;
    return brain ? Float.intBitsToFloat(half << 16) : Float.float16ToFloat((short) half) / unit;
  }

  /** Where the weights of an output and those side by side with it begin in every array. */
  int group(int o) {
    return o / (STRIP * STREAMS) * STRIP * ((in + 1) / 2);
  }
}
