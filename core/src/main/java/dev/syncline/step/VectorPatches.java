package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of the patches of a picture, read where they lie, six pixels with two vectors of
 * outputs: few outputs fill them, as the first layers of an encoder have. Sums have the bits of
 * those of a row alone.
 */
final class VectorPatches {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final int STRIP = Panels.STRIP;
  private static final int ROWS = 6;

  private VectorPatches() {}

  /** All weights of a strip stay in a near cache until every pixel has met them. */
  static void product(Panels w, Patches patches, float[] x, int picture, int y) {
    int pixels = patches.at().length;
    for (int o = 0; o < w.out(); o += STRIP) {
      int outputs = Math.min(STRIP, w.out() - o);
      for (int i = 0; i < pixels; i += ROWS) {
        tile(w, o, patches, i, x, picture);
        int rows = Math.min(ROWS, pixels - i);
        for (int r = 0; r < rows; r++) {
          System.arraycopy(x, r * STRIP, x, y + (i + r) * w.out() + o, outputs);
        }
      }
    }
  }

  /** Outputs of six pixels from {@code first}, the last one's again behind it, to the front. */
  private static void tile(Panels w, int o, Patches patches, int first, float[] x, int picture) {
    int[] each = patches.at();
    int last = each.length - 1;
    int p0 = picture + each[first];
    int p1 = picture + each[Math.min(last, first + 1)];
    int p2 = picture + each[Math.min(last, first + 2)];
    int p3 = picture + each[Math.min(last, first + 3)];
    int p4 = picture + each[Math.min(last, first + 4)];
    int p5 = picture + each[Math.min(last, first + 5)];
    FloatVector a0 = FloatVector.fromArray(F, w.bias(), o);
    FloatVector b0 = FloatVector.fromArray(F, w.bias(), o + L);
    FloatVector a1 = a0;
    FloatVector b1 = b0;
    FloatVector a2 = a0;
    FloatVector b2 = b0;
    FloatVector a3 = a0;
    FloatVector b3 = b0;
    FloatVector a4 = a0;
    FloatVector b4 = b0;
    FloatVector a5 = a0;
    FloatVector b5 = b0;
    float[] weights = w.stream(o);
    int at = w.panel(o);
    int n = patches.n();
    for (int line = 0; line < patches.lines(); line++) {
      int shift = line * patches.apart();
      for (int k = shift; k < shift + n; k++, at += STRIP) {
        FloatVector left = FloatVector.fromArray(F, weights, at);
        FloatVector right = FloatVector.fromArray(F, weights, at + L);
        FloatVector v = FloatVector.broadcast(F, x[p0 + k]);
        a0 = left.fma(v, a0);
        b0 = right.fma(v, b0);
        v = FloatVector.broadcast(F, x[p1 + k]);
        a1 = left.fma(v, a1);
        b1 = right.fma(v, b1);
        v = FloatVector.broadcast(F, x[p2 + k]);
        a2 = left.fma(v, a2);
        b2 = right.fma(v, b2);
        v = FloatVector.broadcast(F, x[p3 + k]);
        a3 = left.fma(v, a3);
        b3 = right.fma(v, b3);
        v = FloatVector.broadcast(F, x[p4 + k]);
        a4 = left.fma(v, a4);
        b4 = right.fma(v, b4);
        v = FloatVector.broadcast(F, x[p5 + k]);
        a5 = left.fma(v, a5);
        b5 = right.fma(v, b5);
      }
    }
    a0.intoArray(x, 0);
    b0.intoArray(x, L);
    a1.intoArray(x, STRIP);
    b1.intoArray(x, STRIP + L);
    a2.intoArray(x, 2 * STRIP);
    b2.intoArray(x, 2 * STRIP + L);
    a3.intoArray(x, 3 * STRIP);
    b3.intoArray(x, 3 * STRIP + L);
    a4.intoArray(x, 4 * STRIP);
    b4.intoArray(x, 4 * STRIP + L);
    a5.intoArray(x, 5 * STRIP);
    b5.intoArray(x, 5 * STRIP + L);
  }
}
