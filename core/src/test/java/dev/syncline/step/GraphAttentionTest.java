package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.spec.Exchange.GraphAttention;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Shape;
import dev.syncline.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Messages in a graph of rows, against sums by hand. */
class GraphAttentionTest {
  private static final float MISSING = Float.NaN;

  /** Rows of two streams of one number; features are the rows themselves, all scores are 0. */
  private static Map<String, Block> run(
      int past, Consumer<Map<String, float[]>> weights, Map<String, float[]> rows) {
    Map<String, Shape> in = new LinkedHashMap<>();
    in.put("a", Shape.vector(rows.get("a").length / 3, 1));
    in.put("b", Shape.vector(rows.get("b").length / 3, 1));
    Node node = Node.resolve(new GraphAttention(1, past), in);
    Map<String, float[]> values = new LinkedHashMap<>();
    Parameter.of(node).forEach(p -> values.put(p.name(), new float[p.size()]));
    values.get("weight")[0] = 1;
    weights.accept(values);
    Program program =
        Program.compile(node, new Weights(Parameter.of(node), values), new PlainKernels());
    Map<String, Block> blocks = new LinkedHashMap<>();
    in.forEach(
        (name, shape) -> {
          float[] valid = new float[rows.get(name).length];
          for (int i = 0; i < valid.length; i++) {
            valid[i] = Float.isNaN(rows.get(name)[i]) ? 0 : 1;
          }
          blocks.put(name, new Block(shape, 3, rows.get(name), valid));
        });
    return new StepForm(program).run(blocks);
  }

  private static void are(Block block, double... expected) {
    float[] values = new float[expected.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) expected[i];
    }
    assertThat(block.values()).containsExactly(values, within(1e-5f));
  }

  private static double elu(double v) {
    return v > 0 ? v : Math.exp(v) - 1;
  }

  @Test
  void withoutPreferencesANodeGetsTheMeanOfItsNeighboursThatAreThere() {
    Map<String, float[]> rows =
        Map.of("a", new float[] {2, 4, -8}, "b", new float[] {6, MISSING, -16});
    Map<String, Block> out = run(2, w -> {}, rows);
    // b's first row still reaches a's second; at the third it has left
    are(out.get("a"), 2 + 4, 4 + 4, -8 + elu((4 - 8 - 16) / 3.0));
    // b's second row receives nothing
    are(out.get("b"), 6 + 4, 0, -16 + elu((4 - 8 - 16) / 3.0));
    assertThat(out.get("b").valid()).containsExactly(1, 0, 1);
  }

  @Test
  void morePastIsMoreNeighbours() {
    Map<String, float[]> rows = Map.of("a", new float[] {3, 6, 9}, "b", new float[] {3, 6, 9});
    are(run(1, w -> {}, rows).get("a"), 6, 12, 18);
    are(run(3, w -> {}, rows).get("a"), 6, 6 + 4.5, 9 + 6);
  }

  @Test
  void aKindOfEdgeIsWhoSendsToWhomAndHowOldTheRowIs() {
    Map<String, float[]> rows = Map.of("a", new float[] {1, 2, 3}, "b", new float[] {10, 20, 30});
    // [receiver a][sender b][age 1], where there is one
    Map<String, Block> out = run(2, w -> w.get("edges")[3] = 100, rows);
    are(out.get("a"), 1 + 5.5, 2 + 10, 3 + 20);
    are(out.get("b"), 10 + 5.5, 20 + 8.25, 30 + 13.75);
  }

  @Test
  void bothEndsHaveTheirPartInAScoreWhichLeaksBelowZero() {
    Map<String, float[]> rows = Map.of("a", new float[] {1, 1, 1}, "b", new float[] {-3, -3, -3});
    Consumer<Map<String, float[]>> ends =
        w -> {
          w.get("receive")[0] = 1;
          w.get("send")[0] = 2;
        };
    Map<String, Block> out = run(1, ends, rows);
    // a from itself: 1 + 2; from b: 0.2·(1 - 6)
    double self = Math.exp(3) / (Math.exp(3) + Math.exp(-1));
    double got = 1 + elu(self - 3 * (1 - self));
    are(out.get("a"), got, got, got);
  }

  @Test
  void aRowSeesOnlyWhatHasEndedOfAFasterStream() {
    Map<String, float[]> rows =
        Map.of("a", new float[] {1, 2, 3}, "b", new float[] {10, 20, 30, 40, 50, 60});
    Map<String, Block> out = run(1, w -> {}, rows);
    are(out.get("a"), 1 + (1 + 20) / 2.0, 2 + (2 + 40) / 2.0, 3 + (3 + 60) / 2.0);
    // the first half of a tick sees the row of a that ended with the tick before
    are(out.get("b"), 20, 20 + 10.5, 30 + 15.5, 40 + 21, 50 + 26, 60 + 31.5);
  }
}
