package dev.syncline.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * One stream through many steps; microseconds.
 *
 * @param youngP50 median at tick {@value #YOUNG}
 * @param oldP50 median at the last tick, timed alternately with it
 */
record LongRun(
    String variant,
    long steps,
    double p50,
    double p99,
    double p999,
    double max,
    Optional<Double> youngP50,
    Optional<Double> oldP50) {
  static final int YOUNG = 1000;
  private static final int BLOCK = 100;
  private static final int TURNS = 21;

  /** Steps of all variants, in blocks by turns. */
  static List<LongRun> of(List<Variant> variants, long steps) {
    List<Histogram> histograms = new ArrayList<>();
    variants.forEach(v -> histograms.add(new Histogram(1, 600_000_000_000L, 3)));
    for (long done = 0; done < steps; done += BLOCK) {
      int count = (int) Math.min(BLOCK, steps - done);
      for (int i = 0; i < variants.size(); i++) {
        block(variants.get(i), count, histograms.get(i));
      }
    }
    List<LongRun> runs = new ArrayList<>();
    for (int i = 0; i < variants.size(); i++) {
      Histogram h = histograms.get(i);
      runs.add(
          new LongRun(
              variants.get(i).name(),
              steps,
              h.getValueAtPercentile(50) / 1e3,
              h.getValueAtPercentile(99) / 1e3,
              h.getValueAtPercentile(99.9) / 1e3,
              h.getMaxValue() / 1e3,
              Optional.empty(),
              Optional.empty()));
    }
    return runs;
  }

  /** With a fresh stream brought to its young age and timed beside the old one. */
  LongRun aged(Variant old, Variant fresh) {
    for (int i = 0; i < YOUNG; i++) {
      fresh.step().run();
    }
    List<Variant> both = List.of(fresh, old);
    double[][] medians = new double[2][TURNS];
    for (int turn = 0; turn < TURNS; turn++) {
      for (int i = 0; i < 2; i++) {
        Histogram h = new Histogram(1, 600_000_000_000L, 3);
        block(both.get(i), BLOCK, h);
        medians[i][turn] = h.getValueAtPercentile(50) / 1e3;
      }
    }
    return new LongRun(
        variant,
        steps,
        p50,
        p99,
        p999,
        max,
        Optional.of(Timing.median(medians[0])),
        Optional.of(Timing.median(medians[1])));
  }

  private static void block(Variant v, int count, Histogram to) {
    v.step().run(); // the caches hold what the last variant read
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      v.step().run();
      to.recordValue(System.nanoTime() - begin);
    }
    Rounds.rest(v);
  }
}
