package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.torch.train.ClassWeights.Counts;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassWeightsTest {
  private static final ClassWeights PLAIN = new ClassWeights(1000, 0, false);

  private static Counts counts(double... positivesThenNegatives) {
    int n = positivesThenNegatives.length / 2;
    List<Double> all = java.util.Arrays.stream(positivesThenNegatives).boxed().toList();
    return new Counts(all.subList(0, n), all.subList(n, 2 * n));
  }

  @Test
  void labelsAreCountedOverClipsSoftOnesInPartAndUnknownOnesNot() {
    float nan = Float.NaN;
    Counts counted =
        Counts.none(3)
            .plus(new float[][] {{1, 0, 0.25f}, {1, 0, 0}})
            .plus(new float[][] {{0, 0, nan}, {1, nan, 1}});
    assertThat(counted).isEqualTo(counts(3, 0, 1.25, 1, 3, 1.75));
  }

  @Test
  void positivesWeighAsMuchAsNegatives() {
    // 90 / 10 = 9, 50 / 50 = 1, 20 / 80 = 0.25.
    assertThat(PLAIN.positive(counts(10, 50, 80, 90, 50, 20))).containsExactly(9, 1, 0.25f);
  }

  @Test
  void smoothingIsAddedToBothCounts() {
    // (90 + 10) / (10 + 10) = 5; (0 + 10) / (0 + 10) = 1.
    assertThat(new ClassWeights(1000, 10, false).positive(counts(10, 0, 90, 0)))
        .containsExactly(5, 1);
    // (5 + 10) / (5 + 10), mean count 5: (5 + 10) / (0 + 10) = 1.5; (5 + 10) / (10 + 10) = 0.75.
    assertThat(new ClassWeights(1000, 10, false).inverseFrequency(counts(10, 0, 0, 10)))
        .containsExactly(0.75f, 1.5f);
  }

  @Test
  void theRootIsTakenBeforeTheCap() {
    assertThat(new ClassWeights(1000, 0, true).positive(counts(10, 80, 90, 20)))
        .containsExactly(3, 0.5f);
    assertThat(new ClassWeights(3, 0, true).positive(counts(10, 1, 90, 900))).containsExactly(3, 3);
  }

  @Test
  void theCapHoldsOnBothSides() {
    assertThat(new ClassWeights(4, 0, false).positive(counts(10, 50, 90, 0, 90, 50, 10, 90)))
        .containsExactly(4, 1, 0.25f, 4);
    assertThat(new ClassWeights(1, 0, false).positive(counts(10, 80, 90, 20)))
        .containsExactly(1, 1);
  }

  @Test
  void aClassThatIsNeverOrAlwaysThereGetsTheCapAndOneWithoutLabelsOne() {
    assertThat(new ClassWeights(20, 0, false).positive(counts(0, 7, 0, 7, 0, 0)))
        .containsExactly(20, 0.05f, 1);
    assertThat(PLAIN.inverseFrequency(counts(0, 0, 9, 9))).containsExactly(1, 1);
  }

  @Test
  void rareClassesWeighMoreInCrossEntropyAndATickOneOnAverage() {
    // 100 ticks, 4 classes, 25 a class: 25/50, 25/25, 25/20, 25/5.
    float[] weights = PLAIN.inverseFrequency(counts(50, 25, 20, 5, 50, 75, 80, 95));
    assertThat(weights).containsExactly(0.5f, 1, 1.25f, 5);
    assertThat(50 * weights[0] + 25 * weights[1] + 20 * weights[2] + 5 * weights[3]).isEqualTo(100);
    assertThat(new ClassWeights(2, 0, false).inverseFrequency(counts(50, 25, 20, 5, 1, 1, 1, 1)))
        .containsExactly(0.5f, 1, 1.25f, 2);
  }

  @Test
  void impossibleSettingsAndLabelsAreRefused() {
    assertThatThrownBy(
            () -> Records.read(ClassWeights.class, Json.parse("c.json", "{\"cap\":0.5}")))
        .isInstanceOf(InputException.class)
        .hasMessage("c.json: cap must be from 1 to 1e6, is 0.5");
    assertThatThrownBy(() -> new ClassWeights(2, -1, false)).hasMessageContaining("smoothing");
    assertThatThrownBy(() -> Counts.none(2).plus(new float[][] {{0, 1}, {1}}))
        .hasMessage("tick 1 has 1 labels, not 2");
    assertThatThrownBy(() -> Counts.none(2).plus(new float[][] {{0, 1.5f}}))
        .hasMessage("tick 0, class 1: a label is from 0 to 1, not 1.5");
    assertThatThrownBy(() -> counts(1, -1)).hasMessageContaining("at least 0");
    assertThatThrownBy(() -> new Counts(List.of(1.0), List.of())).hasMessageContaining("1 pos");
    assertThat(Records.read(ClassWeights.class, Json.parse("c.json", "{}")))
        .isEqualTo(new ClassWeights(20, 1, false));
  }
}
