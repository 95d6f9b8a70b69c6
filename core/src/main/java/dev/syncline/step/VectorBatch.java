package dev.syncline.step;

/** Products of one row of each of several streams: panel by panel, all streams with each. */
final class VectorBatch {
  /** Streams from which on it pays to unpack weights of 16 bits. */
  private static final int MANY = 12;

  /** Lines of a cache that the weights of an input for a strip of outputs take. */
  private static final int LINES = 2;

  /** Inputs from one look to the next at most. */
  private static final int RARE = 8;

  private VectorBatch() {}

  /**
   * A tile of streams at a time where weights are or become floats, whole numbers stream by stream.
   */
  static void product(VectorKernels kernels, Matrix w, Lane[] lanes, int n, int xAt, int yAt) {
    boolean tiles = w instanceof Panels || (w instanceof Halves && n >= MANY);
    int tiled = !tiles ? 0 : n % tile(w, n).rows() == 1 ? n - 1 : n;
    for (int i = 0; i < tiled; i += tile(w, tiled - i).rows()) {
      turn(tile(w, tiled - i), w, lanes, i, tiled - 1, xAt);
    }
    for (int i = 0; w instanceof Quantized q && i < n; i++) {
      kernels.roundInputs(q, lanes[i].x, xAt);
    }
    panels(w, lanes, tiled, n, xAt, yAt);
  }

  /**
   * The same for the taps of row {@code r}: a tile's are turned from where they lie.
   *
   * @param patch scratch for the taps of one stream
   */
  static void product(Panels w, Taps taps, int r, Lane[] lanes, int n, int patch, int yAt) {
    int tiled = n % VectorTile.of(n).rows() == 1 ? n - 1 : n;
    for (int i = 0; i < tiled; i += VectorTile.of(tiled - i).rows()) {
      Turning.taps(VectorTile.of(tiled - i), lanes, i, tiled - 1, taps, r);
    }
    for (int i = tiled; i < n; i++) {
      taps.gather(lanes[i].x, lanes[i].s, lanes[i].tick, r, patch);
    }
    panels(w, lanes, tiled, n, patch, yAt);
  }

  /** All outputs, of the first streams in tiles, whose inputs were turned, of the rest alone. */
  private static void panels(Matrix w, Lane[] lanes, int tiled, int n, int xAt, int yAt) {
    for (int o = 0; o < w.out(); o += Matrix.WIDTH) {
      if (tiled > 0) {
        panel(w, o, lanes, tiled, xAt, yAt);
      }
      for (int i = tiled; i < n; i++) {
        float[] x = lanes[i].x;
        VectorKernels.panel(w, o, x, xAt, x, x, yAt + o);
      }
    }
  }

  /** The next tile where so many streams are left. */
  private static VectorTile tile(Matrix w, int left) {
    return w instanceof Halves ? VectorHalves.TILE : VectorTile.of(left);
  }

  /** Turns the rows of a tile into the front of the first one's scratch. */
  private static void turn(VectorTile tile, Matrix w, Lane[] lanes, int first, int last, int xAt) {
    if (w instanceof Halves h) {
      int pairs = w.in() / 2;
      Turning.rows(tile, lanes, first, last, pairs, 2, xAt, 0);
      Turning.rows(tile, lanes, first, last, pairs, 2, xAt + 1, tile.rows() * pairs);
      VectorHalves.lift(h, lanes[first].x);
    } else {
      Turning.rows(tile, lanes, first, last, w.in(), 1, xAt, 0);
    }
  }

  private static void panel(Matrix w, int o, Lane[] lanes, int n, int xAt, int yAt) {
    for (int i = 0; i < n; i += tile(w, n - i).rows()) {
      tile(w, n - i).begin(w, o, lanes[i].x);
    }
    if (w instanceof Halves h) {
      VectorHalves.panel(h, o, lanes, n, xAt);
    }
    if (w instanceof Panels p) {
      int end = Math.min(w.out(), o + Matrix.WIDTH);
      // a flat tile alone meets each weight once
      int depth = n <= VectorTile.FLAT.rows() ? w.in() : tile(w, n).depth(w);
      for (int k = 0; k < w.in(); k += depth) {
        for (int c = o; c < end; c += Panels.HALF) {
          block(p, c, k, depth, lanes, n);
        }
      }
    }
    for (int i = 0; i < n; i += tile(w, n - i).rows()) {
      VectorTile tile = tile(w, n - i);
      for (int row = 0; row < Math.min(tile.rows(), n - i); row++) {
        tile.finish(w, o, lanes[i].x, row, lanes[i + row].x, yAt);
      }
    }
  }

  /**
   * All streams with {@code depth} inputs from {@code k}, times half a panel. Meanwhile each tall
   * tile looks at its share of the block that comes next, the first one behind the last: it comes
   * from a far cache. Looks are as rare as a line of the cache for each allows: each costs a tile
   * about as much as a weight.
   */
  private static void block(Panels w, int o, int k, int depth, Lane[] lanes, int n) {
    int end = Math.min(o + Panels.HALF, w.out());
    boolean same = end % Matrix.WIDTH != 0 && end < w.out();
    boolean deeper = k + depth < w.in();
    int panel = o / Matrix.WIDTH * Matrix.WIDTH;
    int behind = panel + Matrix.WIDTH < w.out() ? panel + Matrix.WIDTH : 0;
    int next = same ? end : deeper ? panel : behind;
    int nextK = same ? k : deeper ? k + depth : 0;
    int count = Math.min(depth, w.in() - k);
    int weights = Math.min(depth, w.in() - nextK) * Panels.STRIP;
    int strips = (end - o + Panels.STRIP - 1) / Panels.STRIP;
    int passes = Math.max(1, strips * VectorTile.tall(n));
    int apart = Math.clamp(Integer.highestOneBit(passes / LINES), 1, RARE);
    int share = (weights + passes * count - 1) / (passes * count);
    int step = Math.min(weights / (count + apart), share);
    int from = w.panel(next) + nextK * Panels.STRIP;
    int pass = 0;
    for (int c = o; c < end; c += Panels.STRIP) {
      for (int i = 0; i < n; i += VectorTile.of(n - i).rows()) {
        VectorTile tile = VectorTile.of(n - i);
        if (tile.tall() || c == o) {
          // not behind the block's last weights
          int at = from + Math.min(weights / passes * pass++, weights - step * (count + apart));
          tile.add(w, c, k, count, lanes[i].x, next, at, step * apart, apart);
        }
      }
    }
  }
}
