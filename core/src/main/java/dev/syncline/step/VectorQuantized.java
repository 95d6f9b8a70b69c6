package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of whole numbers, two vectors of shorts at a time: the low halves of one are outputs in
 * a row, and so are its high halves. Sums of whole numbers are left in memory between counting and
 * telling, so that neither method grows too long for the compiler.
 */
final class VectorQuantized {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final int L = F.length();

  /** Shorts of 32 inputs with four bits. */
  private static final int ROWS4 = Quantized.STEP / 4;

  private VectorQuantized() {}

  /**
   * Makes of rounded inputs what they are multiplied with. With whole numbers modulo 2^16, u0·x0 +
   * u1·x1 of a short u = u0 + 2^8·u1 is u·x0 + (u >> 8)·(x1 − 2^8·x0), so that no bits have to be
   * masked.
   */
  static void arrangeBytes(Quantized w, float[] x) {
    int to = w.lifts();
    int half = w.group() / 2;
    for (int from = 0; from < w.inputs(); from += w.group()) {
      for (int k = from; k < from + half; k++, to++) {
        int x0 = Kernels.whole(x, k);
        int x1 = Kernels.whole(x, k + half);
        x[to] = twice(Quantized.LIFT - ((x0 + x1) << 7));
        x[k + half] = twice(x1 - (x0 << 8));
      }
    }
  }

  /** The same with four inputs a short; what the eights add to a sum is written behind. */
  static void arrangeNibbles(Quantized w, float[] x) {
    int to = w.lifts();
    for (int k = 0; k < w.inputs(); k += Quantized.STEP, to++) {
      int sum = 0;
      for (int i = k; i < k + ROWS4; i++) {
        int x0 = Kernels.whole(x, i);
        int x1 = Kernels.whole(x, i + ROWS4);
        int x2 = Kernels.whole(x, i + 2 * ROWS4);
        int x3 = Kernels.whole(x, i + 3 * ROWS4);
        sum += x0 + x1 + (x2 + x3);
        x[i + ROWS4] = twice(x1 - (x0 << 4));
        x[i + 2 * ROWS4] = twice(x2 - (x1 << 4));
        x[i + 3 * ROWS4] = twice(x3 - (x2 << 4));
      }
      x[to] = twice(8 * sum);
    }
  }

  /** In both halves of a float. */
  private static float twice(int whole) {
    return Float.intBitsToFloat((whole & 0xffff) | (whole << 16));
  }

  /**
   * Outputs from {@code o}, where a panel begins. The inputs are rounded; behind them, {@code s}
   * has room for a panel of them and then for what is counted.
   */
  static void panel(Quantized w, int o, float[] x, float[] s, float[] y, int yAt) {
    int to = w.rounded();
    int counts = to + Matrix.WIDTH;
    int left = Math.min(Matrix.WIDTH, w.out() - o);
    System.arraycopy(w.bias(), o, s, to, Matrix.WIDTH);
    for (int column = 0; column < left; column += 2 * Quantized.STRIP) {
      int strip = column / Quantized.STRIP;
      int scales = w.scales(o) + column;
      if (w.bits() == 8) {
        countBytes(w, o, strip, x, s, counts);
        tellBytes(w, scales, x, s, counts, to + column);
        tellBytes(w, scales + 2 * L, x, s, counts + 2 * L, to + column + 2 * L);
      } else {
        countNibbles(w, o, strip, x, s, counts);
        tellNibbles(w, scales, x, s, counts, to + column);
        tellNibbles(w, scales + 2 * L, x, s, counts + L, to + column + 2 * L);
      }
    }
    System.arraycopy(s, to, y, yAt, left);
  }

  /**
   * Two weights a short, u = w + 128: u0·x0 + u1·x1 − 128·(x0 + x1) fits 16 bits, and 2^15 on top
   * makes it positive, so that sums of whole ints and of their high halves tell both apart. The
   * bits of both sums are left for two vectors of outputs and every group.
   */
  private static void countBytes(Quantized p, int o, int strip, float[] x, float[] s, int counts) {
    int to = counts;
    int at = p.panel(o);
    for (int begin = 0; begin < p.inputs(); begin += p.group(), to += 4 * L) {
      countBytes(p, at, strip, x, begin, s, to);
      at += p.group() / 2 * Quantized.STRIP;
    }
  }

  private static void countBytes(
      Quantized p, int from, int strip, float[] x, int begin, float[] s, int to) {
    short[] w0 = p.data()[strip];
    short[] w1 = p.data()[strip + 1];
    IntVector all0 = IntVector.zero(I);
    IntVector all1 = IntVector.zero(I);
    IntVector highs0 = IntVector.zero(I);
    IntVector highs1 = IntVector.zero(I);
    int at = from;
    int half = p.group() / 2;
    int lift = p.lifts() - begin / 2;
    for (int k = begin; k < begin + half; k++, at += Quantized.STRIP) {
      ShortVector x0 = FloatVector.broadcast(F, x[k]).reinterpretAsShorts();
      ShortVector x1 = FloatVector.broadcast(F, x[k + half]).reinterpretAsShorts();
      ShortVector more = FloatVector.broadcast(F, x[k + lift]).reinterpretAsShorts();
      ShortVector u0 = ShortVector.fromArray(S, w0, at);
      ShortVector high0 = u0.lanewise(VectorOperators.LSHR, 8).mul(x1);
      IntVector sum0 = u0.mul(x0).add(more).add(high0).reinterpretAsInts();
      all0 = sum0.add(all0);
      highs0 = sum0.lanewise(VectorOperators.LSHR, 16).add(highs0);
      ShortVector u1 = ShortVector.fromArray(S, w1, at);
      ShortVector high1 = u1.lanewise(VectorOperators.LSHR, 8).mul(x1);
      IntVector sum1 = u1.mul(x0).add(more).add(high1).reinterpretAsInts();
      all1 = sum1.add(all1);
      highs1 = sum1.lanewise(VectorOperators.LSHR, 16).add(highs1);
    }
    all0.reinterpretAsFloats().intoArray(s, to);
    highs0.reinterpretAsFloats().intoArray(s, to + L);
    all1.reinterpretAsFloats().intoArray(s, to + 2 * L);
    highs1.reinterpretAsFloats().intoArray(s, to + 3 * L);
  }

