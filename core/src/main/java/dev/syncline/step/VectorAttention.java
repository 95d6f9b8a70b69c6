package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What attention does with keys and values where they lie in a slab; see {@link Kernels#dots}. */
final class VectorAttention {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final boolean ONE = VectorKernels.ONE;

  private VectorAttention() {}

  /**
   * Two keys at a time, the last one twice where their number is odd, with sums in the order of
   * {@link Kernels#dot}; tells whether keys are long enough for that.
   */
  static boolean dots(
      float[] x,
      int query,
      int n,
      float[] s,
      int places,
      int stride,
      int shift,
      int count,
      int to) {
    if (n % VectorKernels.SUMS != 0) {
      return false;
    }
    for (int i = 0; i < count; i += 2) {
      int last = Math.min(i + 1, count - 1);
      int key0 = Float.floatToRawIntBits(x[places + i * stride]) + shift;
      int key1 = Float.floatToRawIntBits(x[places + last * stride]) + shift;
      dotsTwo(x, query, n, s, key0, key1);
      x[to + last] = eight(x, L);
      x[to + i] = eight(x, 0);
    }
    return true;
  }

  private static float eight(float[] x, int a) {
    float low = (x[a] + x[a + 1]) + (x[a + 2] + x[a + 3]);
    return low + ((x[a + 4] + x[a + 5]) + (x[a + 6] + x[a + 7]));
  }

  /**
   * Leaves eight sums of each in the first floats of the scratch. Four keys in one method are more
   * than the compiler takes in: now and then it kept a vector as an object, 64 bytes a call.
   */
  private static void dotsTwo(float[] x, int query, int n, float[] s, int key0, int key1) {
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector b0 = FloatVector.zero(F);
    FloatVector b1 = FloatVector.zero(F);
    for (int i = 0; i < n; i += VectorKernels.SUMS) {
      FloatVector q0 = FloatVector.fromArray(F, x, query + i);
      a0 = q0.fma(FloatVector.fromArray(F, s, key0 + i), a0);
      b0 = q0.fma(FloatVector.fromArray(F, s, key1 + i), b0);
      if (!ONE) {
        FloatVector q1 = FloatVector.fromArray(F, x, query + i + L);
        a1 = q1.fma(FloatVector.fromArray(F, s, key0 + i + L), a1);
        b1 = q1.fma(FloatVector.fromArray(F, s, key1 + i + L), b1);
      }
    }
    a0.add(ONE ? a0.rearrange(VectorKernels.HALVES) : a1).intoArray(x, 0);
    b0.add(ONE ? b0.rearrange(VectorKernels.HALVES) : b1).intoArray(x, L);
  }

  static void mix(
      float[] x,
      int weights,
      int n,
      float[] s,
      int places,
      int stride,
      int shift,
      int count,
      int to) {
    int k = 0;
    for (; k + 4 * L <= n; k += 4 * L) {
      mixFour(x, weights, s, places, stride, shift + k, count, to + k);
    }
    for (; k + L <= n; k += L) {
      mixOne(x, weights, s, places, stride, shift + k, count, to + k);
    }
    for (; k < n; k++) {
      float sum = x[to + k];
      for (int i = 0; i < count; i++) {
        int value = Float.floatToRawIntBits(x[places + i * stride]) + shift;
        sum = Math.fma(x[weights + i], s[value + k], sum);
      }
      x[to + k] = sum;
    }
  }

  private static void mixFour(
      float[] x, int weights, float[] s, int places, int stride, int shift, int count, int to) {
    FloatVector a0 = FloatVector.fromArray(F, x, to);
    FloatVector a1 = FloatVector.fromArray(F, x, to + L);
    FloatVector a2 = FloatVector.fromArray(F, x, to + 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, x, to + 3 * L);
    for (int i = 0; i < count; i++) {
      int at = Float.floatToRawIntBits(x[places + i * stride]) + shift;
      FloatVector w = FloatVector.broadcast(F, x[weights + i]);
      a0 = FloatVector.fromArray(F, s, at).fma(w, a0);
      a1 = FloatVector.fromArray(F, s, at + L).fma(w, a1);
      a2 = FloatVector.fromArray(F, s, at + 2 * L).fma(w, a2);
      a3 = FloatVector.fromArray(F, s, at + 3 * L).fma(w, a3);
    }
    a0.intoArray(x, to);
    a1.intoArray(x, to + L);
    a2.intoArray(x, to + 2 * L);
    a3.intoArray(x, to + 3 * L);
  }

  private static void mixOne(
      float[] x, int weights, float[] s, int places, int stride, int shift, int count, int to) {
    FloatVector a = FloatVector.fromArray(F, x, to);
    for (int i = 0; i < count; i++) {
      int at = Float.floatToRawIntBits(x[places + i * stride]) + shift;
      a = FloatVector.fromArray(F, s, at).fma(FloatVector.broadcast(F, x[weights + i]), a);
    }
    a.intoArray(x, to);
  }
}
