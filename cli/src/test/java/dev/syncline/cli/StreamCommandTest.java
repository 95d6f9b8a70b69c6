package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
import dev.syncline.json.Field;
import dev.syncline.json.Json;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.time.Tick;
import dev.syncline.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamCommandTest {
  @TempDir static Path folder;
  private static Path data;
  private static Path model;
  private static Dataset dataset;

  @BeforeAll
  static void make() throws Exception {
    data = folder.resolve("data");
    new SynthWorld(3, 4, 2.0, 32, 10, SynthWorld.split(0.34, 0.33, 0.33)).write(data, 2);
    dataset = Dataset.open(data);
    ModelSpec spec =
        new Presets(dataset, Tick.ofMillis(100), Optional.empty())
            .spec(Design.of(List.of("audio", "visual")));
    model = folder.resolve("model");
    Model.of(
            spec, Weights.random(spec.parameters(), 3), new PlainKernels(), folder, Models::encoder)
        .write(model);
  }

  @Test
  void streamGivesTickForTickExactlyTheProbabilitiesOfEval() throws Exception {
    for (String speed : List.of("max", "20")) {
      for (String without : List.of("", "audio", "visual")) {
        Path predictions = folder.resolve("p" + speed + without + ".json");
        String[] missing = without.isEmpty() ? new String[0] : new String[] {"--without", without};
        assertThat(
                CommandLineRun.of(
                        join(
                            missing,
                            "eval",
                            model,
                            "--data",
                            data,
                            "--cache",
                            folder + "/cache",
                            "--predictions",
                            predictions))
                    .exit())
            .isZero();
        for (Field clip : Json.read(predictions).get("clips").items()) {
          CommandLineRun streamed =
              CommandLineRun.of(
                  join(
                      missing,
                      "stream",
                      model,
                      "--data",
                      data,
                      "--clip",
                      clip.get("id").string(),
                      "--speed",
                      speed,
                      "--format",
                      "jsonl"));
          assertThat(streamed.exit()).as(streamed.err()).isZero();
          compare(clip, streamed.out());
        }
      }
    }
  }

  private static void compare(Field clip, String lines) {
    int tick = 0;
    for (String line : lines.lines().filter(l -> l.contains("\"tick\"")).toList()) {
      Field said = Json.parse("line", line);
      if (said.get("type").string().equals("tick")) {
        for (String track : List.of("audio", "visual")) {
          Field row = said.get(track.equals("audio") ? "heard" : "seen");
          List<Field> expected = clip.get("probabilities").get(track).items().get(tick).items();
          for (int c = 0; c < expected.size(); c++) {
            float streamed = (float) row.get(dataset.classes().get(c)).number();
            assertThat(streamed).isEqualTo((float) expected.get(c).number());
          }
        }
        tick++;
      }
    }
    assertThat(tick).isEqualTo(20);
  }

  private static Object[] join(String[] more, Object... args) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray();
  }

  @Test
  void wrongCommandLinesAndInputsEndInOneClearLine() {
    String clip = dataset.clips().getFirst();
    assertThat(CommandLineRun.of("stream", model, "--data", data, "--clip", clip + "x").refused(1))
        .contains("did you mean \"" + clip + "\"?");
    assertThat(
            CommandLineRun.of("stream", model, "--data", data, "--clip", clip, "--speed", "0")
                .refused(2))
        .contains("--speed must be above 0");
    assertThat(CommandLineRun.of("stream", model).refused(2))
        .contains("name either files or a data set");
    assertThat(
            CommandLineRun.of("stream", folder + "/nothing", "--data", data, "--clip", clip)
                .refused(1))
        .contains("no model there");
    assertThat(CommandLineRun.of("stream", model, folder + "/no.mp4", "--speed", "max").refused(1))
        .contains("no such file");
    assertThat(
            CommandLineRun.of("stream", model, "--data", data, "--clip", clip, "--without", "audoi")
                .refused(2))
        .contains("did you mean \"audio\"?");
    assertThat(
            CommandLineRun.of(
                    "stream",
                    model,
                    "--data",
                    data,
                    "--clip",
                    clip,
                    "--format",
                    "jsonl",
                    "--speed",
                    "max",
                    "--out",
                    model + "/model.json")
                .refused(1))
        .contains("is there already");
  }

  @Test
  void webVttAndStatisticsAreWritten() throws Exception {
    Path vtt = folder.resolve("a.vtt");
    CommandLineRun ran =
        CommandLineRun.of(
            "stream",
            model,
            "--data",
            data,
            "--clip",
            dataset.clips().getFirst(),
            "--speed",
            "max",
            "--format",
            "vtt",
            "--out",
            vtt,
            "--stats");
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(Files.readString(vtt)).startsWith("WEBVTT");
    assertThat(ran.err()).contains("20 ticks").contains("front end").contains("share of real time");
  }

  @Test
  void inspectShowsTreeAndTotals() {
    CommandLineRun ran = CommandLineRun.of("inspect", model);
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("receptive field").contains("gru (units").contains("parameters");
    assertThat(
            Json.parse("inspect", CommandLineRun.of("inspect", model, "--json").out())
                .get("flops")
                .number())
        .isPositive();
  }
}
