package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows that meet the weights of some outputs together, as many sums as registers hold beside inputs
 * and weights. The rows are turned, so that their inputs with the same number lie together. Sums
 * have the bits of those of a row alone.
 *
 * @param rows how many
 * @param columns outputs
 */
record VectorTile(int rows, int columns) {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final boolean ONE = VectorKernels.ONE;

  /** Four rows, with 256 bits three, times four vectors of outputs. */
  static final VectorTile FLAT = new VectorTile(ONE ? 4 : 3, 4 * L);

  /** Eight rows times two vectors: half the loads of weights, for the 32 registers of 512 bits. */
  static final VectorTile TALL = new VectorTile(8, 2 * L);

  /** Floats of weights that lie near. */
  private static final int NEAR = 6144;

  /** The next one where so many rows are left. */
  static VectorTile of(int rows) {
    return ONE && rows > FLAT.rows ? TALL : FLAT;
  }

  /** Tall ones among the tiles of so many rows. */
  static int tall(int rows) {
    return ONE && rows > FLAT.rows ? (rows - FLAT.rows + TALL.rows - 1) / TALL.rows : 0;
  }

  /** Whether it is the tall one. */
  boolean tall() {
    return columns == TALL.columns;
  }

  /**
   * Inputs whose weights for a tile's outputs the nearest cache holds beside those of a few tiles:
   * as few blocks as that takes, all of nearly the same size.
   */
  int depth(Matrix w) {
    int blocks = (columns * w.in() + NEAR - 1) / NEAR;
    return (w.in() + blocks - 1) / blocks;
  }

