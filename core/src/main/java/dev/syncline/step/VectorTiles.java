package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of three rows with FP32 weights, four vectors of outputs at a time: twelve sums, as many
 * as sixteen registers hold beside three inputs and a vector of weights. The rows are turned, so
 * that their inputs with the same number lie together. Sums have the bits of those of a row alone.
 */
final class VectorTiles {
  private static final VectorSpecies<Float> F = VectorKernels.WIDE;
  private static final int L = F.length();
  static final int ROWS = 3;
  static final int COLUMNS = 4 * L;

  private VectorTiles() {}

  /** Rows of one stream, three at a time; a single one at the end goes alone. */
  static void product(
      Panels w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    for (int r = 0; r < rows; r += ROWS) {
      int last = Math.min(ROWS, rows - r) - 1;
      int from = xAt + r * xStride;
      int to = yAt + r * yStride;
      if (last == 0) {
        for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
          VectorPanels.panel(w, o, x, from, x, y, to + o);
        }
        return;
      }
      turn(w.in(), x, from, x, from + xStride, x, from + last * xStride, x);
      for (int o = 0; o < w.out(); o += COLUMNS) {
        boolean whole = tile(w, o, x);
        for (int i = 0; i <= last; i++) {
          finish(w, o, whole, x, i, x, from + i * xStride, y, to + i * yStride);
        }
      }
    }
  }

  /** Turns three rows into the kernels' part of a scratch. */
  static void turn(int in, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, float[] to) {
    for (int k = 0; k < in; k++) {
      to[ROWS * k] = a[aAt + k];
      to[ROWS * k + 1] = b[bAt + k];
      to[ROWS * k + 2] = c[cAt + k];
    }
  }

  /**
   * The outputs from {@code o} of one of the three rows of a tile.
   *
   * @param whole whether the tile was done; else the row is done alone
   * @param t the scratch in which its rows were turned
   * @param i which of them
   */
  static void finish(
      Panels w, int o, boolean whole, float[] t, int i, float[] x, int xAt, float[] y, int yAt) {
    int n = Math.min(COLUMNS, w.out() - o);
    if (whole) {
      System.arraycopy(t, ROWS * w.in() + i * COLUMNS, y, yAt + o, n);
    } else {
      VectorPanels.panel(w, o, x, xAt, x, y, yAt + o);
    }
  }

  /**
   * Some outputs of three turned rows, behind them in the scratch; false where too few are left for
   * a tile.
   */
  static boolean tile(Panels p, int o, float[] x) {
    float[] b = p.bias();
    if (o + COLUMNS > b.length) {
      return false;
    }
    float[] w0 = p.stream(o);
    float[] w1 = p.stream(o + L);
    float[] w2 = p.stream(o + 2 * L);
    float[] w3 = p.stream(o + 3 * L);
    FloatVector a00 = FloatVector.fromArray(F, b, o);
    FloatVector a01 = FloatVector.fromArray(F, b, o + L);
    FloatVector a02 = FloatVector.fromArray(F, b, o + 2 * L);
    FloatVector a03 = FloatVector.fromArray(F, b, o + 3 * L);
    FloatVector a10 = a00;
    FloatVector a11 = a01;
    FloatVector a12 = a02;
    FloatVector a13 = a03;
    FloatVector a20 = a00;
    FloatVector a21 = a01;
    FloatVector a22 = a02;
    FloatVector a23 = a03;
    int end = ROWS * p.in();
    int at = p.panel(o);
    int right = L % Panels.STRIP;
    for (int k = 0; k < end; k += ROWS, at += Panels.STRIP) {
      FloatVector x0 = FloatVector.broadcast(F, x[k]);
      FloatVector x1 = FloatVector.broadcast(F, x[k + 1]);
      FloatVector x2 = FloatVector.broadcast(F, x[k + 2]);
      FloatVector w = FloatVector.fromArray(F, w0, at);
      a00 = w.fma(x0, a00);
      a10 = w.fma(x1, a10);
      a20 = w.fma(x2, a20);
      w = FloatVector.fromArray(F, w1, at + right);
      a01 = w.fma(x0, a01);
      a11 = w.fma(x1, a11);
      a21 = w.fma(x2, a21);
      w = FloatVector.fromArray(F, w2, at);
      a02 = w.fma(x0, a02);
      a12 = w.fma(x1, a12);
      a22 = w.fma(x2, a22);
      w = FloatVector.fromArray(F, w3, at + right);
      a03 = w.fma(x0, a03);
      a13 = w.fma(x1, a13);
      a23 = w.fma(x2, a23);
    }
    a00.intoArray(x, end);
    a01.intoArray(x, end + L);
    a02.intoArray(x, end + 2 * L);
    a03.intoArray(x, end + 3 * L);
    int second = end + COLUMNS;
    a10.intoArray(x, second);
    a11.intoArray(x, second + L);
    a12.intoArray(x, second + 2 * L);
    a13.intoArray(x, second + 3 * L);
    int third = second + COLUMNS;
    a20.intoArray(x, third);
    a21.intoArray(x, third + L);
    a22.intoArray(x, third + 2 * L);
    a23.intoArray(x, third + 3 * L);
    return true;
  }
}
