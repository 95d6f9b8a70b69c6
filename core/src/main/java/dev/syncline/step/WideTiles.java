package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tile of {@link VectorTiles} where vectors have 512 bits: six rows, so that a weight that
 * comes from the second cache is used for as long as the next one takes. Sums have the same bits.
 */
final class WideTiles {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
  private static final int L = F.length();

  private WideTiles() {}

  /**
   * Adds the turned rows at the front of two scratches, times the weights of 32 outputs, to the
   * sums in the same scratches.
   */
  static void six(Panels p, int o, float[] x, float[] z, int to) {
    float[] left = p.stream(o);
    float[] right = p.stream(o + Panels.STRIP);
    int second = to + VectorTiles.COLUMNS;
    int third = second + VectorTiles.COLUMNS;
    FloatVector a00 = FloatVector.fromArray(F, x, to);
    FloatVector a01 = FloatVector.fromArray(F, x, to + L);
    FloatVector a10 = FloatVector.fromArray(F, x, second);
    FloatVector a11 = FloatVector.fromArray(F, x, second + L);
    FloatVector a20 = FloatVector.fromArray(F, x, third);
    FloatVector a21 = FloatVector.fromArray(F, x, third + L);
    FloatVector a30 = FloatVector.fromArray(F, z, to);
    FloatVector a31 = FloatVector.fromArray(F, z, to + L);
    FloatVector a40 = FloatVector.fromArray(F, z, second);
    FloatVector a41 = FloatVector.fromArray(F, z, second + L);
    FloatVector a50 = FloatVector.fromArray(F, z, third);
    FloatVector a51 = FloatVector.fromArray(F, z, third + L);
    int end = VectorTiles.ROWS * p.in();
    int at = p.panel(o);
    for (int k = 0; k < end; k += VectorTiles.ROWS, at += Panels.STRIP) {
      FloatVector v = FloatVector.fromArray(F, left, at);
      FloatVector w = FloatVector.fromArray(F, right, at);
      FloatVector x0 = FloatVector.broadcast(F, x[k]);
      a00 = v.fma(x0, a00);
      a01 = w.fma(x0, a01);
      FloatVector x1 = FloatVector.broadcast(F, x[k + 1]);
      a10 = v.fma(x1, a10);
      a11 = w.fma(x1, a11);
      FloatVector x2 = FloatVector.broadcast(F, x[k + 2]);
      a20 = v.fma(x2, a20);
      a21 = w.fma(x2, a21);
      FloatVector x3 = FloatVector.broadcast(F, z[k]);
      a30 = v.fma(x3, a30);
      a31 = w.fma(x3, a31);
      FloatVector x4 = FloatVector.broadcast(F, z[k + 1]);
      a40 = v.fma(x4, a40);
      a41 = w.fma(x4, a41);
      FloatVector x5 = FloatVector.broadcast(F, z[k + 2]);
      a50 = v.fma(x5, a50);
      a51 = w.fma(x5, a51);
    }
    a00.intoArray(x, to);
    a01.intoArray(x, to + L);
    a10.intoArray(x, second);
    a11.intoArray(x, second + L);
    a20.intoArray(x, third);
    a21.intoArray(x, third + L);
    a30.intoArray(z, to);
    a31.intoArray(z, to + L);
    a40.intoArray(z, second);
    a41.intoArray(z, second + L);
    a50.intoArray(z, third);
    a51.intoArray(z, third + L);
  }
}
