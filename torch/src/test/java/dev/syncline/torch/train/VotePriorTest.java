package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.event.EventDecoding;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.spec.Shape;
import dev.syncline.torch.train.ClassWeights.Counts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Outputs that modalities vote on begin at the labels' log-odds as well. */
class VotePriorTest {
  private static final Counts COUNTS = new Counts(List.of(1.0, 9.0), List.of(9.0, 1.0));

  @ParameterizedTest
  @EnumSource
  void theVotesTogetherGiveTheLogOdds(Fusion.How how) {
    Map<String, Shape> in = new LinkedHashMap<>();
    Map<String, Layer> each = new LinkedHashMap<>();
    for (String name : List.of("audio", "visual", "text")) {
      in.put(name, Shape.vector(1, 4));
      each.put(name, new Linear(2, true));
    }
    Map<String, Layer> voting = new LinkedHashMap<>();
    voting.put("logits", new Each(each));
    voting.put("vote", new Fusion.Combine(how));
    Node node = Node.resolve(new Parallel(Map.of("heard", new Serial(voting))), in);
    Output output =
        new Output(
            Output.Kind.MULTI_LABEL,
            "audio",
            List.of("bell", "drum"),
            new EventDecoding(0.5f, 0.3f, 1, 0));
    Map<String, float[]> priors =
        Statistics.priors(node, Map.of("heard", output), Map.of("heard", COUNTS));
    assertThat(priors).hasSize(3);
    float logOdds = (float) Math.log(10 / 2.0);
    float share = how == Fusion.How.SUM ? 1f / 3 : 1;
    for (float[] bias : priors.values()) {
      assertThat(bias)
          .containsExactly(new float[] {-logOdds * share, logOdds * share}, within(1e-6f));
    }
  }
}
