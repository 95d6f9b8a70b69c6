package dev.syncline.step;

/** Products of one row of each of several streams: panel by panel, all streams with each. */
final class VectorBatch {
  private static final int ROWS = VectorTiles.ROWS;
  private static final int COLUMNS = VectorTiles.COLUMNS;

  /** Streams from which on it pays to unpack weights of 16 bits. */
  private static final int MANY = 12;

  /**
   * Inputs whose weights for the columns of a tile the nearest cache holds beside those of a few
   * tiles.
   */
  private static final int DEPTH = 6144 / COLUMNS;

  private VectorBatch() {}

  /**
   * A tile of streams at a time where weights are or become floats, whole numbers stream by stream.
   */
  static void product(VectorKernels kernels, Matrix w, Lane[] lanes, int n, int xAt, int yAt) {
    boolean tiles = w instanceof Panels || (w instanceof Halves && n >= MANY);
    int tiled = !tiles ? 0 : n % ROWS == 1 ? n - 1 : n;
    for (int i = 0; i < tiled; i += ROWS) {
      turn(w, lanes, i, tiled - 1, xAt);
    }
    for (int i = 0; w instanceof Quantized q && i < n; i++) {
      kernels.roundInputs(q, lanes[i].x, xAt);
    }
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      int end = Math.min(w.out(), o + Matrix.WIDTH);
      for (int c = o; tiled > 0 && c < end; c += COLUMNS) {
        columns(w, c, lanes, tiled, xAt, yAt);
      }
      for (int i = tiled; i < n; i++) {
        float[] x = lanes[i].x;
        VectorKernels.panel(w, o, x, xAt, x, x, yAt + o);
      }
    }
  }

  /**
   * Turns the rows of a tile into the front of the first one's scratch; missing ones are the last.
   */
  private static void turn(Matrix w, Lane[] lanes, int first, int last, int xAt) {
    float[] to = lanes[first].x;
    int pairs = w.in() / 2;
    for (int i = 0; i < ROWS; i++) {
      float[] x = lanes[Math.min(last, first + i)].x;
      if (w instanceof Halves) {
        VectorTiles.turn(pairs, 2, x, xAt, to, i);
        VectorTiles.turn(pairs, 2, x, xAt + 1, to, ROWS * pairs + i);
      } else {
        VectorTiles.turn(w.in(), 1, x, xAt, to, i);
      }
    }
    if (w instanceof Halves h) {
      VectorHalves.lift(h, to);
    }
  }

  private static void columns(Matrix w, int o, Lane[] lanes, int n, int xAt, int yAt) {
    if (w instanceof Halves h) {
      VectorHalves.columns(h, o, lanes, n, xAt);
    }
    if (w instanceof Panels p) {
      for (int i = 0; i < n; i += ROWS) {
        VectorTiles.begin(p, o, lanes[i].x);
      }
      for (int k = 0; k < w.in(); k += DEPTH) {
        for (int i = 0; i < n; i += ROWS) {
          VectorTiles.panels(p, o, k, Math.min(DEPTH, w.in() - k), lanes[i].x);
        }
      }
    }
    for (int i = 0; i < n; i++) {
      int first = i / ROWS * ROWS;
      VectorTiles.finish(w, o, lanes[first].x, i - first, lanes[i].x, yAt);
    }
  }
}
