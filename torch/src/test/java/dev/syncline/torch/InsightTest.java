package dev.syncline.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Exchange;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Node;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.step.Block;
import dev.syncline.torch.Examples.Example;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a graph tells of its attention and its gates. */
class InsightTest {
  /** One weight of one row. */
  private record Look(String path, int stream, String from, long row, String to, long key) {}

  static List<Example> attending() {
    return with(InsightTest::attention);
  }

  static List<Example> gated() {
    return with(InsightTest::gates);
  }

  private static List<Example> with(java.util.function.Predicate<Layer> wanted) {
    return Examples.all().stream()
        .filter(e -> e.node().all().stream().anyMatch(n -> wanted.test(n.layer())))
        .toList();
  }

  private static boolean attention(Layer layer) {
    return layer instanceof Attention || layer instanceof Exchange;
  }

  private static boolean gates(Layer layer) {
    return layer instanceof Fusion.Gated
        || (layer instanceof Fusion.Combine c
            && (c.how() == Fusion.How.WEIGHTED || c.how() == Fusion.How.MAX));
  }

  private static Span span(Layer layer) {
    return layer instanceof Exchange e ? e.span() : ((Attention) layer).span();
  }

  /** Runs streams in pieces that end at the given ticks. */
  private static void run(
      Node node, Weights w, List<Map<String, Block>> streams, Consumer<Insight> to, int... ends) {
    try (PointerScope _ = new PointerScope()) {
      Graph graph = Graph.observed(node, Tensors.parameters(w, false), to);
      State state = State.start(node, streams.size());
      int from = 0;
      for (int end : ends) {
        List<Map<String, Block>> piece = new ArrayList<>();
        for (Map<String, Block> stream : streams) {
          Map<String, Block> part = new LinkedHashMap<>();
          for (Map.Entry<String, Block> e : stream.entrySet()) {
            part.put(e.getKey(), e.getValue().slice(from, end));
          }
          piece.add(part);
        }
        state = graph.forward(Batch.rows(piece, node.in().keySet()), state).state();
        from = end;
      }
    }
  }

  private static Map<Look, Float> looks(Example example, int... ends) {
    Map<Look, Float> looks = new LinkedHashMap<>();
    Consumer<Insight> to =
        insight -> {
          if (insight instanceof Insight.Attention a) {
            for (int q = 0; q < a.weights().length; q++) {
              for (int k = 0; k < a.keys().length; k++) {
                Look look =
                    new Look(a.path(), a.stream(), a.from(), a.first() + q, a.to(), a.keys()[k]);
                boolean some = a.keys()[k] >= 0;
                if (some ? looks.put(look, a.weights()[q][k]) != null : a.weights()[q][k] != 0) {
                  fail(look + (some ? " is told twice" : " is a look at nothing"));
                }
              }
            }
          }
        };
    Node node = example.node();
    run(node, ContractTest.weights(node), ContractTest.streams(example, 2, 0.7), to, ends);
    return looks;
  }

  @ParameterizedTest
  @MethodSource("attending")
  void attentionSumsToOneOverWhatMayBeSeenAndIsZeroForTheFuture(Example example) {
    Map<Look, Float> looks = looks(example, example.ticks());
    Map<String, Node> nodes = new LinkedHashMap<>();
    example.node().visit(n -> nodes.put(n.path(), n));
    Map<List<Object>, Double> sums = new LinkedHashMap<>();
    looks.forEach(
        (look, weight) -> {
          Node node = nodes.get(look.path());
          long newest = newest(node, look);
          boolean seen = newest >= 0 && span(node.layer()).place(newest, look.key()) >= 0;
          if (!(weight >= 0 && weight <= (seen ? 1.000001f : 0))) {
            fail(look + " has the weight " + weight);
          }
          sums.merge(
              List.of(look.path(), look.stream(), look.from(), look.row()),
              (double) weight,
              Double::sum);
        });
    assertThat(sums.values())
        .isNotEmpty()
        .allSatisfy(s -> assertThat(s < 1e-9 ? 1 : s).isEqualTo(1, within(1e-5)));
    assertThat(sums.values().stream().filter(s -> s > 0.5).count())
        .as("rows that find something")
        .isGreaterThan(sums.size() / 2);
  }

  @ParameterizedTest
  @MethodSource("attending")
  void aStreamThatIsCutTellsTheSame(Example example) {
    Map<Look, Float> whole = byPlace(example, looks(example, example.ticks()));
    Map<Look, Float> cut = byPlace(example, looks(example, 3, example.ticks()));
    assertThat(whole.values()).anyMatch(weight -> weight > 0);
    List<Look> all = new ArrayList<>(whole.keySet());
    all.addAll(cut.keySet());
    for (Look look : all) {
      float difference = whole.getOrDefault(look, 0f) - cut.getOrDefault(look, 0f);
      if (!(Math.abs(difference) <= 1e-5f)) {
        fail(look + " differs by " + difference);
      }
    }
  }

