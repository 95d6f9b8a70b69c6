package dev.syncline.cli.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Times variants alternately: in every round each has a block of steps, every other round in the
 * opposite order, so that a busy moment of the machine falls on all alike.
 *
 * @param seconds of a variant over all rounds, a quarter of it for a floor; half of it before them
 * @param rounds at least 1
 */
record Rounds(double seconds, int rounds) {
  private static final long LONGEST_NS = 600_000_000_000L;
  private static final int DIGITS = 3;

  /** Time for threads that spin to give up. */
  private static final long REST_MS = 20;

  /** At the head of each block nothing is timed: the caches hold what the last variant read. */
  private static final double LEAD_NS = 5e6;

  private static final int LEAST_STEPS = 5;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final class Tally {
    final Histogram all = new Histogram(1, LONGEST_NS, DIGITS);
    final Histogram round = new Histogram(1, LONGEST_NS, DIGITS);
    final List<Double> medians = new ArrayList<>();
    final List<Double> allocated = new ArrayList<>();
    long min = Long.MAX_VALUE;
  }

  /** The timing of each variant, in their order. */
  List<Timing> time(List<Variant> variants) {
    List<Tally> tallies = new ArrayList<>();
    double[] stepNs = new double[variants.size()];
    for (int i = 0; i < stepNs.length; i++) {
      tallies.add(new Tally());
      stepNs[i] = warm(variants.get(i), seconds / 2 * 1e9);
    }
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < stepNs.length; i++) {
        int which = round % 2 == 0 ? i : stepNs.length - 1 - i;
        block(variants.get(which), stepNs[which], tallies.get(which));
      }
    }
    return tallies.stream().map(Rounds::timing).toList();
  }

  /** The one whose median is least in a few short rounds. */
  static Variant fastest(List<Variant> ways, double seconds) {
    if (ways.size() == 1) {
      return ways.getFirst();
    }
    List<Timing> timings = new Rounds(seconds, 5).time(ways);
    int best = 0;
    for (int i = 1; i < timings.size(); i++) {
      best = timings.get(i).p50() < timings.get(best).p50() ? i : best;
    }
    return ways.get(best);
  }

  private static double share(Variant v) {
    return v.isFloor() ? 0.25 : 1;
  }

  /** Steps without end for a while; gives what one took in the last tenth of it. */
  static double warm(Variant v, double ns) {
    long begin = System.nanoTime();
    long last = begin;
    int counted = 0;
    long from = begin;
    for (int steps = 0; steps < LEAST_STEPS || last - begin < ns; steps++) {
      v.step().run();
      last = System.nanoTime();
      if (last - begin < 0.9 * ns) {
        from = last;
        counted = 0;
      } else {
        counted++;
      }
    }
    rest(v);
    return counted == 0 ? last - begin : (last - from) / (double) counted;
  }

  private void block(Variant v, double stepNs, Tally tally) {
    Step step = v.step();
    double budget = share(v) * seconds * 1e9 / rounds;
    int count = (int) Math.max(LEAST_STEPS, Math.min(1e6, budget / stepNs));
    int lead = (int) Math.clamp(LEAD_NS / stepNs, 2, 100);
    for (int i = 0; i < lead; i++) {
      step.run();
    }
    tally.round.reset();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      step.run();
      long end = System.nanoTime();
      tally.round.recordValue(Math.min(LONGEST_NS, end - begin));
      tally.min = Math.min(tally.min, end - begin);
      begin = System.nanoTime();
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    tally.all.add(tally.round);
    tally.medians.add(tally.round.getValueAtPercentile(50) / 1e3);
    tally.allocated.add(allocated / (double) count);
    rest(v);
  }

  static void rest(Variant v) {
    if (v.rests()) {
      try {
        Thread.sleep(REST_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Timing timing(Tally t) {
    return new Timing(
        t.all.getTotalCount(),
        median(t.medians),
        t.all.getValueAtPercentile(99) / 1e3,
        t.all.getValueAtPercentile(99.9) / 1e3,
        t.all.getValueAtPercentile(10) / 1e3,
        t.min / 1e3,
        t.medians,
        median(t.allocated));
  }

  private static double median(List<Double> values) {
    return Timing.median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
