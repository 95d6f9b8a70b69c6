package dev.syncline.step;

/** Products of one row of each of several streams: panel by panel, all streams with each. */
final class VectorBatch {
  private static final int ROWS = VectorTiles.ROWS;

  private VectorBatch() {}

  /** Four streams at a time with full panels of FP32, else stream by stream. */
  static void product(VectorKernels kernels, Matrix w, Lane[] lanes, int n, int xAt, int yAt) {
    int tiled = w instanceof Panels ? n / ROWS * ROWS : 0;
    for (int i = 0; i < tiled; i++) {
      VectorTiles.turn(lanes[i].x, xAt, lanes[i / ROWS * ROWS].x, i % ROWS, w.in());
    }
    for (int i = 0; w instanceof Quantized q && i < n; i++) {
      kernels.roundInputs(q, lanes[i].x, xAt);
    }
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      int from = 0;
      if (w instanceof Panels p && o + Matrix.WIDTH <= w.out()) {
        tiles(p, o, lanes, tiled, yAt + o);
        from = tiled;
      }
      for (int i = from; i < n; i++) {
        float[] x = lanes[i].x;
        VectorKernels.panel(w, o, x, xAt, x, x, yAt + o);
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
}
