package dev.syncline.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.spec.Positions;
import dev.syncline.spec.Recurrent;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.spec.StatePart;
import dev.syncline.step.Block;
import dev.syncline.step.Program;
import dev.syncline.step.StepForm;
import dev.syncline.step.VectorKernels;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both forms say the same far into a stream: indices, distances, rings and sums hold. */
class LongStreamTest {
  private static final int BEFORE = 100_000;
  private static final int AFTER = 64;
  private static final Shape ROW = Shape.vector(1, 8);

  static List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (Span span :
        List.of(
            new Span.Window(9),
            new Span.Sinks(3, 7),
            new Span.Strided(5, 4, 3),
            new Span.Blocks(6, 2))) {
      for (Position position :
          List.of(
              new Position.None(),
              new Position.Rope(),
              new Position.Alibi(),
              new Position.Relative(6))) {
        layers.add(new Attention(2, 1, span, position));
      }
    }
    for (Position position :
        List.of(new Position.None(), new Position.Rope(), new Position.Relative(6))) {
      layers.add(new Attention(2, 1, new Span.Summaries(6, 3, 4, 3), position));
    }
    layers.add(new Memory(2, 3, new Memory.Store.Box(9)));
    layers.add(new Memory(2, 3, new Memory.Store.Decay(30)));
    layers.add(new Memory(2, 3, new Memory.Store.Competing()));
    layers.add(new Positions.Sinusoids());
    layers.add(new Positions.LearnedPositions(7));
    layers.add(new Recurrent.Gru(8));
    layers.add(new Recurrent.Lstm(8));
    layers.add(new Recurrent.LinearRecurrence(8));
    for (Output.Kind kind : Output.Kind.values()) {
      for (Chain.Decode decode : Chain.Decode.values()) {
        layers.add(new Chain(kind, decode, 0));
        layers.add(new Chain(kind, decode, 5));
      }
    }
    return layers;
  }

  @ParameterizedTest
  @MethodSource("layers")
  void bothFormsSayTheSameAfterAHundredThousandTicks(Layer layer) {
    Node node = Node.resolve(layer, Map.of("x", ROW));
    Weights weights = ContractTest.weights(node);
    StepForm step = new StepForm(Program.compile(node, weights, new VectorKernels()));
    SplittableRandom random = new SplittableRandom(5);
    for (int done = 0; done < BEFORE; done += 1000) {
      step.run(Map.of("x", block(1000, random)));
    }
    try (PointerScope _ = new PointerScope()) {
      Map<String, Tensor> parts = new LinkedHashMap<>();
      for (StatePart part : StatePart.of(node)) {
        parts.put(part.name(), Tensors.of(step.state(part.name()), 1, part.rows(), part.width()));
      }
      Map<String, Block> next = Map.of("x", block(AFTER, random));
      Graph.Result parallel =
          new Graph(node, Tensors.parameters(weights, false))
              .forward(
                  Batch.rows(List.of(next), List.of("x")), new State(parts, new long[] {BEFORE}));
      float[] expected = Batch.block(parallel.outputs().get("x"), 0, node.output()).values();
      assertThat(step.run(next).get("x").values()).containsExactly(expected, within(1e-4f));
      for (StatePart part : StatePart.of(node)) {
        assertThat(step.state(part.name()))
            .containsExactly(
                Tensors.values(parallel.state().parts().get(part.name())), within(1e-4f));
      }
    }
  }

  private static Block block(int ticks, SplittableRandom random) {
    Block block = Block.empty(ROW, ticks);
    for (int i = 0; i < block.values().length; i++) {
      block.values()[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < block.valid().length; i++) {
      block.valid()[i] = random.nextDouble() < 0.8 ? 1 : 0;
    }
    return block;
  }
}
