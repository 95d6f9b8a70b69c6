package dev.syncline.spec;

import static dev.syncline.TinyModel.layers;
import static dev.syncline.TinyModel.serial;
import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.TinyModel;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Recurrent.Gru;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Shapes, parameters, state, reach and cost, each against a calculation by hand. */
class SpecTest {
  private static final ModelSpec EVERY = TinyModel.everyLayer();

  private static Node node(Layer layer, Shape in) {
    return Node.resolve(layer, Map.of("x", in));
  }

  @Test
  void theModelOfEveryLayerHasThemAll() {
    assertThat(
            EVERY.node().all().stream().map(n -> n.layer().getClass().getSimpleName()).distinct())
        .containsExactlyInAnyOrder(
            Records.variants(Layer.class).map(Class::getSimpleName).toArray(String[]::new));
  }

  @Test
  void aSpecOfEveryLayerSurvivesJson() {
    String text = EVERY.json().pretty();
    ModelSpec read = Records.read(ModelSpec.class, Json.parse("model.json", text));
    assertThat(read).isEqualTo(EVERY);
    assertThat(read.json().pretty()).isEqualTo(text);
    assertThat(read.canonical()).isEqualTo(EVERY.canonical());
    assertThat(List.copyOf(read.modalities().keySet()))
        .isEqualTo(List.copyOf(EVERY.modalities().keySet()));
  }

  @Test
  void defaultsMayBeLeftOut() {
    assertThat(layer("{'type':'linear','out':3}")).isEqualTo(new Linear(3, true));
    assertThat(layer("{'type':'conv1d','out':3,'kernel':2}"))
        .isEqualTo(new Conv1d(3, 2, 1, 1, false, true));
    assertThat(layer("{'type':'conv2d','out':3,'kernel':2}"))
        .isEqualTo(new Conv2d(3, 2, 1, 0, false, true));
    assertThat(layer("{'type':'attention','heads':3,'span':{'type':'window','rows':2}}"))
        .isEqualTo(Attention.over(3, new Span.Window(2)));
    assertThat(layer("{'type':'feed_forward','hidden':3}"))
        .isEqualTo(new FeedForward(3, Function.GELU));
    assertThat(layer("{'type':'chain','kind':'one_label'}"))
        .isEqualTo(chain(Output.Kind.ONE_LABEL, 0));
    assertThat(layer("{'type':'layer_norm'}")).isEqualTo(new LayerNorm(1e-5f));
  }

  private static Layer layer(String json) {
    return Records.read(Layer.class, Json.parse("t", json.replace('\'', '"')));
  }

  @Test
  void shapesFollowFromTheTree() {
    Shape x = Shape.vector(10, 16);
    assertThat(node(new Conv1d(12, 4, 5, 3, false, true), x).output())
        .isEqualTo(Shape.vector(2, 12));
    assertThat(node(new PoolRows(Pooling.MAX, 5), x).output()).isEqualTo(Shape.vector(2, 16));
    Shape picture = Shape.image(2, 8, 7, 3);
    assertThat(node(new Conv2d(9, 3, 2, 1, false, true), picture).output())
        .isEqualTo(Shape.image(2, 4, 4, 9));
    assertThat(node(new Pool2d(Pooling.MAX, 3, 2), picture).output())
        .isEqualTo(Shape.image(2, 3, 3, 3));
    assertThat(node(new GlobalPool(Pooling.MAX), picture).output()).isEqualTo(Shape.vector(2, 3));
    assertThat(EVERY.inputs())
        .containsEntry("audio", Shape.vector(10, 16))
        .containsEntry("visual", Shape.image(1, 6, 8, 3))
        .containsEntry("symbols", Shape.vector(2, 1));
  }

  private static Chain chain(Output.Kind kind, int lag) {
    return new Chain(kind, Chain.Decode.MARGINALS, lag);
  }

