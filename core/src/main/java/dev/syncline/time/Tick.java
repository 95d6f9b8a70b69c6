package dev.syncline.time;

/**
 * The length of a model's tick. Tick {@code t} covers the capture times {@code [t·ns, (t+1)·ns)}.
 *
 * @param ns nanoseconds, from 1 ms to 1 h
 */
public record Tick(long ns) {
  public static final long SECOND = 1_000_000_000L;

  public Tick {
    if (ns < 1_000_000 || ns > 3600 * SECOND) {
      throw new IllegalArgumentException("a tick must last from 1 ms to 1 h, is " + ns + " ns");
    }
  }

  public static Tick ofMillis(double ms) {
    return new Tick(Math.round(ms * 1e6));
  }

  public double seconds() {
    return ns / 1e9;
  }

  /** The capture time at which tick {@code t} ends, in nanoseconds. */
  public long end(long t) {
    return Math.multiplyExact(t + 1, ns);
  }

  /** The tick that covers a capture time. */
  public long at(long captureNs) {
    return Math.floorDiv(captureNs, ns);
  }

  /** How many rows of a rate make up one tick; the rate must give a whole number. */
  public int rows(double rateHz) {
    double exact = rateHz * seconds();
    long rows = Math.round(exact);
    if (rows < 1 || rows > 1_000_000 || Math.abs(exact - rows) > 1e-6 * exact) {
      throw new IllegalArgumentException(
          "a rate of %s Hz gives %.4f rows in a tick of %s s: take a rate that gives a whole number"
              .formatted(rateHz, exact, seconds()));
    }
    return (int) rows;
  }

  /**
   * The index of the sample or row of a rate that is current at a capture time (nearest sample).
   */
  public static long nearest(long captureNs, double rateHz) {
    return Math.round(captureNs * (rateHz / 1e9));
  }

  /** The capture time at which sample or row {@code index} of a rate begins. */
  public static long startOf(long index, double rateHz) {
    return Math.round(index * (1e9 / rateHz));
  }
}
