package dev.syncline.step;

/** Turns the rows of a tile, so that their inputs with the same number lie together. */
final class Turning {
  /** Inputs that are turned at once: what is written stays near until all rows have met. */
  private static final int BLOCK = 128;

  /** Floats of a line of a cache. */
  private static final int LINE = 16;

  private Turning() {}

  /**
   * Turns {@code n} inputs of rows in several streams, each {@code step} behind the one before, to
   * {@code at} in the first one's scratch; missing rows are the last.
   */
  static void rows(
      VectorTile tile, Lane[] lanes, int first, int last, int n, int step, int from, int at) {
    float[] to = lanes[first].x;
    for (int k = 0; k < n; k += BLOCK) {
      int count = Math.min(BLOCK, n - k);
      for (int i = 0; i < tile.rows(); i++) {
        float[] row = lanes[Math.min(last, first + i)].x;
        row(tile, count, step, row, from + step * k, to, at + tile.rows() * k + i);
      }
    }
  }

  /**
   * Turns the taps of row {@code r} of several streams, the oldest first, to the front of the first
   * one's scratch. Those in rings come from far caches: all rows of a tap are looked at first,
   * reads of which none waits for another.
   */
  static void taps(VectorTile tile, Lane[] lanes, int first, int last, Taps taps, int r) {
    float[] to = lanes[first].x;
    int in = taps.in().size();
    int at = 0;
    for (int age = taps.kernel() - 1; age >= 0; age--) {
      int seen = 0;
      for (int i = first; i <= Math.min(last, first + tile.rows() - 1); i++) {
        Lane lane = lanes[i];
        seen += look(taps.array(age, lane.x, lane.s), taps.at(lane.tick, r, age), in);
      }
      to[at] = Float.intBitsToFloat(seen); // else the compiler would leave out the looking
      for (int k = 0; k < in; k += BLOCK) {
        int count = Math.min(BLOCK, in - k);
        for (int i = 0; i < tile.rows(); i++) {
          Lane lane = lanes[Math.min(last, first + i)];
          float[] row = taps.array(age, lane.x, lane.s);
          int from = taps.at(lane.tick, r, age) + k;
          row(tile, count, 1, row, from, to, at + tile.rows() * k + i);
        }
      }
      at += tile.rows() * in;
    }
  }

  /** Reads a number of each line of a cache. */
  private static int look(float[] row, int from, int n) {
    int seen = 0;
    for (int k = from; k < from + n; k += LINE) {
      seen += Float.floatToRawIntBits(row[k]);
    }
    return seen;
  }

  /** Turns inputs of a row: loops with a distance that the compiler knows need no checks. */
  static void row(VectorTile tile, int n, int step, float[] row, int from, float[] to, int at) {
    if (tile.tall()) {
      for (int k = 0; k < n; k++) {
        to[at + VectorTile.TALL.rows() * k] = row[from + step * k];
      }
    } else {
      for (int k = 0; k < n; k++) {
        to[at + VectorTile.FLAT.rows() * k] = row[from + step * k];
      }
    }
  }
}
