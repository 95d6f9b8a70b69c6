package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;

class AdamWTest {
  private static final double RATE = 0.01;
  private static final double NO_CLIP = 1e9;

  /** A matrix and a vector, and one that takes no part in the loss. */
  private static Map<String, Tensor> parameters() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("weight", Tensors.of(Clips.samples(12, 1, 1), 3, 4));
    tensors.put("bias", Tensors.of(Clips.samples(3, 2, 1), 3));
    tensors.put("unused", Tensors.of(new float[] {5}, 1));
    tensors.values().forEach(t -> t.set_requires_grad(true));
    return tensors;
  }

  /** Some function that is not quadratic: the sum of tanh(W x + b)^2, x of the step. */
  private static void backward(Map<String, Tensor> p, int step) {
    Tensor x = Tensors.of(Clips.samples(4, 100 + step, 2), 4);
    Tensor y = p.get("weight").matmul(x).add(p.get("bias")).tanh();
    y.mul(y).sum().backward();
  }

  private static org.bytedeco.pytorch.AdamW reference(double weightDecay, Tensor... tensors) {
    AdamWOptions options = new AdamWOptions(RATE);
    options.weight_decay().put(weightDecay);
    return new org.bytedeco.pytorch.AdamW(new TensorVector(tensors), options);
  }

  private static double[] doubles(Tensor t) {
    float[] values = Tensors.values(t);
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  @Test
  void fiftyStepsAreThoseOfLibtorchWithDecayOfMatricesAlone() {
    Map<String, Tensor> ours = parameters();
    Map<String, Tensor> theirs = parameters();
    AdamW optimizer = new AdamW(ours, 0.1);
    var matrices = reference(0.1, theirs.get("weight"));
    var vectors = reference(0, theirs.get("bias"));
    for (int step = 1; step <= 50; step++) {
      backward(ours, step);
      optimizer.step(step, RATE, NO_CLIP);
      matrices.zero_grad(true);
      vectors.zero_grad(true);
      backward(theirs, step);
      matrices.step();
      vectors.step();
    }
    for (String name : ours.keySet()) {
      assertThat(doubles(ours.get(name)))
          .as(name)
          .containsExactly(doubles(theirs.get(name)), within(1e-6));
    }
    assertThat(doubles(ours.get("weight")))
        .usingComparatorWithPrecision(0.1)
        .isNotEqualTo(doubles(parameters().get("weight")));
  }

  @Test
  void gradientsAboveTheNormAreScaledDownToItAndThoseBelowAreLeft() {
    double free = stepped(NO_CLIP);
    double norm = norm();
    assertThat(norm).isGreaterThan(0.1);
    assertThat(stepped(2 * norm)).isEqualTo(free);
    // The second moment after one step is 0.001 g^2, so it tells the scale that was used.
    assertThat(stepped(norm / 4)).isCloseTo(free / 16, within(1e-4 * free));
  }

  private static double norm() {
    Map<String, Tensor> p = parameters();
    backward(p, 1);
    double squares = 0;
    for (String name : new String[] {"weight", "bias"}) {
      for (double g : doubles(p.get(name).grad())) {
        squares += g * g;
      }
    }
    backwardNormIsReturned(Math.sqrt(squares));
    return Math.sqrt(squares);
  }

  private static void backwardNormIsReturned(double norm) {
    Map<String, Tensor> p = parameters();
    AdamW optimizer = new AdamW(p, 0);
    backward(p, 1);
    assertThat(optimizer.step(1, RATE, 0.01)).isCloseTo(norm, within(1e-5));
  }

  private static double stepped(double clip) {
    Map<String, Tensor> p = parameters();
    AdamW optimizer = new AdamW(p, 0);
    backward(p, 1);
    optimizer.step(1, RATE, clip);
    return doubles(optimizer.second.get("bias"))[0];
  }

  @Test
  void gradientsAreUsedUpByAStep() {
    Map<String, Tensor> p = parameters();
    AdamW optimizer = new AdamW(p, 0);
    backward(p, 1);
    optimizer.step(1, RATE, NO_CLIP);
    assertThat(p.get("weight").grad().defined()).isFalse();
  }

  @Test
  void aGradientThatIsNotFiniteChangesNothing() {
    Map<String, Tensor> p = parameters();
    AdamW optimizer = new AdamW(p, 0.1);
    backward(p, 1);
    p.get("weight").grad().view(-1).select(0, 5).fill_(new Scalar(Float.NaN));
    assertThat(optimizer.step(1, RATE, 1)).isNaN();
    parameters().forEach((name, t) -> assertThat(doubles(p.get(name))).isEqualTo(doubles(t)));
    optimizer.first.values().forEach(m -> assertThat(doubles(m)).containsOnly(0));
    optimizer.second.values().forEach(v -> assertThat(doubles(v)).containsOnly(0));
  }

  @Test
  void whatIsNotTrainableHasNoMoments() {
    Map<String, Tensor> p = parameters();
    p.get("unused").set_requires_grad(false);
    assertThat(new AdamW(p, 0).first.keySet()).containsExactly("weight", "bias");
  }
}
