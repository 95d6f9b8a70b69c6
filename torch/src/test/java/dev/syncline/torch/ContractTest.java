package dev.syncline.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.Records;
import dev.syncline.spec.Attention;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.Embedding;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Reach;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.spec.StatePart;
import dev.syncline.step.Block;
import dev.syncline.step.Kernels;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Program;
import dev.syncline.step.StepForm;
import dev.syncline.step.VectorKernels;
import dev.syncline.torch.Examples.Example;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every layer owes: one meaning in two forms, at every cut, whatever is missing. */
class ContractTest {
  static List<Example> examples() {
    return Examples.all();
  }

  @Test
  void everyPermittedLayerHasAnExample() {
    Set<Class<?>> seen = new LinkedHashSet<>();
    for (Example example : Examples.all()) {
      example.node().visit(node -> seen.add(node.layer().getClass()));
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(Records.variants(Layer.class).toArray(Class<?>[]::new));
  }

  @Test
  void everySpanPositionAndStoreHasAnExample() {
    Set<Class<?>> seen = new LinkedHashSet<>();
    for (Example example : Examples.all()) {
      example
          .node()
          .visit(
              node -> {
                if (node.layer() instanceof Attention a) {
                  seen.add(a.span().getClass());
                  seen.add(a.position().getClass());
                } else if (node.layer() instanceof Memory m) {
                  seen.add(m.store().getClass());
                }
              });
    }
    for (Class<?> kind : List.of(Span.class, Attention.Position.class, Memory.Store.class)) {
      assertThat(seen).containsAll(Records.variants(kind).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void stepEqualsParallelInOutputsAndState(Example example) {
    Node node = example.node();
    Weights weights = weights(node);
    for (double share : new double[] {1, 0.6, 0.1}) {
      List<Map<String, Block>> streams = streams(example, 3, share);
      for (Kernels kernels : List.of(new PlainKernels(), new VectorKernels())) {
        try (PointerScope _ = new PointerScope()) {
          Graph graph = new Graph(node, Tensors.parameters(weights, false));
          Graph.Result whole =
              graph.forward(Batch.rows(streams, node.in().keySet()), State.start(node, 3));
          for (int b = 0; b < 3; b++) {
            StepForm step = new StepForm(Program.compile(node, weights, kernels));
            Map<String, Block> outputs = step.run(streams.get(b));
            for (Map.Entry<String, Shape> out : node.out().entrySet()) {
              Block parallel = Batch.block(whole.outputs().get(out.getKey()), b, out.getValue());
              same(outputs.get(out.getKey()).values(), parallel.values());
              assertThat(outputs.get(out.getKey()).valid()).isEqualTo(parallel.valid());
            }
            for (StatePart part : StatePart.of(node)) {
              same(
                  step.state(part.name()),
                  Tensors.values(whole.state().parts().get(part.name()).select(0, b)));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyCutGivesTheSameOutputsStateAndGradients(Example example) {
    Node node = example.node();
    Weights weights = weights(node);
    List<Map<String, Block>> streams = streams(example, 2, 0.7);
    Passed whole = pass(node, weights, streams, example.ticks());
    for (int cut = 1; cut < example.ticks(); cut++) {
      Passed pieces = pass(node, weights, streams, cut);
      same(pieces.outputs, whole.outputs);
      same(pieces.state, whole.state);
      assertThat(pieces.gradients.keySet()).isEqualTo(whole.gradients.keySet());
      whole.gradients.forEach((name, g) -> same(pieces.gradients.get(name), g));
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void streamsOfDifferentAgesInOneBatchAreAsEachAlone(Example example) {
    Node node = example.node();
    List<Map<String, Block>> streams = streams(example, 3, 0.7);
    int[] ages = {0, 2, example.ticks() / 2};
    int rest = example.ticks() - ages[2];
    try (PointerScope _ = new PointerScope()) {
      Graph graph = new Graph(node, Tensors.parameters(weights(node), false));
      List<State> before = new ArrayList<>();
      List<Map<String, Block>> pieces = new ArrayList<>();
      for (int b = 0; b < 3; b++) {
        State young = State.start(node, 1);
        List<Map<String, Block>> first = List.of(slice(streams.get(b), ages[b]));
        before.add(
            b == 0 ? young : graph.forward(Batch.rows(first, node.in().keySet()), young).state());
        pieces.add(slice(streams.get(b), ages[b], ages[b] + rest));
      }
      Graph.Result all =
          graph.forward(Batch.rows(pieces, node.in().keySet()), together(node, before));
      for (int b = 0; b < 3; b++) {
        Graph.Result alone =
            graph.forward(Batch.rows(List.of(pieces.get(b)), node.in().keySet()), before.get(b));
        for (Map.Entry<String, Shape> out : node.out().entrySet()) {
          Block got = Batch.block(all.outputs().get(out.getKey()), b, out.getValue());
          Block expected = Batch.block(alone.outputs().get(out.getKey()), 0, out.getValue());
          same(got.values(), expected.values());
          assertThat(got.valid()).isEqualTo(expected.valid());
        }
        for (StatePart part : StatePart.of(node)) {
          same(
              Tensors.values(all.state().parts().get(part.name()).select(0, b)),
              Tensors.values(alone.state().parts().get(part.name()).select(0, 0)));
        }
      }
    }
  }

  private static State together(Node node, List<State> states) {
    Map<String, Tensor> parts = new LinkedHashMap<>();
    for (StatePart part : StatePart.of(node)) {
      TensorVector each = new TensorVector();
      states.forEach(s -> each.push_back(s.parts().get(part.name())));
      parts.put(part.name(), org.bytedeco.pytorch.global.torch.cat(each, 0));
    }
    return new State(parts, states.stream().mapToLong(s -> s.ticks()[0]).toArray());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void rowsAfterTheEndAndOtherStreamsChangeNothing(Example example) {
    Node node = example.node();
    Weights weights = weights(node);
    List<Map<String, Block>> streams = streams(example, 3, 0.8);
    int end = 5;
    List<Map<String, Block>> alone = List.of(slice(streams.get(1), end));
    List<Map<String, Block>> garbage = new ArrayList<>(streams);
    garbage.set(0, filled(streams.get(0), 0, Float.NaN, 1));
    garbage.set(1, filled(streams.get(1), end, Float.NaN, 0));
    garbage.set(2, filled(streams.get(2), 0, 1e6f, 1));
    if (hasIds(node)) {
      garbage.set(0, filled(streams.get(0), 0, Float.NaN, 0));
      garbage.set(2, streams.get(0));
    }
    try (PointerScope _ = new PointerScope()) {
      Graph graph = new Graph(node, Tensors.parameters(weights, false));
      var clean = graph.forward(Batch.rows(alone, node.in().keySet()), State.start(node, 1));
      var dirty = graph.forward(Batch.rows(garbage, node.in().keySet()), State.start(node, 3));
      node.out()
          .forEach(
              (name, shape) -> {
                Block expected = Batch.block(clean.outputs().get(name), 0, shape);
                Block got = Batch.block(dirty.outputs().get(name), 1, shape).slice(0, end);
                assertThat(got.values())
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(expected.values());
              });
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theGradientOfAnOutputIsExactlyZeroOnEveryLaterRow(Example example) {
    Node node = example.node();
    if (hasIds(node)) {
      return; // whole numbers have no gradient; the next test covers them
    }
    try (PointerScope _ = new PointerScope()) {
      Map<String, Tensor> parameters = Tensors.parameters(weights(node), false);
      Map<String, Rows> in = Batch.rows(streams(example, 1, 1), node.in().keySet());
      in.values().forEach(rows -> rows.values().set_requires_grad(true));
      var result = new Graph(node, parameters).forward(in, State.start(node, 1));
      int half = example.ticks() / 2;
      Tensor early = Tensors.of(new float[1], 1);
      for (Map.Entry<String, Shape> out : node.out().entrySet()) {
        Tensor values = result.outputs().get(out.getKey()).values();
        early = early.add(values.narrow(1, 0, (long) half * out.getValue().rows()).sum());
      }
      early.sum().backward();
      in.forEach(
          (name, rows) -> {
            if (!rows.values().grad().defined()) {
              return; // a stream that no output depends on
            }
            float[] g = Tensors.values(rows.values().grad());
            int from = g.length / example.ticks() * half;
            for (int i = from; i < g.length; i++) {
              assertThat(g[i] == 0).as("gradient %s on number %d of %s", g[i], i, name).isTrue();
            }
          });
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theReachIsAsDeclared(Example example) {
    Node node = example.node();
    Map<String, Map<String, Reach>> declared = Reach.of(node);
    Map<String, Block> stream = streams(example, 1, 1).getFirst();
    Program program = Program.compile(node, weights(node), new VectorKernels());
    Map<String, Block> base = new StepForm(program).run(stream);
    node.out()
        .keySet()
        .forEach(
            out ->
                node.in()
                    .forEach(
                        (in, shape) -> {
                          int rows = example.ticks() * shape.rows();
                          int seen = 0;
                          for (int r = 0; r < rows; r++) {
                            for (boolean missing : new boolean[] {false, true}) {
                              Block got =
                                  new StepForm(program)
                                      .run(disturbed(stream, in, r, missing))
                                      .get(out);
                              // How many input rows have ended when output row j does.
                              int last = lastChange(base.get(out), got);
                              int ended = (last + 1) * shape.rows() / got.shape().rows();
                              seen = Math.max(seen, ended - r);
                            }
                          }
                          Reach reach = declared.get(out).get(in);
                          if (reach != null && reach.unlimited()) {
                            // What is far back fades below the last bit.
                            assertThat(seen).isBetween(Math.min(rows, 4), rows);
                          } else if (reach != null && !reach.exact()) {
                            assertThat((long) seen).isBetween(4L, reach.rows());
                          } else {
                            assertThat((long) seen)
                                .isEqualTo(reach == null ? 0 : Math.min(rows, reach.rows()));
                          }
                        }));
  }

  /** A stream with one row of one input replaced or missing. */
  private static Map<String, Block> disturbed(
      Map<String, Block> stream, String in, int row, boolean missing) {
    Map<String, Block> copy = slice(stream, ticks(stream));
    Block block = copy.get(in);
    int size = block.shape().size();
    for (int i = row * size; i < (row + 1) * size; i++) {
      block.values()[i] = size == 1 ? (block.values()[i] + 1) % 6 : 2 - block.values()[i] * 3;
    }
    block.valid()[row] = missing ? 0 : 1;
    return copy;
  }

  /** The last row that differs; -1 for none. */
  private static int lastChange(Block a, Block b) {
    int size = a.shape().size();
    for (int j = a.valid().length - 1; j >= 0; j--) {
      int at = j * size;
      if (a.valid()[j] != b.valid()[j]
          || Arrays.mismatch(a.values(), at, at + size, b.values(), at, at + size) >= 0) {
        return j;
      }
    }
    return -1;
  }

  private static boolean hasIds(Node node) {
    return node.all().stream().anyMatch(n -> n.layer() instanceof Embedding);
  }

  private record Passed(float[] outputs, float[] state, Map<String, float[]> gradients) {}

  /**
   * Runs two streams in pieces of {@code cut} and the rest, and takes the gradient of a random sum.
   */
  private static Passed pass(
      Node node, Weights weights, List<Map<String, Block>> streams, int cut) {
    try (PointerScope _ = new PointerScope()) {
      Map<String, Tensor> parameters = Tensors.parameters(weights, true);
      Graph graph = new Graph(node, parameters);
      State state = State.start(node, streams.size());
      int ticks = ticks(streams.getFirst());
      List<Tensor> pieces = new ArrayList<>();
      Map<String, Rows> inputs = new LinkedHashMap<>();
      for (int[] range :
          cut == ticks ? new int[][] {{0, ticks}} : new int[][] {{0, cut}, {cut, ticks}}) {
        List<Map<String, Block>> part =
            streams.stream().map(s -> slice(s, range[0], range[1])).toList();
        Map<String, Rows> in = Batch.rows(part, node.in().keySet());
        in.forEach(
            (name, rows) ->
                inputs.put(
                    name + range[0],
                    new Rows(rows.values().set_requires_grad(true), rows.valid())));
        Graph.Result result = graph.forward(in, state);
        state = result.state();
        node.out()
            .keySet()
            .forEach(name -> pieces.add(result.outputs().get(name).values().flatten(2, -1)));
      }
      return collect(node, parameters, state, pieces);
    }
  }

  private static Passed collect(
      Node node, Map<String, Tensor> parameters, State state, List<Tensor> pieces) {
    int outputs = node.out().size();
    List<float[]> values = new ArrayList<>();
    Tensor loss = Tensors.of(new float[1], 1);
    for (int o = 0; o < outputs; o++) {
      Tensor whole = pieces.get(o);
      for (int p = o + outputs; p < pieces.size(); p += outputs) {
        whole = org.bytedeco.pytorch.global.torch.cat(Graph.pair(whole, pieces.get(p)), 1);
      }
      values.add(Tensors.values(whole));
      loss = loss.add(whole.mul(random(whole)).sum());
    }
    for (Tensor t : state.parts().values()) {
      loss = loss.add(t.mul(random(t)).sum());
    }
    Map<String, float[]> gradients = new LinkedHashMap<>();
    if (loss.requires_grad()) {
      loss.sum().backward();
      parameters.forEach(
          (name, p) -> {
            if (p.grad().defined()) {
              gradients.put(name, Tensors.values(p.grad()));
            }
          });
    }
    float[] after =
        join(
            StatePart.of(node).stream()
                .map(p -> Tensors.values(state.parts().get(p.name())))
                .toList());
    return new Passed(join(values), after, gradients);
  }

  private static float[] join(List<float[]> parts) {
    float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
    int at = 0;
    for (float[] p : parts) {
      System.arraycopy(p, 0, all, at, p.length);
      at += p.length;
    }
    return all;
  }

  /** Fixed weights of the shape of a tensor. */
  private static Tensor random(Tensor like) {
    SplittableRandom random = new SplittableRandom(3);
    float[] values = new float[(int) like.numel()];
    Arrays.setAll(new Float[values.length], i -> values[i] = (float) random.nextDouble(0.5, 1.5));
    return Tensors.of(values, like.numel()).reshape_as(like);
  }

  private static void same(float[] got, float[] expected) {
    assertThat(got.length).isEqualTo(expected.length);
    float scale = 1;
    for (float e : expected) {
      scale = Math.max(scale, Math.abs(e));
    }
    for (int i = 0; i < got.length; i++) {
      assertThat(got[i])
          .as("number %d of %d", i, got.length)
          .isCloseTo(expected[i], within(1e-4f * scale));
    }
  }

  static Weights weights(Node node) {
    List<Parameter> parameters = Parameter.of(node);
    Map<String, float[]> values = new LinkedHashMap<>(Weights.random(parameters, 5).values());
    SplittableRandom random = new SplittableRandom(7);
    for (Parameter p : parameters) {
      if (p.init().bound() == 0) {
        float[] v = values.get(p.name());
        for (int i = 0; i < v.length; i++) {
          v[i] += (float) random.nextDouble(-0.5, 0.5);
        }
      }
    }
    return new Weights(parameters, values);
  }

  private static int ticks(Map<String, Block> stream) {
    return stream.values().iterator().next().ticks();
  }

  static List<Map<String, Block>> streams(Example example, int count, double share) {
    Node node = example.node();
    boolean ids = hasIds(node);
    SplittableRandom random = new SplittableRandom(11);
    List<Map<String, Block>> streams = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      Map<String, Block> stream = new LinkedHashMap<>();
      node.in()
          .forEach(
              (name, shape) -> {
                Block block = Block.empty(shape, example.ticks());
                for (int i = 0; i < block.values().length; i++) {
                  block.values()[i] = ids ? random.nextInt(6) : (float) random.nextGaussian();
                }
                for (int i = 0; i < block.valid().length; i++) {
                  block.valid()[i] = random.nextDouble() < share ? 1 : 0;
                }
                stream.put(name, block);
              });
      streams.add(stream);
    }
    return streams;
  }

  private static Map<String, Block> slice(Map<String, Block> stream, int from, int to) {
    Map<String, Block> part = new LinkedHashMap<>();
    stream.forEach((name, block) -> part.put(name, block.slice(from, to)));
    return part;
  }

  private static Map<String, Block> slice(Map<String, Block> stream, int to) {
    return slice(stream, 0, to);
  }

  /** The stream with everything from a tick on replaced. */
  private static Map<String, Block> filled(
      Map<String, Block> stream, int from, float value, float valid) {
    Map<String, Block> copy = slice(stream, ticks(stream));
    copy.values()
        .forEach(
            block -> {
              Arrays.fill(block.values(), from * block.tickSize(), block.values().length, value);
              Arrays.fill(block.valid(), from * block.shape().rows(), block.valid().length, valid);
            });
    return copy;
  }
}
