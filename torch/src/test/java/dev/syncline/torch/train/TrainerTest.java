package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.data.Dataset;
import dev.syncline.data.ToneDataset;
import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.torch.train.TinyRun.Digests;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
  /** Enough for every mechanism to be at work, not to learn much. */
  private static final String SHORT =
      "\"epochs\":3,\"batch\":3,\"learning_rate\":0.02,\"average\":0.5";

  @TempDir static Path shared;
  private static Path data;
  private static Digests plain;

  @TempDir Path temp;

  @BeforeAll
  static void make() {
    data = ToneDataset.write(shared.resolve("data"), 8, 4, 0, 1).dir;
    Path run = shared.resolve("plain");
    TinyRun.train(data, run, TinyRun.VECTORS, TinyRun.config("{" + SHORT + "}"));
    plain = Digests.of(run);
  }

  /** A short training with more fields. */
  private Digests trained(String more) {
    Path run = temp.resolve("run" + more.hashCode());
    TinyRun.train(data, run, TinyRun.VECTORS, TinyRun.config("{" + SHORT + more + "}"));
    return Digests.of(run);
  }

  private static List<Field> metrics(Path run) throws IOException {
    List<Field> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      lines.add(Json.parse("metrics", line));
    }
    return lines;
  }

  @Test
  void aTinyTaskOfSoundAndSightIsLearnt() throws IOException {
    Path run = temp.resolve("run");
    TrainConfig config =
        TinyRun.config("{\"epochs\":30,\"batch\":4,\"learning_rate\":0.03,\"average\":0.8}");
    TinyRun.train(data, run, TinyRun.SOUND_AND_SIGHT, config);
    List<Field> lines = metrics(run);
    assertThat(lines).hasSize(30);
    assertThat(lines.getFirst().get("loss").number())
        .isGreaterThan(3 * lines.getLast().get("loss").number());
    Field last = lines.getLast();
    assertThat(last.get("val.segment_f1.audio.micro").number()).isGreaterThan(0.9);
    assertThat(last.get("val.segment_f1.visual.micro").number()).isGreaterThan(0.9);
    assertThat(last.get("val.score").number())
        .isCloseTo(
            (last.get("val.segment_f1.audio.micro").number()
                    + last.get("val.segment_f1.visual.micro").number()
                    + last.get("val.segment_f1.av.micro").number())
                / 3,
            within(1e-12));
    assertThat(last.get("step").integer(0, 1000)).isEqualTo(60);
    Model model = Model.load(run.resolve("model"));
    assertThat(model.spec()).isEqualTo(TinyRun.SOUND_AND_SIGHT);
    assertThat(run.resolve(EventFile.NAME)).isNotEmptyFile();
    assertThat(run.resolve("config.json")).isRegularFile();
  }

  @Test
  void aModelWhoseDecisionsWaitLearnsToo() throws IOException {
    Path run = temp.resolve("run");
    TrainConfig config = TinyRun.config("{\"epochs\":40,\"batch\":4,\"learning_rate\":0.03}");
    ModelSpec spec = TinyRun.delayed(TinyRun.VECTORS, 2);
    TinyRun.train(data, run, spec, config);
    // The last two ticks of a clip have no decision: a little recall is out of reach.
    assertThat(metrics(run).getLast().get("val.score").number()).isGreaterThan(0.85);
  }

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherOneOthers() {
    assertThat(trained("")).isEqualTo(plain);
    Digests other = trained(",\"seed\":1");
    assertThat(other.weights()).isNotEqualTo(plain.weights());
    assertThat(other.metrics()).isNotEqualTo(plain.metrics());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"epochs\":2",
        "\"batch\":8",
        "\"learning_rate\":0.01",
        "\"final_rate\":1",
        "\"warmup\":0.5",
        "\"weight_decay\":1",
        "\"clip_norm\":0.01",
        "\"average\":0",
        "\"crop_ticks\":7",
        "\"carry\":1",
        "\"prior\":false",
        "\"outputs\":{\"heard\":{\"loss\":{\"type\":\"focal\"}}}",
        "\"outputs\":{\"heard\":{\"loss\":{\"type\":\"cross_entropy\",\"smoothing\":0.1}}}",
        "\"outputs\":{\"heard\":{\"balance\":{}}}",
        "\"outputs\":{\"heard\":{\"position\":{\"type\":\"last\",\"rows\":5}}}",
        "\"augmentation\":{\"modality_dropout\":{\"burst\":0.5}}",
      })
  void everyOptionOfTrainingChangesTheResult(String option) {
    String key = option.substring(0, option.indexOf(':') + 1);
    String json = "{" + SHORT.replaceAll(key + "[0-9.]+,?", "") + "," + option + "}";
    Path run = temp.resolve("run");
    TinyRun.train(data, run, TinyRun.VECTORS, TinyRun.config(json.replace(",,", ",")));
    assertThat(Digests.of(run).weights()).isNotEqualTo(plain.weights());
  }

  @ParameterizedTest
  @ValueSource(strings = {",\"checkpoint_steps\":1", ",\"patience\":100"})
  void whatOnlySavesOrWatchesChangesNothing(String option) {
    assertThat(trained(option)).isEqualTo(plain);
  }

  @Test
  void theBestEpochIsWhatIsKeptAndPatienceEndsTrainingBehindIt() throws IOException {
    Path run = temp.resolve("run");
    // A rate this high reaches its best early and then goes up and down.
    String json = "{\"epochs\":40,\"batch\":4,\"learning_rate\":0.3,\"average\":0,\"patience\":3}";
    TinyRun.train(data, run, TinyRun.VECTORS, TinyRun.config(json));
    List<Field> lines = metrics(run);
    int best = 0;
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).get("val.score").number() > lines.get(best).get("val.score").number()) {
        best = i;
      }
    }
    assertThat(lines.size()).isEqualTo(best + 1 + 3).isLessThan(40);
    Weights kept =
        Weights.read(run.resolve("model/model.safetensors"), TinyRun.VECTORS.parameters());
    try (Examples val =
        new Examples(
            Dataset.open(data),
            "val",
            TinyRun.model(TinyRun.VECTORS, run),
            temp.resolve("cache"))) {
      var evaluation = new dev.syncline.data.Evaluation(TinyRun.VECTORS, Dataset.open(data));
      for (int i = 0; i < val.size(); i++) {
        evaluation.add(
            val.clips.get(i),
            ParallelForm.probabilities(TinyRun.VECTORS, kept, List.of(val.plain(i).rows()))
                .getFirst(),
            dev.syncline.data.Evaluation.Told.NOTHING);
      }
      String key = "segment_f1.audio.micro";
      assertThat(evaluation.score(List.of(key), 0.5).value(key).orElseThrow())
          .isEqualTo(lines.get(best).get("val." + key).number());
    }
    assertThat(run.resolve("checkpoints/best.safetensors"))
        .hasSameBinaryContentAs(run.resolve("model/model.safetensors"));
  }

  @Test
  void theRunningAverageIsWhatIsValidatedAndKept() {
    Path run = temp.resolve("run");
    String json = "{\"epochs\":1,\"batch\":8,\"average\":0.9,\"warmup\":0,\"learning_rate\":0.1}";
    TinyRun.train(data, run, TinyRun.VECTORS, TinyRun.config(json));
    Checkpoint last =
        Checkpoint.read(run.resolve("checkpoints/last.safetensors"), TinyRun.VECTORS.parameters());
    Weights kept =
        Weights.read(run.resolve("model/model.safetensors"), TinyRun.VECTORS.parameters());
    Map<String, float[]> now = last.kind("p");
    Map<String, float[]> average = last.kind("a");
    assertThat(average).hasSameSizeAs(now);
    average.forEach((name, a) -> assertThat(kept.get(name)).as(name).containsExactly(a));
    // After the first of 1 steps: decay min(0.9, 1 / 10), from the start to the weights now.
    Path none = temp.resolve("none");
    TinyRun.train(data, none, TinyRun.VECTORS, TinyRun.config(json.replace("0.9", "0")));
    Weights plain =
        Weights.read(none.resolve("model/model.safetensors"), TinyRun.VECTORS.parameters());
    Weights start = Weights.random(TinyRun.VECTORS.parameters(), 0);
    String name = "up.weight";
    assertThat(now.get(name)).containsExactly(plain.get(name));
    for (int i = 0; i < now.get(name).length; i++) {
      assertThat(kept.get(name)[i])
          .isCloseTo(0.1f * start.get(name)[i] + 0.9f * now.get(name)[i], within(1e-6f));
    }
  }

  @Test
  void carriedStateIsInTheCheckpointWhereItIsCarriedAndNotElse() {
    trained(",\"carry\":1,\"crop_ticks\":7");
    Path run = temp.resolve("run" + ",\"carry\":1,\"crop_ticks\":7".hashCode());
    Checkpoint last =
        Checkpoint.read(run.resolve("checkpoints/last.safetensors"), TinyRun.VECTORS.parameters());
    // Batches of 3, 3 and 2 clips, 3 epochs: every stream has 7 ticks a step behind it.
    assertThat(last.standing().carriedTicks()).containsExactly(63L, 63L);
    assertThat(last.kind("s").keySet()).containsExactly("gru.h");
    assertThat(last.kind("s").get("gru.h")).hasSize(24).doesNotContain(0);
    trained(",\"carry\":0");
    Path without = temp.resolve("run" + ",\"carry\":0".hashCode());
    Checkpoint other =
        Checkpoint.read(
            without.resolve("checkpoints/last.safetensors"), TinyRun.VECTORS.parameters());
    assertThat(other.kind("s")).isEmpty();
  }

  @Test
  void progressIsToldAfterEveryStepAndValidation() {
    List<Trainer.Progress> told = new ArrayList<>();
    TinyRun.train(
        data,
        temp.resolve("run"),
        TinyRun.VECTORS,
        TinyRun.config("{" + SHORT + "}"),
        false,
        told::add);
    assertThat(told).hasSize(9 + 3);
    assertThat(told.getFirst().score()).isNaN();
    assertThat(told.stream().filter(Trainer.Progress::validated).map(Trainer.Progress::epoch))
        .containsExactly(1, 2, 3);
    assertThat(told.getLast().step()).isEqualTo(told.getLast().steps()).isEqualTo(9);
  }

  @Test
  void trainingThatDivergesStopsWithOneClearLineAndTheLastCheckpointIsLeft() {
    Path run = temp.resolve("run");
    String json = "{\"learning_rate\":1e30,\"warmup\":0,\"batch\":3,\"checkpoint_steps\":1}";
    assertThatThrownBy(() -> TinyRun.train(data, run, TinyRun.VECTORS, TinyRun.config(json)))
        .isInstanceOf(InputException.class)
        .hasMessageMatching(
            "\\Q"
                + run
                + "\\E: training diverged at step \\d+ \\(loss .*\\): lower learning_rate or clip_norm");
    Checkpoint.read(run.resolve("checkpoints/last.safetensors"), TinyRun.VECTORS.parameters());
  }
}
