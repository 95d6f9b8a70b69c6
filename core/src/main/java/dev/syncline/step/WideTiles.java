package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tiles of {@link VectorTiles} where vectors have 512 bits: four rows or eight with 32 outputs,
 * as {@link VectorTiles#ROWS} is 4 there. Sums have the same bits.
 */
final class WideTiles {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
  private static final int L = F.length();

  private WideTiles() {}

  /** As {@link VectorTiles#tile} does, for four rows. */
  static void four(
      float[] left, int leftAt, float[] right, int rightAt, float[] x, int from, int n, int to) {
    int second = to + VectorTiles.COLUMNS;
    int third = second + VectorTiles.COLUMNS;
    int fourth = third + VectorTiles.COLUMNS;
    FloatVector a00 = FloatVector.fromArray(F, x, to);
    FloatVector a01 = FloatVector.fromArray(F, x, to + L);
    FloatVector a10 = FloatVector.fromArray(F, x, second);
    FloatVector a11 = FloatVector.fromArray(F, x, second + L);
    FloatVector a20 = FloatVector.fromArray(F, x, third);
    FloatVector a21 = FloatVector.fromArray(F, x, third + L);
    FloatVector a30 = FloatVector.fromArray(F, x, fourth);
    FloatVector a31 = FloatVector.fromArray(F, x, fourth + L);
    int end = from + VectorTiles.ROWS * n;
    int apart = rightAt - leftAt;
    int at = leftAt;
    for (int k = from; k < end; k += VectorTiles.ROWS, at += Panels.STRIP) {
      FloatVector v = FloatVector.fromArray(F, left, at);
      FloatVector w = FloatVector.fromArray(F, right, at + apart);
      FloatVector x0 = FloatVector.broadcast(F, x[k]);
      a00 = v.fma(x0, a00);
      a01 = w.fma(x0, a01);
      FloatVector x1 = FloatVector.broadcast(F, x[k + 1]);
      a10 = v.fma(x1, a10);
      a11 = w.fma(x1, a11);
      FloatVector x2 = FloatVector.broadcast(F, x[k + 2]);
      a20 = v.fma(x2, a20);
      a21 = w.fma(x2, a21);
      FloatVector x3 = FloatVector.broadcast(F, x[k + 3]);
      a30 = v.fma(x3, a30);
      a31 = w.fma(x3, a31);
    }
    a00.intoArray(x, to);
    a01.intoArray(x, to + L);
    a10.intoArray(x, second);
    a11.intoArray(x, second + L);
    a20.intoArray(x, third);
    a21.intoArray(x, third + L);
    a30.intoArray(x, fourth);
    a31.intoArray(x, fourth + L);
  }

  /** The same for four rows more, which lie as the first in another scratch. */
  static void eight(
      float[] left,
      int leftAt,
      float[] right,
      int rightAt,
      float[] x,
      float[] z,
      int from,
      int n,
      int to) {
    int second = to + VectorTiles.COLUMNS;
    int third = second + VectorTiles.COLUMNS;
    int fourth = third + VectorTiles.COLUMNS;
    FloatVector a00 = FloatVector.fromArray(F, x, to);
    FloatVector a01 = FloatVector.fromArray(F, x, to + L);
    FloatVector a10 = FloatVector.fromArray(F, x, second);
    FloatVector a11 = FloatVector.fromArray(F, x, second + L);
    FloatVector a20 = FloatVector.fromArray(F, x, third);
    FloatVector a21 = FloatVector.fromArray(F, x, third + L);
    FloatVector a30 = FloatVector.fromArray(F, x, fourth);
    FloatVector a31 = FloatVector.fromArray(F, x, fourth + L);
    FloatVector a40 = FloatVector.fromArray(F, z, to);
    FloatVector a41 = FloatVector.fromArray(F, z, to + L);
    FloatVector a50 = FloatVector.fromArray(F, z, second);
    FloatVector a51 = FloatVector.fromArray(F, z, second + L);
    FloatVector a60 = FloatVector.fromArray(F, z, third);
    FloatVector a61 = FloatVector.fromArray(F, z, third + L);
    FloatVector a70 = FloatVector.fromArray(F, z, fourth);
    FloatVector a71 = FloatVector.fromArray(F, z, fourth + L);
    int end = from + VectorTiles.ROWS * n;
    int apart = rightAt - leftAt;
    int at = leftAt;
    for (int k = from; k < end; k += VectorTiles.ROWS, at += Panels.STRIP) {
      FloatVector v = FloatVector.fromArray(F, left, at);
      FloatVector w = FloatVector.fromArray(F, right, at + apart);
      FloatVector x0 = FloatVector.broadcast(F, x[k]);
      a00 = v.fma(x0, a00);
      a01 = w.fma(x0, a01);
      FloatVector x1 = FloatVector.broadcast(F, x[k + 1]);
      a10 = v.fma(x1, a10);
      a11 = w.fma(x1, a11);
      FloatVector x2 = FloatVector.broadcast(F, x[k + 2]);
      a20 = v.fma(x2, a20);
      a21 = w.fma(x2, a21);
      FloatVector x3 = FloatVector.broadcast(F, x[k + 3]);
      a30 = v.fma(x3, a30);
      a31 = w.fma(x3, a31);
      FloatVector x4 = FloatVector.broadcast(F, z[k]);
      a40 = v.fma(x4, a40);
      a41 = w.fma(x4, a41);
      FloatVector x5 = FloatVector.broadcast(F, z[k + 1]);
      a50 = v.fma(x5, a50);
      a51 = w.fma(x5, a51);
      FloatVector x6 = FloatVector.broadcast(F, z[k + 2]);
      a60 = v.fma(x6, a60);
      a61 = w.fma(x6, a61);
      FloatVector x7 = FloatVector.broadcast(F, z[k + 3]);
      a70 = v.fma(x7, a70);
      a71 = w.fma(x7, a71);
    }
    a00.intoArray(x, to);
    a01.intoArray(x, to + L);
    a10.intoArray(x, second);
    a11.intoArray(x, second + L);
    a20.intoArray(x, third);
    a21.intoArray(x, third + L);
    a30.intoArray(x, fourth);
    a31.intoArray(x, fourth + L);
    a40.intoArray(z, to);
    a41.intoArray(z, to + L);
    a50.intoArray(z, second);
    a51.intoArray(z, second + L);
    a60.intoArray(z, third);
    a61.intoArray(z, third + L);
    a70.intoArray(z, fourth);
    a71.intoArray(z, fourth + L);
  }
}