  /** Rows of one stream, a tile at a time; a single one at the end goes alone. */
  static void product(
      Panels w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    for (int r = 0; r < rows; r += of(rows - r).rows) {
      VectorTile tile = of(rows - r);
      int last = Math.min(tile.rows(), rows - r) - 1;
      int from = xAt + r * xStride;
      int to = yAt + r * yStride;
      for (int i = 0; last > 0 && i < tile.rows(); i++) {
        Turning.row(tile, w.in(), 1, x, from + Math.min(last, i) * xStride, x, i);
      }
      for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
        if (last == 0) {
          VectorPanels.panel(w, o, x, from, x, y, to + o);
        } else {
          tile.panel(w, o, x, last, y, to, yStride);
        }
      }
    }
  }

  /** Outputs from {@code o} of the rows turned at the front of {@code x}. */
  private void panel(Panels w, int o, float[] x, int last, float[] y, int yAt, int yStride) {
    begin(w, o, x);
    int end = Math.min(w.out(), o + Matrix.WIDTH);
    for (int c = o; c < end; c += columns) {
      add(w, c, 0, w.in(), x, o, 0, 0, 1);
    }
    for (int i = 0; i <= last; i++) {
      finish(w, o, x, i, y, yAt + i * yStride);
    }
  }

  /** Where the sums of turned rows begin, those of a row {@link Matrix#WIDTH} apart. */
  int sums(Matrix w) {
    return rows * w.in();
  }

  /** Makes the sums of a panel's outputs, from {@code o} on, their biases. */
  void begin(Matrix w, int o, float[] x) {
    int n = Math.min(Matrix.WIDTH, w.bias().length - o);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(w.bias(), o, x, sums(w) + i * Matrix.WIDTH, n);
    }
  }

  /**
   * Adds {@code n} inputs from {@code k} of the rows turned at the front of a scratch, times the
   * weights of outputs from {@code o}, to their sums.
   *
   * @param next outputs whose weights come soon: for every {@code apart}-th input, a power of two,
   *     a tall tile looks at one from {@code look} on, {@code step} apart, in each of two streams,
   *     so that they are near when needed; a flat one does not
   */
  void add(Panels w, int o, int k, int n, float[] x, int next, int look, int step, int apart) {
    int at = w.panel(o) + k * Panels.STRIP;
    int to = sums(w) + o % Matrix.WIDTH;
    if (tall()) {
      float[] left = w.stream(next);
      float[] right = w.stream(next + Panels.STRIP);
      int mask = (apart - 1) * Panels.STRIP;
      tall(w.stream(o), at, x, rows * k, n, to, left, right, look, step, mask);
    } else {
      flat(w.stream(o), at, w.stream(o + Panels.STRIP), at, x, rows * k, n, to);
    }
  }

  /** Takes a panel's outputs of one of the rows from its sums. */
  void finish(Matrix w, int o, float[] x, int row, float[] y, int yAt) {
    int n = Math.min(Matrix.WIDTH, w.out() - o);
    System.arraycopy(x, sums(w) + row * Matrix.WIDTH, y, yAt + o, n);
  }

  /**
   * Adds {@code n} inputs of the rows, turned from {@code from} on, times their weights to sums in
   * the same scratch.
   *
   * @param left weights of two vectors, input by input
   * @param right those of the two vectors behind them
   */
  static void flat(
      float[] left, int leftAt, float[] right, int rightAt, float[] x, int from, int n, int to) {
    int second = to + Matrix.WIDTH;
    int third = second + Matrix.WIDTH;
    int fourth = ONE ? third + Matrix.WIDTH : third;
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
    int rows = FLAT.rows;
    int end = from + rows * n;
    int at = leftAt;
    int apart = rightAt - leftAt;
    for (int k = from; k < end; k += rows, at += Panels.STRIP) {
      FloatVector x0 = FloatVector.broadcast(F, x[k]);
      FloatVector x1 = FloatVector.broadcast(F, x[k + 1]);
      FloatVector x2 = FloatVector.broadcast(F, x[k + 2]);
      FloatVector x3 = FloatVector.broadcast(F, x[ONE ? k + 3 : k]);
      FloatVector w = FloatVector.fromArray(F, left, at);
      a00 = w.fma(x0, a00);
      a10 = w.fma(x1, a10);
      a20 = w.fma(x2, a20);
      a30 = ONE ? w.fma(x3, a30) : a30;
      w = FloatVector.fromArray(F, left, at + L);
      a01 = w.fma(x0, a01);
      a11 = w.fma(x1, a11);
      a21 = w.fma(x2, a21);
      a31 = ONE ? w.fma(x3, a31) : a31;
      w = FloatVector.fromArray(F, right, at + apart);
      a02 = w.fma(x0, a02);
      a12 = w.fma(x1, a12);
      a22 = w.fma(x2, a22);
      a32 = ONE ? w.fma(x3, a32) : a32;
      w = FloatVector.fromArray(F, right, at + apart + L);
      a03 = w.fma(x0, a03);
      a13 = w.fma(x1, a13);
      a23 = w.fma(x2, a23);
      a33 = ONE ? w.fma(x3, a33) : a33;
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
    if (ONE) {
      a30.intoArray(x, fourth);
      a31.intoArray(x, fourth + L);
      a32.intoArray(x, fourth + 2 * L);
      a33.intoArray(x, fourth + 3 * L);
    }
  }

  /**
   * The same with the weights of two vectors, and a look at what comes next in two streams.
   *
   * @return of no use, but without it the compiler would leave out the looking; the method is too
   *     large to be inlined where nobody reads it
   */
  private static int tall(
      float[] w,
      int weights,
      float[] x,
      int from,
      int n,
      int to,
      float[] left,
      float[] right,
      int look,
      int step,
      int mask) {
    int row = Matrix.WIDTH;
    int seventh = to + 6 * row;
    int eighth = to + 7 * row;
    FloatVector a0 = FloatVector.fromArray(F, x, to);
    FloatVector b0 = FloatVector.fromArray(F, x, to + L);
    FloatVector a1 = FloatVector.fromArray(F, x, to + row);
    FloatVector b1 = FloatVector.fromArray(F, x, to + row + L);
    FloatVector a2 = FloatVector.fromArray(F, x, to + 2 * row);
    FloatVector b2 = FloatVector.fromArray(F, x, to + 2 * row + L);
    FloatVector a3 = FloatVector.fromArray(F, x, to + 3 * row);
    FloatVector b3 = FloatVector.fromArray(F, x, to + 3 * row + L);
    FloatVector a4 = FloatVector.fromArray(F, x, to + 4 * row);
    FloatVector b4 = FloatVector.fromArray(F, x, to + 4 * row + L);
    FloatVector a5 = FloatVector.fromArray(F, x, to + 5 * row);
    FloatVector b5 = FloatVector.fromArray(F, x, to + 5 * row + L);
    FloatVector a6 = FloatVector.fromArray(F, x, seventh);
    FloatVector b6 = FloatVector.fromArray(F, x, seventh + L);
    FloatVector a7 = FloatVector.fromArray(F, x, eighth);
    FloatVector b7 = FloatVector.fromArray(F, x, eighth + L);
    int rows = TALL.rows;
    int end = from + rows * n;
    int at = weights;
    int soon = look;
    int seen = 0;
    for (int k = from; k < end; k += rows, at += Panels.STRIP) {
      if ((at & mask) == 0) {
        seen += Float.floatToRawIntBits(left[soon]) + Float.floatToRawIntBits(right[soon]);
        soon += step;
      }
      FloatVector x0 = FloatVector.broadcast(F, x[k]);
      FloatVector x1 = FloatVector.broadcast(F, x[k + 1]);
      FloatVector x2 = FloatVector.broadcast(F, x[k + 2]);
      FloatVector x3 = FloatVector.broadcast(F, x[k + 3]);
      FloatVector x4 = FloatVector.broadcast(F, x[k + 4]);
      FloatVector x5 = FloatVector.broadcast(F, x[k + 5]);
      FloatVector x6 = FloatVector.broadcast(F, x[k + 6]);
      FloatVector x7 = FloatVector.broadcast(F, x[k + 7]);
      FloatVector v = FloatVector.fromArray(F, w, at);
      a0 = v.fma(x0, a0);
      a1 = v.fma(x1, a1);
      a2 = v.fma(x2, a2);
      a3 = v.fma(x3, a3);
      a4 = v.fma(x4, a4);
      a5 = v.fma(x5, a5);
      a6 = v.fma(x6, a6);
      a7 = v.fma(x7, a7);
      v = FloatVector.fromArray(F, w, at + L);
      b0 = v.fma(x0, b0);
      b1 = v.fma(x1, b1);
      b2 = v.fma(x2, b2);
      b3 = v.fma(x3, b3);
      b4 = v.fma(x4, b4);
      b5 = v.fma(x5, b5);
      b6 = v.fma(x6, b6);
      b7 = v.fma(x7, b7);
    }
    a0.intoArray(x, to);
    b0.intoArray(x, to + L);
    a1.intoArray(x, to + row);
    b1.intoArray(x, to + row + L);
    a2.intoArray(x, to + 2 * row);
    b2.intoArray(x, to + 2 * row + L);
    a3.intoArray(x, to + 3 * row);
    b3.intoArray(x, to + 3 * row + L);
    a4.intoArray(x, to + 4 * row);
    b4.intoArray(x, to + 4 * row + L);
    a5.intoArray(x, to + 5 * row);
    b5.intoArray(x, to + 5 * row + L);
    a6.intoArray(x, seventh);
    b6.intoArray(x, seventh + L);
    a7.intoArray(x, eighth);
    b7.intoArray(x, eighth + L);
    return seen;
  }
}
