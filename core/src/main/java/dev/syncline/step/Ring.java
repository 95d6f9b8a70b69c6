package dev.syncline.step;

import dev.syncline.spec.StatePart;

/**
 * A state part in the slab: the last {@code rows} rows of a stream. The one rule of wrap-around:
 * row n of the stream (from 0) lies in slot n mod rows, so that the tick alone says where
 * everything is. Rows before the stream's start are zero.
 *
 * @param part what is remembered
 * @param at its first float in the slab
 */
public record Ring(StatePart part, int at) {

  /** Where row n of the stream lies; n may be as low as -rows. */
  public int slot(long n) {
    return place((int) Math.floorMod(n, (long) part.rows()));
  }

  /** Where slot i lies. */
  int place(int i) {
    return at + i * part.width();
  }

  /** Copies the rows out, oldest first, as they are before row {@code next} comes. */
  public void ordered(float[] slab, long next, float[] to, int toAt) {
    for (int i = 0; i < part.rows(); i++) {
      int from = slot(next - part.rows() + i);
      System.arraycopy(slab, from, to, toAt + i * part.width(), part.width());
    }
  }
}