  private static String parameters(Layer layer, Shape in) {
    return Parameter.of(node(layer, in)).stream()
        .map(p -> p.name() + p.shape() + (p.trainable() ? "" : "fixed"))
        .collect(Collectors.joining(" "));
  }

  @Test
  void parametersByHand() {
    Shape x = Shape.vector(2, 5);
    assertThat(parameters(new Linear(3, true), x)).isEqualTo("weight[3, 5] bias[3]");
    assertThat(parameters(new Linear(3, false), x)).isEqualTo("weight[3, 5]");
    assertThat(parameters(new Conv1d(7, 3, 1, 2, false, true), x))
        .isEqualTo("weight[7, 3, 5] bias[7]");
    assertThat(parameters(new Conv1d(5, 3, 1, 2, true, false), x)).isEqualTo("weight[5, 3, 1]");
    assertThat(parameters(new Conv2d(4, 3, 1, 1, false, true), Shape.image(1, 8, 8, 3)))
        .isEqualTo("weight[4, 3, 3, 3] bias[4]");
    assertThat(parameters(new Gru(4), x))
        .isEqualTo("weight_ih[12, 5] weight_hh[12, 4] bias_ih[12] bias_hh[12]");
    assertThat(
            parameters(new Attention(1, 0, new Span.Window(9), new Attention.Position.None()), x))
        .isEqualTo(
            "q.weight[5, 5] q.bias[5] k.weight[5, 5] k.bias[5]"
                + " v.weight[5, 5] v.bias[5] o.weight[5, 5] o.bias[5]");
    assertThat(parameters(new Standardize(8, 0.05f), x))
        .isEqualTo("mean[5]fixed deviation[5]fixed");
    assertThat(parameters(new LayerNorm(1), x)).isEqualTo("weight[5] bias[5]");
    assertThat(parameters(new LayerNorm(1), Shape.image(1, 8, 8, 3)))
        .isEqualTo("weight[3] bias[3]");
    assertThat(parameters(new RmsNorm(1), x)).isEqualTo("weight[5]");
    assertThat(parameters(new Absent(), x)).isEqualTo("vector[5]");
    assertThat(parameters(new Embedding(9, 3), Shape.vector(2, 1))).isEqualTo("weight[9, 3]");
    assertThat(parameters(serial("ff", new FeedForward(7, Function.RELU)), x))
        .isEqualTo("ff.up.weight[7, 5] ff.up.bias[7] ff.down.weight[5, 7] ff.down.bias[5]");
    assertThat(parameters(new Residual(new Linear(5, false)), x)).isEqualTo("inner.weight[5, 5]");
    assertThat(parameters(new Dropout(0.5f), x)).isEmpty();
    assertThat(parameters(chain(Output.Kind.ONE_LABEL, 0), x))
        .isEqualTo("start[1, 5] transitions[1, 5, 5]");
    assertThat(parameters(chain(Output.Kind.MULTI_LABEL, 0), x))
        .isEqualTo("start[5, 2] transitions[5, 2, 2]");
  }

  @Test
  void everyTensorOfAModelIsCountedOnce() {
    List<Parameter> all = EVERY.parameters();
    assertThat(all).extracting(Parameter::name).doesNotHaveDuplicates();
    // encoders of TinyModel.spec: 12·3·16+12, 12·6·12+12, 12; 6·3·3·3+6, 6; norm 2·18;
    // attention 4·(18·18+18); gru 3·14·(18+14+2); heads 3·14+3, 2·14
    int byHand = 588 + 876 + 12 + 168 + 6 + 36 + 4 * 342 + 42 * 34 + 45 + 28;
    assertThat(TinyModel.spec().parameters().stream().mapToInt(Parameter::size).sum())
        .isEqualTo(byHand);
  }

  @Test
  void initialBoundsAreOneOverTheRootOfTheInputs() {
    Parameter weight = Parameter.of(node(new Linear(3, true), Shape.vector(1, 16))).getFirst();
    assertThat(weight.init()).isEqualTo(new Parameter.Init(0, 0.25f));
  }

