package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.InputException;
import dev.syncline.spec.ModelSpec;
import dev.syncline.torch.Graph;
import dev.syncline.torch.Rows;
import dev.syncline.torch.State;
import dev.syncline.torch.Tensors;
import dev.syncline.torch.train.ClassWeights.Counts;
import dev.syncline.torch.train.Examples.Example;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class CriterionTest {
  private static final float NAN = Float.NaN;
  private static final Map<String, Counts> COUNTS =
      Map.of("heard", new Counts(List.of(1.0, 5.0), List.of(9.0, 5.0)));

  /** Only the first label is ever there, in the ticks given. */
  private static Example example(boolean... first) {
    boolean[][] labels = new boolean[first.length][2];
    for (int t = 0; t < first.length; t++) {
      labels[t][0] = first[t];
    }
    return new Example("clip", first.length, Map.of(), Map.of("heard", labels));
  }

  /** Logits of the first label by tick; the second label's are so low that they cost nothing. */
  private static Tensor logits(int streams, float... first) {
    float[] x = new float[2 * first.length];
    for (int i = 0; i < first.length; i++) {
      x[2 * i] = first[i];
      x[2 * i + 1] = -100;
    }
    return Tensors.of(x, streams, first.length / streams, 2);
  }

  private static double loss(ModelSpec spec, String config, List<Example> batch, Rows rows) {
    return new Criterion(spec, TinyRun.config(config), COUNTS)
        .loss(
            batch,
            new Graph.Result(
                Map.of("heard", rows), () -> new State(Map.of(), new long[0]), Map.of()))
        .item_double();
  }

  /** The price of one tick in which one of two labels costs something. */
  private static double price(double logit, boolean on) {
    return Math.log1p(Math.exp(on ? -logit : logit)) / 2;
  }

  @Test
  void ticksBeyondTheEndOfAShorterClipDoNotCount() {
    List<Example> batch = List.of(example(true, false, true), example(true));
    Rows rows = new Rows(logits(2, 1, 2, 3, 4, NAN, NAN), null);
    double mean = (price(1, true) + price(2, false) + price(3, true) + price(4, true)) / 4;
    assertThat(loss(TinyRun.VECTORS, "{}", batch, rows)).isCloseTo(mean, within(1e-6));
  }

  @Test
  void invalidRowsDoNotCount() {
    Tensor valid = Tensors.mask(new float[] {1, 0, 1}, 1, 3);
    Rows rows = new Rows(logits(1, 1, NAN, 3), valid);
    double mean = (price(1, true) + price(3, true)) / 2;
    assertThat(loss(TinyRun.VECTORS, "{}", List.of(example(true, false, true)), rows))
        .isCloseTo(mean, within(1e-6));
  }

  @Test
  void rowsOfADelayedModelAreTrainedTowardsEarlierTicks() {
    ModelSpec spec = TinyRun.delayed(TinyRun.VECTORS, 2);
    Rows rows = new Rows(logits(1, NAN, NAN, 1, 2), null);
    double mean = (price(1, true) + price(2, false)) / 2;
    assertThat(loss(spec, "{}", List.of(example(true, false, false, true)), rows))
        .isCloseTo(mean, within(1e-6));
    assertThat(loss(spec, "{}", List.of(example(true, false)), new Rows(logits(1, 1, 2), null)))
        .as("a clip that ends before its first decision")
        .isZero();
  }

  @Test
  void placeWeightAndBalanceOfAnOutputAreThoseOfItsObjective() {
    List<Example> batch = List.of(example(true, false));
    Rows rows = new Rows(logits(1, 1, 2), null);
    String last = "{\"outputs\":{\"heard\":{\"position\":{\"type\":\"last\",\"rows\":1}}}}";
    assertThat(loss(TinyRun.VECTORS, last, batch, rows)).isCloseTo(price(2, false), within(1e-6));
    double mean = (price(1, true) + price(2, false)) / 2;
    String weight = "{\"outputs\":{\"heard\":{\"weight\":3}}}";
    assertThat(loss(TinyRun.VECTORS, weight, batch, rows)).isCloseTo(3 * mean, within(1e-6));
    // 9 negatives and 1 positive: its positives weigh 9.
    String balance = "{\"outputs\":{\"heard\":{\"balance\":{\"smoothing\":0}}}}";
    assertThat(loss(TinyRun.VECTORS, balance, batch, rows))
        .isCloseTo((9 * price(1, true) + price(2, false)) / 2, within(1e-5));
  }

  @Test
  void anObjectiveForAnOutputThatTheModelDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> loss(TinyRun.VECTORS, "{\"outputs\":{\"herd\":{}}}", List.of(), null))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "training configuration: outputs: the model has no output \"herd\", did you mean \"heard\"?");
  }
}
