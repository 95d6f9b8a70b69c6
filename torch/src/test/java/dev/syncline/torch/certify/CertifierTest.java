package dev.syncline.torch.certify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.TinyModel;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Attention;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.torch.Batch;
import dev.syncline.torch.Rows;
import dev.syncline.torch.Tensors;
import dev.syncline.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A causal model is certified; every way of peeking that was tried is refused. */
class CertifierTest {
  private static final Certifier.Options QUICK = new Certifier.Options(3, 60, 5);
  private static final int TICKS = 20;

  private final Model model = TinyModel.model(3);
  private final ModelSpec spec = model.spec();
  private final List<Recording> recordings = List.of(Recording.random(model.spec(), TICKS, 7));
  private SessionPredictor honest;

  @BeforeEach
  void open() {
    honest = new SessionPredictor(model);
  }

  @AfterEach
  void close() {
    honest.close();
  }

  @Test
  void anHonestModelIsCertifiedAndItsCardSaysSo(@TempDir Path folder) throws Exception {
    Certificate c = new Certifier(model, recordings, QUICK, what -> {}).certify();
    assertThat(c.checks())
        .allSatisfy(check -> assertThat(check.passed()).as(check.toString()).isTrue());
    assertThat(c.causal()).isTrue();
    assertThat(c.equivalence().values()).allSatisfy(d -> assertThat(d).isLessThan(1e-4));
    assertThat(c.receptiveField()).allSatisfy(f -> assertThat(f.asDeclared()).isTrue());
    assertThat(c.parameters().total())
        .isEqualTo(c.parameters().trainable() + c.parameters().constants());
    c.write(folder, ModelCard.markdown(c, spec, "noise", ""));
    assertThat(Files.readString(folder.resolve("card.md"))).contains("**Certified causal.**");
    assertThat(Records.read(Certificate.class, Json.read(folder.resolve("card.json"))).digest())
        .isEqualTo(model.digest());
  }

  @Test
  void blocksOnBlocksAreCertifiedThoughNoRowSeesAsFarAsBothTogether() {
    for (Span span : List.of(new Span.Blocks(4, 3), new Span.Strided(32, 2, 32))) {
      Attention attention = Attention.over(2, span);
      ModelSpec twice =
          TinyModel.spec(
              0,
              Map.of(TinyModel.VISUAL, TinyModel.senses().get(TinyModel.VISUAL)),
              "up",
              TinyModel.serial("pool", new GlobalPool(Pooling.MEAN), "to", new Linear(8, true)),
              "first",
              attention,
              "second",
              attention);
      Certificate c = new Certifier(TinyModel.model(twice, 2), List.of(), QUICK, w -> {}).certify();
      assertThat(c.causal()).as(c.checks().toString()).isTrue();
      Certificate.Field field = c.receptiveField().getFirst();
      assertThat(field.measuredRows()).isBetween(20L, field.declaredRows().orElseThrow());
    }
  }

  @Test
  void everyModelWithEveryLayerIsCertified() {
    Model all = TinyModel.model(TinyModel.everyLayer(), 4);
    Certificate c = new Certifier(all, List.of(), QUICK, what -> {}).certify();
    assertThat(c.checks())
        .allSatisfy(check -> assertThat(check.passed()).as(check.toString()).isTrue());
  }

  @Test
  void aChainThatLagsIsCertifiedWithItsLagAsTheDelayAndUsesAllOfIt() {
    Chain heard = new Chain(Output.Kind.MULTI_LABEL, Chain.Decode.MARGINALS, 3);
    Chain seen = new Chain(Output.Kind.ONE_LABEL, Chain.Decode.VITERBI, 3);
    Model chained = sticky(TinyModel.chained(TinyModel.spec(3), heard, seen));
    Certificate c = new Certifier(chained, recordings, QUICK, what -> {}).certify();
    assertThat(c.checks())
        .allSatisfy(check -> assertThat(check.passed()).as(check.toString()).isTrue());
    assertThat(c.delayTicks()).isEqualTo(3);
    try (SessionPredictor system = new SessionPredictor(chained)) {
      Recording recording = recordings.getFirst();
      int t = 12;
      var before = system.predict(recording).probabilities();
      var after =
          system
              .predict(
                  recording.withFuture(
                      spec.tick().end(t), Recording.Future.OTHER, chained.spec(), 4))
              .probabilities();
      for (String output : before.keySet()) {
        float[][] decisions = before.get(output);
        for (int k = 0; k <= t - 3; k++) {
          assertThat(after.get(output)[k]).as("tick %d", k).isEqualTo(decisions[k]);
        }
        // The decision for the next tick waits for the first tick that was changed.
        assertThat(after.get(output)[t - 2]).isNotEqualTo(decisions[t - 2]);
      }
    }
  }

  /** Random weights, but labels that like to stay: transitions start at 0. */
  private static Model sticky(ModelSpec spec) {
    Weights weights = Weights.random(spec.parameters(), 3);
    for (String name : List.of("heads.heard.chain.transitions", "heads.seen.chain.transitions")) {
      float[] transitions = weights.get(name);
      for (int i = 0; i < transitions.length; i++) {
        transitions[i] = i % 4 == 0 || i % 4 == 3 ? 1 : -1;
      }
    }
    Model any = TinyModel.model(spec, 3);
    return Model.of(spec, weights, any.program().kernels(), any.folder(), any.encoders());
  }

