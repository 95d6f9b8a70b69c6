package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of three rows with four vectors of weights: twelve sums, as many as sixteen registers
 * hold beside three inputs and a vector of weights; of four rows where there are thirty-two, with
 * vectors of 512 bits. The rows are turned, so that their inputs with the same number lie together.
 * Sums have the bits of those of a row alone.
 */
final class VectorTiles {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();

  private static final boolean FOUR = VectorKernels.ONE;

  /** Rows of a tile. */
  static final int ROWS = FOUR ? 4 : 3;

  static final int COLUMNS = 4 * L;

  private VectorTiles() {}

  /** Rows of one stream, a tile at a time; a single one at the end goes alone. */
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
      for (int i = 0; i < ROWS; i++) {
        turn(w.in(), 1, x, from + Math.min(last, i) * xStride, x, i);
      }
      for (int o = 0; o < w.out(); o += COLUMNS) {
        begin(w, o, x);
        panels(w, o, 0, w.in(), x);
        for (int i = 0; i <= last; i++) {
          finish(w, o, x, i, y, to + i * yStride);
        }
      }
    }
  }

  /** Turns {@code n} inputs of a row, each {@code step} behind the one before. */
  static void turn(int n, int step, float[] row, int from, float[] to, int at) {
    for (int k = 0; k < n; k++) {
      to[at + ROWS * k] = row[from + step * k];
    }
  }

  /** Where the sums of turned rows begin, those of a row {@link #COLUMNS} apart. */
  static int sums(Matrix w) {
    return ROWS * w.in();
  }

  /**
   * Adds {@code n} inputs from {@code k} of the rows turned at the front of a scratch, times the
   * weights of outputs from {@code o}, to their sums.
   */
  static void panels(Panels w, int o, int k, int n, float[] x) {
    int at = w.panel(o) + k * Panels.STRIP;
    tile(w.stream(o), at, w.stream(o + Panels.STRIP), at, x, ROWS * k, n, sums(w));
  }

  /** Makes the sums of outputs from {@code o} their biases. */
  static void begin(Panels w, int o, float[] x) {
    for (int i = 0; i < ROWS; i++) {
      System.arraycopy(w.bias(), o, x, sums(w) + i * COLUMNS, COLUMNS);
    }
  }

  /** Takes the outputs of one of the rows from its sums. */
  static void finish(Matrix w, int o, float[] x, int row, float[] y, int yAt) {
    int n = Math.min(COLUMNS, w.out() - o);
    System.arraycopy(x, sums(w) + row * COLUMNS, y, yAt + o, n);
  }

  /**
   * Adds {@code n} inputs of the rows, turned from {@code from} on, times their weights to sums in
   * the same scratch.
   *
   * @param left weights of two vectors, input by input
   * @param right those of the two vectors behind them
   */
  static void tile(
      float[] left, int leftAt, float[] right, int rightAt, float[] x, int from, int n, int to) {
    int second = to + COLUMNS;
    int third = second + COLUMNS;
    int fourth = FOUR ? third + COLUMNS : third;
    FloatVector a00 = FloatVector.fromArray(F, x, to);
    FloatVector a01 = FloatVector.fromArray(F, x, to + L);
    FloatVector a02 = FloatVector.fromArray(F, x, to + 2 * L);
    FloatVector a03 = FloatVector.fromArray(F, x, to + 3 * L);
    FloatVector a10 = FloatVector.fromArray(F, x, second);
    FloatVector a11 = FloatVector.fromArray(F, x, second + L);
    FloatVector a12 = FloatVector.fromArray(F, x, second + 2 * L);
    FloatVector a13 = FloatVector.fromArray(F, x, second + 3 * L);
    FloatVector a20 = FloatVector.fromArray(F, x, third);
    FloatVector a21 = FloatVector.fromArray(F, x, third + L);
    FloatVector a22 = FloatVector.fromArray(F, x, third + 2 * L);
    FloatVector a23 = FloatVector.fromArray(F, x, third + 3 * L);
    FloatVector a30 = FloatVector.fromArray(F, x, fourth);
    FloatVector a31 = FloatVector.fromArray(F, x, fourth + L);
    FloatVector a32 = FloatVector.fromArray(F, x, fourth + 2 * L);
    FloatVector a33 = FloatVector.fromArray(F, x, fourth + 3 * L);
    int end = from + ROWS * n;
    int at = leftAt;
    int apart = rightAt - leftAt;
    for (int k = from; k < end; k += ROWS, at += Panels.STRIP) {
      FloatVector x0 = FloatVector.broadcast(F, x[k]);
      FloatVector x1 = FloatVector.broadcast(F, x[k + 1]);
      FloatVector x2 = FloatVector.broadcast(F, x[k + 2]);
      FloatVector x3 = FloatVector.broadcast(F, x[FOUR ? k + 3 : k]);
      FloatVector w = FloatVector.fromArray(F, left, at);
      a00 = w.fma(x0, a00);
      a10 = w.fma(x1, a10);
      a20 = w.fma(x2, a20);
      a30 = FOUR ? w.fma(x3, a30) : a30;
      w = FloatVector.fromArray(F, left, at + L);
      a01 = w.fma(x0, a01);
      a11 = w.fma(x1, a11);
      a21 = w.fma(x2, a21);
      a31 = FOUR ? w.fma(x3, a31) : a31;
      w = FloatVector.fromArray(F, right, at + apart);
      a02 = w.fma(x0, a02);
      a12 = w.fma(x1, a12);
      a22 = w.fma(x2, a22);
      a32 = FOUR ? w.fma(x3, a32) : a32;
      w = FloatVector.fromArray(F, right, at + apart + L);
      a03 = w.fma(x0, a03);
      a13 = w.fma(x1, a13);
      a23 = w.fma(x2, a23);
      a33 = FOUR ? w.fma(x3, a33) : a33;
    }
    a00.intoArray(x, to);
    a01.intoArray(x, to + L);
    a02.intoArray(x, to + 2 * L);
    a03.intoArray(x, to + 3 * L);
    a10.intoArray(x, second);
    a11.intoArray(x, second + L);
    a12.intoArray(x, second + 2 * L);
    a13.intoArray(x, second + 3 * L);
    a20.intoArray(x, third);
    a21.intoArray(x, third + L);
    a22.intoArray(x, third + 2 * L);
    a23.intoArray(x, third + 3 * L);
    if (FOUR) {
      a30.intoArray(x, fourth);
      a31.intoArray(x, fourth + L);
      a32.intoArray(x, fourth + 2 * L);
      a33.intoArray(x, fourth + 3 * L);
    }
  }
}
