package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.TinyModel;
import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
import dev.syncline.json.Json;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.time.Tick;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExportCommandTest {
  @TempDir static Path folder;
  private static Path data;
  private static Path model;

  @BeforeAll
  static void make() throws Exception {
    data = folder.resolve("data");
    new SynthWorld(3, 4, 50.0, 32, 10, SynthWorld.split(0.34, 0.0, 0.66)).write(data, 2);
    Dataset dataset = Dataset.open(data);
    ModelSpec spec =
        new Presets(dataset, Tick.ofMillis(100), Optional.empty())
            .spec(Design.of(List.of("audio", "visual")));
    model = folder.resolve("model");
    write(spec, Weights.random(spec.parameters(), 3), model);
  }

  private static void write(ModelSpec spec, Weights weights, Path to) throws IOException {
    Model.of(spec, weights, new PlainKernels(), folder, Models::encoder).write(to);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp32", "fp16", "int8"})
  void aModelIsExportedAndComparedOnClips(String precision) throws IOException {
    for (List<String> how : List.of(List.<String>of(), List.of("--sequence"))) {
      Path file = folder.resolve(precision + how + ".onnx");
      List<Object> words =
          new ArrayList<>(List.of("export", model, "--onnx", file, "--precision", precision));
      words.addAll(List.of("--data", data, "--cache", folder.resolve("cache")));
      words.addAll(how);
      String out = CommandLineRun.of(words.toArray()).passed();
      assertThat(out)
          .contains(how.isEmpty() ? "step graph, opset 20, " : "sequence graph, opset 20, ")
          .contains(precision)
          .contains("x.audio, x.visual")
          .contains("equal to the step over 1,000 ticks of clips");
      assertThat(Files.size(file))
          .isBetween(10_000L, precision.equals("fp32") ? 1_000_000L : 700_000L);
    }
  }

  @Test
  void whatCannotBeIsRefusedInOneLineAndNothingIsWritten() throws IOException {
    Path file = folder.resolve("refused.onnx");
    assertThat(
            CommandLineRun.of("export", model, "--onnx", file, "--precision", "int4_g32")
                .refused(Exit.USAGE))
        .startsWith("--precision of an export is fp32, fp16 or int8, not int4_g32");
    assertThat(CommandLineRun.of("export", model).refused(Exit.USAGE)).contains("--onnx");
    assertThat(
            CommandLineRun.of("export", model, "--onnx", file, "--split", "test")
                .refused(Exit.USAGE))
        .startsWith("--split goes with --data");
    assertThat(
            CommandLineRun.of("export", model, "--onnx", file, "--data", data, "--split", "train")
                .refused(Exit.REFUSED))
        .contains("the split \"train\" has 500 ticks, the comparison takes 1000: leave out --data");
    Path there = Files.writeString(folder.resolve("there.onnx"), "kept");
    assertThat(CommandLineRun.of("export", model, "--onnx", there).refused(Exit.REFUSED))
        .isEqualTo(there + ": is there already: remove it or choose another name");
    assertThat(there).hasContent("kept");
    CommandLineRun.of("export", model, "--onnx", there.resolve("x.onnx")).refused(Exit.REFUSED);
    assertThat(file).doesNotExist();
    assertNothingHalfWritten();
  }

  @Test
  void aGraphThatIsNotEqualIsNotWritten() throws IOException {
    ModelSpec spec = TinyModel.spec();
    Weights weights = Weights.random(spec.parameters(), 3);
    for (float[] values : weights.values().values()) {
      for (int i = 0; i < values.length; i++) {
        // sums of both infinities: NaN in any order
        values[i] *= 1e38f;
      }
    }
    Path broken = folder.resolve("broken");
    write(spec, weights, broken);
    Path file = folder.resolve("broken.onnx");
    assertThat(CommandLineRun.of("export", broken, "--onnx", file).refused(Exit.REFUSED))
        .startsWith(file + ": not written: ")
        .endsWith("away from the model's step, 1e-05 is allowed");
    assertThat(file).doesNotExist();
    assertNothingHalfWritten();
  }

  private static void assertNothingHalfWritten() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".partial"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "onnx", "auto"})
  void everyBackendSaysTheSame(String backend) {
    Path expected = folder.resolve("expected.json");
    Path got = folder.resolve(backend + ".json");
    assertThat(evaluated("vector", expected).err()).isEmpty();
    assertThat(evaluated(backend, got).err())
        .matches(
            backend.equals("auto")
                ? "backend auto: 1 stream: own \\d+ us, onnx \\d+ us: takes (own|onnx)\\R"
                : "");
    List<Double> ours = numbers(Json.read(expected).value());
    List<Double> theirs = numbers(Json.read(got).value());
    assertThat(theirs).hasSameSizeAs(ours).hasSizeGreaterThan(500);
    for (int i = 0; i < ours.size(); i++) {
      assertThat(theirs.get(i)).isCloseTo(ours.get(i), Offset.offset(1e-5));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "onnx"})
  void aSecondThreadIsRefusedWhereNothingWouldUseIt(String backend) {
    assertThat(
            CommandLineRun.of("eval", model, "--data", data, "--backend", backend, "--threads", "2")
                .refused(Exit.USAGE))
        .startsWith("--threads 2 goes with --backend vector or auto, not " + backend);
  }

  private static List<Double> numbers(Json json) {
    return switch (json) {
      case Json.Num n -> List.of(n.value());
      case Json.Arr a -> a.items().stream().flatMap(i -> numbers(i).stream()).toList();
      case Json.Obj o -> o.fields().values().stream().flatMap(i -> numbers(i).stream()).toList();
      case Json.Str ignored -> List.of();
      case Json.Bool ignored -> List.of();
      case Json.Null ignored -> List.of();
    };
  }

  private static CommandLineRun evaluated(String backend, Path predictions) {
    CommandLineRun run =
        CommandLineRun.of(
            "eval",
            model,
            "--data",
            data,
            "--split",
            "train",
            "--cache",
            folder.resolve("cache"),
            "--backend",
            backend,
            "--predictions",
            predictions);
    run.passed();
    return run;
  }
}
