package dev.syncline.step;

/**
 * Where a causal convolution finds its inputs: the newest row in the scratch, older ones in a ring,
 * which the row enters when its output is made.
 *
 * @param in the rows of a tick
 * @param kernel inputs of an output
 * @param dilation rows from one to the next
 * @param ring null where only the newest row counts
 */
public record Taps(Buffer in, int kernel, int dilation, Ring ring) {

  /** The array in which a tap lies, {@code age} taps back: the scratch or the slab. */
  float[] array(int age, float[] x, float[] s) {
    return age == 0 ? x : s;
  }

  /** Where it lies in that, behind row {@code r} of a tick. */
  int at(long tick, int r, int age) {
    int newest = in.at() + r * in.size();
    return age == 0 ? newest : ring.slot(row(tick, r) - (long) age * dilation);
  }

  /** The taps of a row side by side, the oldest first. */
  void gather(float[] x, float[] s, long tick, int r, int patch) {
    int size = in.size();
    for (int age = 0; age < kernel; age++) {
      int to = patch + (kernel - 1 - age) * size;
      System.arraycopy(array(age, x, s), at(tick, r, age), x, to, size);
    }
  }

  /** A row whose output was made, or that has none, enters the ring. */
  void remember(float[] x, float[] s, long tick, int r) {
    Operations.remember(ring, row(tick, r), x, in.at() + r * in.size(), s);
  }

  private long row(long tick, int r) {
    return tick * in.rows() + r;
  }
}