  @Test
  void stateByHand() {
    Shape x = Shape.vector(2, 5);
    assertThat(StatePart.of(node(new Conv1d(7, 3, 1, 4, false, true), x)))
        .containsExactly(new StatePart("x", 8, 5, 2));
    assertThat(StatePart.of(node(new Conv1d(7, 1, 1, 4, false, true), x))).isEmpty();
    assertThat(StatePart.of(node(serial("g", new Gru(4)), x)))
        .containsExactly(new StatePart("g.h", 1, 4, 0));
    assertThat(
            StatePart.of(
                node(new Attention(5, 0, new Span.Window(9), new Attention.Position.None()), x)))
        .containsExactly(
            new StatePart("k", 9, 5, 2),
            new StatePart("v", 9, 5, 2),
            new StatePart("valid", 9, 1, 2));
    assertThat(StatePart.of(node(chain(Output.Kind.ONE_LABEL, 0), x)))
        .containsExactly(new StatePart("forward", 1, 5, 0));
    assertThat(StatePart.of(node(chain(Output.Kind.MULTI_LABEL, 3), x)))
        .containsExactly(new StatePart("forward", 5, 2, 0), new StatePart("x", 3, 5, 2));
  }

  private static Reach reach(Layer layer, int rows) {
    return Reach.of(node(layer, Shape.vector(rows, 4))).values().iterator().next().get("x");
  }

  /** A temporal convolutional network: dilations 1, 2, 4, ... one convolution a level. */
  private static Layer tcn(int kernel, int levels) {
    List<Object> parts = new ArrayList<>();
    for (int level = 0; level < levels; level++) {
      parts.add("level" + level);
      parts.add(new Residual(new Conv1d(4, kernel, 1, 1 << level, false, true)));
    }
    return serial(parts.toArray());
  }

  @Test
  void reachByHand() {
    assertThat(reach(chain(Output.Kind.MULTI_LABEL, 0), 1).unlimited()).isTrue();
    assertThat(reach(new Linear(3, true), 2)).isEqualTo(new Reach(1, 1));
    assertThat(reach(new Conv1d(4, 3, 1, 5, false, true), 1)).isEqualTo(new Reach(11, 1));
    assertThat(reach(tcn(4, 3), 1)).isEqualTo(new Reach(1 + (4 - 1) * (8 - 1), 1));
    assertThat(reach(tcn(2, 7), 1)).isEqualTo(new Reach(128, 1));
    assertThat(reach(new PoolRows(Pooling.MAX, 4), 4)).isEqualTo(new Reach(4, 4));
    // stride 2 of 3 rows, then 5 of those: 3 + 4·2; then 3 pooled: + 2·2
    Layer strided =
        serial(
            "a", new Conv1d(4, 3, 2, 1, false, true),
            "b", new Conv1d(4, 5, 1, 1, false, true),
            "c", new PoolRows(Pooling.MEAN, 3));
    assertThat(reach(strided, 6)).isEqualTo(new Reach(15, 6));
    // n layers of a window L see n(L-1)+1 rows
    Layer windows =
        serial(
            "a",
            Attention.over(1, new Span.Window(10)),
            "b",
            Attention.over(1, new Span.Window(10)),
            "c",
            new Gru(4));
    assertThat(reach(windows, 1).unlimited()).isTrue();
    Layer two =
        serial(
            "a",
            Attention.over(1, new Span.Window(10)),
            "b",
            Attention.over(1, new Span.Window(10)));
    assertThat(reach(two, 1)).isEqualTo(new Reach(19, 1));
    assertThat(reach(Attention.over(1, new Span.Summaries(3, 2, 1, 1)), 1).unlimited()).isTrue();
    assertThat(reach(serial("g", new Gru(4), "c", new Conv1d(4, 3, 1, 1, false, true)), 1))
        .isEqualTo(new Reach(Reach.UNLIMITED, 1));
  }

