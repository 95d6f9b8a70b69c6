package dev.syncline.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RoundsTest {
  /** A step that takes so long, and leaves an array on the heap. */
  private static final class Waiting implements Step {
    private final long ns;
    private final int garbage;
    private byte[] kept = new byte[0];
    int runs;

    Waiting(long ns, int garbage) {
      this.ns = ns;
      this.garbage = garbage;
    }

    @Override
    public void run() {
      runs++;
      long end = System.nanoTime() + ns;
      if (garbage > 0) {
        kept = new byte[garbage];
      }
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }

    @Override
    public float[] outputs() {
      return new float[] {kept.length};
    }
  }

  private static Variant variant(Step step) {
    return new Variant(Variant.OWN, "fp32", "", 1, 4, false, step);
  }

  @Test
  void timesWhatAStepTakesAndCountsWhatItLeaves() {
    Waiting slow = new Waiting(400_000, 0);
    Waiting fast = new Waiting(100_000, 1000);
    List<Timing> timings = new Rounds(0.1, 5).time(List.of(variant(slow), variant(fast)));

    assertThat(timings.getFirst().min()).isGreaterThanOrEqualTo(400);
    assertThat(timings.getLast().min()).isBetween(100.0, 300.0);
    assertThat(timings.getFirst().over(timings.getLast())).isGreaterThan(1.5);
    assertThat(timings.getFirst().allocated()).isZero();
    assertThat(timings.getLast().allocated()).isBetween(1000.0, 1100.0);
    assertThat(timings.getFirst().roundMedians()).hasSize(5);
    assertThat(slow.runs).isGreaterThan((int) timings.getFirst().steps());
  }

  @Test
  void theFastestOfSeveralWaysIsKept() {
    Variant fast = variant(new Waiting(50_000, 0));
    List<Variant> ways = List.of(variant(new Waiting(2_000_000, 0)), fast);
    assertThat(Rounds.fastest(ways, 0.1)).isEqualTo(fast);
  }

  @Test
  void aRatioIsTheMedianOfTheRoundsRatios() {
    Timing one = new Timing(3, 2, 3, 3, 1, 1, List.of(1.0, 20.0, 3.0), 0);
    Timing other = new Timing(3, 2, 3, 3, 1, 1, List.of(2.0, 40.0, 3.0), 0);
    assertThat(one.over(other)).isEqualTo(0.5, Offset.offset(1e-12));
    assertThat(Timing.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
  }
}
