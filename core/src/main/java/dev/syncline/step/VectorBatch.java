package dev.syncline.step;

/** Products of one row of each of several streams: panel by panel, all streams with each. */
final class VectorBatch {
  private static final int ROWS = VectorTiles.ROWS;

  private VectorBatch() {}

  /** Four streams at a time with full panels, the rest stream by stream. */
  static void product(Panels w, Lane[] lanes, int n, int xAt, int yAt) {
    int tiled = n / ROWS * ROWS;
    for (int i = 0; i < tiled; i++) {
      VectorTiles.turn(lanes[i].x, xAt, lanes[i / ROWS * ROWS].x, i % ROWS, w.in());
    }
    int full = w.out() / Matrix.WIDTH * Matrix.WIDTH;
    for (int o = 0; o < full; o += Matrix.WIDTH) {
      tiles(w, o, lanes, tiled, yAt + o);
      for (int i = tiled; i < n; i++) {
        float[] x = lanes[i].x;
        VectorKernels.panel(w, o * w.in(), o, x, xAt, x, yAt + o);
      }
    }
  }

  /** One panel: a block of its weights with all streams before the next block. */
  private static void tiles(Panels w, int o, Lane[] lanes, int n, int yAt) {
    int sums = ROWS * w.in();
    for (int i = 0; i < n; i += ROWS) {
      VectorTiles.begin(w, o, lanes[i].x, sums);
    }
    for (int k = 0; k < w.in(); k += VectorTiles.DEPTH) {
      int end = Math.min(w.in(), k + VectorTiles.DEPTH);
      for (int j = 0; j < Matrix.WIDTH; j += VectorTiles.COLUMNS) {
        for (int i = 0; i < n; i += ROWS) {
          VectorTiles.tile(w, o, j, k, end, lanes[i].x, sums + j);
        }
      }
    }
    for (int i = 0; i < n; i++) {
      int from = sums + i % ROWS * Matrix.WIDTH;
      System.arraycopy(lanes[i / ROWS * ROWS].x, from, lanes[i].x, yAt, Matrix.WIDTH);
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
