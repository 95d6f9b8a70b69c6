package dev.syncline.step;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of four rows with full panels of FP32 weights: the rows are turned, so that four inputs
 * with the same number lie together, and every weight that is loaded serves all four. Sums have the
 * bits of those of a row alone.
 */
final class VectorTiles {
  private static final VectorSpecies<Float> F = VectorKernels.WIDE;
  private static final int L = F.length();
  static final int ROWS = 4;
  static final int COLUMNS = 2 * L;

  /** Inputs whose weights for some columns stay in the nearest cache while rows go by. */
  static final int DEPTH = 128;

  private VectorTiles() {}

  /** Full panels of four rows at a time, and the rest of those; tells how many rows were done. */
  static int product(
      Panels w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    int full = w.out() / Matrix.WIDTH * Matrix.WIDTH;
    int done = full == 0 ? 0 : rows / ROWS * ROWS;
    int sums = ROWS * w.in();
    for (int r = 0; r < done; r += ROWS) {
      for (int i = 0; i < ROWS; i++) {
        turn(x, xAt + (r + i) * xStride, x, i, w.in());
      }
      for (int o = 0; o < full; o += Matrix.WIDTH) {
        panel(w, o, x, sums);
        for (int i = 0; i < ROWS; i++) {
          int to = yAt + (r + i) * yStride + o;
          System.arraycopy(x, sums + i * Matrix.WIDTH, y, to, Matrix.WIDTH);
        }
      }
      for (int i = r; full < w.out() && i < r + ROWS; i++) {
        VectorPanels.panel(w, full, x, xAt + i * xStride, y, yAt + i * yStride + full);
      }
    }
    return done;
  }

  /** Where a row lies among the turned rows of {@code in} inputs. */
  static void turn(float[] from, int at, float[] x, int row, int in) {
    for (int k = 0; k < in; k++) {
      x[ROWS * k + row] = from[at + k];
    }
  }

  /** Four turned rows times one panel; sums of a row lie {@link Matrix#WIDTH} apart. */
  static void panel(Panels p, int o, float[] x, int to) {
    begin(p, o, x, to);
    for (int j = 0; j < Matrix.WIDTH; j += COLUMNS) {
      tile(p, o, j, 0, p.in(), x, to + j);
    }
  }

  /** The biases as sums. */
  static void begin(Panels p, int o, float[] x, int to) {
    for (int i = 0; i < ROWS; i++) {
      System.arraycopy(p.bias(), o, x, to + i * Matrix.WIDTH, Matrix.WIDTH);
    }
  }

  /** Adds to some columns of the sums what some of the inputs give. */
  static void tile(Panels p, int o, int j, int begin, int end, float[] x, int to) {
    float[] w0 = p.stream(o + j);
    float[] w1 = p.stream(o + j + L);
    FloatVector a00 = FloatVector.fromArray(F, x, to);
    FloatVector a01 = FloatVector.fromArray(F, x, to + L);
    FloatVector a10 = FloatVector.fromArray(F, x, to + Matrix.WIDTH);
    FloatVector a11 = FloatVector.fromArray(F, x, to + Matrix.WIDTH + L);
    FloatVector a20 = FloatVector.fromArray(F, x, to + 2 * Matrix.WIDTH);
    FloatVector a21 = FloatVector.fromArray(F, x, to + 2 * Matrix.WIDTH + L);
    FloatVector a30 = FloatVector.fromArray(F, x, to + 3 * Matrix.WIDTH);
    FloatVector a31 = FloatVector.fromArray(F, x, to + 3 * Matrix.WIDTH + L);
    int at = p.panel(o) + begin * Panels.STRIP;
    int right = L % Panels.STRIP;
    for (int k = ROWS * begin; k < ROWS * end; k += ROWS, at += Panels.STRIP) {
      FloatVector left = FloatVector.fromArray(F, w0, at);
      FloatVector next = FloatVector.fromArray(F, w1, at + right);
      FloatVector v = FloatVector.broadcast(F, x[k]);
      a00 = left.fma(v, a00);
      a01 = next.fma(v, a01);
      v = FloatVector.broadcast(F, x[k + 1]);
      a10 = left.fma(v, a10);
      a11 = next.fma(v, a11);
      v = FloatVector.broadcast(F, x[k + 2]);
      a20 = left.fma(v, a20);
      a21 = next.fma(v, a21);
      v = FloatVector.broadcast(F, x[k + 3]);
      a30 = left.fma(v, a30);
      a31 = next.fma(v, a31);
    }
    a00.intoArray(x, to);
    a01.intoArray(x, to + L);
    a10.intoArray(x, to + Matrix.WIDTH);
    a11.intoArray(x, to + Matrix.WIDTH + L);
    a20.intoArray(x, to + 2 * Matrix.WIDTH);
    a21.intoArray(x, to + 2 * Matrix.WIDTH + L);
    a30.intoArray(x, to + 3 * Matrix.WIDTH);
    a31.intoArray(x, to + 3 * Matrix.WIDTH + L);
  }
}