  @Test
  void reachIsKeptForEachInputAndOutput() {
    ModelSpec spec =
        TinyModel.spec(
            0,
            TinyModel.senses(),
            "each",
            new Each(
                layers(
                    "audio",
                    new Conv1d(4, 12, 10, 1, false, true),
                    "visual",
                    serial(
                        "pool", new GlobalPool(Pooling.MAX),
                        "conv", new Conv1d(4, 3, 1, 1, false, true)))),
            "fuse",
            new Fusion.Concat());
    Map<String, Map<String, Reach>> reach = Reach.of(spec.node());
    assertThat(reach.keySet()).containsExactly("heard", "seen");
    assertThat(reach.get("heard"))
        .containsEntry("audio", new Reach(12, 10))
        .containsEntry("visual", new Reach(3, 1));
  }

  private static Cost cost(Layer layer, Shape in) {
    return Cost.of(node(layer, in));
  }

  @Test
  void costByHand() {
    Shape x = Shape.vector(2, 5);
    // 2 rows, 3 outputs, 5 multiply-adds and a bias; 15 + 3 weights
    assertThat(cost(new Linear(3, true), x)).isEqualTo(new Cost(2 * 3 * 11, 4 * 18, 0));
    assertThat(cost(new Linear(3, false), x)).isEqualTo(new Cost(2 * 3 * 10, 4 * 15, 0));
    // 1 row of 7, taps 3 x 5; remembers 2 rows of 5
    assertThat(cost(new Conv1d(7, 3, 2, 1, false, true), x))
        .isEqualTo(new Cost(7 * 31, 4 * (105 + 7), 4 * 10));
    assertThat(cost(new Conv1d(5, 3, 1, 2, true, false), x))
        .isEqualTo(new Cost(2 * 5 * 6, 4 * 15, 4 * 20));
    // 4 x 4 pixels of 6, taps 3 x 3 x 3
    assertThat(cost(new Conv2d(6, 3, 2, 1, false, true), Shape.image(1, 8, 8, 3)))
        .isEqualTo(new Cost(16 * 6 * 55, 4 * (162 + 6), 0));
    // a row: 3 gates of 4 units of 5 + 4 multiply-adds, and 16 for each unit
    assertThat(cost(new Gru(4), x))
        .isEqualTo(new Cost(2 * (3 * 4 * 9 * 2 + 4 * 16), 4 * 12 * (5 + 4 + 2), 4 * 4));
    // a row of 8: 4 projections with biases; 9 rows of a score and a mix, softmax of 2 heads; rope
    Shape wide = Shape.vector(2, 8);
    long row = 4 * (2 * 64 + 8) + 9 * (16 + 16 + 3 * 2) + 6 * 8;
    assertThat(cost(Attention.over(2, new Span.Window(9)), wide))
        .isEqualTo(new Cost(2 * row, 4 * 4 * (64 + 8), 4 * 9 * (8 + 8 + 1)));
    assertThat(
            cost(new Attention(2, 0, new Span.Window(9), new Attention.Position.None()), wide)
                .flops())
        .isEqualTo(2 * (row - 6 * 8));
    // messages forward and over the lag, each of 5 numbers from 5, normalised; sum and normalised
    long message = 5 * (5 * 5 + 1 + 1) + 26;
    assertThat(cost(chain(Output.Kind.ONE_LABEL, 3), x))
        .isEqualTo(new Cost(2 * (4 * message + 5 + 26), 4 * (5 + 25), 4 * (5 + 3 * 5)));
    Chain best = new Chain(Output.Kind.MULTI_LABEL, Chain.Decode.VITERBI, 0);
    assertThat(cost(best, x))
        .isEqualTo(new Cost(2 * 5 * (2 * 5 + 11 + 2 + 1), 4 * 5 * (2 + 4), 4 * 10));
  }

