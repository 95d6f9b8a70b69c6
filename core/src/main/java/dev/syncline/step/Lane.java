package dev.syncline.step;

/**
 * A stream on its way through a step: its scratch, its slab of state, and its tick. Streams that
 * are stepped together share nothing but the weights.
 */
public final class Lane {
  final float[] x;
  final float[] s;
  long tick;

  /** Counts how often the state was replaced from outside. */
  long replaced;

  /** A stream at its start. */
  public Lane(float[] scratch, float[] state) {
    x = scratch;
    s = state;
  }

  /** The stream's scratch, in which a program's buffers lie. */
  public float[] scratch() {
    return x;
  }

  /** The stream's slab, in which a program's rings lie. */
  public float[] state() {
    return s;
  }

  /** Ticks that the stream has behind it. */
  public long tick() {
    return tick;
  }

  /**
   * How often the state was replaced by other means than a step: who keeps a copy of the state
   * takes it again when this has changed.
   */
  public long replaced() {
    return replaced;
  }

  /** The next step is that of the next tick; a session counts its ticks itself. */
  public void next() {
    tick++;
  }

  /** The stream goes on: with its next tick, or from another state at any tick. */
  public void at(long tick, long replaced) {
    this.tick = tick;
    this.replaced = replaced;
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
