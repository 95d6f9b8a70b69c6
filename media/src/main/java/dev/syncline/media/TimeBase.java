package dev.syncline.media;

/** The unit of a stream's timestamps: {@code num / den} seconds. */
record TimeBase(int num, int den) {
  static final long NANOS = 1_000_000_000L;

  TimeBase {
    if (num < 1 || den < 1) {
      throw new IllegalArgumentException("a time base is positive, is " + num + "/" + den);
    }
  }

  /** A ratio "num/den" of positive numbers. */
  static TimeBase parse(String ratio) {
    int slash = ratio.indexOf('/');
    return new TimeBase(
        Integer.parseInt(ratio.substring(0, Math.max(slash, 0))),
        Integer.parseInt(ratio.substring(slash + 1)));
  }

  /**
   * Ticks to nanoseconds, exact up to the last rounding (down).
   *
   * @throws ArithmeticException if the result is beyond 292 years
   */
  long nanos(long ticks) {
    long scaled = Math.multiplyExact(ticks, (long) num);
    long seconds = Math.floorDiv(scaled, (long) den);
    long rest = Math.floorMod(scaled, (long) den);
    return Math.addExact(Math.multiplyExact(seconds, NANOS), rest * NANOS / den);
  }
}
