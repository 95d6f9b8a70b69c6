package dev.syncline.torch.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.metric.RankCorrelation;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Parameter;
import dev.syncline.step.Block;
import dev.syncline.weights.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Models of which it is known on what they rest: streams a and b, two numbers a row. */
class ExplainerTest {
  private static final int TICKS = 20;

  private static ModelSpec spec(int rateHz, int delay, String layers) {
    String stream =
        """
        {"front_end": {"type": "vector", "rows": {"channels": 2}, "rate_hz": %d, "source_hz": %d}}
        """
            .formatted(rateHz, rateHz);
    String json =
        """
        {"format": "syncline-model/1", "name": "known", "tick_ms": 100, "delay": %d,
         "modalities": {"a": %s, "b": %s}, "body": {"type": "serial", "layers": {%s,
           "heads": {"type": "parallel", "branches": {"heard": {"type": "linear", "out": 3}}}}},
         "outputs": {"heard": {"kind": "multi_label", "track": "audio", "labels": ["x","y","z"]}}}
        """
            .formatted(delay, stream, stream, layers);
    return Records.read(ModelSpec.class, Json.parse("spec", json));
  }

  private static final String CONCAT = "\"fuse\": {\"type\": \"concat\"}";

  /** Random weights, with some set: [output][input] of a matrix. */
  private static Weights weights(ModelSpec spec, Map<String, float[]> set) {
    Map<String, float[]> values =
        new LinkedHashMap<>(Weights.random(spec.parameters(), 5).values());
    set.forEach(
        (name, v) -> {
          assertThat(values).containsKey(name);
          values.put(name, v);
        });
    return new Weights(spec.parameters(), values);
  }

  private static Map<String, Block> rows(ModelSpec spec, int ticks, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Block> rows = new LinkedHashMap<>();
    spec.inputs()
        .forEach(
            (name, shape) -> {
              Block block = Block.empty(shape, ticks);
              for (int i = 0; i < block.values().length; i++) {
                block.values()[i] = (float) random.nextGaussian();
              }
              Arrays.fill(block.valid(), 1);
              rows.put(name, block);
            });
    return rows;
  }

  private static Explanation explain(ModelSpec spec, Map<String, float[]> set) {
    return new Explainer(spec, weights(spec, set)).explain(rows(spec, TICKS, 1));
  }

  /** The three probabilities of logits that are 0, and of what stays when nothing is there. */
  private static double moved(float[] head, float... row) {
    double most = 0;
    for (int c = 0; c < 3; c++) {
      double logit = 0;
      for (int i = 0; i < row.length; i++) {
        logit += head[c * row.length + i] * row[i];
      }
      most = Math.max(most, Math.abs(1 / (1 + Math.exp(-logit)) - 0.5));
    }
    return most;
  }

  @Test
  void aModelThatReadsOneModalityRestsOnItAlone() {
    ModelSpec spec = spec(10, 0, CONCAT);
    float[] head = {1, -2, 0, 0, .5f, 0, 0, 0, 0, .1f, 0, 0};
    Explanation e =
        explain(spec, Map.of("heads.heard.weight", head, "heads.heard.bias", new float[3]));
    Explanation.Occlusion heard = e.outputs().get("heard");
    assertThat(heard.modalities().get("b")).hasSize(TICKS).containsOnly(0.0);
    float[] a = rows(spec, TICKS, 1).get("a").values();
    for (int t = 0; t < TICKS; t++) {
      double expected = moved(head, a[2 * t], a[2 * t + 1], 0, 0);
      assertThat(heard.modalities().get("a").get(t)).isEqualTo(expected, within(2e-6));
      assertThat(heard.ages().get(t)).hasSize(1);
      assertThat(heard.ages().get(t).getFirst()).isEqualTo(expected, within(2e-6));
    }
    assertThat(e.ages()).containsExactly(new Ages(0, 0));
    assertThat(e.attention()).isEmpty();
    assertThat(e.gates()).isEmpty();
    assertThat(heard.agreement()).isEmpty();
  }

  /** The oldest tap of four is that of three rows ago; there is a decision at any tick. */
  private static ModelSpec threeTicksAgo(int delay) {
    return spec(
        10,
        delay,
        CONCAT
            + """
              , "absent": {"type": "absent"},
              "past": {"type": "conv1d", "out": 4, "kernel": 4}
              """);
  }

  private static Map<String, float[]> oldestTap(ModelSpec spec) {
    Parameter taps =
        spec.parameters().stream().filter(p -> p.name().equals("past.weight")).findFirst().get();
    assertThat(taps.shape()).containsExactly(4, 4, 4); // out, taps, in
    float[] only = new float[64];
    for (int c = 0; c < 4; c++) {
      only[c * 16 + c] = 1;
    }
    return Map.of("past.weight", only, "absent.vector", new float[4]);
  }

  @Test
  void aModelThatReadsTheRowThreeTicksAgoRestsOnThatStretchAlone() {
    ModelSpec spec = threeTicksAgo(0);
    Explanation e = explain(spec, oldestTap(spec));
    assertThat(e.ages()).containsExactly(new Ages(0, 0), new Ages(1, 1), new Ages(2, 3));
    List<List<Double>> ages = e.outputs().get("heard").ages();
    assertThat(IntStream.range(0, 5).map(t -> ages.get(t).size())).containsExactly(1, 2, 3, 3, 3);
    for (int t = 0; t < TICKS; t++) {
      for (int i = 0; i < ages.get(t).size(); i++) {
        assertThat(ages.get(t).get(i) > 1e-3)
            .as("tick %d, age %d", t, i)
            .isEqualTo(t >= 3 && i == 2);
      }
    }
  }

