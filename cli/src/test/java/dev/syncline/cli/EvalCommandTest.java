package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.Field;
import dev.syncline.json.Json;
import dev.syncline.step.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
  @TempDir static Path folder;
  private static TinyWorld world;
  private static Path model;

  @TempDir Path temp;

  @BeforeAll
  static void make() throws Exception {
    world = TinyWorld.make(folder, 2);
    model = world.model("model", 100, Optional.empty(), "audio", "visual");
  }

  private static CommandLineRun eval(Object... more) {
    List<Object> args =
        new ArrayList<>(
            List.of("eval", model, "--data", world.dir(), "--cache", folder.resolve("cache")));
    args.addAll(List.of(more));
    return CommandLineRun.of(args.toArray());
  }

  /** All probabilities, clip by clip. */
  private List<double[]> said(String name, Object... more) {
    Path file = temp.resolve(name);
    List<Object> args = new ArrayList<>(List.of("--predictions", file));
    args.addAll(List.of(more));
    eval(args.toArray()).passed();
    List<double[]> clips = new ArrayList<>();
    for (Field clip : Json.read(file).get("clips").items()) {
      clips.add(
          List.of("audio", "visual").stream()
              .flatMap(track -> clip.get("probabilities").get(track).items().stream())
              .flatMap(row -> row.items().stream())
              .mapToDouble(Field::number)
              .toArray());
    }
    return clips;
  }

  @Test
  void theFormThatTrainedAndTheOneThatStreamsSayTheSame() {
    List<double[]> step = said("step");
    List<double[]> parallel = said("parallel", "--form", "parallel");
    assertThat(step).hasSize(3);
    for (int i = 0; i < step.size(); i++) {
      assertThat(parallel.get(i)).containsExactly(step.get(i), within(1e-4));
    }
  }

  @Test
  void roundedWeightsSayAlmostTheSame() {
    List<double[]> exact = said("fp32");
    for (Precision precision : Precision.values()) {
      List<double[]> rounded = said(precision.name(), "--precision", name(precision));
      double most = precision.bits() == 4 ? 0.3 : precision.bits() == 8 ? 0.05 : 0.02;
      for (int i = 0; i < exact.size(); i++) {
        assertThat(rounded.get(i)).as(name(precision)).containsExactly(exact.get(i), within(most));
      }
    }
    assertThat(said("int4", "--precision", "int4_g32").getFirst()).isNotEqualTo(exact.getFirst());
    assertThat(eval("--precision", "int9").refused(2)).contains("no precision \"int9\"");
    assertThat(eval("--precision", "bf16", "--form", "parallel").refused(2))
        .contains("leave out --form parallel");
  }

  private static String name(Precision precision) {
    return PrecisionOption.name(precision);
  }

  @Test
  void aStreamOfAllClipsDiffersFromTheSecondClipOn() {
    List<double[]> step = said("step");
    List<double[]> stream = said("stream", "--form", "stream");
    assertThat(stream.getFirst()).isEqualTo(step.getFirst());
    assertThat(stream.get(1)).isNotEqualTo(step.get(1));
  }

  @Test
  void aMissingModalityChangesWhatIsSaid() {
    List<double[]> all = said("all");
    assertThat(said("deaf", "--without", "audio").getFirst()).isNotEqualTo(all.getFirst());
    assertThat(said("blind", "--without", "visual").getFirst()).isNotEqualTo(all.getFirst());
  }

  @Test
  void noiseChangesWhatIsHeardAndTheCacheNeverHearsOfIt() {
    List<double[]> clean = said("clean");
    List<double[]> noisy = said("noisy", "--noise", "audio=0");
    assertThat(noisy.getFirst()).isNotEqualTo(clean.getFirst());
    assertThat(said("again", "--noise", "audio=0").getFirst()).isEqualTo(noisy.getFirst());
    assertThat(said("pink", "--noise", "audio=0", "--noise-colour", "PINK").getFirst())
        .isNotEqualTo(noisy.getFirst());
    assertThat(said("seed", "--noise", "audio=0", "--noise-seed", "1").getFirst())
        .isNotEqualTo(noisy.getFirst());
    assertThat(said("after").getFirst()).isEqualTo(clean.getFirst());
  }

  @Test
  void noiseThatCannotBeIsRefused() {
    assertThat(eval("--noise", "audoi=0").refused(2)).contains("did you mean \"audio\"");
    assertThat(eval("--noise", "visual=0").refused(2)).contains("visual is not a sound");
    assertThat(eval("--noise", "audio=1000").refused(2)).contains("from -40 to 100 dB");
    assertThat(eval("--noise", "audio=NaN").refused(2)).contains("from -40 to 100 dB");
    assertThat(eval("--noise", "audio=loud").refused(2)).contains("--noise", "loud");
    assertThat(eval("--noise", "audio=0", "--without", "audio").refused(2)).contains("--without");
    assertThat(eval("--noise", "audio=0", "--noise-colour", "BLUE").refused(2)).contains("PINK");
  }

  @Test
  void scoreGivesTheSameScoresForItsFiles() {
    Path predictions = temp.resolve("p.json");
    Path truth = temp.resolve("t.json");
    String keys = "segment_f1.audio,oad.map.visual,event_f1.av@mIoU0.5,brier.binary.audio";
    Field own =
        Json.parse(
            "eval",
            eval("--predictions", predictions, "--truth", truth, "--metrics", keys, "--json")
                .passed());
    Field again =
        Json.parse(
            "score",
            CommandLineRun.of(
                    "score",
                    "--truth",
                    truth,
                    "--predictions",
                    predictions,
                    "--metrics",
                    keys,
                    "--json")
                .passed());
    again
        .get("metrics")
        .fields()
        .forEach(
            (key, value) ->
                assertThat(value.value()).as(key).isEqualTo(own.get("metrics").get(key).value()));
    assertThat(again.get("metrics").fields()).hasSizeGreaterThanOrEqualTo(4);
  }

  @Test
  void thePageLoadsNothingAndNamesFloorsAndBaselines() throws IOException {
    Path deaf = world.model("deaf", 100, Optional.empty(), "visual");
    Path page = temp.resolve("page.html");
    eval("--report", page, "--compare", "lip reader=" + deaf, "--clips", "1").passed();
    String html = Files.readString(page);
    assertThat(html)
        .contains("all negative", "all positive", "lip reader")
        .contains(world.data().classes())
        .doesNotContain("src=\"http", "href=\"http", "@import", "src=\"/");
    assertThat(temp).isDirectoryNotContaining(f -> !f.equals(page));
  }

  @Test
  void whatCannotBeEvaluatedIsOneLineAndLeavesNothing() throws IOException {
    Path page = temp.resolve("page.html");
    assertThat(eval("--split", "tset", "--report", page).refused(1))
        .contains("no split \"tset\"", "did you mean \"test\"");
    assertThat(eval("--split", "val", "--report", page).refused(1)).contains("is empty");
    assertThat(eval("--without", "audoi").refused(2)).contains("did you mean \"audio\"");
    assertThat(eval("--without", "audio,visual").refused(2)).contains("at least one");
    assertThat(eval("--threshold", "1.5").refused(2)).contains("from 0 to 1");
    assertThat(eval("--metrics", "segment_f2.audio").refused(2)).contains("segment_f1");
    assertThat(eval("--compare", "x=" + model).refused(2)).contains("--report");
    assertThat(eval("--report", page, "--compare", "x=" + temp).refused(1)).contains("no model");
    Path file = Files.writeString(temp.resolve("file"), "x");
    assertThat(eval("--predictions", file.resolve("p.json")).refused(1)).contains("file");
    assertThat(temp).isDirectoryNotContaining(f -> !f.equals(file));
  }

  @Test
  void aModelThatLacksAFileIsRefusedByItsName() throws IOException {
    for (String name : List.of("model.json", "model.safetensors")) {
      Path damaged = world.model("damaged", 100, Optional.empty(), "audio");
      Files.delete(damaged.resolve(name));
      String line = CommandLineRun.of("eval", damaged, "--data", world.dir()).refused(1);
      assertThat(line).contains(name);
    }
  }

  @Test
  void jsonIsOneObjectWithTheMainScores() {
    Field scores = Json.parse("out", eval("--json").passed());
    assertThat(scores.get("format").string()).isEqualTo("syncline-scores/1");
    assertThat(scores.get("metrics").fields())
        .containsKeys("segment_f1.audio.micro", "segment_f1.visual.micro", "segment_f1.av.micro");
    assertThat(scores.get("counts").get("clips").integer(3, 3)).isEqualTo(3);
    assertThat(Arrays.asList(scores.get("threshold").number())).containsExactly(0.5);
  }

  @Test
  void theTableOfPrecisionsHoldsWhatEachSaysAlone() {
    Json.Obj table =
        (Json.Obj) Json.parse("table", eval("--precisions", "--json").passed()).value();
    assertThat(table.fields().keySet())
        .containsExactlyElementsOf(
            Arrays.stream(Precision.values()).map(PrecisionOption::name).toList());
    List<double[]> exact = said("exact.json");
    for (String name : List.of("fp32", "int4_g32")) {
      List<double[]> rounded = said(name + ".json", "--precision", name);
      double squares = 0;
      double largest = 0;
      long count = 0;
      for (int i = 0; i < exact.size(); i++) {
        for (int k = 0; k < exact.get(i).length; k++, count++) {
          double d = Math.abs(exact.get(i)[k] - rounded.get(i)[k]);
          squares += d * d;
          largest = Math.max(largest, d);
        }
      }
      Field row = new Field("table", "", table).get(name);
      assertThat(row.get("change_rms").number())
          .isCloseTo(Math.sqrt(squares / count), within(1e-6));
      assertThat(row.get("change_largest").number()).isCloseTo(largest, within(1e-6));
      assertThat(largest > 0).isEqualTo(!name.equals("fp32"));
    }
    assertThat(eval("--precisions").passed())
        .contains("| weights | segment_f1.audio.micro |", "| int8 |");
    assertThat(eval("--precisions", "--precision", "int8").refused(2))
        .contains("--precisions has all of them: leave out --precision");
    assertThat(eval("--report", temp).refused(1)).contains(temp + ": is a folder");
    assertThat(eval("--precisions", "--report", temp.resolve("x.html")).refused(2))
        .contains("--precisions is a table alone");
  }
}
