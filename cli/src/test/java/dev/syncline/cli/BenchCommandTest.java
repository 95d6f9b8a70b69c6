package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.TinyModel;
import dev.syncline.json.Field;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Attention;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Recurrent.Gru;
import dev.syncline.spec.Span;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  @TempDir Path temp;

  /** What every peer covers. */
  private static ModelSpec plain() {
    Attention attention = new Attention(4, 0, new Span.Window(6), new Attention.Position.None());
    return TinyModel.spec(
        0,
        TinyModel.senses(),
        "encoders",
        new Each(
            TinyModel.layers(
                TinyModel.AUDIO,
                new PoolRows(Pooling.MEAN, 10),
                TinyModel.VISUAL,
                TinyModel.serial(
                    "conv", new Conv2d(16, 3, 2, 1, false, true),
                    "pool", new GlobalPool(Pooling.MAX)))),
        "fuse",
        new Fusion.Concat(),
        "attn",
        new Residual(attention),
        "conv",
        new Conv1d(32, 3, 1, 2, false, true),
        "gru",
        new Gru(40));
  }

  private Path model(ModelSpec spec) throws IOException {
    Path folder = temp.resolve("model");
    TinyModel.model(spec, 1).write(folder);
    return folder;
  }

  private static CommandLineRun bench(Object... more) {
    Stream<Object> quick = Stream.of("bench", "--seconds=0.02", "--rounds=2");
    return CommandLineRun.of(Stream.concat(quick, Stream.of(more)).toArray());
  }

  private static List<String> variants(Field report, int batch) {
    return report.get("entries").items().stream()
        .filter(e -> (int) e.get("batch").number() == batch)
        .filter(e -> !e.get("runtime").string().equals("floor"))
        .map(e -> e.get("runtime").string() + " " + e.get("weights").string())
        .toList();
  }

  @Test
  void measuresUsBesideThePeersAndWritesWhatItPrints() throws IOException {
    Path out = temp.resolve("out");
    CommandLineRun run =
        bench(
            model(plain()),
            "--peers",
            "--precision=fp32,int8,int4_g32",
            "--batch=1,3",
            "--threads=2",
            "--long=50",
            "--out=" + out);

    assertThat(run.passed().lines()).allMatch(line -> line.length() <= 100, "fits 100 columns");
    Field report = Json.read(out.resolve("tiny.json"));
    for (int batch : new int[] {1, 3}) {
      assertThat(variants(report, batch))
          .startsWith(
              "syncline fp32",
              "syncline int8",
              "syncline int4_g32",
              "onnx runtime fp32",
              "onnx runtime int8",
              "onnx runtime int8 dyn",
              "onnx runtime int4",
              "libtorch eager fp32",
              "torchscript fp32",
              "syncline auto fp32",
              "syncline auto int8",
              "syncline auto int4_g32");
    }
    assertThat(variants(report, 1).subList(12, 19))
        .containsExactly(
            "syncline, 2 threads fp32",
            "syncline, 2 threads int8",
            "syncline, 2 threads int4_g32",
            "onnx, 2 threads fp32",
            "onnx, 2 threads int8",
            "onnx, 2 threads int8 dyn",
            "onnx, 2 threads int4");
    assertThat(variants(report, 3)).hasSize(12);
    for (Field entry : report.get("entries").items()) {
      Field timing = entry.get("timing");
      assertThat(timing.get("min").number()).isPositive();
      assertThat(timing.get("p50").number())
          .isBetween(timing.get("min").number() * 0.99, timing.get("p99").number() * 1.01);
      assertThat(timing.get("round_medians").items()).hasSize(2);
    }
    assertThat(report.get("notes").items()).isEmpty();
    assertThat(report.get("long_runs").items()).hasSize(2);
    assertThat(report.get("machine").get("libraries").fields())
        .containsKeys("onnxruntime", "pytorch");
    assertThat(Files.readString(out.resolve("tables.md"))).contains("| onnx runtime int4 |");
    assertThat(Files.readString(out.resolve("tiny.svg"))).contains("torchscript fp32");
  }

  @Test
  void outputsOfExactPeersAreOurs() throws IOException {
    Path json = temp.resolve("report.json");
    bench(model(plain()), "--peers", "--json=" + json).passed();
    for (Field entry : Json.read(json).get("entries").items()) {
      if (!entry.get("runtime").string().equals("floor")) {
        assertThat(entry.get("error").number()).isBetween(0.0, 1e-5);
      }
    }
  }

  @Test
  void readingHasAFloorInEveryPrecision() throws IOException {
    Path json = temp.resolve("report.json");
    bench(model(plain()), "--precision=all", "--json=" + json).passed();
    Field report = Json.read(json);
    List<Field> floors =
        report.get("entries").items().stream()
            .filter(e -> e.get("runtime").string().equals("floor"))
            .toList();
    assertThat(floors.stream().map(f -> f.get("weights").string()).distinct()).hasSize(7);
    for (Field floor : floors) {
      double bytes = floor.get("weight_bytes").number();
      double gigabytesPerSecond = bytes / floor.get("timing").get("p50").number() / 1e3;
      assertThat(bytes).isPositive();
      assertThat(gigabytesPerSecond).isBetween(0.01, 2000.0);
    }
    assertThat(report.get("peak_gflops").number()).isBetween(0.1, 10_000.0);
  }

  @Test
  void measuresEveryLayerAndSaysWhatPeersLack() throws IOException {
    String printed = bench(model(TinyModel.everyLayer()), "--peers").passed();
    assertThat(printed).contains("syncline fp32").contains("libtorch as a peer does not cover");
    assertThat(printed).doesNotContain("libtorch eager fp32");
  }

  @Test
  void refusesWhatCannotBeMeasured() throws IOException {
    Path model = model(plain());
    assertThat(bench(temp.resolve("nowhere")).refused(1))
        .isEqualTo(temp.resolve("nowhere") + ": no model there (no model.json)");
    assertThat(bench(model, "--batch=0").refused(2)).contains("--batch: at least one stream");
    assertThat(bench(model, "--batch=many").refused(2)).contains("--batch");
    assertThat(bench(model, "--batch=10000000").refused(1))
        .startsWith("--batch 10,000,000: the state of so many streams takes ")
        .contains("ask for fewer");
    assertThat(bench(model, "--precision=fp31").refused(2))
        .contains("--precision: no precision \"fp31\", did you mean \"fp32\"?");
    assertThat(bench(model, "--seconds=0").refused(2)).contains("--seconds");
    assertThat(bench(model, "--rounds=0").refused(2)).contains("--rounds");
    assertThat(bench(model, "--long=-1").refused(2)).contains("--long");
  }

  @Test
  void refusesAPlaceThatCannotBeWrittenToBeforeItMeasures() throws IOException {
    Path model = model(plain());
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThat(bench(model, "--out=" + file).refused(1)).contains(file.toString());
    assertThat(bench(model, "--out=" + file.resolve("out")).refused(1)).contains(file.toString());
    assertThat(bench(model, "--out=").refused(2)).contains("--out");
    assertThat(bench(model, "--json=" + file.resolve("x.json")).refused(1))
        .contains(file + " is no folder");
    assertThat(bench(model, "--json=" + temp).refused(1)).contains(temp + ": is a folder");
  }

  @Test
  void refusesAModelWhoseEncoderCannotRun() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("frozen"));
    String json =
        """
        {"format": "syncline-model/1", "name": "frozen", "tick_ms": 100,
         "modalities": {"visual": {
           "front_end": {"type": "image", "rate_hz": 10, "source_hz": 10,
                         "scale": {"width": 4, "height": 4}},
           "encoder": {"file": "encoders/net.onnx", "input": "image", "shape": [1, 3, 4, 4],
                       "output": "embedding", "width": 5}}},
         "body": {"type": "parallel", "branches": {"seen": {"type": "linear", "out": 2}}},
         "outputs": {"seen": {"kind": "multi_label", "track": "visual",
                              "labels": ["bell", "drum"]}}}
        """;
    Files.writeString(folder.resolve("model.json"), json);
    ModelSpec spec = Records.read(ModelSpec.class, Json.parse("frozen", json));
    Weights.random(spec.parameters(), 1).write(folder.resolve("model.safetensors"));
    Path encoder = folder.resolve("encoders/net.onnx");
    assertThat(bench(folder).refused(1)).startsWith(encoder + ": the model's encoder cannot be");
    Files.createDirectory(encoder.getParent());
    Files.writeString(encoder, "not a network");
    assertThat(bench(folder).refused(1)).contains("net.onnx");
  }

  @Test
  void refusesToMakeAPageFromSomethingElseBeforeItMeasures() throws IOException {
    Path out = Files.createDirectory(temp.resolve("out"));
    Files.writeString(out.resolve("other.json"), "{\"format\": \"else\"}");
    assertThat(bench(model(plain()), "--out=" + out).refused(1))
        .startsWith(out.resolve("other.json") + ": ")
        .endsWith("(no report of this bench: remove it or choose another folder)");
  }
}