  /** Adds what was counted for a vector of low outputs and one of high ones, group by group. */
  private static void tellBytes(Quantized p, int scales, float[] x, float[] s, int counts, int to) {
    FloatVector low = FloatVector.fromArray(F, s, to);
    FloatVector high = FloatVector.fromArray(F, s, to + L);
    int factor = p.inputScales();
    int weight = scales;
    int at = counts;
    for (int begin = 0; begin < p.inputs(); begin += p.group(), at += 4 * L) {
      int lifted = p.group() / 2 * Quantized.LIFT;
      IntVector all = FloatVector.fromArray(F, s, at).reinterpretAsInts();
      IntVector highs = FloatVector.fromArray(F, s, at + L).reinterpretAsInts();
      IntVector lows = all.sub(highs.lanewise(VectorOperators.LSHL, 16)).sub(lifted);
      FloatVector a = (FloatVector) lows.convert(VectorOperators.I2F, 0);
      FloatVector b = (FloatVector) highs.sub(lifted).convert(VectorOperators.I2F, 0);
      FloatVector scale = FloatVector.broadcast(F, x[factor++]);
      low = a.fma(FloatVector.fromArray(F, p.scales(), weight).mul(scale), low);
      high = b.fma(FloatVector.fromArray(F, p.scales(), weight + L).mul(scale), high);
      weight += Matrix.WIDTH;
    }
    low.intoArray(s, to);
    high.intoArray(s, to + L);
  }

  /**
   * Four weights a short, u = w + 8: the sums of 32 products are right modulo 2^16, and without the
   * eights they fit. They are left for two vectors of shorts and every 32 inputs.
   */
  private static void countNibbles(
      Quantized p, int o, int strip, float[] x, float[] s, int counts) {
    short[] w0 = p.data()[strip];
    short[] w1 = p.data()[strip + 1];
    int at = p.panel(o);
    int to = counts;
    for (int begin = 0; begin < p.inputs(); begin += Quantized.STEP, to += 2 * L) {
      ShortVector sum0 = ShortVector.zero(S);
      ShortVector sum1 = ShortVector.zero(S);
      for (int k = begin; k < begin + ROWS4; k++, at += Quantized.STRIP) {
        ShortVector x0 = FloatVector.broadcast(F, x[k]).reinterpretAsShorts();
        ShortVector x1 = FloatVector.broadcast(F, x[k + ROWS4]).reinterpretAsShorts();
        ShortVector x2 = FloatVector.broadcast(F, x[k + 2 * ROWS4]).reinterpretAsShorts();
        ShortVector x3 = FloatVector.broadcast(F, x[k + 3 * ROWS4]).reinterpretAsShorts();
        ShortVector u = ShortVector.fromArray(S, w0, at);
        ShortVector v = ShortVector.fromArray(S, w1, at);
        sum0 = u.lanewise(VectorOperators.LSHR, 4).mul(x1).add(u.mul(x0).add(sum0));
        sum1 = v.lanewise(VectorOperators.LSHR, 4).mul(x1).add(v.mul(x0).add(sum1));
        sum0 = u.lanewise(VectorOperators.LSHR, 8).mul(x2).add(sum0);
        sum1 = v.lanewise(VectorOperators.LSHR, 8).mul(x2).add(sum1);
        sum0 = u.lanewise(VectorOperators.LSHR, 12).mul(x3).add(sum0);
        sum1 = v.lanewise(VectorOperators.LSHR, 12).mul(x3).add(sum1);
      }
      sum0.reinterpretAsFloats().intoArray(s, to);
      sum1.reinterpretAsFloats().intoArray(s, to + L);
    }
  }

  private static void tellNibbles(
      Quantized p, int scales, float[] x, float[] s, int counts, int to) {
    FloatVector low = FloatVector.fromArray(F, s, to);
    FloatVector high = FloatVector.fromArray(F, s, to + L);
    int lifts = p.lifts();
    int at = counts;
    int weight = scales;
    int factor = p.inputScales();
    int left = p.group();
    for (int begin = 0; begin < p.inputs(); begin += Quantized.STEP, at += 2 * L) {
      ShortVector sum = FloatVector.fromArray(F, s, at).reinterpretAsShorts();
      ShortVector eights = FloatVector.broadcast(F, x[lifts++]).reinterpretAsShorts();
      IntVector both = sum.sub(eights).reinterpretAsInts();
      IntVector lows = both.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
      FloatVector a = (FloatVector) lows.convert(VectorOperators.I2F, 0);
      IntVector highs = both.lanewise(VectorOperators.ASHR, 16);
      FloatVector b = (FloatVector) highs.convert(VectorOperators.I2F, 0);
      FloatVector scale = FloatVector.broadcast(F, x[factor]);
      low = a.fma(FloatVector.fromArray(F, p.scales(), weight).mul(scale), low);
      high = b.fma(FloatVector.fromArray(F, p.scales(), weight + L).mul(scale), high);
      left -= Quantized.STEP;
      if (left == 0) {
        left = p.group();
        factor++;
        weight += Matrix.WIDTH;
      }
    }
    low.intoArray(s, to);
    high.intoArray(s, to + L);
  }
}
