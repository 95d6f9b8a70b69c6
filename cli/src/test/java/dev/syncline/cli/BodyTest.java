package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.spec.Chain;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.Linear;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Shape;
import dev.syncline.step.Block;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Program;
import dev.syncline.step.StepForm;
import dev.syncline.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BodyTest {
  private static final Map<String, Integer> HEADS = Map.of("heard", 5, "seen", 5);

  private static final List<String> MODALITIES = List.of("audio", "visual", "text");

  private static Node node(int modalities, Joining joining, Temporal temporal) {
    Map<String, Layer> encoders = new LinkedHashMap<>();
    Map<String, Shape> in = new LinkedHashMap<>();
    for (String name : MODALITIES.subList(0, modalities)) {
      encoders.put(name, new Linear(24 + encoders.size(), true));
      in.put(name, Shape.vector(1, 10));
    }
    return Node.resolve(
        new Body(encoders, temporal, 32, Temporal.WINDOW, HEADS).joined(joining), in);
  }

  @ParameterizedTest
  @EnumSource(Joining.class)
  void everyWayToJoinFitsAnyNumberOfModalities(Joining joining) {
    for (int modalities = 1; modalities <= 3; modalities++) {
      runs(node(modalities, joining, Temporal.gru));
      runs(node(modalities, joining, Temporal.transformer));
    }
  }

  @ParameterizedTest
  @EnumSource(Joining.class)
  void whateverIsMissingTheOutputsAreFiniteAndThereIfSomethingIs(Joining joining) {
    Program program = program(node(3, joining, Temporal.gru), w -> {});
    for (int missing = 0; missing < 8; missing++) {
      Map<String, Block> out = run(program, missing, Float.NaN);
      assertThat(run(program, missing, 1e6f)).usingRecursiveComparison().isEqualTo(out);
      // without the one that asks, cross attention finds nothing
      boolean there = joining == Joining.cross ? (missing & 1) == 0 : missing != 7;
      for (Block block : out.values()) {
        for (float v : block.values()) {
          assertThat(v).isFinite();
        }
        for (int t = 0; t < TICKS; t++) {
          assertThat(block.valid()[t]).isEqualTo(there || outside(t) ? 1 : 0);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Joining.class)
  void aModalityMattersWhereItIsAndNotWhereItIsMissing(Joining joining) {
    Node node = node(3, joining, Temporal.gru);
    Program program = program(node, w -> {});
    for (int m = 0; m < 3; m++) {
      String name = MODALITIES.get(m);
      // what belongs to one modality alone: its encoder, its gate, its own model of time, its vote
      Program other =
          program(
              node,
              weights ->
                  weights.forEach(
                      (path, values) -> {
                        if (List.of(path.split("\\.")).contains(name)) {
                          for (int i = 0; i < values.length; i++) {
                            values[i] += 0.5f - i % 2;
                          }
                        }
                      }));
      for (int missing = 0; missing < 8; missing++) {
        Map<String, Block> out = throughout(program, missing);
        Map<String, Block> changed = throughout(other, missing);
        boolean there = (missing >> m & 1) == 0;
        if (!there || (joining == Joining.cross && (missing & 1) == 1)) {
          assertThat(changed).usingRecursiveComparison().isEqualTo(out);
        } else {
          assertThat(changed).usingRecursiveComparison().isNotEqualTo(out);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Temporal.class)
  void everyWayToModelTimeFits(Temporal temporal) {
    Node node = node(2, Joining.concat, temporal);
    runs(node);
    long size = Parameter.of(node).stream().mapToLong(Parameter::size).sum();
    assertThat(size).isBetween(2_000L, 40_000L);
  }

  @ParameterizedTest
  @EnumSource(Joining.class)
  void aChainFitsBehindTheHeadsOfEveryBody(Joining joining) {
    Map<String, Layer> encoders = new LinkedHashMap<>();
    Map<String, Shape> in = new LinkedHashMap<>();
    for (String name : List.of("audio", "visual")) {
      encoders.put(name, new Linear(24, true));
      in.put(name, Shape.vector(1, 10));
    }
    Layer.Serial body =
        new Body(encoders, Temporal.gru, 32, Temporal.WINDOW, HEADS).joined(joining);
    for (Tagging tagging : Tagging.values()) {
      Chain chain = tagging.chain(Output.Kind.MULTI_LABEL, tagging == Tagging.filter ? 0 : 3);
      Node node = Node.resolve(Tagging.chained(body, chain), in);
      runs(node);
      assertThat(node.all().stream().filter(n -> n.layer().equals(chain)).map(Node::path))
          .containsExactlyInAnyOrder("heads.heard.chain", "heads.seen.chain");
    }
  }

  private static final int TICKS = 12;

  private static boolean outside(int tick) {
    return tick < 3 || tick > 8;
  }

  private static Program program(Node node, Consumer<Map<String, float[]>> change) {
    Weights weights = Weights.random(Parameter.of(node), 1);
    Map<String, float[]> values = new LinkedHashMap<>();
    weights.values().forEach((name, v) -> values.put(name, v.clone()));
    change.accept(values);
    return Program.compile(node, new Weights(weights.parameters(), values), new PlainKernels());
  }

  /** The modalities of the bits of {@code missing} are missing in the middle of a stream. */
  private static Map<String, Block> run(Program program, int missing, float instead) {
    return run(program, t -> outside(t) ? 0 : missing, instead);
  }

  private static Map<String, Block> throughout(Program program, int missing) {
    return run(program, t -> missing, Float.NaN);
  }

  private static Map<String, Block> run(Program program, IntUnaryOperator missing, float instead) {
    SplittableRandom random = new SplittableRandom(3);
    Map<String, Block> in = new LinkedHashMap<>();
    for (int m = 0; m < MODALITIES.size(); m++) {
      Block block = Block.empty(Shape.vector(1, 10), TICKS);
      for (int i = 0; i < block.values().length; i++) {
        boolean there = (missing.applyAsInt(i / 10) >> m & 1) == 0;
        float value = (float) random.nextGaussian();
        block.values()[i] = there ? value : instead;
        block.valid()[i / 10] = there ? 1 : 0;
      }
      in.put(MODALITIES.get(m), block);
    }
    return new StepForm(program).run(in);
  }

  private static void runs(Node node) {
    assertThat(node.out().keySet()).containsExactlyInAnyOrderElementsOf(HEADS.keySet());
    Weights weights = Weights.random(Parameter.of(node), 1);
    Program program = Program.compile(node, weights, new PlainKernels());
    run(program, 0, 0)
        .forEach(
            (name, out) -> {
              assertThat(out.valid()[TICKS - 1]).as(name).isEqualTo(1);
              for (float v : out.values()) {
                assertThat(v).isFinite();
              }
            });
  }
}
