package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.data.Dataset;
import dev.syncline.data.ToneDataset;
import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.step.Model;
import dev.syncline.torch.Graph;
import dev.syncline.torch.Potentials;
import dev.syncline.torch.State;
import dev.syncline.torch.Tensors;
import dev.syncline.torch.train.ClassWeights.Counts;
import dev.syncline.torch.train.Examples.Example;
import dev.syncline.torch.train.TinyRun.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain of labels trained by the likelihood of whole sequences. */
class ChainTrainingTest {
  private static final String CHAIN = "\"outputs\":{\"heard\":{\"loss\":{\"type\":\"chain\"}}}";
  private static final String CONFIG =
      "{\"epochs\":20,\"batch\":3,\"learning_rate\":0.03,\"average\":0.5,\"crop_ticks\":12,"
          + CHAIN
          + "}";
  private static final Map<String, Counts> COUNTS =
      Map.of("heard", new Counts(List.of(1.0, 5.0), List.of(9.0, 5.0)));

  @TempDir static Path shared;
  private static Path data;
  private static Path trained;

  @TempDir Path temp;

  @BeforeAll
  static void train() {
    data = ToneDataset.write(shared.resolve("data"), 8, 4, 0, 1).dir;
    trained = shared.resolve("trained");
    TinyRun.train(data, trained, TinyRun.CHAINED, TinyRun.config(CONFIG));
  }

  private static List<Double> metric(String name) throws IOException {
    List<Double> values = new ArrayList<>();
    for (String line : Files.readAllLines(trained.resolve("metrics.jsonl"))) {
      Field fields = Json.parse("metrics", line);
      values.add(fields.get(name).number());
    }
    return values;
  }

  @Test
  void theLikelihoodRisesAndTheLabelsAreLearnt() throws IOException {
    List<Double> losses = metric("loss");
    assertThat(losses.getLast()).isLessThan(losses.getFirst() / 3);
    // The last tick of a clip has no decision: a little recall is out of reach.
    assertThat(metric("val.score").getLast()).isGreaterThan(0.85);
    Model model = Model.load(trained.resolve("model"));
    assertThat(model.spec()).isEqualTo(TinyRun.CHAINED);
    float[] transitions = model.weights().get("heads.heard.chain.transitions");
    for (int c = 0; c < 2; c++) {
      assertThat(transitions[4 * c] + transitions[4 * c + 3])
          .as("labels of label %d stay rather than change", c)
          .isGreaterThan(transitions[4 * c + 1] + transitions[4 * c + 2]);
    }
  }

  @Test
  void aTrainingThatWasStoppedAndGoneOnWithEndsInTheSameBytes() throws IOException {
    Path run = temp.resolve("run");
    Json json =
        Json.object(
            "model", TinyRun.CHAINED.json(), "train", Records.write(TinyRun.config(CONFIG)));
    Trainer[] here = new Trainer[1];
    try (RunFolder folder = RunFolder.open(run, json, false);
        Trainer trainer =
            new Trainer(
                folder,
                TinyRun.config(CONFIG),
                TinyRun.model(TinyRun.CHAINED, run),
                Dataset.open(data),
                shared.resolve("cache"),
                p -> {
                  if (p.step() == 25) {
                    here[0].stop();
                  }
                })) {
      here[0] = trainer;
      assertThatThrownBy(trainer::train).hasMessageContaining("stopped at step 25 of 60");
    }
    TinyRun.train(data, run, TinyRun.CHAINED, TinyRun.config(CONFIG), true, p -> {});
    assertThat(Digests.of(run)).isEqualTo(Digests.of(trained));
  }

  private static Example example(boolean... first) {
    boolean[][] labels = new boolean[first.length][2];
    for (int t = 0; t < first.length; t++) {
      labels[t][0] = first[t];
    }
    return new Example("clip", first.length, Map.of(), Map.of("heard", labels));
  }

  /** The loss where no label depends on the one before: the price of each tick alone. */
  private static double loss(ModelSpec spec, String more, List<Example> batch, float... first) {
    int ticks = first.length / batch.size();
    float[] e = new float[batch.size() * ticks * 4];
    for (int i = 0; i < first.length; i++) {
      e[4 * i + 1] = first[i];
      e[4 * i + 3] = -100;
    }
    Potentials potentials =
        new Potentials(
            Output.Kind.MULTI_LABEL,
            Tensors.of(e, batch.size(), ticks, 2, 2),
            Tensors.of(new float[4], 2, 2),
            Tensors.of(new float[8], 2, 2, 2));
    String config = "{\"outputs\":{\"heard\":{\"loss\":{\"type\":\"chain\"}" + more + "}}}";
    return new Criterion(spec, TinyRun.config(config), COUNTS)
        .loss(
            batch,
            new Graph.Result(
                Map.of(),
                () -> new State(Map.of(), new long[0]),
                Map.of("heads.heard.chain", potentials)))
        .item_double();
  }

  private static double price(double logit, boolean on) {
    return Math.log1p(Math.exp(on ? -logit : logit)) / 2;
  }

  @Test
  void withoutTransitionsTheLossIsTheMeanPriceOfATickWhateverTheLengthOfClips() {
    List<Example> batch = List.of(example(true, false, true), example(true));
    double mean = (price(1, true) + price(2, false) + price(3, true) + price(4, true)) / 4;
    float nan = Float.NaN;
    assertThat(loss(TinyRun.CHAINED, "", batch, 1, 2, 3, 4, nan, nan))
        .isCloseTo(mean, within(1e-6));
    assertThat(loss(TinyRun.CHAINED, ",\"weight\":3", batch, 1, 2, 3, 4, nan, nan))
        .isCloseTo(3 * mean, within(1e-6));
  }

  @Test
  void labelsWaitForTheModelsDelayLessTheLagOfTheChain() {
    ModelSpec later = TinyRun.delayed(TinyRun.CHAINED, 3);
    double mean = (price(3, true) + price(4, false)) / 2;
    assertThat(loss(later, "", List.of(example(true, false, true, true)), 1, 2, 3, 4))
        .isCloseTo(mean, within(1e-6));
    assertThat(loss(later, "", List.of(example(true, false)), 1, 2))
        .as("a clip that ends before its first label")
        .isZero();
  }

  @Test
  void theBiasBeforeAChainBeginsAtTheLabelsFrequencies() {
    Map<String, float[]> priors =
        Statistics.priors(TinyRun.CHAINED.node(), TinyRun.CHAINED.outputs(), COUNTS);
    assertThat(priors.keySet()).containsExactly("heads.heard.logits.bias");
    assertThat(priors.get("heads.heard.logits.bias"))
        .containsExactly(new float[] {(float) Math.log(0.2), 0}, within(1e-6f));
  }

  @Test
  void aLossOfAChainThatIsNotThereOrWithWeightsOfTicksIsRefused() {
    assertThatThrownBy(
            () -> new Criterion(TinyRun.VECTORS, TinyRun.config("{" + CHAIN + "}"), COUNTS))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "training configuration: outputs: heard: the loss is that of a chain, but the output does not end in one: add the layer or take another loss");
    for (String more : List.of("\"balance\":{}", "\"position\":{\"type\":\"last\",\"rows\":3}")) {
      assertThatThrownBy(() -> loss(TinyRun.CHAINED, "," + more, List.of(example(true)), 1))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("outputs.heard: a chain's loss is of whole sequences of labels");
    }
  }
}
