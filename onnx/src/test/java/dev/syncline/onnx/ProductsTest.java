package dev.syncline.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.Linear;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Shape;
import dev.syncline.step.Kernels;
import dev.syncline.step.Precision;
import dev.syncline.step.Program;
import dev.syncline.weights.Weights;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductsTest {
  private static final int IN = 512;
  private static final int OUT = 48;

  /** Inputs and weights of the largest numbers: where sums of two stop at 32,767, half is lost. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 64})
  void whatABackendMultipliesByIsExactHere(int streams) {
    Layer layer = new Linear(OUT, false);
    Node node = Node.resolve(layer, Map.of("x", Shape.vector(1, IN)));
    Map<String, float[]> values = new HashMap<>();
    for (Parameter p : Parameter.of(node)) {
      float[] ones = new float[OUT * IN];
      Arrays.fill(ones, 1);
      values.put(p.name(), ones);
    }
    Weights weights = new Weights(Parameter.of(node), values);
    Program program = Program.compile(node, weights, Kernels.best(), Precision.INT8);
    byte[] graph = StepGraph.ofWhole(program, Products.exact());
    try (StepRunner runner = new StepRunner(graph, streams, 1)) {
      var x = runner.input("x.x");
      for (int i = 0; i < x.capacity(); i++) {
        x.put(i, i / IN % 2 == 0 ? 1 : -1);
      }
      runner.run();
      var y = runner.output("y.x");
      for (int i = 0; i < y.capacity(); i++) {
        assertThat(y.get(i) / (i / OUT % 2 == 0 ? IN : -IN)).isBetween(0.99999f, 1.00001f);
      }
    }
  }
}
