package dev.syncline.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankCorrelationTest {
  private static double spearman(double[] a, double... b) {
    return RankCorrelation.spearman(a, b).orElseThrow();
  }

  @Test
  void onlyTheOrderCounts() {
    double[] a = {1, 2, 3, 4};
    assertThat(spearman(a, 0, 1e-9, 5, 1e9)).isEqualTo(1, within(1e-12));
    assertThat(spearman(a, 8, 3, 2, -1)).isEqualTo(-1, within(1e-12));
    // 1 - 6·Σd² / (n(n²-1)) with d = 1, -1, 1, -1.
    assertThat(spearman(a, 2, 1, 4, 3)).isEqualTo(1 - 6 * 4 / 60.0, within(1e-12));
  }

  @Test
  void equalNumbersShareTheirMeanRank() {
    // Ranks 0 1.5 1.5 3 beside 0 1 2 3: 4.5 / sqrt(4.5 · 5).
    assertThat(spearman(new double[] {1, 2, 2, 3}, 5, 6, 7, 8))
        .isEqualTo(4.5 / Math.sqrt(4.5 * 5), within(1e-12));
  }

  @Test
  void withoutAnOrderThereIsNone() {
    assertThat(RankCorrelation.spearman(new double[] {1, 1, 1}, new double[] {1, 2, 3})).isEmpty();
    assertThat(RankCorrelation.spearman(new double[] {1}, new double[] {2})).isEmpty();
    assertThat(RankCorrelation.spearman(new double[0], new double[0])).isEmpty();
    assertThatThrownBy(() -> RankCorrelation.spearman(new double[1], new double[2]))
        .hasMessage("1 numbers beside 2");
  }
}
