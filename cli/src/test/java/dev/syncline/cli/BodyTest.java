package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.spec.Chain;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.Linear;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Shape;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Program;
import dev.syncline.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BodyTest {
  private static final Map<String, Integer> HEADS = Map.of("heard", 5, "seen", 5);

  private static Node node(int modalities, Joining joining, Temporal temporal) {
    Map<String, Layer> encoders = new LinkedHashMap<>();
    Map<String, Shape> in = new LinkedHashMap<>();
    for (String name : List.of("audio", "visual", "text").subList(0, modalities)) {
      encoders.put(name, new Linear(24 + encoders.size(), true));
      in.put(name, Shape.vector(1, 10));
    }
    return Node.resolve(
        new Body(encoders, temporal, 32, Temporal.WINDOW, HEADS).joined(joining), in);
  }

  static Stream<Joining> joinings() {
    return Stream.of(Joining.values());
  }

  @ParameterizedTest
  @MethodSource("joinings")
  void everyWayToJoinFitsAnyNumberOfModalities(Joining joining) {
    for (int modalities = 1; modalities <= 3; modalities++) {
      if (joining == Joining.cross && modalities == 3) {
        assertThatThrownBy(() -> node(3, Joining.cross, Temporal.gru))
            .hasMessageContaining("cross joins two modalities")
            .hasMessageContaining("take co_attention or merged");
        continue;
      }
      runs(node(modalities, joining, Temporal.gru));
      runs(node(modalities, joining, Temporal.transformer));
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
  @MethodSource("joinings")
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

  private static void runs(Node node) {
    assertThat(node.out().keySet()).containsExactlyInAnyOrderElementsOf(HEADS.keySet());
    Weights weights = Weights.random(Parameter.of(node), 1);
    Program program = Program.compile(node, weights, new PlainKernels());
    program.step(new float[program.scratchSize()], new float[program.stateSize()], 0);
  }
}
