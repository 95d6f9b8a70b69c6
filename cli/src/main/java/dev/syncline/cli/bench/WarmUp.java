package dev.syncline.cli.bench;

import java.util.Arrays;

/**
 * The first steps of a process, before anything else was measured.
 *
 * @param variant whose
 * @param firstUs the first step, microseconds
 * @param hundredthUs the hundredth
 * @param settledSteps steps until the median of the last {@value #WINDOW} was within a tenth of the
 *     final one
 * @param settledMs milliseconds until then
 */
record WarmUp(
    String variant, double firstUs, double hundredthUs, int settledSteps, double settledMs) {
  static final int WINDOW = 51;
  private static final int MOST = 400_000;
  private static final int LEAST = 3 * WINDOW;

  /** Steps for some seconds. */
  static WarmUp of(Variant v, double seconds) {
    long[] ns = new long[MOST];
    int n = 0;
    long total = 0;
    while (n < MOST && (n < LEAST || total < seconds * 1e9)) {
      long begin = System.nanoTime();
      v.step().run();
      ns[n] = System.nanoTime() - begin;
      total += ns[n++];
    }
    double last = median(ns, n - Math.max(WINDOW, n / 5), n);
    int to = WINDOW;
    while (to < n && median(ns, to - WINDOW, to) > 1.1 * last) {
      to++;
    }
    double settled = Arrays.stream(ns, 0, to).sum();
    return new WarmUp(v.name(), ns[0] / 1e3, ns[99] / 1e3, to, settled / 1e6);
  }

  private static double median(long[] ns, int from, int to) {
    long[] part = Arrays.copyOfRange(ns, from, to);
    Arrays.sort(part);
    return part[part.length / 2];
  }
}
