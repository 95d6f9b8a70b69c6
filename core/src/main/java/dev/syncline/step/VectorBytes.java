package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of whole numbers with 8 bits: the low halves of a vector of shorts are outputs in a row,
 * and so are its high halves. Sums of whole numbers are left in memory between counting and
 * telling, so that no method grows too long for the compiler.
 */
final class VectorBytes {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final short LIFT = (short) Quantized.LIFT;

  /** Whether there are registers for the sums of a whole panel. */
  private static final boolean WIDE = Kernels.wide();

  private VectorBytes() {}

  /**
   * Makes of rounded inputs what they are multiplied with. With whole numbers modulo 2^16, u0·x0 +
   * u1·x1 of a short u = u0 + 2^8·u1 is u·x0 + (u >> 8)·(x1 − 2^8·x0), so that no bits have to be
   * masked.
   */
  static void arrange(Quantized w, float[] x) {
    int to = w.lifts();
    int half = w.group() / 2;
    for (int from = 0; from < w.inputs(); from += w.group()) {
      for (int k = from; k < from + half; k += L, to += L) {
        ShortVector x0 = FloatVector.fromArray(F, x, k).reinterpretAsShorts();
        ShortVector x1 = FloatVector.fromArray(F, x, k + half).reinterpretAsShorts();
        ShortVector more = x0.add(x1).lanewise(VectorOperators.LSHL, 7).neg().add(LIFT);
        more.reinterpretAsFloats().intoArray(x, to);
        ShortVector left = x1.sub(x0.lanewise(VectorOperators.LSHL, 8));
        left.reinterpretAsFloats().intoArray(x, k + half);
      }
    }
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
    boolean four = WIDE && left > 2 * Quantized.STRIP;
    if (four) {
      countFour(w, o, x, s, counts);
    }
    for (int strip = 0; strip * Quantized.STRIP < left; strip += 2) {
      if (!four) {
        countTwo(w, o, strip, x, s, counts);
      }
      int counted = four ? counts + strip / 2 * counted(w) : counts;
      tell(w, o, strip, x, s, counted, to);
      tell(w, o, strip + 1, x, s, counted + 2 * L, to);
    }
    System.arraycopy(s, to, y, yAt, left);
  }

  /** Floats of what is counted for two strips. */
  private static int counted(Quantized p) {
    return p.scales(4 * L);
  }

  /**
   * Two weights a short, u = w + 128: u0·x0 + u1·x1 − 128·(x0 + x1) fits 16 bits, and 2^15 on top
   * makes it positive, so that sums of whole ints and of their high halves tell both apart. The
   * bits of both sums are left for two vectors of outputs and every group.
   */
  private static void countTwo(Quantized p, int o, int strip, float[] x, float[] s, int counts) {
    int to = counts;
    int at = p.panel(o);
    for (int begin = 0; begin < p.inputs(); begin += p.group(), to += 4 * L) {
      countTwo(p, at, strip, x, begin, s, to);
      at += p.group() / 2 * Quantized.STRIP;
    }
  }

  private static void countTwo(
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

  /**
   * The same for a whole panel, so that each input is read once; what is counted for its second
   * half lies behind all of the first.
   */
  private static void countFour(Quantized p, int o, float[] x, float[] s, int counts) {
    int to = counts;
    int at = p.panel(o);
    for (int begin = 0; begin < p.inputs(); begin += p.group(), to += 4 * L) {
      countFour(p, at, x, begin, s, to);
      at += p.group() / 2 * Quantized.STRIP;
    }
  }

  private static void countFour(Quantized p, int from, float[] x, int begin, float[] s, int to) {
    short[] w0 = p.data()[0];
    short[] w1 = p.data()[1];
    short[] w2 = p.data()[2];
    short[] w3 = p.data()[3];
    IntVector all0 = IntVector.zero(I);
    IntVector all1 = IntVector.zero(I);
    IntVector all2 = IntVector.zero(I);
    IntVector all3 = IntVector.zero(I);
    IntVector highs0 = IntVector.zero(I);
    IntVector highs1 = IntVector.zero(I);
    IntVector highs2 = IntVector.zero(I);
    IntVector highs3 = IntVector.zero(I);
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
      ShortVector u2 = ShortVector.fromArray(S, w2, at);
      ShortVector high2 = u2.lanewise(VectorOperators.LSHR, 8).mul(x1);
      IntVector sum2 = u2.mul(x0).add(more).add(high2).reinterpretAsInts();
      all2 = sum2.add(all2);
      highs2 = sum2.lanewise(VectorOperators.LSHR, 16).add(highs2);
      ShortVector u3 = ShortVector.fromArray(S, w3, at);
      ShortVector high3 = u3.lanewise(VectorOperators.LSHR, 8).mul(x1);
      IntVector sum3 = u3.mul(x0).add(more).add(high3).reinterpretAsInts();
      all3 = sum3.add(all3);
      highs3 = sum3.lanewise(VectorOperators.LSHR, 16).add(highs3);
    }
    all0.reinterpretAsFloats().intoArray(s, to);
    highs0.reinterpretAsFloats().intoArray(s, to + L);
    all1.reinterpretAsFloats().intoArray(s, to + 2 * L);
    highs1.reinterpretAsFloats().intoArray(s, to + 3 * L);
    all2.reinterpretAsFloats().intoArray(s, to + counted(p));
    highs2.reinterpretAsFloats().intoArray(s, to + counted(p) + L);
    all3.reinterpretAsFloats().intoArray(s, to + counted(p) + 2 * L);
    highs3.reinterpretAsFloats().intoArray(s, to + counted(p) + 3 * L);
  }

  /** Adds what was counted for a vector of low outputs and one of high ones, group by group. */
  private static void tell(
      Quantized p, int o, int strip, float[] x, float[] s, int counts, int sums) {
    int to = sums + strip * Quantized.STRIP;
    FloatVector low = FloatVector.fromArray(F, s, to);
    FloatVector high = FloatVector.fromArray(F, s, to + L);
    int factor = p.inputScales();
    int weight = p.scales(o) + strip * Quantized.STRIP;
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
}
