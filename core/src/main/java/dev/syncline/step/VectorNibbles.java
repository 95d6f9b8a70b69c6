package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Products of whole numbers with 4 bits, as those of {@link VectorBytes} with 8. */
final class VectorNibbles {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final int L = F.length();

  /** Shorts of 32 inputs with four bits. */
  private static final int ROWS = Quantized.STEP / 4;

  private VectorNibbles() {}

  /**
   * Makes of rounded inputs what they are multiplied with, four a short; what the eights add to a
   * sum is written behind.
   */
  static void arrange(Quantized w, float[] x) {
    int to = w.lifts();
    for (int k = 0; k < w.inputs(); k += Quantized.STEP, to++) {
      int sum = 0;
      for (int i = k; i < k + ROWS; i++) {
        int x0 = Kernels.whole(x, i);
        int x1 = Kernels.whole(x, i + ROWS);
        int x2 = Kernels.whole(x, i + 2 * ROWS);
        int x3 = Kernels.whole(x, i + 3 * ROWS);
        sum += x0 + x1 + (x2 + x3);
        x[i + ROWS] = twice(x1 - (x0 << 4));
        x[i + 2 * ROWS] = twice(x2 - (x1 << 4));
        x[i + 3 * ROWS] = twice(x3 - (x2 << 4));
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
    for (int strip = 0; strip * Quantized.STRIP < left; strip += 2) {
      count(w, o, strip, x, s, counts);
      tell(w, o, strip, x, s, counts, to);
      tell(w, o, strip + 1, x, s, counts + L, to);
    }
    System.arraycopy(s, to, y, yAt, left);
  }

  /**
   * Four weights a short, u = w + 8: the sums of 32 products are right modulo 2^16, and without the
   * eights they fit. They are left for two vectors of shorts and every 32 inputs.
   */
  private static void count(Quantized p, int o, int strip, float[] x, float[] s, int counts) {
    short[] w0 = p.data()[strip];
    short[] w1 = p.data()[strip + 1];
    int at = p.panel(o);
    int to = counts;
    for (int begin = 0; begin < p.inputs(); begin += Quantized.STEP, to += 2 * L) {
      ShortVector sum0 = ShortVector.zero(S);
      ShortVector sum1 = ShortVector.zero(S);
      for (int k = begin; k < begin + ROWS; k++, at += Quantized.STRIP) {
        ShortVector x0 = FloatVector.broadcast(F, x[k]).reinterpretAsShorts();
        ShortVector x1 = FloatVector.broadcast(F, x[k + ROWS]).reinterpretAsShorts();
        ShortVector x2 = FloatVector.broadcast(F, x[k + 2 * ROWS]).reinterpretAsShorts();
        ShortVector x3 = FloatVector.broadcast(F, x[k + 3 * ROWS]).reinterpretAsShorts();
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

  private static void tell(
      Quantized p, int o, int strip, float[] x, float[] s, int counts, int sums) {
    int to = sums + strip * Quantized.STRIP;
    FloatVector low = FloatVector.fromArray(F, s, to);
    FloatVector high = FloatVector.fromArray(F, s, to + L);
    int lifts = p.lifts();
    int at = counts;
    int weight = p.scales(o) + strip * Quantized.STRIP;
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
