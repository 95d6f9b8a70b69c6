package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Products of one row with FP32 weights, panel by panel. */
final class VectorPanels {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();

  private VectorPanels() {}

  /**
   * Outputs from {@code o}, where a panel begins; the sums of those of a narrower panel in work.
   */
  static void panel(Panels p, int o, float[] x, int xAt, float[] work, float[] y, int yAt) {
    int left = p.out() - o;
    if (left >= Matrix.WIDTH) {
      full(p, o, x, xAt, y, yAt);
      return;
    }
    for (int j = 0; j < left; j += Panels.HALF) {
      half(p, o + j, x, xAt, work, j);
    }
    System.arraycopy(work, 0, y, yAt, left);
  }

  /** One row against a full panel, its four strips side by side: eight vectors of sums. */
  private static void full(Panels p, int o, float[] x, int xAt, float[] y, int yAt) {
    float[] w0 = p.data()[0];
    float[] w1 = p.data()[1];
    float[] w2 = p.data()[2];
    float[] w3 = p.data()[3];
    float[] b = p.bias();
    FloatVector a0 = FloatVector.fromArray(F, b, o);
    FloatVector a1 = FloatVector.fromArray(F, b, o + L);
    FloatVector a2 = FloatVector.fromArray(F, b, o + 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, b, o + 3 * L);
    FloatVector a4 = FloatVector.fromArray(F, b, o + 4 * L);
    FloatVector a5 = FloatVector.fromArray(F, b, o + 5 * L);
    FloatVector a6 = FloatVector.fromArray(F, b, o + 6 * L);
    FloatVector a7 = FloatVector.fromArray(F, b, o + 7 * L);
    int at = p.panel(o);
    for (int k = 0; k < p.in(); k++, at += Panels.STRIP) {
      FloatVector v = FloatVector.broadcast(F, x[xAt + k]);
      a0 = FloatVector.fromArray(F, w0, at).fma(v, a0);
      a1 = FloatVector.fromArray(F, w0, at + L).fma(v, a1);
      a2 = FloatVector.fromArray(F, w1, at).fma(v, a2);
      a3 = FloatVector.fromArray(F, w1, at + L).fma(v, a3);
      a4 = FloatVector.fromArray(F, w2, at).fma(v, a4);
      a5 = FloatVector.fromArray(F, w2, at + L).fma(v, a5);
      a6 = FloatVector.fromArray(F, w3, at).fma(v, a6);
      a7 = FloatVector.fromArray(F, w3, at + L).fma(v, a7);
    }
    a0.intoArray(y, yAt);
    a1.intoArray(y, yAt + L);
    a2.intoArray(y, yAt + 2 * L);
    a3.intoArray(y, yAt + 3 * L);
    a4.intoArray(y, yAt + 4 * L);
    a5.intoArray(y, yAt + 5 * L);
    a6.intoArray(y, yAt + 6 * L);
    a7.intoArray(y, yAt + 7 * L);
  }

  /** One row against two strips, every sum in the same order. */
  private static void half(Panels p, int o, float[] x, int xAt, float[] y, int yAt) {
    float[] left = p.stream(o);
    float[] right = p.stream(o + Panels.STRIP);
    float[] b = p.bias();
    FloatVector a0 = FloatVector.fromArray(F, b, o);
    FloatVector a1 = FloatVector.fromArray(F, b, o + L);
    FloatVector a2 = FloatVector.fromArray(F, b, o + 2 * L);
    FloatVector a3 = FloatVector.fromArray(F, b, o + 3 * L);
    int at = p.panel(o);
    for (int k = 0; k < p.in(); k++, at += Panels.STRIP) {
      FloatVector v = FloatVector.broadcast(F, x[xAt + k]);
      a0 = FloatVector.fromArray(F, left, at).fma(v, a0);
      a1 = FloatVector.fromArray(F, left, at + L).fma(v, a1);
      a2 = FloatVector.fromArray(F, right, at).fma(v, a2);
      a3 = FloatVector.fromArray(F, right, at + L).fma(v, a3);
    }
    a0.intoArray(y, yAt);
    a1.intoArray(y, yAt + L);
    a2.intoArray(y, yAt + 2 * L);
    a3.intoArray(y, yAt + 3 * L);
  }
}
