package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of whole numbers, one vector of shorts at a time: its low halves are outputs in a row,
 * and so are its high halves.
 */
final class VectorQuantized {
  private static final VectorSpecies<Float> F = VectorKernels.WIDE;
  private static final VectorSpecies<Integer> I = VectorKernels.WIDE_INTS;
  private static final VectorSpecies<Short> S = VectorKernels.WIDE_SHORTS;
  private static final int L = F.length();

  /** What makes a sum of two products of bytes positive. */
  private static final int LIFT = 1 << 15;

  private VectorQuantized() {}

  /** The inputs are rounded; behind them and their scales lie 64 floats for the sums. */
  static void product(Quantized w, float[] x, float[] y, int yAt) {
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      panel(w, o, x, y, yAt + o);
    }
  }

  /** Outputs from {@code o}, a multiple of 64. */
  static void panel(Quantized w, int o, float[] x, float[] y, int yAt) {
    int sums = w.inputs() / 2 + w.scales(Matrix.WIDTH) / Matrix.WIDTH;
    System.arraycopy(w.bias(), o, x, sums, Matrix.WIDTH);
    for (int j = 0; j < Matrix.WIDTH; j += 2 * L) {
      int column = j / 32 * 32 + j % 32 / 2;
      int scales = w.scales(o) + column;
      if (w.bits() == 8) {
        bytes(w, w.panel(o) + j, scales, x, sums + column);
      } else {
        nibbles(w, w.panel(o) + j, scales, x, sums + column);
      }
    }
    System.arraycopy(x, sums, y, yAt, Math.min(Matrix.WIDTH, w.out() - o));
  }

  /**
   * Two weights a short, u = w + 128: u0·x0 + u1·x1 − 128·(x0 + x1) fits 16 bits, and 2^15 on top
   * makes it positive, so that sums of whole ints and of their high halves tell both apart.
   */
  private static void bytes(Quantized p, int from, int scales, float[] x, int to) {
    short[] w = p.data();
    int at = from;
    for (int begin = 0; begin < p.inputs(); begin += p.group()) {
      int end = Math.min(p.inputs(), begin + p.group());
      IntVector all = IntVector.zero(I);
      IntVector highs = IntVector.zero(I);
      for (int k = begin / 2; k < end / 2; k++, at += Matrix.WIDTH) {
        int pair = Float.floatToRawIntBits(x[k]);
        int lift = LIFT - 128 * ((short) pair + (pair >> 16));
        ShortVector u = ShortVector.fromArray(S, w, at);
        ShortVector low = u.and((short) 255).mul((short) pair);
        ShortVector high = u.lanewise(VectorOperators.LSHR, 8).mul((short) (pair >> 16));
        IntVector sum = low.add(high).add((short) lift).reinterpretAsInts();
        all = all.add(sum);
        highs = highs.add(sum.lanewise(VectorOperators.LSHR, 16));
      }
      int lifted = (end - begin) / 2 * LIFT;
      IntVector lows = all.sub(highs.lanewise(VectorOperators.LSHL, 16)).sub(lifted);
      float scale = x[p.inputs() / 2 + begin / p.group()];
      int s = scales + begin / p.group() * Matrix.WIDTH;
      add(lows, scale, p.scales(), s, x, to);
      add(highs.sub(lifted), scale, p.scales(), s + 16, x, to + 16);
    }
  }

  /**
   * Four weights a short, u = w + 8: the sums of 32 products are right modulo 2^16, and without the
   * eights they fit.
   */
  private static void nibbles(Quantized p, int from, int scales, float[] x, int to) {
    short[] w = p.data();
    int at = from;
    for (int begin = 0; begin < p.inputs(); begin += Quantized.STEP) {
      ShortVector sum = ShortVector.zero(S);
      int inputs = 0;
      for (int k = begin / 2; k < begin / 2 + 16; k += 2, at += Matrix.WIDTH) {
        int a = Float.floatToRawIntBits(x[k]);
        int b = Float.floatToRawIntBits(x[k + 1]);
        inputs += (short) a + (a >> 16) + (short) b + (b >> 16);
        ShortVector u = ShortVector.fromArray(S, w, at);
        ShortVector u1 = u.lanewise(VectorOperators.LSHR, 4).and((short) 15);
        ShortVector u2 = u.lanewise(VectorOperators.LSHR, 8).and((short) 15);
        ShortVector u3 = u.lanewise(VectorOperators.LSHR, 12);
        ShortVector even = u.and((short) 15).mul((short) a).add(u2.mul((short) b));
        ShortVector odd = u1.mul((short) (a >> 16)).add(u3.mul((short) (b >> 16)));
        sum = sum.add(even.add(odd));
      }
      IntVector both = sum.sub((short) (8 * inputs)).reinterpretAsInts();
      IntVector low = both.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
      float scale = x[p.inputs() / 2 + begin / p.group()];
      int s = scales + begin / p.group() * Matrix.WIDTH;
      add(low, scale, p.scales(), s, x, to);
      add(both.lanewise(VectorOperators.ASHR, 16), scale, p.scales(), s + 16, x, to + 16);
    }
  }

  /** Adds whole numbers times the scale of the inputs and those of the outputs. */
  private static void add(IntVector sum, float scale, float[] scales, int s, float[] x, int to) {
    FloatVector whole = (FloatVector) sum.convert(VectorOperators.I2F, 0);
    FloatVector by = FloatVector.fromArray(F, scales, s).mul(scale);
    whole.fma(by, FloatVector.fromArray(F, x, to)).intoArray(x, to);
  }
}
