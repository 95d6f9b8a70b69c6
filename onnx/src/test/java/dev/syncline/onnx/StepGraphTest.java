package dev.syncline.onnx;

import static dev.syncline.TinyModel.layers;
import static dev.syncline.TinyModel.serial;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Exchange.CrossAttention;
import dev.syncline.spec.Exchange.GraphAttention;
import dev.syncline.spec.Exchange.MergedAttention;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Positions.*;
import dev.syncline.spec.Recurrent.*;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.step.Backend;
import dev.syncline.step.Buffer;
import dev.syncline.step.Kernels;
import dev.syncline.step.Lane;
import dev.syncline.step.Op;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Precision;
import dev.syncline.step.Program;
import dev.syncline.step.StepForm;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class StepGraphTest {
  record Example(String name, Layer layer, Map<String, Shape> in) {
    Program program(Precision precision, Kernels kernels) {
      Node node = Node.resolve(layer, in);
      Weights weights = Weights.random(Parameter.of(node), 3);
      return Program.compile(node, weights, kernels, precision);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Example one(Layer layer, Shape shape) {
    return new Example(layer + " on " + shape, layer, Map.of("x", shape));
  }

  private static Map<String, Shape> streams(Object... namesAndRows) {
    Map<String, Shape> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndRows.length; i += 2) {
      map.put((String) namesAndRows[i], Shape.vector((int) namesAndRows[i + 1], 8));
    }
    return map;
  }

  static List<Example> examples() {
    List<Example> list = new ArrayList<>();
    for (int rows : new int[] {1, 3}) {
      Shape x = Shape.vector(rows, 8);
      list.add(one(new Linear(13, true), x));
      list.add(one(new Linear(13, false), x));
      for (Function f : Function.values()) {
        list.add(one(new Activation(f), x));
      }
      list.add(one(new LayerNorm(1e-5f), x));
      list.add(one(new RmsNorm(1e-5f), x));
      list.add(one(new Embedding(6, 5), Shape.vector(rows, 1)));
      list.add(one(new Standardize(1.5f, 0.01f), x));
      list.add(one(serial("d", new Dropout(0.5f), "l", new Linear(4, true)), x));
      list.add(one(serial("a", new Absent(), "g", new Gru(9)), x));
      list.add(one(new FeedForward(12, Function.GELU), x));
      list.add(one(new Conv1d(6, 3, 1, 1, false, true), x));
      list.add(one(new Conv1d(6, 1, 1, 1, false, true), x));
      list.add(one(new Conv1d(6, 3, 1, 4, false, false), x));
      list.add(one(new Conv1d(8, 4, 1, 2, true, true), x));
      list.add(one(new Residual(new Conv1d(8, 3, 1, 1, false, true)), x));
      list.add(one(new Rnn(6, Squash.RELU), x));
      list.add(one(new Rnn(6, Squash.TANH), x));
      list.add(one(new Gru(9), x));
      list.add(one(new Lstm(7), x));
      list.add(one(new LinearRecurrence(7), x));
      list.add(one(new Sinusoids(), x));
      list.add(one(new LearnedPositions(11), x));
      attentions(list, x);
      for (Memory.Store store :
          List.of(
              new Memory.Store.Box(10),
              new Memory.Store.Decay(5),
              new Memory.Store.Competing(),
              new Memory.Store.KeyValue())) {
        list.add(one(new Memory(2, 3, store), x));
      }
      for (Output.Kind kind : Output.Kind.values()) {
        for (Chain.Decode decode : Chain.Decode.values()) {
          list.add(one(new Chain(kind, decode, 0), x));
          list.add(one(new Chain(kind, decode, 4), x));
        }
      }
    }
    Shape six = Shape.vector(6, 5);
    list.add(one(new Conv1d(6, 5, 2, 1, false, true), six));
    list.add(one(new Conv1d(6, 3, 3, 1, false, true), six));
    list.add(one(new Conv1d(6, 3, 2, 3, false, true), six));
    list.add(one(new Conv1d(5, 4, 2, 1, true, false), six));
    list.add(one(new PoolRows(Pooling.MEAN, 2), six));
    list.add(one(new PoolRows(Pooling.MAX, 6), six));
    list.add(one(new Sinusoids(), Shape.vector(2, 7)));
    images(list);
    bundles(list);
    return list;
  }

  private static void images(List<Example> list) {
    list.add(one(new LayerNorm(1e-5f), Shape.image(1, 3, 4, 5)));
    list.add(one(new Conv2d(4, 3, 1, 1, false, true), Shape.image(2, 6, 5, 3)));
    list.add(one(new Conv2d(9, 3, 2, 1, false, false), Shape.image(1, 8, 7, 3)));
    list.add(one(new Conv2d(3, 3, 2, 1, true, true), Shape.image(1, 7, 8, 3)));
    list.add(one(new Pool2d(Pooling.MEAN, 2, 2), Shape.image(1, 6, 5, 3)));
    list.add(one(new Pool2d(Pooling.MAX, 3, 2), Shape.image(2, 7, 7, 3)));
    list.add(one(new GlobalPool(Pooling.MEAN), Shape.image(2, 3, 4, 5)));
    list.add(one(new GlobalPool(Pooling.MAX), Shape.image(1, 3, 4, 5)));
  }

  private static void attentions(List<Example> list, Shape x) {
    for (Span span : spans()) {
      for (Position p :
          List.of(
              new Position.None(),
              new Position.Rope(),
              new Position.Alibi(),
              new Position.Relative(6))) {
        list.add(one(new Attention(4, 2, span, p), x));
      }
    }
    for (Span span :
        List.of(
            new Span.Summaries(4, 2, 2, 2),
            new Span.Summaries(1, 3, 1, 3),
            new Span.Summaries(5, 2, 3, 1))) {
      list.add(one(new Attention(4, 2, span, new Position.Rope()), x));
      list.add(one(new Attention(2, 1, span, new Position.Relative(1)), x));
    }
    list.add(one(Attention.over(2, new Span.Window(1)), x));
    list.add(one(Attention.over(1, new Span.Window(40)), x));
  }

  private static List<Span> spans() {
    return List.of(
        new Span.Window(7), new Span.Sinks(3, 5), new Span.Strided(5, 4, 3), new Span.Blocks(6, 2));
  }

  private static void bundles(List<Example> list) {
    Map<String, Shape> three = streams("audio", 2, "visual", 2, "text", 2);
    for (Fusion.How how : Fusion.How.values()) {
      list.add(new Example("combine " + how, new Fusion.Combine(how), three));
    }
    list.add(new Example("concat", new Fusion.Concat(), three));
    list.add(new Example("gated", new Fusion.Gated(7), three));
    list.add(new Example("low rank", new Fusion.LowRank(7, 3), three));
    Layer each = new Each(layers("audio", new Gru(8), "text", new Absent()));
    list.add(new Example("each", serial("e", each, "g", new Fusion.Gated(5)), three));
    Map<String, Shape> rates = streams("fast", 3, "slow", 1, "other", 2);
    list.add(new Example("graph", new GraphAttention(2, 4), rates));
    list.add(new Example("graph of the newest rows", new GraphAttention(4, 1), three));
    Attention summaries =
        new Attention(2, 1, new Span.Summaries(2, 2, 2, 2), new Position.Relative(2));
    list.add(new Example("merged over summaries", new MergedAttention(summaries, true), rates));
    for (Span span : spans()) {
      for (Position p :
          List.of(new Position.Rope(), new Position.Alibi(), new Position.Relative(9))) {
        Attention a = new Attention(2, 1, span, p);
        String name = " over " + span + " " + p;
        list.add(new Example("up" + name, new CrossAttention("fast", "slow", a, true), rates));
        list.add(new Example("down" + name, new CrossAttention("slow", "fast", a, false), rates));
        list.add(new Example("across" + name, new CrossAttention("other", "fast", a, true), rates));
        list.add(new Example("merged" + name, new MergedAttention(a, true), rates));
      }
    }
  }

  @Test
  void everyOperationHasAnExample() {
    Set<Class<?>> all = new HashSet<>();
    for (Class<?> kind : List.of(Op.Joint.class, Op.Single.class)) {
      all.addAll(Arrays.asList(kind.getPermittedSubclasses()));
    }
    Set<Class<?>> tried = new HashSet<>();
    for (Example e : examples()) {
      e.program(Precision.FP32, new PlainKernels()).ops().forEach(op -> tried.add(op.getClass()));
    }
    assertThat(tried).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void placesAndAnglesAreRightAfterManyTicks() {
    Layer body =
        serial(
            "where", new Sinusoids(),
            "learned", new LearnedPositions(7),
            "conv", new Conv1d(8, 3, 1, 4, false, true),
            "attention", Attention.over(2, new Span.Strided(3, 2, 2)));
    Program program = one(body, Shape.vector(1, 8)).program(Precision.FP32, new PlainKernels());
    Lane own = new Lane(new float[program.scratchSize()], new float[program.stateSize()]);
    Lane other = new Lane(new float[program.scratchSize()], new float[program.stateSize()]);
    var rows = Verification.random(program, 1, 40, 5).getFirst().get("x");
    var in = program.inputs().get("x");
    var out = program.outputs().values().iterator().next();
    try (Backend onnx = OnnxBackend.of(program, 1).get()) {
      for (int t = 0; t < 40; t++) {
        for (Lane lane : List.of(own, other)) {
          lane.at(10_000_000_000L + t, 0);
          rows.load(t, lane.scratch(), in);
        }
        program.step(new Lane[] {own}, 1);
        onnx.step(new Lane[] {other}, 1);
        assertThat(Arrays.copyOfRange(other.scratch(), out.at(), out.at() + 8))
            .usingComparatorWithPrecision(1e-5f)
            .containsExactly(Arrays.copyOfRange(own.scratch(), out.at(), out.at() + 8));
        assertThat(other.state()).usingComparatorWithPrecision(1e-5f).containsExactly(own.state());
      }
    }
  }

  @Test
  void aLongLagIsRefusedByItsPath() {
    Layer chain = new Chain(Output.Kind.MULTI_LABEL, Chain.Decode.MARGINALS, 101);
    Program program =
        one(serial("head", chain), Shape.vector(1, 3)).program(Precision.FP32, new PlainKernels());
    assertThatThrownBy(() -> StepGraph.of(program, Products.OWN))
        .hasMessage("head: a chain with a lag of 101 has no ONNX graph, one of at most 100 has");
  }

  @Test
  void rowsThatAreNeverMissingNeedNoValidity() {
    Program program = wide().program(Precision.FP32, Kernels.best());
    var rows = Verification.random(program, 1, 40, 4);
    Arrays.fill(rows.getFirst().get("x").valid(), 1);
    var ours = new StepForm(program).run(rows.getFirst()).values().iterator().next();
    try (StepRunner runner = new StepRunner(StepGraph.ofWhole(program, Products.OWN), 1, 1)) {
      for (int t = 0; t < 40; t++) {
        var x = rows.getFirst().get("x");
        runner.input("x.x").put(0, x.values(), t * x.tickSize(), x.tickSize());
        runner.run();
        for (int i = 0; i < ours.tickSize(); i++) {
          assertThat(runner.output("y.x").get(i))
              .isCloseTo(ours.values()[t * ours.tickSize() + i], Offset.offset(1e-5f));
        }
      }
      assertThatThrownBy(() -> runner.input("x_valid.x")).hasMessage("the graph has no x_valid.x");
    }
  }

  /** Layers whose matrices are large enough to be rounded. */
  private static Example wide() {
    Layer body =
        serial(
            "in", new Linear(130, true),
            "conv", new Conv1d(72, 3, 2, 1, false, true),
            "norm", new LayerNorm(1e-5f),
            "attention", Attention.over(4, new Span.Window(5)),
            "gru", new Gru(70),
            "lstm", new Lstm(66),
            "rnn", new Rnn(90, Squash.TANH),
            "linear", new LinearRecurrence(65),
            "out", new Linear(64, true));
    return one(body, Shape.vector(6, 77));
  }

  @ParameterizedTest
  @EnumSource
  void theGraphEqualsTheStepInEveryPrecision(Precision precision) {
    for (Example e : List.of(wide(), picture())) {
      Program program = e.program(precision, Kernels.best());
      var rows = Verification.random(program, 3, 200, 2);
      for (Products products : EnumSet.of(Products.OWN, Products.exact())) {
        byte[] graph = StepGraph.of(program, products);
        assertThat(Verification.differences(graph, program, rows))
            .allSatisfy(
                (name, d) -> assertThat(d).as(name).isLessThan(Verification.bar(precision)));
      }
    }
  }

  private static Example picture() {
    Layer body =
        serial(
            "first", new Conv2d(40, 3, 1, 1, false, true),
            "conv", new Conv2d(20, 3, 2, 1, false, true),
            "pool", new GlobalPool(Pooling.MEAN));
    return one(body, Shape.image(2, 6, 5, 3));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theGraphEqualsTheStep(Example example) {
    Program program = example.program(Precision.FP32, new PlainKernels());
    byte[] graph = StepGraph.of(program, Products.OWN);
    var rows = Verification.random(program, 4, 150, 1);
    assertThat(Verification.differences(graph, program, rows))
        .isNotEmpty()
        .allSatisfy((name, d) -> assertThat(d).as(name).isLessThan(1e-5));
  }

  /** ONNX Runtime takes numbers of streams for the same where an even number of inputs has them. */
  @ParameterizedTest
  @MethodSource("examples")
  void anOddNumberOfInputsHasTheStreams(Example example) throws Exception {
    Program program = example.program(Precision.FP32, new PlainKernels());
    for (byte[] graph :
        List.of(StepGraph.of(program, Products.OWN), StepGraph.ofWhole(program, Products.OWN))) {
      assertThat(ModelProto.parseFrom(graph).getGraph().getInputList())
          .allMatch(i -> i.getType().getTensorType().getShape().getDim(0).hasDimParam())
          .satisfies(inputs -> assertThat(inputs.size()).isOdd());
    }
  }

  /** In turns seven ticks that lack rows and seven that do not, each by a graph of its own. */
  @ParameterizedTest
  @MethodSource("examples")
  void ticksWithAndWithoutGapsGoOnFromOneState(Example example) {
    Program program = example.program(Precision.FP32, new PlainKernels());
    Lane own = new Lane(new float[program.scratchSize()], new float[program.stateSize()]);
    Lane other = new Lane(new float[program.scratchSize()], new float[program.stateSize()]);
    var rows = Verification.random(program, 1, 100, 5).getFirst();
    try (Backend onnx = OnnxBackend.of(program, 1).get()) {
      for (int t = 0; t < 100; t++) {
        for (Lane lane : List.of(own, other)) {
          for (var in : program.inputs().entrySet()) {
            rows.get(in.getKey()).load(t, lane.scratch(), in.getValue());
            if (t / 7 % 2 == 1) {
              int valid = in.getValue().valid();
              Arrays.fill(lane.scratch(), valid, valid + in.getValue().rows(), 1);
            }
          }
        }
        program.step(new Lane[] {own}, 1);
        onnx.step(new Lane[] {other}, 1);
        program.outputs().values().forEach(out -> assertSame(out, other, own));
        assertThat(other.state()).usingComparatorWithPrecision(1e-4f).containsExactly(own.state());
        own.next();
        other.next();
      }
    }
  }

  /** The same rows are valid, and these are close. */
  private static void assertSame(Buffer out, Lane is, Lane should) {
    for (int r = 0; r < out.rows(); r++) {
      float valid = should.scratch()[out.valid() + r];
      assertThat(is.scratch()[out.valid() + r]).isEqualTo(valid);
      int from = out.at() + r * out.size();
      int to = from + (valid == 1 ? out.size() : 0);
      assertThat(Arrays.copyOfRange(is.scratch(), from, to))
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(Arrays.copyOfRange(should.scratch(), from, to));
    }
  }
}
