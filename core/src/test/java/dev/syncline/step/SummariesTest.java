package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.spec.StatePart;
import dev.syncline.weights.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What attention to summaries of the past is good for. */
class SummariesTest {
  private static final int WIDTH = 8;
  private static final Shape ROW = Shape.vector(1, WIDTH);
  private static final Span SUMMARIES = new Span.Summaries(5, 2, 3, 3);

  /** Attention of two heads; where keys are equal they do not depend on the row. */
  private static StepForm attention(Span span, Position position, boolean equalKeys) {
    Node node = Node.resolve(new Attention(2, 1, span, position), Map.of("x", ROW));
    List<Parameter> parameters = Parameter.of(node);
    Map<String, float[]> values = new LinkedHashMap<>(Weights.random(parameters, 3).values());
    if (equalKeys) {
      Arrays.fill(values.get("k.weight"), 0);
      Arrays.fill(values.get("k.bias"), 0.7f);
    }
    return new StepForm(Program.compile(node, new Weights(parameters, values), new PlainKernels()));
  }

  private static Block rows(int count, double share) {
    SplittableRandom random = new SplittableRandom(8);
    Block block = Block.empty(ROW, count);
    for (int i = 0; i < block.values().length; i++) {
      block.values()[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < count; i++) {
      block.valid()[i] = random.nextDouble() < share ? 1 : 0;
    }
    return block;
  }

  private static float[] run(StepForm form, Block rows) {
    return form.run(Map.of("x", rows)).get("x").values();
  }

  @Test
  void whereKeysAreEqualSummariesAreExact() {
    Block rows = rows(400, 0.7);
    for (Position position : List.of(new Position.None(), new Position.Relative(5))) {
      float[] all = run(attention(new Span.Window(400), position, true), rows);
      assertThat(run(attention(SUMMARIES, position, true), rows))
          .containsExactly(all, within(1e-5f));
      float[] last = run(attention(new Span.Window(5), position, true), rows);
      assertThat(distance(last, all)).isGreaterThan(0.05f);
    }
  }

  @Test
  void whereKeysDifferSummariesAreNearerToAllRowsThanTheNewestAloneAndNotExact() {
    Block rows = rows(400, 0.7);
    Position none = new Position.None();
    float[] all = run(attention(new Span.Window(400), none, false), rows);
    float summaries = distance(run(attention(SUMMARIES, none, false), rows), all);
    float newest = distance(run(attention(new Span.Window(15), none, false), rows), all);
    assertThat(summaries).isGreaterThan(1e-4f).isLessThan(newest / 2);
  }

  @Test
  void aRowFarOlderThanTheNewestStillChangesTheOutput() {
    int count = 3000;
    int last = (count - 1) * WIDTH;
    Position rope = new Position.Rope();
    float[] whole = tail(run(attention(SUMMARIES, rope, false), rows(count, 1)), last);
    for (int row : new int[] {0, 1500, 2900, 2970, 2985, 2992, 2999}) {
      Block other = rows(count, 1);
      other.values()[row * WIDTH] += 3;
      for (boolean missing : new boolean[] {false, true}) {
        other.valid()[row] = missing ? 0 : 1;
        float[] got = tail(run(attention(SUMMARIES, rope, false), other), last);
        assertThat(distance(got, whole))
            .as("row %d, missing %s", row, missing)
            .isGreaterThan(1e-6f);
      }
    }
  }

  @Test
  void countsAndValuesAddUpToThoseOfAllRows() {
    Block rows = rows(1000, 0.7);
    StepForm all = attention(new Span.Window(1000), new Position.None(), false);
    StepForm summaries = attention(SUMMARIES, new Position.None(), false);
    run(all, rows);
    run(summaries, rows);
    float valid = 0;
    for (float v : rows.valid()) {
      valid += v;
    }
    assertThat(sum(summaries.state("valid")) + sum(summaries.state("kept_valid"))).isEqualTo(valid);
    assertThat(valid).isBetween(600f, 800f);
    for (String part : List.of("k", "v")) {
      float expected = weighted(all, part, "valid");
      float got =
          weighted(summaries, part, "valid") + weighted(summaries, "kept_" + part, "kept_valid");
      assertThat(got).isCloseTo(expected, within(1e-2f));
    }
  }

  @Test
  void theStateIsAsLongAsTheSpanSays() {
    Node node =
        Node.resolve(
            new Attention(2, 1, new Span.Summaries(7, 3, 4, 2), new Position.None()),
            Map.of("x", ROW));
    assertThat(StatePart.of(node))
        .containsExactly(
            new StatePart("k", 7, 4, 1),
            new StatePart("kept_k", 9, 4, 0),
            new StatePart("v", 7, 4, 1),
            new StatePart("kept_v", 9, 4, 0),
            new StatePart("valid", 7, 1, 1),
            new StatePart("kept_valid", 9, 1, 0));
  }

  private static float weighted(StepForm form, String rows, String counts) {
    float[] r = form.state(rows);
    float[] c = form.state(counts);
    float sum = 0;
    for (int i = 0; i < r.length; i++) {
      sum += r[i] * c[i / (r.length / c.length)];
    }
    return sum;
  }

  private static float sum(float[] values) {
    float sum = 0;
    for (float v : values) {
      sum += v;
    }
    return sum;
  }

  private static float[] tail(float[] values, int from) {
    return Arrays.copyOfRange(values, from, values.length);
  }

  /** The largest difference. */
  private static float distance(float[] a, float[] b) {
    float most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }
}