  @Test
  void agesAreCountedFromTheTickAtWhichTheDecisionWasMade() {
    ModelSpec spec = threeTicksAgo(2);
    Explanation late = explain(spec, oldestTap(spec));
    Explanation.Occlusion heard = late.outputs().get("heard");
    assertThat(late.ticks()).hasSize(TICKS - 2);
    assertThat(heard.modalities().get("a")).hasSize(TICKS - 2);
    // What the decision about tick t says was there at tick t + 2 without the delay.
    ModelSpec prompt = threeTicksAgo(0);
    List<List<Double>> without = explain(prompt, oldestTap(prompt)).outputs().get("heard").ages();
    assertThat(heard.ages()).isEqualTo(without.subList(2, TICKS));
  }

  @Test
  void gatesAndAttentionAreToldByTickWhateverTheRateOfTheirRows() {
    ModelSpec spec =
        spec(
            20,
            0,
            """
            "fuse": {"type": "gated", "units": 8},
            "past": {"type": "residual", "inner": {"type": "attention", "heads": 2,
                     "span": {"type": "window", "rows": 12}}},
            "pool": {"type": "pool_rows", "pooling": "mean", "rows": 2}
            """);
    Map<String, Block> rows = rows(spec, TICKS, 2);
    Arrays.fill(rows.get("b").valid(), 10, 20, 0);
    Explanation e = new Explainer(spec, weights(spec, Map.of())).explain(rows);
    assertThat(e.gates()).hasSize(1);
    Map<String, List<Double>> shares = e.gates().getFirst().shares();
    for (int t = 0; t < TICKS; t++) {
      double sum = shares.get("a").get(t) + shares.get("b").get(t);
      assertThat(sum).isEqualTo(1, within(2e-6));
      assertThat(shares.get("b").get(t) == 0).isEqualTo(t >= 5 && t < 10);
    }
    // 12 rows from either row of a tick are in the last 7 ticks.
    assertThat(e.ages()).endsWith(new Ages(2, 3), new Ages(4, 6));
    assertThat(e.attention()).hasSize(1);
    assertThat(e.attention().getFirst().path()).isEqualTo("past.inner");
    for (List<Double> ages : e.attention().getFirst().ages()) {
      assertThat(ages.stream().mapToDouble(v -> v).sum()).isEqualTo(1, within(1e-5));
    }
    assertThat(e.meanAttention()).contains(e.attention().getFirst().ages());
  }

  @Test
  void agreementIsTheMeanRankCorrelationOfTheDecisionsWithAnOrder() {
    ModelSpec spec =
        spec(
            10,
            0,
            CONCAT
                + """
                  , "past": {"type": "attention", "heads": 2, "span": {"type": "window", "rows": 9}}
                  """);
    Explanation e = explain(spec, Map.of());
    List<List<Double>> attention = e.attention().getFirst().ages();
    List<List<Double>> occlusion = e.outputs().get("heard").ages();
    double sum = 0;
    for (int t = 2; t < TICKS; t++) {
      double[] a = attention.get(t).stream().mapToDouble(v -> v).toArray();
      double[] b = occlusion.get(t).stream().mapToDouble(v -> v).toArray();
      sum += RankCorrelation.spearman(a, b).getAsDouble();
    }
    Explanation.Agreement agreement = e.outputs().get("heard").agreement().orElseThrow();
    assertThat(agreement.ticks()).isEqualTo(TICKS - 2);
    assertThat(agreement.spearman()).isEqualTo(sum / (TICKS - 2), within(2e-6));
  }

  @Test
  void ofALongClipEverySoManyDecisionsAreExplained() {
    ModelSpec spec = spec(10, 0, CONCAT + ", \"gru\": {\"type\": \"gru\", \"units\": 4}");
    Weights weights = weights(spec, Map.of());
    Map<String, Block> rows = rows(spec, TICKS, 1);
    Explanation all = new Explainer(spec, weights).explain(rows);
    assertThat(all.ages()).endsWith(new Ages(8, 15), new Ages(16, 19));
    assertThat(all.ticks()).hasSize(TICKS);
    Explanation some = new Explainer(spec, weights, 350).explain(rows);
    assertThat(some.ticks()).containsExactly(0, 4, 8, 12, 16);
    List<List<Double>> ages = some.outputs().get("heard").ages();
    for (int i = 0; i < ages.size(); i++) {
      assertThat(ages.get(i)).isEqualTo(all.outputs().get("heard").ages().get(4 * i));
    }
    assertThat(some.outputs().get("heard").modalities())
        .isEqualTo(all.outputs().get("heard").modalities());
  }

  @Test
  void aClipShorterThanTheDelayHasNothingToExplain() {
    ModelSpec spec = threeTicksAgo(5);
    Explanation e = new Explainer(spec, weights(spec, Map.of())).explain(rows(spec, 3, 1));
    assertThat(e.ticks()).isEmpty();
    assertThat(e.outputs().get("heard").modalities().get("a")).isEmpty();
  }

  @Test
  void stretchesDoubleAndCoverThePastOnce() {
    for (int ticks = 1; ticks < 70; ticks++) {
      List<Ages> ages = Ages.over(ticks);
      int next = 0;
      for (int i = 0; i < ages.size(); i++) {
        assertThat(ages.get(i).from()).isEqualTo(next);
        for (int age = ages.get(i).from(); age <= ages.get(i).to(); age++) {
          assertThat(Ages.index(age)).isEqualTo(i);
        }
        next = ages.get(i).to() + 1;
      }
      assertThat(next).isEqualTo(ticks);
    }
  }
}
