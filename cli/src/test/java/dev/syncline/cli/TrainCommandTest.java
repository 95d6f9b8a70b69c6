package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.data.ToneDataset;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Output;
import dev.syncline.torch.train.Objective;
import dev.syncline.torch.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  @TempDir static Path shared;
  private static ToneDataset tones;
  private static Path finished;

  @TempDir Path temp;

  /** Trains one epoch on the vectors alone, the fastest that there is, unless told otherwise. */
  private static CommandLineRun train(Path data, Path out, String... more) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--cache", "=" + shared.resolve("cache"));
    if (Arrays.stream(more).noneMatch(option -> option.startsWith("--config"))) {
      options.put("--modalities", "=vectors");
    }
    options.put("--epochs", "=1");
    for (String option : more) {
      String name = option.startsWith("--set=") ? option : option.replaceFirst("=.*", "");
      options.put(name, option.substring(name.length()));
    }
    List<String> args = new ArrayList<>(List.of("train", "--data=" + data, "--out=" + out));
    options.forEach((name, value) -> args.add(name + value));
    return CommandLineRun.of(args.toArray());
  }

  private CommandLineRun train(String... more) {
    return train(tones.dir, temp.resolve("run"), more);
  }

  @BeforeAll
  static void make() {
    tones = ToneDataset.write(shared.resolve("data"), 4, 2, 0, 1);
    finished = shared.resolve("finished");
    assertThat(train(tones.dir, finished).exit()).isZero();
  }

  private static byte[] weights(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("model/model.safetensors"));
  }

  private RunConfig config() {
    return config(temp.resolve("run"));
  }

  private static RunConfig config(Path run) {
    return Records.read(RunConfig.class, Json.read(run.resolve("config.json")));
  }

  @Test
  void aTrainingEndsWithItsModelsFolderAndTheSameOptionsGiveTheSameBytes() throws IOException {
    CommandLineRun ending = train();
    assertThat(ending.exit()).isZero();
    assertThat(ending.out().strip()).isEqualTo(temp.resolve("run/model").toString());
    assertThat(ending.err()).contains("epoch 1, step 1 of 1, loss ").contains("validation ");
    assertThat(temp.resolve("run/model/model.json")).isRegularFile();
    assertThat(weights(temp.resolve("run"))).isEqualTo(weights(finished));
  }

  @Test
  void seedEpochsAndOtherFieldsAreThoseOfTheCommandLine() throws IOException {
    CommandLineRun ending =
        train("--seed=5", "--epochs=2", "--set=learning_rate=0.5", "--set=patience=1");
    assertThat(ending.exit()).as(ending.err()).isZero();
    assertThat(config().train().seed()).isEqualTo(5);
    assertThat(config().train().epochs()).isEqualTo(2);
    assertThat(config().train().learningRate()).isEqualTo(0.5);
    assertThat(config().train().patience()).isEqualTo(1);
    assertThat(temp.resolve("run/metrics.jsonl")).content().hasLineCount(2);
    assertThat(weights(temp.resolve("run"))).isNotEqualTo(weights(finished));
  }

  @Test
  void theModelHasTheTickAndTheModalitiesOfTheCommandLine() {
    CommandLineRun ending = train("--tick-ms=200", "--modalities=vectors,motion");
    assertThat(ending.exit()).as(ending.err()).isZero();
    assertThat(config().model().tickMs()).isEqualTo(200);
    assertThat(config().model().modalities().keySet()).containsExactly("vectors", "motion");
    assertThat(config().model().outputs().keySet()).containsExactly("heard", "seen");
  }

  @Test
  void theModelIsFusedAndModelsTimeAsTheCommandLineSays() {
    String[] made = {"--modalities=vectors,motion", "--fusion=gated", "--temporal=testra"};
    CommandLineRun ending = train(made);
    assertThat(ending.exit()).as(ending.err()).isZero();
    assertThat(
            config().model().node().all().stream().map(n -> n.layer().getClass().getSimpleName()))
        .contains("Gated", "Memory", "Attention")
        .doesNotContain("Concat", "Gru");
  }

  @Test
  void labelsFormAChainAsTheCommandLineSaysAndDecisionsWaitForItsLag() {
    CommandLineRun ending =
        train(
            "--modalities=vectors,motion",
            "--fusion=late_mean",
            "--temporal=none",
            "--chain=viterbi",
            "--lag=2");
    assertThat(ending.exit()).as(ending.err()).isZero();
    RunConfig config = config();
    assertThat(config.model().delay()).isEqualTo(2);
    for (String output : List.of("heard", "seen")) {
      assertThat(config.model().chain(output).orElseThrow().layer())
          .isEqualTo(new Chain(Output.Kind.MULTI_LABEL, Chain.Decode.VITERBI, 2));
      assertThat(config.train().objective(output).loss()).isEqualTo(new Objective.Loss.Chain());
    }
    assertThat(config(finished).model().chain("heard")).isEmpty();
  }

  @Test
  void aChainThatFiltersOrSmoothsIsTrainedBehindAnyLayersInTime() {
    assertThat(train("--chain=filter", "--temporal=lstm").exit()).isZero();
    assertThat(config().model().delay()).isZero();
    Path other = temp.resolve("other");
    assertThat(train(tones.dir, other, "--chain=smooth").exit()).isZero();
    assertThat(config(other).model().delay()).isEqualTo(5);
    assertThat(config(other).model().chain("heard").orElseThrow().layer())
        .isEqualTo(new Chain(Output.Kind.MULTI_LABEL, Chain.Decode.MARGINALS, 5));
  }

  @Test
  void decisionsWaitAsLongAsTheCommandLineSays() {
    assertThat(train("--delay=3").exit()).isZero();
    assertThat(config().model().delay()).isEqualTo(3);
    Path other = temp.resolve("other");
    assertThat(train(tones.dir, other, "--chain=viterbi", "--lag=2", "--delay=4").exit()).isZero();
    assertThat(config(other).model().delay()).isEqualTo(4);
    assertThat(config(other).model().chain("heard").orElseThrow().layer())
        .isEqualTo(new Chain(Output.Kind.MULTI_LABEL, Chain.Decode.VITERBI, 2));
  }

  @Test
  void miniRoadIsTrainedOnStretchesOfWhichTheEndCounts() {
    CommandLineRun ending = train("--temporal=miniroad", "--modalities=vectors,motion");
    assertThat(ending.exit()).as(ending.err()).isZero();
    int stretch = config().train().cropTicks();
    assertThat(stretch).isPositive();
    for (String output : config().model().outputs().keySet()) {
      assertThat(config().train().objective(output).position())
          .isEqualTo(new Objective.Position.Last(Math.max(1, stretch / 2)));
    }
    assertThat(config(finished).train().cropTicks()).isZero();
  }

  @Test
  void aLagThatNoChainHasIsRefused() {
    assertThat(train("--delay=-1").refused(2)).contains("delay must be from 0 to 10000 ticks");
    assertThat(train("--chain=viterbi", "--lag=3", "--delay=2").refused(2))
        .contains("lag of 3 ticks is above the model's delay of 2: set delay to 3");
    assertThat(train("--delay=2", "--config=" + finished.resolve("config.json")).refused(2))
        .contains("--config has one");
    assertThat(train("--lag=3").refused(2)).contains("--lag is that of a chain");
    assertThat(train("--chain=filter", "--lag=3").refused(2)).contains("does not lag");
    assertThat(train("--chain=viterbi", "--lag=0").refused(2)).contains("must be at least 1, is 0");
    assertThat(train("--chain=viterbi", "--lag=99999").refused(2)).contains("lag must be from 0");
    assertThat(train("--chain=viterbi", "--config=" + finished.resolve("config.json")).refused(2))
        .contains("--config has one");
    assertThat(train("--chain=viterbo").refused(2)).contains("viterbi");
    for (String shaping : List.of("--lag=3", "--tick-ms=50", "--modalities=vectors")) {
      assertThat(train(shaping, "--config=" + finished.resolve("config.json")).refused(2))
          .contains("--config has one");
    }
    assertThat(train("--fusion=late_mean").refused(2)).contains("there is one: [vectors]");
    assertThat(train("--modalities=audio,audio").refused(2)).contains("names one twice");
    assertThat(temp.resolve("run")).doesNotExist();
  }

  @Test
  void labelsThatExcludeEachOtherGetTheOneForNothingAndAreNotToldOfIt() throws IOException {
    assertThat(train("--one-label").refused(1)).contains("audio", "bell and drum");
    ToneDataset other = ToneDataset.write(temp.resolve("data"), 2, 2, 1, 1);
    for (String id : List.of("train0", "train1", "val0", "val1", "test0")) {
      Files.writeString(
          other.file(id, "events.json"),
          """
          {"id": "%s", "duration_s": 2, "audio": [{"label": "bell", "start_s": 0.5, "end_s": 0.9}]}
          """
              .formatted(id));
    }
    CommandLineRun ending = train(other.dir, temp.resolve("run"), "--one-label");
    assertThat(ending.exit()).as(ending.err()).isZero();
    assertThat(config().model().outputs().get("heard").kind()).isEqualTo(Output.Kind.ONE_LABEL);
    assertThat(config().model().outputs().get("heard").labels())
        .containsExactly("bell", "drum", "background");
    assertThat(temp.resolve("run/metrics.jsonl")).content().contains("val.ave.accuracy.audio");
    Path chained = temp.resolve("chained");
    assertThat(train(other.dir, chained, "--one-label", "--chain=filter").exit()).isZero();
    assertThat(config(chained).model().chain("heard").orElseThrow().layer())
        .isEqualTo(new Chain(Output.Kind.ONE_LABEL, Chain.Decode.MARGINALS, 0));
    String[] at = {temp.resolve("run").toString(), "--data", other.dir.toString()};
    Path said = temp.resolve("said.json");
    CommandLineRun.of(
            "eval",
            at[0],
            at[1],
            at[2],
            "--cache",
            temp,
            "--predictions",
            said,
            "--metrics",
            "ave.accuracy.audio")
        .passed();
    assertThat(Json.read(said).get("clips").items().getFirst().get("events").items()).isEmpty();
    String lines =
        CommandLineRun.of(
                "stream",
                at[0],
                at[1],
                at[2],
                "--clip",
                "test0",
                "--speed",
                "max",
                "--format",
                "jsonl")
            .passed();
    assertThat(lines).contains("background").doesNotContain("\"event\"");
  }

  @Test
  void anUnknownFusionOrOneBesideAConfigurationIsRefused() {
    assertThat(train("--fusion=gatd").refused(2)).contains("--fusion", "gatd", "gated");
    assertThat(train("--temporal=LTSM").refused(2)).contains("--temporal", "lstm");
    assertThat(train("--temporal=lstm", "--config=" + finished.resolve("config.json")).refused(2))
        .contains("--config has one");
    assertThat(train("--one-label", "--config=" + finished.resolve("config.json")).refused(2))
        .contains("--config has one");
    assertThat(temp.resolve("run")).doesNotExist();
  }

  @Test
  void aFolderThatIsNoRunIsLeftAsItIs() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("run"));
    Path own = Files.writeString(folder.resolve("config.json"), "mine");
    for (String[] options : new String[][] {{}, {"--resume"}}) {
      assertThat(train(options).refused(1)).contains("is not empty and no run's folder");
    }
    assertThat(own).hasContent("mine");
    assertThat(folder).isDirectoryNotContaining(f -> !f.equals(own));
    assertThat(CommandLineRun.of("train", "--data", tones.dir, "--out", tones.dir).refused(1))
        .contains("choose another --out");
  }

  @Test
  void aTrainingThatDivergesSaysSo() {
    assertThat(train("--set=learning_rate=1e38").refused(1)).contains("learning_rate must be");
    CommandLineRun run =
        train("--set=learning_rate=1e6", "--epochs=5", "--modalities=audio,vectors");
    assertThat(run.exit()).as(run.err()).isEqualTo(1);
    assertThat(run.err().lines().toList().getLast())
        .contains("training diverged")
        .contains("lower learning_rate or clip_norm");
  }

  @Test
  void theCacheIsWhereItIsAskedFor() {
    assertThat(train("--cache=" + temp.resolve("mine")).exit()).isZero();
    assertThat(temp.resolve("mine")).isDirectoryContaining("glob:**.safetensors");
  }

  @Test
  void aConfigurationFileIsThatOfARun() throws IOException {
    assertThat(train("--config=" + finished.resolve("config.json")).exit()).isZero();
    assertThat(weights(temp.resolve("run"))).isEqualTo(weights(finished));
    assertThat(temp.resolve("run/config.json"))
        .hasSameTextualContentAs(finished.resolve("config.json"));
  }

  @Test
  void aConfigurationFileWithAnUnknownKeyIsRefusedWithTheNearestKnownOne() throws IOException {
    Path file = temp.resolve("config.json");
    Files.copy(finished.resolve("config.json"), file);
    ToneDataset.edit(file, "\"warmup\"", "\"warm_up\"");
    assertThat(train("--config=" + file).refused(1))
        .isEqualTo(file + ": train: unknown key \"warm_up\", did you mean \"warmup\"?");
    assertThat(temp.resolve("run")).doesNotExist();
  }

  @Test
  void aFieldThatDoesNotExistOrCannotBeIsRefused() {
    assertThat(train("--set=learning_rat=1").refused(1))
        .isEqualTo(
            "training configuration: unknown key \"learning_rat\", did you mean \"learning_rate\"?");
    assertThat(train("--set=warmup=2").refused(1))
        .isEqualTo("training configuration: warmup must be from 0 to 1, is 2.0");
    assertThat(train("--set=batch=many").refused(1))
        .isEqualTo("training configuration: batch: must be a number, is the string \"many\"");
    assertThat(train("--set=outputs={\"herd\":{}}").refused(1))
        .contains("the model has no output \"herd\", did you mean \"heard\"?");
    assertThat(train("--modalities=vector").refused(1))
        .contains("no modality \"vector\", did you mean \"vectors\"?");
    assertThat(train("--tick-ms=130").refused(1)).contains("no model fits this data set");
    assertThat(train("--epoch=3").exit()).isEqualTo(2);
  }

  @Test
  void aFinishedRunIsNotTouched() throws IOException {
    byte[] before = weights(finished);
    assertThat(train(tones.dir, finished).refused(1))
        .startsWith(finished + ": holds a finished training: choose another --out");
    assertThat(weights(finished)).isEqualTo(before);
  }

  @Test
  void aSecondTrainingIsRefusedWhileOneRuns() throws IOException {
    Path out = temp.resolve("run");
    try (RunFolder first = RunFolder.open(out, Json.object(), false)) {
      assertThat(train().refused(1))
          .startsWith(first.path() + ": another training is running in this folder");
    }
  }

  @Test
  void aRunThatWasInterruptedIsGoneOnWithByResumeAndOnlyAsItWasBegun() throws IOException {
    Path out = temp.resolve("run");
    assertThat(train().exit()).isZero();
    interrupted(out);
    assertThat(train().refused(1)).contains("holds a training that was begun").contains("--resume");
    assertThat(train("--resume", "--seed=3").refused(1))
        .contains("the run was begun with another configuration");
    assertThat(train("--resume").exit()).isZero();
    assertThat(weights(out)).isEqualTo(weights(finished));
  }

  /** Takes away the model, as if the process had been killed before it was written. */
  private static void interrupted(Path run) throws IOException {
    Files.delete(run.resolve("model/model.json"));
    Files.delete(run.resolve("model/model.safetensors"));
    Files.delete(run.resolve("model"));
  }

  @Test
  void aDamagedCheckpointIsRefused() throws IOException {
    Path out = temp.resolve("run");
    assertThat(train().exit()).isZero();
    interrupted(out);
    ToneDataset.halve(out.resolve("checkpoints/last.safetensors"));
    assertThat(train("--resume").refused(1))
        .startsWith(out.resolve("checkpoints/last.safetensors").toString())
        .endsWith("(the checkpoint is damaged: remove the run folder and begin anew)");
  }

  @Test
  void anEncoderThatIsNotThereIsRefused() throws IOException {
    Path file = temp.resolve("config.json");
    Files.writeString(
        file,
        """
        {"model": {"format": "syncline-model/1", "name": "frozen", "tick_ms": 100,
          "modalities": {"visual": {
            "front_end": {"type": "image", "rate_hz": 10, "source_hz": 10,
                          "scale": {"width": 4, "height": 4}},
            "encoder": {"file": "encoders/net.onnx", "input": "image", "shape": [1, 3, 4, 4],
                        "output": "embedding", "width": 5}}},
          "body": {"type": "parallel", "branches": {"seen": {"type": "linear", "out": 2}}},
          "outputs": {"seen": {"kind": "multi_label", "track": "visual",
                               "labels": ["bell", "drum"]}}},
         "train": {}}
        """);
    Path encoders = Files.createDirectory(temp.resolve("encoders"));
    assertThat(train("--config=" + file, "--encoders=" + encoders).refused(1))
        .isEqualTo(
            encoders.resolve("net.onnx") + ": no such encoder (--encoders names the folder)");
    assertThat(train("--config=" + file).refused(1))
        .isEqualTo(
            temp.resolve("run/encoders/net.onnx")
                + ": no such encoder (--encoders names the folder)");
    Files.writeString(encoders.resolve("net.onnx"), "not a network");
    assertThat(train("--config=" + file, "--encoders=" + encoders).refused(1))
        .contains("encoders/net.onnx");
  }

  @Test
  void soundAtAnotherRateThanThatOfTheEncoderIsRefused() {
    assertThat(train("--modalities=audio", "--encoders=" + temp).refused(1))
        .isEqualTo(tones.dir + ": audio has 8000.0 samples a second, yamnet.onnx wants 16000");
  }

  @Test
  void aDataSetWithProblemsIsRefusedBeforeAnythingIsTrained() throws IOException {
    ToneDataset other = ToneDataset.write(temp.resolve("data"), 2, 2, 0, 1);
    Path wav = other.file("val1", "audio.wav");
    ToneDataset.halve(wav);
    CommandLineRun one = train(other.dir, temp.resolve("run"), "--modalities=audio");
    assertThat(one.refused(1)).startsWith(wav + ": ").contains("truncated");
    ToneDataset.edit(other.file("val0", "events.json"), "bell", "bel");
    CommandLineRun two = train(other.dir, temp.resolve("run"), "--modalities=audio");
    assertThat(two.refused(1))
        .startsWith(other.dir + ": 3 problems: ")
        .contains("did you mean \"bell\"?")
        .contains(wav.toString());
    Files.copy(tones.file("val1", "audio.wav"), wav, StandardCopyOption.REPLACE_EXISTING);
    assertThat(temp.resolve("run/metrics.jsonl")).doesNotExist();
    assertThat(train(temp.resolve("nothing"), temp.resolve("run")).refused(1))
        .isEqualTo(temp.resolve("nothing/dataset.json") + ": no such file");
  }

  @Test
  void aCacheThatCannotBeWrittenIsRefused() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThat(train("--cache=" + file).refused(1))
        .startsWith(file + ": the feature cache cannot be written: ")
        .endsWith("choose another folder with --cache");
  }
}
