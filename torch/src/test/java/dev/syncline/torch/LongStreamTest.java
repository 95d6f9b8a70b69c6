package dev.syncline.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Exchange;
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
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both forms say the same far into a stream: indices, distances, rings and sums hold. */
class LongStreamTest {
  private static final int BEFORE = 100_000;
  private static final int AFTER = 64;
  private static final Shape ROW = Shape.vector(1, 8);

  /** Streams that exchange, at rates of which none divides another. */
  private static final Map<String, Shape> STREAMS =
      new TreeMap<>(Map.of("x", Shape.vector(2, 8), "y", Shape.vector(3, 8)));

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
    layers.add(new Memory(2, 3, new Memory.Store.Decay(20_000)));
    layers.add(new Memory(2, 3, new Memory.Store.Competing()));
    layers.add(new Memory(2, 3, new Memory.Store.KeyValue()));
    layers.add(new Exchange.GraphAttention(2, 7));
    layers.add(new Exchange.MergedAttention(Attention.over(2, new Span.Strided(5, 4, 3)), true));
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
    Map<String, Shape> in = layer instanceof Exchange ? STREAMS : Map.of("x", ROW);
    Node node = Node.resolve(layer, in);
    Weights weights = ContractTest.weights(node);
    StepForm step = new StepForm(Program.compile(node, weights, new VectorKernels()));
    SplittableRandom random = new SplittableRandom(5);
    for (int done = 0; done < BEFORE; done += 1000) {
      step.run(blocks(in, 1000, random));
    }
    try (PointerScope _ = new PointerScope()) {
      Map<String, Tensor> parts = new LinkedHashMap<>();
      for (StatePart part : StatePart.of(node)) {
        parts.put(part.name(), Tensors.of(step.state(part.name()), 1, part.rows(), part.width()));
      }
      Map<String, Block> next = blocks(in, AFTER, random);
      Graph.Result parallel =
          new Graph(node, Tensors.parameters(weights, false))
              .forward(
                  Batch.rows(List.of(next), in.keySet()), new State(parts, new long[] {BEFORE}));
      Map<String, Block> got = step.run(next);
      node.out()
          .forEach(
              (name, shape) ->
                  assertThat(got.get(name).values())
                      .containsExactly(
                          Batch.block(parallel.outputs().get(name), 0, shape).values(),
                          within(1e-4f)));
      for (StatePart part : StatePart.of(node)) {
        float[] expected = Tensors.values(parallel.state().parts().get(part.name()));
        float[] state = step.state(part.name());
        assertThat(state).hasSameSizeAs(expected);
        for (int i = 0; i < state.length; i++) {
          // sums over tens of thousands of rows are as large as those
          float most = 1e-4f + 1e-6f * Math.abs(expected[i]);
          assertThat(state[i]).as(part.name()).isCloseTo(expected[i], within(most));
        }
      }
    }
  }

  private static Map<String, Block> blocks(
      Map<String, Shape> in, int ticks, SplittableRandom random) {
    Map<String, Block> blocks = new LinkedHashMap<>();
    in.forEach((name, shape) -> blocks.put(name, block(shape, ticks, random)));
    return blocks;
  }

  private static Block block(Shape shape, int ticks, SplittableRandom random) {
    Block block = Block.empty(shape, ticks);
    for (int i = 0; i < block.values().length; i++) {
      block.values()[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < block.valid().length; i++) {
      block.valid()[i] = random.nextDouble() < 0.8 ? 1 : 0;
    }
    return block;
  }
}
