package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of eight rows with full panels of FP32 weights: the rows are turned, so that eight
 * inputs with the same number lie together, and every weight that is loaded serves all eight. Sums
 * have the bits of those of a row alone.
 */
final class VectorTiles {
  private static final VectorSpecies<Float> F = VectorKernels.WIDE;
  private static final int L = F.length();
  static final int ROWS = 8;

  private VectorTiles() {}

  /** Where a row lies among the turned rows of {@code in} inputs. */
  static void turn(float[] from, int at, float[] x, int row, int in) {
    for (int k = 0; k < in; k++) {
      x[ROWS * k + row] = from[at + k];
    }
  }

  /** Eight turned rows times one panel; sums of a row lie {@link Matrix#WIDTH} apart. */
  static void panel(Panels p, int o, float[] x, int to) {
    for (int j = 0; j < Matrix.WIDTH; j += 2 * L) {
      tile(p, o, j, x, to + j);
    }
  }

  private static void tile(Panels p, int o, int j, float[] x, int to) {
    float[] w = p.data();
    FloatVector b0 = FloatVector.fromArray(F, p.bias(), o + j);
    FloatVector b1 = FloatVector.fromArray(F, p.bias(), o + j + L);
    FloatVector a00 = b0;
    FloatVector a10 = b0;
    FloatVector a20 = b0;
    FloatVector a30 = b0;
    FloatVector a40 = b0;
    FloatVector a50 = b0;
    FloatVector a60 = b0;
    FloatVector a70 = b0;
    FloatVector a01 = b1;
    FloatVector a11 = b1;
    FloatVector a21 = b1;
    FloatVector a31 = b1;
    FloatVector a41 = b1;
    FloatVector a51 = b1;
    FloatVector a61 = b1;
    FloatVector a71 = b1;
    int at = o * p.in() + j;
    for (int k = 0; k < ROWS * p.in(); k += ROWS, at += Matrix.WIDTH) {
      FloatVector w0 = FloatVector.fromArray(F, w, at);
      FloatVector w1 = FloatVector.fromArray(F, w, at + L);
      FloatVector v = FloatVector.broadcast(F, x[k]);
      a00 = w0.fma(v, a00);
      a01 = w1.fma(v, a01);
      v = FloatVector.broadcast(F, x[k + 1]);
      a10 = w0.fma(v, a10);
      a11 = w1.fma(v, a11);
      v = FloatVector.broadcast(F, x[k + 2]);
      a20 = w0.fma(v, a20);
      a21 = w1.fma(v, a21);
      v = FloatVector.broadcast(F, x[k + 3]);
      a30 = w0.fma(v, a30);
      a31 = w1.fma(v, a31);
      v = FloatVector.broadcast(F, x[k + 4]);
      a40 = w0.fma(v, a40);
      a41 = w1.fma(v, a41);
      v = FloatVector.broadcast(F, x[k + 5]);
      a50 = w0.fma(v, a50);
      a51 = w1.fma(v, a51);
      v = FloatVector.broadcast(F, x[k + 6]);
      a60 = w0.fma(v, a60);
      a61 = w1.fma(v, a61);
      v = FloatVector.broadcast(F, x[k + 7]);
      a70 = w0.fma(v, a70);
      a71 = w1.fma(v, a71);
    }
    a00.intoArray(x, to);
    a01.intoArray(x, to + L);
    a10.intoArray(x, to + Matrix.WIDTH);
    a11.intoArray(x, to + Matrix.WIDTH + L);
    a20.intoArray(x, to + 2 * Matrix.WIDTH);
    a21.intoArray(x, to + 2 * Matrix.WIDTH + L);
    a30.intoArray(x, to + 3 * Matrix.WIDTH);
    a31.intoArray(x, to + 3 * Matrix.WIDTH + L);
    a40.intoArray(x, to + 4 * Matrix.WIDTH);
    a41.intoArray(x, to + 4 * Matrix.WIDTH + L);
    a50.intoArray(x, to + 5 * Matrix.WIDTH);
    a51.intoArray(x, to + 5 * Matrix.WIDTH + L);
    a60.intoArray(x, to + 6 * Matrix.WIDTH);
    a61.intoArray(x, to + 6 * Matrix.WIDTH + L);
    a70.intoArray(x, to + 7 * Matrix.WIDTH);
    a71.intoArray(x, to + 7 * Matrix.WIDTH + L);
  }
}
