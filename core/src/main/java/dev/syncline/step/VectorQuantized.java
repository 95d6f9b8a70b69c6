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

  /** The inputs are rounded; behind them, their scales and sums lie 64 floats for the outputs. */
  static void product(Quantized w, float[] x, float[] y, int yAt) {
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      panel(w, o, x, y, yAt + o);
    }
  }

  /** Outputs from {@code o}, a multiple of 64. */
  static void panel(Quantized w, int o, float[] x, float[] y, int yAt) {
    int to = w.inputSums() + w.inputs() / w.summed();
    System.arraycopy(w.bias(), o, x, to, Matrix.WIDTH);
    int step = w.bits() == 8 ? 4 * L : 2 * L;
    for (int j = 0; j < Matrix.WIDTH; j += step) {
      if (w.bits() == 8) {
        bytes(w, w.panel(o) + j, w.scales(o), j, x, to);
      } else {
        nibbles(w, w.panel(o) + j, w.scales(o) + column(j), x, to + column(j));
      }
    }
    System.arraycopy(x, to, y, yAt, Math.min(Matrix.WIDTH, w.out() - o));
  }

  /** The output of the low half of an int that begins at a short of a panel's row. */
  private static int column(int j) {
    return j / 32 * 32 + j % 32 / 2;
  }

  /** One group of inputs after the other. */
  private static void bytes(Quantized p, int from, int scales, int j, float[] x, int to) {
    int counts = to + Matrix.WIDTH;
    int at = from;
    for (int begin = 0; begin < p.inputs(); begin += p.group()) {
      int end = Math.min(p.inputs(), begin + p.group());
      count(p.data(), at, x, begin / 2, end / 2, p.inputSums(), counts);
      at += (end - begin) / 2 * Matrix.WIDTH;
      float scale = x[p.inputScales() + begin / p.group()];
      int lifted = (end - begin) / 2 * LIFT;
      int s = scales + begin / p.group() * Matrix.WIDTH;
      for (int v = 0; v < 2; v++) {
        int column = column(j + 2 * L * v);
        tell(x, counts + 2 * L * v, lifted, scale, p.scales(), s + column, to + column);
      }
    }
  }

  /**
   * Two weights a short, u = w + 128: u0·x0 + u1·x1 − 128·(x0 + x1) fits 16 bits, and 2^15 on top
   * makes it positive, so that sums of whole ints and of their high halves tell both apart. The
   * bits of both sums are left for two vectors of outputs.
   */
  private static void count(short[] w, int from, float[] x, int begin, int end, int sums, int to) {
    IntVector all0 = IntVector.zero(I);
    IntVector all1 = IntVector.zero(I);
    IntVector highs0 = IntVector.zero(I);
    IntVector highs1 = IntVector.zero(I);
    int at = from;
    for (int k = begin; k < end; k++, at += Matrix.WIDTH) {
      int pair = Float.floatToRawIntBits(x[k]);
      ShortVector x0 = ShortVector.broadcast(S, (short) pair);
      ShortVector x1 = ShortVector.broadcast(S, (short) (pair >> 16));
      int lift = LIFT - 128 * Float.floatToRawIntBits(x[sums + k]);
      ShortVector more = ShortVector.broadcast(S, (short) lift);
      ShortVector u0 = ShortVector.fromArray(S, w, at);
      ShortVector high0 = u0.lanewise(VectorOperators.LSHR, 8).mul(x1);
      IntVector sum0 = u0.and((short) 255).mul(x0).add(more).add(high0).reinterpretAsInts();
      all0 = all0.add(sum0);
      highs0 = highs0.add(sum0.lanewise(VectorOperators.LSHR, 16));
      ShortVector u1 = ShortVector.fromArray(S, w, at + 2 * L);
      ShortVector high1 = u1.lanewise(VectorOperators.LSHR, 8).mul(x1);
      IntVector sum1 = u1.and((short) 255).mul(x0).add(more).add(high1).reinterpretAsInts();
      all1 = all1.add(sum1);
      highs1 = highs1.add(sum1.lanewise(VectorOperators.LSHR, 16));
    }
    all0.reinterpretAsFloats().intoArray(x, to);
    highs0.reinterpretAsFloats().intoArray(x, to + L);
    all1.reinterpretAsFloats().intoArray(x, to + 2 * L);
    highs1.reinterpretAsFloats().intoArray(x, to + 3 * L);
  }

  /** Adds what was counted for a vector of low outputs and one of high ones. */
  private static void tell(
      float[] x, int counts, int lifted, float scale, float[] scales, int s, int to) {
    IntVector all = FloatVector.fromArray(F, x, counts).reinterpretAsInts();
    IntVector highs = FloatVector.fromArray(F, x, counts + L).reinterpretAsInts();
    IntVector lows = all.sub(highs.lanewise(VectorOperators.LSHL, 16)).sub(lifted);
    FloatVector low = (FloatVector) lows.convert(VectorOperators.I2F, 0);
    FloatVector high = (FloatVector) highs.sub(lifted).convert(VectorOperators.I2F, 0);
    FloatVector a = FloatVector.fromArray(F, scales, s).mul(scale);
    FloatVector b = FloatVector.fromArray(F, scales, s + 16).mul(scale);
    low.fma(a, FloatVector.fromArray(F, x, to)).intoArray(x, to);
    high.fma(b, FloatVector.fromArray(F, x, to + 16)).intoArray(x, to + 16);
  }

  /**
   * Four weights a short, u = w + 8: the sums of 32 products are right modulo 2^16, and without the
   * eights they fit.
   */
  private static void nibbles(Quantized p, int from, int scales, float[] x, int to) {
    int counts = to + Matrix.WIDTH;
    int at = from;
    for (int begin = 0; begin < p.inputs(); begin += Quantized.STEP) {
      countFour(p.data(), at, x, begin / 2, counts);
      at += Quantized.STEP / 4 * Matrix.WIDTH;
      int eights = 8 * Float.floatToRawIntBits(x[p.inputSums() + begin / Quantized.STEP]);
      float scale = x[p.inputScales() + begin / p.group()];
      int s = scales + begin / p.group() * Matrix.WIDTH;
      tellFour(x, counts, (short) eights, scale, p.scales(), s, to);
    }
  }

  private static void countFour(short[] w, int from, float[] x, int begin, int to) {
    ShortVector sum = ShortVector.zero(S);
    int at = from;
    for (int k = begin; k < begin + Quantized.STEP / 2; k += 2, at += Matrix.WIDTH) {
      int a = Float.floatToRawIntBits(x[k]);
      int b = Float.floatToRawIntBits(x[k + 1]);
      ShortVector u = ShortVector.fromArray(S, w, at);
      ShortVector u1 = u.lanewise(VectorOperators.LSHR, 4).and((short) 15);
      ShortVector u2 = u.lanewise(VectorOperators.LSHR, 8).and((short) 15);
      ShortVector u3 = u.lanewise(VectorOperators.LSHR, 12);
      ShortVector even = u.and((short) 15).mul((short) a).add(u2.mul((short) b));
      ShortVector odd = u1.mul((short) (a >> 16)).add(u3.mul((short) (b >> 16)));
      sum = sum.add(even.add(odd));
    }
    sum.reinterpretAsFloats().intoArray(x, to);
  }

  private static void tellFour(
      float[] x, int counts, short eights, float scale, float[] scales, int s, int to) {
    ShortVector sum = FloatVector.fromArray(F, x, counts).reinterpretAsShorts();
    IntVector both = sum.sub(eights).reinterpretAsInts();
    IntVector lows = both.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
    IntVector highs = both.lanewise(VectorOperators.ASHR, 16);
    FloatVector low = (FloatVector) lows.convert(VectorOperators.I2F, 0);
    FloatVector high = (FloatVector) highs.convert(VectorOperators.I2F, 0);
    FloatVector a = FloatVector.fromArray(F, scales, s).mul(scale);
    FloatVector b = FloatVector.fromArray(F, scales, s + 16).mul(scale);
    low.fma(a, FloatVector.fromArray(F, x, to)).intoArray(x, to);
    high.fma(b, FloatVector.fromArray(F, x, to + 16)).intoArray(x, to + 16);
  }
}
