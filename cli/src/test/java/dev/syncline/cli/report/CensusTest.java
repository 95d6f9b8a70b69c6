package dev.syncline.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CensusTest {
  /** Class 0 is heard 0–2 and 1–3 and seen 5–6; class 1 is seen 2–5.5, in one clip; again 0–1. */
  private static final Census CENSUS =
      Census.of(
          List.of(
              new ClipEvents(
                  "a",
                  "train",
                  10,
                  List.of(
                      List.of(new Mark(0, 1, 3), new Mark(0, 0, 2)),
                      List.of(new Mark(0, 5, 6), new Mark(1, 2, 5.5)))),
              new ClipEvents("b", "test", 10, List.of(List.of(), List.of(new Mark(1, 0, 1))))),
          2,
          2);

  @Test
  void countsEventsAndCoveredSecondsByModality() {
    assertThat(CENSUS.events(0, 0)).isEqualTo(2);
    assertThat(CENSUS.events(1)).isEqualTo(3);
    assertThat(CENSUS.seconds(0, 0)).as("overlap counts once").isEqualTo(3);
    assertThat(CENSUS.seconds(1, 1)).isEqualTo(4.5);
  }

  @Test
  void coOccurrenceJoinsModalities() {
    assertThat(CENSUS.together(0, 0)).isEqualTo(4);
    assertThat(CENSUS.together(0, 1))
        .isCloseTo(1.5, within(1e-12))
        .isEqualTo(CENSUS.together(1, 0));
  }

  @Test
  void durationBinsDouble() {
    assertThat(Census.binEnd(0)).isEqualTo(.25);
    assertThat(Census.binEnd(3)).isEqualTo(2);
    assertThat(Census.binEnd(Census.BINS - 1)).isInfinite();
    assertThat(CENSUS.durations(0, 3)).as("2 s falls into the bin up to 2 s").isEqualTo(2);
    assertThat(CENSUS.durations(1, 2)).isEqualTo(2);
    assertThat(CENSUS.durations(1, 4)).isEqualTo(1);
  }
}
