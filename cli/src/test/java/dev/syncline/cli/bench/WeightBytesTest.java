package dev.syncline.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.TinyModel;
import dev.syncline.spec.Layer.Linear;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Recurrent.Gru;
import dev.syncline.spec.Shape;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Precision;
import dev.syncline.step.Program;
import dev.syncline.weights.Weights;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightBytesTest {
  /** Scales and sums are few beside the weights. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void areThoseOfEveryMatrixInItsPrecision(Precision precision) {
    Node root =
        Node.resolve(
            TinyModel.serial("gru", new Gru(128), "to", new Linear(256, true)),
            Map.of("x", Shape.vector(1, 192)));
    Weights weights = Weights.random(Parameter.of(root), 1);
    Program program = Program.compile(root, weights, new PlainKernels(), precision);

    double matrices = 3.0 * 128 * (192 + 128) + 256 * 128;
    assertThat(WeightBytes.of(program) / (matrices * precision.bits() / 8)).isBetween(1.0, 1.35);
  }
}
