package dev.syncline.step;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Weights of 16 bits: an int holds those of inputs k (low half) and k + 1 of one output.
 *
 * @param brain whether they are BF16, else FP16
 * @param data strip after strip of 16 outputs, in a strip {@code [in / 2, rounded up][16]}
 */
public record Halves(int out, int in, boolean brain, int[] data, float[] bias) implements Matrix {
  /** Outputs whose ints lie side by side. */
  static final int STRIP = 16;

  /**
   * FP16 read as float bits are 2^-112 of what they stand for. Half of the missing factor is put on
   * the inputs and half on the sums, so that neither leaves the range of floats.
   */
  static final float LIFT = 0x1p56f;

  /** The bits of a float that an FP16 number fills: its sign, and the rest three bits lower. */
  static final int FP16_BITS = 0x8fffe000;

  static Halves pack(Precision precision, int out, int in, FloatBuffer weight, float[] bias) {
    boolean brain = precision == Precision.BF16;
    int pairs = (in + 1) / 2;
    int padded = (out + WIDTH - 1) / WIDTH * WIDTH;
    int[] data = new int[Math.multiplyExact(padded, pairs)];
    float[] row = new float[2 * pairs];
    for (int o = 0; o < out; o++) {
      weight.get(o * in, row, 0, in);
      int at = o / STRIP * STRIP * pairs + o % STRIP;
      for (int k = 0; k < 2 * pairs; k += 2, at += STRIP) {
        data[at] = half(brain, row[k]) | half(brain, row[k + 1]) << 16;
      }
    }
    return new Halves(
        out, in, brain, data, bias == null ? new float[padded] : Arrays.copyOf(bias, padded));
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
    return 4L * data.length + 4L * bias.length;
  }

  @Override
  public float weight(int o, int k) {
    int at = o / STRIP * STRIP * ((in + 1) / 2) + k / 2 * STRIP + o % STRIP;
    return k % 2 == 0 ? low(at) : number(data[at] >>> 16);
  }

  /** The weight in the low half of an int. */
  float low(int at) {
    return number(data[at] & 0xffff);
  }

  private float number(int half) {
    return brain ? Float.intBitsToFloat(half << 16) : Float.float16ToFloat((short) half);
  }
}