  @Test
  void aLayerThatPeeksOneRowAheadIsRefused() {
    refused(rows -> shifted(rows, 1));
  }

  @Test
  void aFrontEndNormalisedOverTheWholeClipIsRefused() {
    refused(
        rows -> {
          Tensor mean = mean(rows, new long[] {1}, true, new ScalarTypeOptional());
          return rows.sub(mean);
        });
  }

  /**
   * The newest rows predict tokens of a future, and all rows of the window may look at these: so
   * the oldest row reads what was made from the newest.
   */
  @Test
  void aBlockThatLetsOldRowsReadAPseudoFutureMadeFromNewerOnesIsRefused() {
    refused(
        rows -> {
          Tensor future =
              rows.narrow(1, rows.size(1) - 3, 3).mul(new org.bytedeco.pytorch.Scalar(0.5f));
          Tensor scores = rows.matmul(future.transpose(1, 2));
          return rows.add(softmax(scores, 2).matmul(future));
        });
  }

  @Test
  void anHonestFormPassesTheSameTest() {
    assertThat(gradient(rows -> shifted(rows, 0)).passed()).isTrue();
    assertThat(gradient(rows -> shifted(rows, -2)).passed()).isTrue();
    assertThat(perturbation(rows -> shifted(rows, -2)).passed()).isTrue();
  }

  @Test
  void aSystemThatTellsAnEventFromTheEndOfTheRecordingIsRefused() {
    Predictor peeks =
        recording -> {
          Predictor.Said said = honest.predict(recording);
          float[][] rows = said.probabilities().values().iterator().next();
          List<Predictor.Told> told = new ArrayList<>(said.events());
          told.add(0, new Predictor.Told(1, "peak " + rows[rows.length - 1][0]));
          return new Predictor.Said(said.probabilities(), told);
        };
    Check check = Causality.perturbation(peeks, spec, recordings, 3, 1);
    assertThat(check.passed()).isFalse();
    assertThat(check.detail()).contains("events told");
  }

  /** Moves rows back by {@code by}: row t becomes row t + by. */
  private static Tensor shifted(Tensor rows, int by) {
    long n = rows.size(1);
    if (by == 0) {
      return rows.clone();
    }
    Tensor pad = rows.narrow(1, 0, Math.abs(by)).mul(new org.bytedeco.pytorch.Scalar(0f));
    org.bytedeco.pytorch.TensorVector parts = new org.bytedeco.pytorch.TensorVector();
    if (by > 0) {
      parts.push_back(rows.narrow(1, by, n - by));
      parts.push_back(pad);
    } else {
      parts.push_back(pad);
      parts.push_back(rows.narrow(1, 0, n + by));
    }
    return cat(parts, 1);
  }

  /** Refused by both tests, each for itself, with the moment at which it peeked. */
  private void refused(UnaryOperator<Tensor> form) {
    Check gradient = gradient(form);
    assertThat(gradient.passed()).isFalse();
    assertThat(gradient.detail()).containsPattern("depends on \\w+ in tick \\d+");
    Check perturbation = perturbation(form);
    assertThat(perturbation.passed()).isFalse();
    assertThat(perturbation.detail())
        .containsPattern("changed although only what was captured after \\d+\\.\\d+ s");
  }

  private Check gradient(UnaryOperator<Tensor> form) {
    try (PointerScope _ = new PointerScope()) {
      Map<String, Block> blocks = honest.rows(recordings.getFirst());
      Map<String, Rows> inputs = Batch.rows(List.of(blocks), spec.inputs().keySet());
      return Causality.gradient(in -> apply(form, in), inputs, TICKS, 6, 3);
    }
  }

  private static Map<String, Rows> apply(UnaryOperator<Tensor> form, Map<String, Rows> in) {
    Map<String, Rows> out = new LinkedHashMap<>();
    in.forEach(
        (name, rows) -> out.put(name, new Rows(form.apply(rows.values().flatten(2, -1)), null)));
    return out;
  }

  /** The same form as a system that turns recordings into decisions. */
  private Check perturbation(UnaryOperator<Tensor> form) {
    Predictor system =
        recording -> {
          Map<String, Block> blocks = honest.rows(recording);
          Map<String, float[][]> said = new LinkedHashMap<>();
          try (PointerScope _ = new PointerScope()) {
            Map<String, Rows> in = Batch.rows(List.of(blocks), spec.inputs().keySet());
            apply(form, in)
                .forEach((name, rows) -> said.put(name, ticks(rows, spec.inputs().get(name))));
          }
          return new Predictor.Said(said, List.of());
        };
    return Causality.perturbation(system, spec, recordings, 6, 2);
  }

  private static float[][] ticks(Rows rows, Shape shape) {
    float[] values = Tensors.values(rows.values());
    int size = shape.rows() * shape.size();
    float[][] ticks = new float[values.length / size][];
    for (int t = 0; t < ticks.length; t++) {
      ticks[t] = java.util.Arrays.copyOfRange(values, t * size, (t + 1) * size);
    }
    return ticks;
  }
}
