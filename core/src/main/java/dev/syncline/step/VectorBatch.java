package dev.syncline.step;

/** Products of one row of each of several streams: panel by panel, all streams with each. */
final class VectorBatch {
  private static final int ROWS = VectorTiles.ROWS;

  private VectorBatch() {}

  /** Three streams at a time with FP32, else stream by stream. */
  static void product(VectorKernels kernels, Matrix w, Lane[] lanes, int n, int xAt, int yAt) {
    if (w instanceof Panels p) {
      tiles(p, lanes, n, xAt, yAt);
      return;
    }
    for (int i = 0; w instanceof Quantized q && i < n; i++) {
      kernels.roundInputs(q, lanes[i].x, xAt);
    }
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      for (int i = 0; i < n; i++) {
        float[] x = lanes[i].x;
        VectorKernels.panel(w, o, x, xAt, x, x, yAt + o);
      }
    }
  }

  /** A tile that lacks one stream has its last one twice; one left over goes alone. */
  private static void tiles(Panels w, Lane[] lanes, int n, int xAt, int yAt) {
    int tiled = n % ROWS == 1 ? n - 1 : n;
    for (int i = 0; i < tiled; i += ROWS) {
      float[] third = lanes[Math.min(n - 1, i + 2)].x;
      VectorTiles.turn(w.in(), lanes[i].x, xAt, lanes[i + 1].x, xAt, third, xAt, lanes[i].x);
    }
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      int end = Math.min(w.out(), o + Matrix.WIDTH);
      for (int c = o; c < end; c += VectorTiles.COLUMNS) {
        columns(w, c, lanes, tiled, xAt, yAt);
      }
      if (tiled < n) {
        float[] x = lanes[tiled].x;
        VectorPanels.panel(w, o, x, xAt, x, x, yAt + o);
      }
    }
  }

  private static void columns(Panels w, int o, Lane[] lanes, int n, int xAt, int yAt) {
    for (int i = 0; i < n; i += ROWS) {
      float[] turned = lanes[i].x;
      boolean whole = VectorTiles.tile(w, o, turned);
      for (int j = i; j < Math.min(n, i + ROWS); j++) {
        float[] x = lanes[j].x;
        VectorTiles.finish(w, o, whole, turned, j - i, x, xAt, x, yAt);
      }
    }
  }
}
