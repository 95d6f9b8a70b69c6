package dev.syncline.step;

/** Products of one row of each of several streams: panel by panel, all streams with each. */
final class VectorBatch {
  private static final int ROWS = VectorTiles.ROWS;

  private VectorBatch() {}

  /** Eight streams at a time with full panels, the rest stream by stream. */
  static void product(Panels w, Lane[] lanes, int n, int xAt, int yAt) {
    int tiled = n / ROWS * ROWS;
    for (int i = 0; i < tiled; i++) {
      VectorTiles.turn(lanes[i].x, xAt, lanes[i / ROWS * ROWS].x, i % ROWS, w.in());
    }
    int full = w.out() / Matrix.WIDTH * Matrix.WIDTH;
    for (int o = 0; o < full; o += Matrix.WIDTH) {
      for (int i = 0; i < tiled; i += ROWS) {
        tile(w, o, lanes, i, yAt + o);
      }
      for (int i = tiled; i < n; i++) {
        float[] x = lanes[i].x;
        VectorKernels.panel(w, o * w.in(), o, x, xAt, x, yAt + o);
      }
    }
  }

  private static void tile(Panels w, int o, Lane[] lanes, int first, int yAt) {
    float[] x = lanes[first].x;
    int sums = ROWS * w.in();
    VectorTiles.panel(w, o, x, sums);
    for (int i = 0; i < ROWS; i++) {
      System.arraycopy(x, sums + i * Matrix.WIDTH, lanes[first + i].x, yAt, Matrix.WIDTH);
    }
  }

  static void product(Halves w, Lane[] lanes, int n, int xAt, int yAt) {
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      for (int i = 0; i < n; i++) {
        VectorHalves.panel(w, o, lanes[i].x, xAt, lanes[i].x, yAt + o);
      }
    }
  }

  static void product(VectorKernels kernels, Quantized w, Lane[] lanes, int n, int xAt, int yAt) {
    for (int i = 0; i < n; i++) {
      kernels.roundInputs(w, lanes[i].x, xAt);
    }
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      for (int i = 0; i < n; i++) {
        VectorQuantized.panel(w, o, lanes[i].x, lanes[i].x, yAt + o);
      }
    }
  }
}
