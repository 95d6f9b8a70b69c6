package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RopeTest {
  @Property(tries = 500)
  void pairsTurnByTheAngleOfTheirRow(@ForAll @LongRange(min = 0, max = 1L << 33) long n) {
    Rope rope = Rope.of(6);
    float[] a = {0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, -1};
    rope.turn(a, 6, 1, n);
    for (int i = 0; i < 3; i++) {
      double angle = n * StrictMath.pow(10_000, -2.0 * i / 6);
      double x = 1 + i;
      double y = 4 + i;
      double cos = StrictMath.cos(angle);
      double sin = StrictMath.sin(angle);
      assertThat((double) a[6 + i]).isCloseTo(x * cos - y * sin, within(1e-5));
      assertThat((double) a[9 + i]).isCloseTo(y * cos + x * sin, within(1e-5));
    }
    assertThat(a[5]).isZero();
    assertThat(a[12]).isEqualTo(-1);
  }

  @Test
  void scalarProductsDependOnTheDistanceOfRowsAlone() {
    float[] first = product(3, 10);
    float[] later = product(1_000_003, 1_000_010);
    assertThat(later[0]).isCloseTo(first[0], within(1e-5f));
    assertThat(product(3, 11)[0]).isNotCloseTo(first[0], within(1e-3f));
  }

  private static float[] product(long m, long n) {
    float[] q = {1, 2, 3, 4, -1, 0.5f, 2, 1};
    float[] k = {0, 1, -1, 2, 1, 3, -2, 1};
    Rope.of(4).turn(q, 0, 2, m);
    Rope.of(4).turn(k, 0, 2, n);
    return new float[] {new PlainKernels().dot(q, 0, k, 0, 8)};
  }

  @Test
  void withoutAnglesNothingTurns() {
    float[] a = {1, 2};
    Rope.none().turn(a, 0, 1, 5);
    assertThat(a).containsExactly(1, 2);
  }
}
