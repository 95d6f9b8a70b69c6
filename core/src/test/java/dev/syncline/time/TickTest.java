package dev.syncline.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TickTest {
  private static final Tick TICK = Tick.ofMillis(100);

  @Test
  void aTickCoversTheTimesFromItsBeginToBeforeItsEnd() {
    assertThat(TICK.at(0)).isZero();
    assertThat(TICK.at(99_999_999)).isZero();
    assertThat(TICK.at(100_000_000)).isEqualTo(1);
    assertThat(TICK.at(-1)).isEqualTo(-1);
    assertThat(TICK.end(0)).isEqualTo(100_000_000);
    assertThat(TICK.end(9)).isEqualTo(Tick.SECOND);
    assertThat(TICK.seconds()).isEqualTo(0.1);
  }

  @Test
  void ratesMustGiveWholeRows() {
    assertThat(TICK.rows(16_000)).isEqualTo(1600);
    assertThat(Tick.ofMillis(1000 / 30.0).rows(30)).isEqualTo(1);
    assertThatThrownBy(() -> TICK.rows(25))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a rate of 25.0 Hz gives 2.5000 rows in a tick of 0.1 s");
    assertThatThrownBy(() -> TICK.rows(1)).hasMessageContaining("gives 0.1000 rows");
    assertThatThrownBy(() -> TICK.rows(-10)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TICK.rows(1e9)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TICK.rows(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void lengthsHaveBounds() {
    assertThat(Tick.ofMillis(1).ns()).isEqualTo(1_000_000);
    assertThat(Tick.ofMillis(3_600_000).seconds()).isEqualTo(3600);
    assertThatThrownBy(() -> Tick.ofMillis(0.9)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Tick.ofMillis(3_600_001)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void aSampleIsFoundAgainByItsTimeAfterDaysAtAnyRate(
      @ForAll @LongRange(min = 0, max = 86_400L * 10 * 192_000) long index,
      @ForAll @IntRange(min = 1, max = 192_000) int rate) {
    long ofDays = index % (86_400L * 10 * rate);
    assertThat(Tick.nearest(Tick.startOf(ofDays, rate), rate)).isEqualTo(ofDays);
  }
}
