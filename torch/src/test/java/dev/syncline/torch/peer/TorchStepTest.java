package dev.syncline.torch.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Recurrent.Gru;
import dev.syncline.spec.Recurrent.Lstm;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.step.Block;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Program;
import dev.syncline.step.StepForm;
import dev.syncline.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both of libtorch's ways do the same step as ours. */
class TorchStepTest {
  private static final int TICKS = 12;

  private static Map<String, Layer> layers(Object... namesAndLayers) {
    Map<String, Layer> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndLayers.length; i += 2) {
      map.put((String) namesAndLayers[i], (Layer) namesAndLayers[i + 1]);
    }
    return map;
  }

  private static Layer serial(Object... namesAndLayers) {
    return new Serial(layers(namesAndLayers));
  }

  /** Every layer that is covered, rows one by one and several a tick; rings go round. */
  private static Node everything() {
    Attention attention = new Attention(2, 0, new Span.Window(5), new Position.None());
    Layer sound =
        serial(
            "std", new Standardize(8, 0.05f),
            "conv", new Conv1d(8, 3, 1, 2, false, true),
            "half", new Conv1d(8, 3, 2, 1, false, true),
            "act", new Activation(Function.SILU),
            "attn", new Residual(attention),
            "gru", new Gru(6),
            "rows", new PoolRows(Pooling.MAX, 2),
            "drop", new Dropout(0.2f),
            "absent", new Absent());
    Layer pictures =
        serial(
            "conv", new Conv2d(4, 3, 2, 1, false, true),
            "norm", new LayerNorm(1e-5f),
            "act", new Activation(Function.RELU),
            "pool", new GlobalPool(Pooling.MEAN));
    Layer body =
        serial(
            "enc", new Each(layers("a", sound, "b", pictures)),
            "fuse", new Fusion.Concat(),
            "to", new Linear(8, true),
            "attn", new Residual(serial("norm", new LayerNorm(1e-5f), "mix", attention)),
            "ff", new Residual(new FeedForward(12, Function.GELU)),
            "conv", new Conv1d(8, 3, 1, 2, false, true),
            "point", new Conv1d(8, 1, 1, 1, false, true),
            "gru", new Gru(7),
            "heads", new Parallel(layers("y", new Linear(3, true), "z", new Linear(2, false))));
    Map<String, Shape> in = new LinkedHashMap<>();
    in.put("a", Shape.vector(4, 5));
    in.put("b", Shape.image(1, 8, 6, 3));
    return Node.resolve(body, in);
  }

  @ParameterizedTest
  @EnumSource(TorchStep.Mode.class)
  void doesTheSameStepsForEveryStream(TorchStep.Mode mode) {
    Node root = everything();
    Weights weights = Weights.random(Parameter.of(root), 7);
    for (int streams : new int[] {1, 3}) {
      for (boolean addmv : new boolean[] {false, true}) {
        try (TorchStep peer = new TorchStep(root, weights, streams, mode, addmv)) {
          compare(root, weights, streams, peer);
        }
      }
    }
  }

  private static void compare(Node root, Weights weights, int streams, TorchStep peer) {
    Program program = Program.compile(root, weights, new PlainKernels());
    List<StepForm> ours =
        java.util.stream.Stream.generate(() -> new StepForm(program)).limit(streams).toList();
    SplittableRandom random = new SplittableRandom(streams);
    for (int t = 0; t < TICKS; t++) {
      List<Map<String, Block>> ticks = new java.util.ArrayList<>();
      for (int s = 0; s < streams; s++) {
        Map<String, Block> tick = new LinkedHashMap<>();
        for (Map.Entry<String, Shape> e : root.in().entrySet()) {
          Block block = Block.empty(e.getValue(), 1);
          for (int i = 0; i < block.values().length; i++) {
            block.values()[i] = (float) random.nextGaussian();
          }
          java.util.Arrays.fill(block.valid(), 1);
          peer.input(e.getKey(), s * block.tickSize(), block.values());
          tick.put(e.getKey(), block);
        }
        ticks.add(tick);
      }
      peer.run();
      for (int s = 0; s < streams; s++) {
        for (Map.Entry<String, Block> out : ours.get(s).run(ticks.get(s)).entrySet()) {
          int size = out.getValue().values().length;
          float[] theirs = new float[streams * size];
          peer.output(out.getKey(), theirs, 0, theirs.length);
          assertThat(java.util.Arrays.copyOfRange(theirs, s * size, (s + 1) * size))
              .as("tick %d, stream %d of %d, output %s", t, s, streams, out.getKey())
              .containsExactly(out.getValue().values(), org.assertj.core.data.Offset.offset(2e-5f));
        }
      }
    }
  }

  @Test
  void namesTheLayerThatItDoesNotCover() {
    Node root = Node.resolve(serial("lstm", new Lstm(4)), Map.of("x", Shape.vector(1, 3)));
    Weights weights = Weights.random(Parameter.of(root), 1);
    assertThatThrownBy(() -> new TorchStep(root, weights, 1, TorchStep.Mode.EAGER, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("does not cover lstm as in layer lstm");
  }
}
