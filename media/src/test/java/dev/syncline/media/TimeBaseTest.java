package dev.syncline.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TimeBaseTest {
  @Property(tries = 500)
  void nanosecondsAreExactUpToTheLastRounding(
      @ForAll @LongRange(min = -9_000_000_000L, max = 9_000_000_000L) long ticks,
      @ForAll @IntRange(min = 1, max = 100_000) int num,
      @ForAll @IntRange(min = 1) int den) {
    BigDecimal exact =
        new BigDecimal(BigInteger.valueOf(ticks).multiply(BigInteger.valueOf(num)))
            .multiply(BigDecimal.valueOf(1_000_000_000))
            .divide(BigDecimal.valueOf(den), 0, RoundingMode.FLOOR);
    if (exact.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) < 0) {
      assertThat(new TimeBase(num, den).nanos(ticks)).isEqualTo(exact.longValueExact());
    }
  }

  @Test
  void knownTimeBases() {
    assertThat(TimeBase.parse("1001/30000").nanos(30_000)).isEqualTo(1_001_000_000_000L);
    assertThat(TimeBase.parse("1/90000").nanos(-90_000)).isEqualTo(-1_000_000_000L);
    assertThat(TimeBase.parse("1/3").nanos(-1)).isEqualTo(-333_333_334L);
  }

  @Test
  void whatIsNoTimeBaseIsRefused() {
    for (String bad : new String[] {"", "1", "/", "1/", "/1", "0/1", "1/0", "-1/2", "a/b"}) {
      assertThatThrownBy(() -> TimeBase.parse(bad)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new TimeBase(2, 1).nanos(Long.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
  }
}