  @Test
  void summariesCostWhatTheyMoveAtMostAndTheLogarithmsOfTheirCounts() {
    Attention.Position none = new Attention.Position.None();
    Cost window = cost(new Attention(2, 0, new Span.Window(16), none), Shape.vector(3, 8));
    // 7 rows, 2 levels of 4 summaries, and one of all that is older
    Cost summaries =
        cost(new Attention(2, 0, new Span.Summaries(7, 3, 4, 2), none), Shape.vector(3, 8));
    assertThat(summaries.flops() - window.flops()).isEqualTo(3 * (3 * 6 * 8 + 9 * (1 + 2)));
    assertThat(summaries.stateBytes()).isEqualTo(window.stateBytes());
  }

  @Test
  void aGraphCostsItsFeaturesAndItsEdges() {
    Map<String, Shape> in = new LinkedHashMap<>();
    in.put("fast", Shape.vector(3, 8));
    in.put("slow", Shape.vector(1, 8));
    Node node = Node.resolve(new Exchange.GraphAttention(2, 5), in);
    assertThat(Parameter.of(node).stream().map(p -> p.name() + p.shape()))
        .containsExactly("weight[8, 8]", "receive[8]", "send[8]", "edges[2, 2, 5, 2]");
    assertThat(StatePart.of(node))
        .containsExactly(
            new StatePart("fast.features", 5, 8, 3),
            new StatePart("fast.scores", 5, 2, 3),
            new StatePart("fast.valid", 5, 1, 3),
            new StatePart("slow.features", 5, 8, 1),
            new StatePart("slow.scores", 5, 2, 1),
            new StatePart("slow.valid", 5, 1, 1));
    // a row: features, scores of both ends, 2·5 edges of two heads and a message, elu and sum
    long row = 2 * 64 + 2 * 2 * 8 + 10 * (2 * 6 + 2 * 8) + 2 * 8;
    assertThat(Cost.of(node))
        .isEqualTo(new Cost(4 * row, 4 * (64 + 16 + 40), 4 * 2 * 5 * (8 + 2 + 1)));
    assertThat(Reach.of(node).get("fast"))
        .containsEntry("fast", new Reach(5, 1))
        .containsEntry("slow", new Reach(5, 1.0 / 3));
  }

  @Test
  void aMemoryOfKeysAndValuesKeepsBoth() {
    Shape x = Shape.vector(2, 6);
    Memory memory = new Memory(2, 3, new Memory.Store.KeyValue());
    assertThat(StatePart.of(node(memory, x)))
        .containsExactly(new StatePart("keys", 3, 6, 0), new StatePart("values", 3, 6, 0));
    // a row: 4 projections; keys found, keys and values moved, keys found again; the read
    long slots = 3 * 6;
    long row = 4 * (2 * 36 + 6) + (10 * slots + 4 * 3 * 2) + (4 * slots + 3 * 3 * 2);
    assertThat(cost(memory, x)).isEqualTo(new Cost(2 * row, 4 * (4 * 42 + 18), 4 * 2 * 18));
  }

  @Test
  void aTreeCostsWhatItsNodesCost() {
    Cost sum =
        EVERY.node().all().stream()
            .filter(n -> n.children().isEmpty())
            .map(Cost::of)
            .reduce(new Cost(0, 0, 0), Cost::plus);
    Cost whole = Cost.of(EVERY.node());
    assertThat(whole.weightBytes()).isEqualTo(sum.weightBytes());
    assertThat(whole.weightBytes())
        .isEqualTo(4L * EVERY.parameters().stream().mapToInt(Parameter::size).sum());
    assertThat(whole.stateBytes())
        .isEqualTo(4L * StatePart.of(EVERY.node()).stream().mapToInt(StatePart::size).sum());
    // the residuals' additions stand at inner nodes
    int width = 12 + 6 + 6;
    assertThat(whole.flops()).isEqualTo(sum.flops() + 3L * width);
  }

  @Test
  void pathsAreThoseOfTheTree() {
    assertThat(EVERY.node().all().stream().map(Node::path))
        .contains("", "encoders.audio.scale", "attention.inner.attn", "mlp.inner.ff.up")
        .doesNotHaveDuplicates();
  }
}
