package dev.syncline.step;

/** Products of one row of each of several streams: panel by panel, all streams with each. */
final class VectorBatch {
  /** Streams from which on it pays to unpack weights of 16 bits. */
  private static final int MANY = 12;

  private VectorBatch() {}

  /**
   * A tile of streams at a time where weights are or become floats, whole numbers stream by stream.
   */
  static void product(VectorKernels kernels, Matrix w, Lane[] lanes, int n, int xAt, int yAt) {
    VectorTile tile = w instanceof Halves ? VectorHalves.TILE : VectorTile.of(n);
    boolean tiles = w instanceof Panels || (w instanceof Halves && n >= MANY);
    int tiled = !tiles ? 0 : n % tile.rows() == 1 ? n - 1 : n;
    for (int i = 0; i < tiled; i += tile.rows()) {
      turn(tile, w, lanes, i, tiled - 1, xAt);
    }
    for (int i = 0; w instanceof Quantized q && i < n; i++) {
      kernels.roundInputs(q, lanes[i].x, xAt);
    }
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      if (tiled > 0) {
        panel(tile, w, o, lanes, tiled, xAt, yAt);
      }
      for (int i = tiled; i < n; i++) {
        float[] x = lanes[i].x;
        VectorKernels.panel(w, o, x, xAt, x, x, yAt + o);
      }
    }
  }

  /** Turns the rows of a tile into the front of the first one's scratch. */
  private static void turn(VectorTile tile, Matrix w, Lane[] lanes, int first, int last, int xAt) {
    if (w instanceof Halves h) {
      int pairs = w.in() / 2;
      tile.turn(lanes, first, last, pairs, 2, xAt, 0);
      tile.turn(lanes, first, last, pairs, 2, xAt + 1, tile.rows() * pairs);
      VectorHalves.lift(h, lanes[first].x);
    } else {
      tile.turn(lanes, first, last, w.in(), 1, xAt, 0);
    }
  }

  private static void panel(
      VectorTile tile, Matrix w, int o, Lane[] lanes, int n, int xAt, int yAt) {
    for (int i = 0; i < n; i += tile.rows()) {
      tile.begin(w, o, lanes[i].x);
    }
    if (w instanceof Halves h) {
      VectorHalves.panel(h, o, lanes, n, xAt);
    }
    if (w instanceof Panels p) {
      int end = Math.min(w.out(), o + Matrix.WIDTH);
      for (int k = 0; k < w.in(); k += tile.depth()) {
        for (int c = o; c < end; c += Panels.HALF) {
          block(tile, p, c, k, lanes, n);
        }
      }
    }
    for (int i = 0; i < n; i++) {
      int row = i % tile.rows();
      tile.finish(w, o, lanes[i - row].x, row, lanes[i].x, yAt);
    }
  }

  /**
   * All streams with as many inputs from {@code k} as lie near, times half a panel. Meanwhile they
   * look at the block behind, each at its share: its weights come from a far cache then.
   */
  private static void block(VectorTile tile, Panels w, int o, int k, Lane[] lanes, int n) {
    int count = Math.min(tile.depth(), w.in() - k);
    int end = o + Panels.HALF;
    int nextO = end;
    int nextK = k;
    if (end % Matrix.WIDTH == 0 || end >= w.out()) {
      nextK = k + count;
      nextO = o / Matrix.WIDTH * Matrix.WIDTH;
    }
    if (nextK == w.in()) {
      nextK = 0;
      nextO = nextO + Matrix.WIDTH < w.out() ? nextO + Matrix.WIDTH : 0;
    }
    int look = w.panel(nextO) + nextK * Panels.STRIP;
    int weights = Math.min(tile.depth(), w.in() - nextK) * Panels.STRIP;
    int looks = (n + tile.rows() - 1) / tile.rows() * (Panels.HALF / tile.columns());
    int step = weights / (looks * count);
    for (int c = o; c < Math.min(end, w.out()); c += tile.columns()) {
      for (int i = 0; i < n; i += tile.rows(), look += step * count) {
        tile.add(w, c, k, count, lanes[i].x, nextO, look, step);
      }
    }
  }
}
