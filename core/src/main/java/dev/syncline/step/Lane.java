package dev.syncline.step;

/**
 * A stream on its way through a step: its scratch, its slab of state, and its tick. Streams that
 * are stepped together share nothing but the weights.
 */
public final class Lane {
  final float[] x;
  final float[] s;
  long tick;

  /** A stream at its start. */
  public Lane(float[] scratch, float[] state) {
    x = scratch;
    s = state;
  }

  /** The next step is that of the next tick; a session counts its ticks itself. */
  public void next() {
    tick++;
  }

  /** Whether a float of the scratch is not 0 in one of the first {@code n} streams. */
  static boolean any(Lane[] lanes, int n, int at) {
    for (int i = 0; i < n; i++) {
      if (lanes[i].x[at] != 0) {
        return true;
      }
    }
    return false;
  }
}