  /** By where a key lies in its span: rows that became one summary are one. */
  private static Map<Look, Float> byPlace(Example example, Map<Look, Float> looks) {
    Map<String, Node> nodes = new LinkedHashMap<>();
    example.node().visit(n -> nodes.put(n.path(), n));
    Map<Look, Float> places = new LinkedHashMap<>();
    looks.forEach(
        (look, weight) -> {
          Node node = nodes.get(look.path());
          long place = span(node.layer()).place(newest(node, look), look.key());
          Look at = new Look(look.path(), look.stream(), look.from(), look.row(), look.to(), place);
          places.merge(at, weight, Float::sum);
        });
    return places;
  }

  /** The newest row that had ended in the stream that is looked at; -1 for none. */
  private static long newest(Node node, Look look) {
    long asking = node.in().get(look.from()).rows();
    long looked = node.in().get(look.to()).rows();
    return (look.row() + 1) * looked / asking - 1;
  }

  @ParameterizedTest
  @MethodSource("gated")
  void gatesSumToOneOverTheStreamsThatAreThere(Example example) {
    Node node = example.node();
    List<Map<String, Block>> streams = ContractTest.streams(example, 2, 0.7);
    List<Double> sums = new ArrayList<>();
    run(
        node,
        ContractTest.weights(node),
        streams,
        insight -> {
          if (insight instanceof Insight.Gate g) {
            for (int r = 0; r < g.shares().length; r++) {
              double sum = 0;
              for (int m = 0; m < g.streams().size(); m++) {
                Block block = streams.get(g.stream()).get(g.streams().get(m));
                if (block != null && g.path().isEmpty()) {
                  float there = block.valid()[(int) g.first() + r];
                  assertThat(there == 0 && g.shares()[r][m] > 0).isFalse();
                }
                sum += g.shares()[r][m];
              }
              sums.add(sum);
            }
          }
        },
        4,
        example.ticks());
    assertThat(sums).hasSizeGreaterThanOrEqualTo(2 * example.ticks());
    assertThat(sums).allSatisfy(s -> assertThat(s == 0 ? 1 : s).isEqualTo(1, within(1e-5)));
    assertThat(sums).anySatisfy(s -> assertThat(s).isPositive());
  }

  private static List<float[]> shares(Fusion fusion, float[] weights, float[]... audioAndVisual) {
    int width = audioAndVisual[0].length;
    Map<String, Shape> in = new LinkedHashMap<>();
    in.put("audio", Shape.vector(1, width));
    in.put("visual", Shape.vector(1, width));
    Node node = Node.resolve(fusion, in);
    Map<String, float[]> values = weights.length == 0 ? Map.of() : Map.of("weights", weights);
    int ticks = audioAndVisual.length / 2;
    Map<String, Block> stream = new LinkedHashMap<>();
    for (int m = 0; m < 2; m++) {
      Block block = Block.empty(Shape.vector(1, width), ticks);
      for (int t = 0; t < ticks; t++) {
        float[] row = audioAndVisual[2 * t + m];
        block.valid()[t] = row.length == 0 ? 0 : 1;
        System.arraycopy(row, 0, block.values(), t * width, row.length);
      }
      stream.put(List.of("audio", "visual").get(m), block);
    }
    List<float[]> shares = new ArrayList<>();
    run(
        node,
        new Weights(dev.syncline.spec.Parameter.of(node), values),
        List.of(stream),
        insight -> shares.addAll(Arrays.asList(((Insight.Gate) insight).shares())),
        ticks);
    return shares;
  }

  @Test
  void aWeightedMeanTellsItsWeightsAmongTheStreamsThatAreThere() {
    float[] row = {1, 2};
    float[] none = {};
    List<float[]> shares =
        shares(
            new Fusion.Combine(Fusion.How.WEIGHTED),
            new float[] {0, (float) Math.log(3)},
            row,
            row,
            row,
            none);
    assertThat(shares.getFirst()).containsExactly(new float[] {0.25f, 0.75f}, within(1e-6f));
    assertThat(shares.get(1)).containsExactly(1, 0);
  }

  @Test
  void aMaximumTellsHowManyNumbersAreOfWhichStream() {
    List<float[]> shares =
        shares(
            new Fusion.Combine(Fusion.How.MAX),
            new float[0],
            new float[] {1, 5, 2, -1},
            new float[] {2, 4, 3, -1},
            new float[] {},
            new float[] {-9, -9, -9, -9});
    assertThat(shares.getFirst()).containsExactly(0.375f, 0.625f);
    assertThat(shares.get(1)).containsExactly(0, 1);
  }

  @Test
  void anObserverChangesNoBitOfTheOutputs() {
    for (Example example : Examples.all()) {
      Node node = example.node();
      try (PointerScope _ = new PointerScope()) {
        Map<String, Rows> in =
            Batch.rows(ContractTest.streams(example, 2, 0.7), node.in().keySet());
        var parameters = Tensors.parameters(ContractTest.weights(node), false);
        var plain = new Graph(node, parameters).forward(in, State.start(node, 2)).outputs();
        var told =
            Graph.observed(node, parameters, i -> {}).forward(in, State.start(node, 2)).outputs();
        plain.forEach(
            (name, rows) ->
                assertThat(Tensors.values(told.get(name).values()))
                    .as("%s", example)
                    .isEqualTo(Tensors.values(rows.values())));
      }
    }
  }
}
