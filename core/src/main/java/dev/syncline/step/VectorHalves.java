package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Products with weights of 16 bits, four vectors of outputs at a time. */
final class VectorHalves {
  private static final VectorSpecies<Float> F = VectorKernels.WIDE;
  private static final VectorSpecies<Integer> I = VectorKernels.WIDE_INTS;
  private static final int L = F.length();

  private VectorHalves() {}

  static void product(Halves w, float[] x, int xAt, float[] y, int yAt) {
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      panel(w, o, x, xAt, y, yAt + o);
    }
  }

  /** Outputs from {@code o}, a multiple of 64. */
  static void panel(Halves w, int o, float[] x, int xAt, float[] y, int yAt) {
    int from = o * ((w.in() + 1) / 2);
    System.arraycopy(w.bias(), o, x, 0, Matrix.WIDTH);
    for (int j = 0; j < Matrix.WIDTH; j += 4 * L) {
      if (w.brain()) {
        brain(w, from + j, x, xAt, j);
      } else {
        ieee(w, from + j, x, xAt, j);
      }
    }
    System.arraycopy(x, 0, y, yAt, Math.min(Matrix.WIDTH, w.out() - o));
  }

  /** Adds to the sums at {@code to}. The half of input k is the upper half of a float. */
  private static void brain(Halves p, int from, float[] x, int xAt, int to) {
    int[] w = p.data();
    FloatVector a0 = FloatVector.fromArray(F, x, to);
    FloatVector a1 = FloatVector.fromArray(F, x, to + L);
    FloatVector a2 = FloatVector.fromArray(F, x, to + 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, x, to + 3 * L);
    int at = from;
    int k = xAt;
    for (int end = xAt + p.in() - 1; k < end; k += 2, at += Matrix.WIDTH) {
      FloatVector u = FloatVector.broadcast(F, x[k]);
      FloatVector v = FloatVector.broadcast(F, x[k + 1]);
      IntVector w0 = IntVector.fromArray(I, w, at);
      IntVector w1 = IntVector.fromArray(I, w, at + L);
      IntVector w2 = IntVector.fromArray(I, w, at + 2 * L);
      IntVector w3 = IntVector.fromArray(I, w, at + 3 * L);
      a0 = w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(u, a0);
      a1 = w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(u, a1);
      a2 = w2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(u, a2);
      a3 = w3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(u, a3);
      a0 = w0.and(0xffff0000).reinterpretAsFloats().fma(v, a0);
      a1 = w1.and(0xffff0000).reinterpretAsFloats().fma(v, a1);
      a2 = w2.and(0xffff0000).reinterpretAsFloats().fma(v, a2);
      a3 = w3.and(0xffff0000).reinterpretAsFloats().fma(v, a3);
    }
    a0.intoArray(x, to);
    a1.intoArray(x, to + L);
    a2.intoArray(x, to + 2 * L);
    a3.intoArray(x, to + 3 * L);
    if (k < xAt + p.in()) {
      for (int i = 0; i < 4 * L; i++) {
        x[to + i] = Math.fma(Float.intBitsToFloat(w[at + i] << 16), x[k], x[to + i]);
      }
    }
  }

  /** The same, the sums 2^-56 of what they stand for while they grow. */
  private static void ieee(Halves p, int from, float[] x, int xAt, int to) {
    int[] w = p.data();
    scale(x, to, 1 / Halves.LIFT);
    FloatVector a0 = FloatVector.fromArray(F, x, to);
    FloatVector a1 = FloatVector.fromArray(F, x, to + L);
    FloatVector a2 = FloatVector.fromArray(F, x, to + 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, x, to + 3 * L);
    int at = from;
    int k = xAt;
    for (int end = xAt + p.in() - 1; k < end; k += 2, at += Matrix.WIDTH) {
      FloatVector u = FloatVector.broadcast(F, x[k] * Halves.LIFT);
      FloatVector v = FloatVector.broadcast(F, x[k + 1] * Halves.LIFT);
      IntVector w0 = IntVector.fromArray(I, w, at);
      IntVector w1 = IntVector.fromArray(I, w, at + L);
      IntVector w2 = IntVector.fromArray(I, w, at + 2 * L);
      IntVector w3 = IntVector.fromArray(I, w, at + 3 * L);
      a0 = low(w0).fma(u, a0);
      a1 = low(w1).fma(u, a1);
      a2 = low(w2).fma(u, a2);
      a3 = low(w3).fma(u, a3);
      a0 = high(w0).fma(v, a0);
      a1 = high(w1).fma(v, a1);
      a2 = high(w2).fma(v, a2);
      a3 = high(w3).fma(v, a3);
    }
    a0.intoArray(x, to);
    a1.intoArray(x, to + L);
    a2.intoArray(x, to + 2 * L);
    a3.intoArray(x, to + 3 * L);
    if (k < xAt + p.in()) {
      for (int i = 0; i < 4 * L; i++) {
        float half = Float.intBitsToFloat(((w[at + i] << 16) >> 3) & Halves.FP16_BITS);
        x[to + i] = Math.fma(half, x[k] * Halves.LIFT, x[to + i]);
      }
    }
    scale(x, to, Halves.LIFT);
  }

  private static FloatVector low(IntVector w) {
    return high(w.lanewise(VectorOperators.LSHL, 16));
  }

  private static FloatVector high(IntVector w) {
    return w.lanewise(VectorOperators.ASHR, 3).and(Halves.FP16_BITS).reinterpretAsFloats();
  }

  private static void scale(float[] x, int at, float by) {
    for (int i = at; i < at + 4 * L; i++) {
      x[i] *= by;
    }
  }
}
