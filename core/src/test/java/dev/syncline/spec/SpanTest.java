package dev.syncline.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpanTest {
  static List<Span> ofSingleRows() {
    return List.of(
        new Span.Window(5),
        new Span.Sinks(3, 4),
        new Span.Strided(4, 3, 2),
        new Span.Strided(3, 2, 1),
        new Span.Blocks(3, 2));
  }

  @ParameterizedTest
  @MethodSource("ofSingleRows")
  void everyRowThatIsSeenHasAPlaceOfItsOwn(Span span) {
    for (long n = 0; n < 60; n++) {
      Set<Integer> taken = new HashSet<>();
      assertThat(span.place(n, n)).isNotNegative();
      assertThat(span.place(n, n + 1)).isNegative();
      for (long m = 0; m <= n; m++) {
        int place = span.place(n, m);
        if (place >= 0) {
          assertThat(taken.add(place)).isTrue();
          assertThat(place).isLessThan(span.places());
          assertThat(span.row(n, place)).isEqualTo(m);
        }
      }
      for (int place = span.recent(); place < span.places(); place++) {
        assertThat(span.row(n, place) >= 0).isEqualTo(taken.contains(place));
      }
    }
  }

  /** Summaries as they are told of: each level a queue. */
  private static final class Queues {
    /** Of each level and, last, of all that is older: from a row to before another. */
    final List<Deque<long[]>> levels = new ArrayList<>();

    private final Span.Summaries span;

    Queues(Span.Summaries span) {
      this.span = span;
      for (int level = 0; level <= span.levels(); level++) {
        levels.add(new ArrayDeque<>());
      }
    }

    void join(int level, long from, long to) {
      Deque<long[]> queue = levels.get(level);
      boolean last = level == span.levels();
      long size = last ? Long.MAX_VALUE : (long) Math.pow(span.branch(), level + 1);
      long[] newest = queue.peekLast();
      if (newest != null && newest[0] / size == from / size) {
        newest[1] = to;
        return;
      }
      if (!last && queue.size() == span.slots()) {
        long[] oldest = queue.removeFirst();
        join(level + 1, oldest[0], oldest[1]);
      }
      queue.addLast(new long[] {from, to});
    }
  }

  @Property(tries = 100)
  void summariesAreQueuesOfWhichEachHandsOnToTheNext(
      @ForAll @IntRange(min = 1, max = 5) int recent,
      @ForAll @IntRange(min = 2, max = 4) int branch,
      @ForAll @IntRange(min = 1, max = 4) int slots,
      @ForAll @IntRange(min = 1, max = 4) int levels) {
    Span.Summaries span = new Span.Summaries(recent, branch, slots, levels);
    Queues queues = new Queues(span);
    for (long n = 0; n < 120; n++) {
      if (n >= recent) {
        queues.join(0, n - recent, n - recent + 1);
      }
      Set<Integer> filled = new HashSet<>();
      for (int level = 0; level <= levels; level++) {
        for (long[] rows : queues.levels.get(level)) {
          int place = span.place(n, rows[0]);
          assertThat(filled.add(place)).isTrue();
          assertThat(Math.min(levels, (place - recent) / slots)).isEqualTo(level);
          assertThat(span.row(n, place)).isEqualTo(rows[0]);
          for (long m = rows[0]; m < rows[1]; m++) {
            assertThat(span.place(n, m)).isEqualTo(place);
          }
        }
      }
      for (int place = recent; place < span.places(); place++) {
        assertThat(span.row(n, place) >= 0).isEqualTo(filled.contains(place));
      }
    }
  }
}
