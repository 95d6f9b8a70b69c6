package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.binary_cross_entropy_with_logits;
import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;

import dev.syncline.spec.Output.Kind;
import dev.syncline.torch.Tensors;
import dev.syncline.torch.train.Objective.Loss;
import dev.syncline.torch.train.Objective.Position;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.Reduction;
import org.junit.jupiter.api.Test;

class LossesTest {
  private static final Loss PLAIN = new Loss.CrossEntropy(0);
  private static final double EXACT = 1e-6;

  /** One stream of two ticks of two labels. */
  private static double loss(Kind kind, Loss loss, float[] x, float[] y, float[] counts) {
    return loss(kind, loss, x, y, counts, 1, 1);
  }

  private static double loss(
      Kind kind, Loss loss, float[] x, float[] y, float[] counts, float... balance) {
    int ticks = counts.length;
    return Losses.of(
            kind,
            loss,
            Tensors.of(x, 1, ticks, balance.length),
            Tensors.of(y, 1, ticks, balance.length),
            Tensors.of(counts, 1, ticks),
            Tensors.of(balance, balance.length))
        .item_double();
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(x));
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static float[] f(double... values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  @Test
  void independentLabelsCostTheMeanOfTheirBinaryCrossEntropies() {
    // -ln s(x) = softplus(-x) where the label holds, softplus(x) where it does not.
    double first = (softplus(-2) + softplus(-1)) / 2;
    double second = (softplus(0.5) + softplus(3)) / 2;
    assertThat(loss(Kind.MULTI_LABEL, PLAIN, f(2, -1, 0.5, 3), f(1, 0, 0, 0), f(1, 1)))
        .isCloseTo((first + second) / 2, within(EXACT));
    assertThat(loss(Kind.MULTI_LABEL, PLAIN, f(2, -1, 0.5, 3), f(1, 0, 0, 0), f(3, 1)))
        .isCloseTo((3 * first + second) / 4, within(EXACT));
  }

  @Test
  void oneLabelCostsTheNegativeLogarithmOfItsProbability() {
    double first = Math.log(Math.exp(1) + Math.exp(2)) - 2;
    double second = Math.log(Math.exp(-1) + Math.exp(0)) + 1;
    assertThat(loss(Kind.ONE_LABEL, PLAIN, f(1, 2, -1, 0), f(0, 1, 1, 0), f(1, 2)))
        .isCloseTo((first + 2 * second) / 3, within(EXACT));
  }

  @Test
  void binaryCrossEntropyIsThatOfLibtorchWithSmoothingAndBalance() {
    float[] x = Clips.samples(60, 1, 6);
    float[] y = new float[60];
    float[] smoothed = new float[60];
    for (int i = 0; i < 60; i++) {
      y[i] = i % 3 == 0 ? 1 : 0;
      smoothed[i] = 0.8f * y[i] + 0.1f;
    }
    Tensor reference =
        binary_cross_entropy_with_logits(
            Tensors.of(x, 20, 3),
            Tensors.of(smoothed, 20, 3),
            new TensorOptional(),
            new TensorOptional(Tensors.of(f(1, 4, 0.25), 3)),
            Reduction.Mean.value);
    float[] counts = new float[20];
    java.util.Arrays.fill(counts, 1);
    assertThat(loss(Kind.MULTI_LABEL, new Loss.CrossEntropy(0.2), x, y, counts, 1, 4, 0.25f))
        .isCloseTo(reference.item_double(), within(EXACT));
  }

  @Test
  void crossEntropyIsThatOfLibtorchWithSmoothingAndBalance() {
    float[] x = Clips.samples(60, 2, 6);
    float[] y = new float[60];
    float[] labels = new float[20];
    for (int t = 0; t < 20; t++) {
      labels[t] = t * 7 % 3;
      y[3 * t + (int) labels[t]] = 1;
    }
    Tensor sum =
        cross_entropy_loss(
            Tensors.of(x, 20, 3),
            Tensors.of(labels, 20).toType(org.bytedeco.pytorch.global.torch.ScalarType.Long),
            new TensorOptional(Tensors.of(f(1, 4, 0.25), 3)),
            Reduction.Sum.value,
            -100,
            0.2);
    float[] counts = new float[20];
    java.util.Arrays.fill(counts, 1);
    assertThat(loss(Kind.ONE_LABEL, new Loss.CrossEntropy(0.2), x, y, counts, 1, 4, 0.25f))
        .isCloseTo(sum.item_double() / 20, within(EXACT));
  }

  @Test
  void focalLossWeighsByHowWrongAnAnswerIs() {
    double yes = Math.pow(1 - sigmoid(2), 2) * softplus(-2);
    double no = Math.pow(sigmoid(-1), 2) * softplus(-1);
    assertThat(loss(Kind.MULTI_LABEL, new Loss.Focal(2), f(2, -1), f(1, 0), f(1)))
        .isCloseTo((yes + no) / 2, within(EXACT));
    double p = Math.exp(2) / (Math.exp(1) + Math.exp(2));
    assertThat(loss(Kind.ONE_LABEL, new Loss.Focal(1.5), f(1, 2), f(0, 1), f(1)))
        .isCloseTo(-Math.pow(1 - p, 1.5) * Math.log(p), within(EXACT));
    for (Kind kind : Kind.values()) {
      assertThat(loss(kind, new Loss.Focal(0), f(1, 2), f(0, 1), f(1)))
          .isCloseTo(loss(kind, PLAIN, f(1, 2), f(0, 1), f(1)), within(EXACT));
    }
  }

  @Test
  void balanceWeighsPositivesOfIndependentLabelsAndTheOneLabelElse() {
    double yes = 5 * softplus(-2);
    assertThat(loss(Kind.MULTI_LABEL, PLAIN, f(2, -1), f(1, 0), f(1), 5, 7))
        .isCloseTo((yes + softplus(-1)) / 2, within(EXACT));
    assertThat(loss(Kind.ONE_LABEL, PLAIN, f(1, 2), f(0, 1), f(1), 5, 7))
        .isCloseTo(7 * (Math.log(Math.exp(1) + Math.exp(2)) - 2), within(1e-5));
  }

  @Test
  void certainAnswersCostFinitePricesAndHaveFiniteGradients() {
    for (Kind kind : Kind.values()) {
      for (Loss loss : new Loss[] {PLAIN, new Loss.Focal(0.5), new Loss.Focal(2)}) {
        Tensor x = Tensors.of(f(300, -300, -300, 300), 1, 2, 2);
        x.set_requires_grad(true);
        Tensor y = Tensors.of(f(1, 0, 1, 0), 1, 2, 2);
        Tensor value =
            Losses.of(kind, loss, x, y, Tensors.of(f(1, 1), 1, 2), Tensors.of(f(1, 1), 2));
        value.backward();
        // Wrong by 300 twice: in one of two ticks, and in both of its labels.
        double wrong = kind == Kind.MULTI_LABEL ? 300 : 600;
        assertThat(value.item_double()).isCloseTo(wrong / 2, within(1e-3));
        for (float g : Tensors.values(x.grad())) {
          assertThat(g).isFinite();
        }
      }
    }
  }

  @Test
  void ticksThatDoNotCountReachNeitherLossNorGradientWhateverIsInThem() {
    float nan = Float.NaN;
    for (Kind kind : Kind.values()) {
      for (Loss loss : new Loss[] {PLAIN, new Loss.Focal(0.5)}) {
        Tensor x = Tensors.of(f(2, -1, nan, Float.POSITIVE_INFINITY), 1, 2, 2);
        x.set_requires_grad(true);
        Tensor y = Tensors.of(f(1, 0, 0, 1), 1, 2, 2);
        Tensor value =
            Losses.of(kind, loss, x, y, Tensors.of(f(1, 0), 1, 2), Tensors.of(f(1, 1), 2));
        value.backward();
        assertThat(value.item_double())
            .isCloseTo(loss(kind, loss, f(2, -1), f(1, 0), f(1)), within(EXACT));
        assertThat(Tensors.values(x.grad())[0]).isNotZero().isFinite();
        assertThat(Tensors.values(x.grad())[2]).isZero();
        assertThat(Tensors.values(x.grad())[3]).isZero();
      }
    }
  }

  @Test
  void whereNoTickCountsTheLossIsZero() {
    assertThat(loss(Kind.MULTI_LABEL, PLAIN, f(2, -1), f(1, 0), f(0))).isZero();
  }

  @Test
  void ticksWeighByTheirPlaceInTheClip() {
    Position ramp = new Position.Ramp(0.5, 2);
    Position last = new Position.Last(2);
    assertThat(new Position.Uniform().weight(3, 5)).isEqualTo(1);
    assertThat(new float[] {ramp.weight(0, 4), ramp.weight(1, 4), ramp.weight(3, 4)})
        .containsExactly(0.5f, 1, 2);
    assertThat(ramp.weight(0, 1)).isEqualTo(2);
    assertThat(new float[] {last.weight(2, 5), last.weight(3, 5), last.weight(4, 5)})
        .containsExactly(0, 1, 1);
    assertThat(last.weight(0, 1)).isEqualTo(1);
    assertThatThrownBy(() -> new Position.Last(0)).hasMessage("rows must be at least 1, is 0");
    assertThatThrownBy(() -> new Position.Ramp(-1, 2)).hasMessageContaining("at least 0");
  }
}
