package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Recurrent.*;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two layers in a row, folded, against one after the other in programs of their own. */
class FoldingTest {
  private static final Shape X = Shape.vector(4, 24);
  private static final int TICKS = 40;

  private static Stream<Arguments> pairs() {
    Layer norm = new LayerNorm(1e-5f);
    Layer rms = new RmsNorm(1e-5f);
    return Stream.of(
        arguments(norm, new Linear(40, true), 2),
        arguments(norm, new Linear(40, false), 2),
        arguments(rms, new Linear(40, false), 2),
        arguments(norm, new FeedForward(50, Function.GELU), 4),
        arguments(norm, Attention.over(3, new Span.Window(7)), 2),
        arguments(rms, Attention.over(3, new Span.Window(7)), 2),
        arguments(norm, new Gru(17), 2),
        arguments(norm, new Lstm(9), 2),
        arguments(rms, new LinearRecurrence(12), 2),
        arguments(norm, new Conv1d(8, 3, 1, 1, false, true), 2),
        arguments(new Linear(30, true), new Linear(5, true), 1),
        arguments(new Linear(30, true), new Linear(5, false), 1),
        arguments(new Linear(30, false), new Linear(5, true), 1),
        arguments(new Linear(2, true), new Linear(90, true), 2),
        arguments(new Linear(30, true), new PoolRows(Pooling.MEAN, 2), 2),
        arguments(new Linear(30, true), new PoolRows(Pooling.MAX, 2), 2));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aFoldedPairGivesWhatItsLayersGiveInTurn(Layer first, Layer second, int operations) {
    Map<String, Layer> layers = new LinkedHashMap<>();
    layers.put("a", first);
    layers.put("drop", new Dropout(0.5f));
    layers.put("b", second);
    Node whole = Node.resolve(new Serial(layers), Map.of("x", X));
    Weights weights = random(whole);
    Node b = whole.children().get("b");
    for (Kernels kernels : List.of(new PlainKernels(), new VectorKernels())) {
      Program folded = Program.compile(whole, weights, kernels);
      Block x = input();
      Block middle = run(alone(whole.children().get("a"), weights, kernels), x);
      Block expected = run(alone(b, weights, kernels), middle);
      Block actual = run(folded, x);
      assertThat(folded.ops()).hasSize(operations);
      assertThat(actual.valid()).isEqualTo(expected.valid());
      assertThat(actual.values()).containsExactly(expected.values(), within(2e-5f));
    }
  }

  @Test
  void aNormInFrontOfFoldedLayersKeepsItsGainAndShift() {
    for (Layer last : List.of(new Linear(5, true), new PoolRows(Pooling.MEAN, 2))) {
      Map<String, Layer> layers = new LinkedHashMap<>();
      layers.put("a", new LayerNorm(1e-5f));
      layers.put("b", new Linear(30, true));
      layers.put("c", last);
      Node whole = Node.resolve(new Serial(layers), Map.of("x", X));
      Weights weights = random(whole);
      Kernels kernels = new PlainKernels();
      Block expected = input();
      for (Node child : whole.children().values()) {
        expected = run(alone(child, weights, kernels), expected);
      }
      Block actual = run(Program.compile(whole, weights, kernels), input());
      assertThat(actual.valid()).isEqualTo(expected.valid());
      assertThat(actual.values()).containsExactly(expected.values(), within(2e-5f));
    }
  }

  /** Weights with gains and shifts that matter. */
  private static Weights random(Node node) {
    Map<String, float[]> values = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(3);
    List<Parameter> parameters = Parameter.of(node);
    for (Parameter p : parameters) {
      float[] v = new float[p.size()];
      for (int i = 0; i < v.length; i++) {
        v[i] = (float) random.nextDouble(-0.6, 0.6);
      }
      values.put(p.name(), v);
    }
    return new Weights(parameters, values);
  }

  private static Program alone(Node node, Weights weights, Kernels kernels) {
    List<Parameter> own = Parameter.of(node);
    Map<String, float[]> values = new LinkedHashMap<>();
    own.forEach(p -> values.put(p.name(), weights.get(p.name())));
    return Program.compile(node, new Weights(own, values), kernels);
  }

  private static Block input() {
    SplittableRandom random = new SplittableRandom(8);
    Block x = Block.empty(X, TICKS);
    for (int i = 0; i < x.values().length; i++) {
      x.values()[i] = (float) random.nextGaussian();
    }
    for (int r = 0; r < x.valid().length; r++) {
      x.valid()[r] = random.nextInt(3) == 0 ? 0 : 1;
    }
    return x;
  }

  private static Block run(Program program, Block x) {
    return new StepForm(program).run(Map.of("x", x)).values().iterator().next();
  }
}
