package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.spec.Node;
import dev.syncline.torch.Graph;
import dev.syncline.torch.Rows;
import dev.syncline.torch.State;
import dev.syncline.torch.Tensors;
import dev.syncline.torch.train.Examples.Example;
import dev.syncline.weights.Weights;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CarriedTest {
  private static final Node NODE = TinyRun.VECTORS.node();
  private static final String H = "gru.h";

  private static Example example(int ticks) {
    return new Example("clip", ticks, Map.of(), Map.of());
  }

  private static Graph.Result run(Rows rows, State state) {
    Weights weights = Weights.random(TinyRun.VECTORS.parameters(), 5);
    return new Graph(NODE, Tensors.parameters(weights, true))
        .forward(Map.of("vectors", rows), state);
  }

  private static Rows rows(int streams, int ticks, long seed) {
    return new Rows(
        Tensors.of(Clips.samples(3 * streams * ticks, seed, 2), streams, ticks, 3), null);
  }

  private static float[] part(float[] values, int stream) {
    return java.util.Arrays.copyOfRange(values, 12 * stream, 12 * (stream + 1));
  }

  @Test
  void aStretchBeginsWithTheFinalStateOfTheOneBeforeInItsPlaceAndAsIfNeverCut() {
    Rows first = rows(2, 6, 1);
    Rows second = rows(2, 4, 2);
    State end = run(first, State.start(NODE, 2)).state();
    State begin = Carried.after(end, List.of(example(6), example(6))).begin(NODE, 2, 1, 9);
    assertThat(begin.ticks()).containsExactly(6, 6);
    assertThat(begin.parts().keySet()).isEqualTo(end.parts().keySet()).contains(H);
    end.parts()
        .forEach(
            (name, part) ->
                assertThat(Tensors.values(begin.parts().get(name)))
                    .containsExactly(Tensors.values(part)));
    assertThat(begin.parts().get(H).requires_grad()).as("no gradient flows back").isFalse();
    Rows whole =
        new Rows(
            org.bytedeco.pytorch.global.torch.cat(
                new org.bytedeco.pytorch.TensorVector(first.values(), second.values()), 1),
            null);
    float[] uncut =
        Tensors.values(heard(run(whole, State.start(NODE, 2))).slice(1, at(6), at(10), 1));
    assertThat(Tensors.values(heard(run(second, begin)))).containsExactly(uncut);
    assertThat(Tensors.values(heard(run(second, State.start(NODE, 2))))).isNotEqualTo(uncut);
  }

  private static org.bytedeco.pytorch.LongOptional at(long row) {
    return new org.bytedeco.pytorch.LongOptional(row);
  }

  private static org.bytedeco.pytorch.Tensor heard(Graph.Result result) {
    return result.outputs().get("heard").values();
  }

  @Test
  void aStreamThatWasPaddedBeginsAnewAndThoseBehindItGoOn() {
    State end = run(rows(3, 6, 1), State.start(NODE, 3)).state();
    List<Example> batch = List.of(example(6), example(4), example(6));
    State begin = Carried.after(end, batch).begin(NODE, 3, 1, 9);
    float[] ended = Tensors.values(end.parts().get(H));
    float[] begun = Tensors.values(begin.parts().get(H));
    assertThat(begin.ticks()).containsExactly(6, 0, 6);
    assertThat(part(begun, 0)).containsExactly(part(ended, 0));
    assertThat(part(begun, 1)).containsOnly(0);
    assertThat(part(begun, 2)).containsExactly(part(ended, 2));
  }

  @Test
  void aBatchMayBeSmallerOrLargerThanTheOneBefore() {
    State end = run(rows(2, 6, 1), State.start(NODE, 2)).state();
    Carried carried = Carried.after(end, List.of(example(6), example(6)));
    float[] ended = Tensors.values(end.parts().get(H));
    State one = carried.begin(NODE, 1, 1, 9);
    assertThat(Tensors.values(one.parts().get(H))).containsExactly(part(ended, 0));
    State three = carried.begin(NODE, 3, 1, 9);
    assertThat(three.ticks()).containsExactly(6, 6, 0);
    assertThat(part(Tensors.values(three.parts().get(H)), 2)).containsOnly(0);
  }

  @Test
  void streamsGoOnWithTheGivenProbabilityDrawnFromTheSeed() {
    int streams = 400;
    State end = State.start(NODE, streams);
    java.util.Arrays.fill(end.ticks(), 8);
    Carried carried = Carried.after(end, java.util.Collections.nCopies(streams, example(8)));
    long goOn =
        java.util.Arrays.stream(carried.begin(NODE, streams, 0.25, 3).ticks())
            .filter(t -> t == 8)
            .count();
    assertThat(goOn).isBetween(70L, 130L); // 100 expected, 3.5 deviations of 8.7
    assertThat(carried.begin(NODE, streams, 0.25, 3).ticks())
        .containsExactly(carried.begin(NODE, streams, 0.25, 3).ticks())
        .isNotEqualTo(carried.begin(NODE, streams, 0.25, 4).ticks());
    assertThat(carried.begin(NODE, streams, 0, 3).ticks()).containsOnly(0);
    assertThat(Carried.NONE.begin(NODE, 2, 1, 3).ticks()).containsOnly(0);
  }
}
