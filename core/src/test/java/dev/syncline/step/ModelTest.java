package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.TinyModel;
import dev.syncline.json.InputException;
import dev.syncline.spec.Parameter;
import dev.syncline.weights.SafetensorsWriter;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model folders: written, read, and refused when they are not what the spec asks for. */
class ModelTest {
  @TempDir Path dir;
  private final Model model = TinyModel.model(1);

  @BeforeEach
  void write() throws IOException {
    model.write(dir);
  }

  @Test
  void aFolderIsReadAsItWasWritten() {
    Model read = Model.load(dir);
    assertThat(read.spec()).isEqualTo(model.spec());
    assertThat(read.digest()).isEqualTo(model.digest());
    model
        .weights()
        .values()
        .forEach((name, v) -> assertThat(read.weights().get(name)).isEqualTo(v));
  }

  @Test
  void aMappedFileHoldsWhatIsRead() {
    Path file = dir.resolve(Model.WEIGHTS);
    List<Parameter> parameters = model.spec().parameters();
    try (Weights mapped = Weights.map(file, parameters)) {
      Weights read = Weights.read(file, parameters);
      assertThat(mapped.digest()).isEqualTo(read.digest());
      assertThat(mapped.values().keySet()).isEqualTo(read.values().keySet());
      mapped.values().forEach((name, v) -> assertThat(v).isEqualTo(read.get(name)));
      assertThat(mapped.values().get("nothing")).isNull();
    }
  }

  @Test
  void weightsThatChangedSinceTheyWereLoadedAreRefused() throws IOException {
    Model read = Model.load(dir);
    assertThat(read.weights().digest()).isEqualTo(model.weights().digest());
    tensors(t -> t.get("heads.heard.bias")[2] += 1);
    assertThatThrownBy(read::weights)
        .isInstanceOf(InputException.class)
        .hasMessage(
            dir.resolve(Model.WEIGHTS)
                + ": not the weights that the model was loaded from: load it again");
    assertThat(read.digest()).isEqualTo(model.digest());
  }

  @Test
  void theDigestTellsSpecsAndWeightsApart() {
    assertThat(TinyModel.model(1).digest()).isEqualTo(model.digest());
    assertThat(TinyModel.model(2).digest()).isNotEqualTo(model.digest());
    assertThat(TinyModel.model(TinyModel.spec(1), 1).digest()).isNotEqualTo(model.digest());
  }

  @Test
  void theSameModelGivesTheSameBytes() throws IOException {
    byte[] spec = Files.readAllBytes(dir.resolve(Model.SPEC));
    byte[] weights = Files.readAllBytes(dir.resolve(Model.WEIGHTS));
    Model.load(dir).write(dir.resolve("copy"));
    assertThat(dir.resolve("copy").resolve(Model.SPEC)).hasBinaryContent(spec);
    assertThat(dir.resolve("copy").resolve(Model.WEIGHTS)).hasBinaryContent(weights);
  }

  @Test
  void randomWeightsFollowTheSeedAndTheirBounds() {
    List<Parameter> parameters = model.spec().parameters();
    Weights again = Weights.random(parameters, 1);
    assertThat(again.digest()).isEqualTo(model.weights().digest());
    assertThat(Weights.random(parameters, 2).digest()).isNotEqualTo(again.digest());
    for (Parameter p : parameters) {
      for (float v : again.get(p.name())) {
        assertThat(Math.abs(v - p.init().centre())).isLessThanOrEqualTo(p.init().bound());
      }
    }
    assertThatThrownBy(() -> again.get("nothing")).isInstanceOf(IllegalArgumentException.class);
  }

  /** The folder's tensors after a change. */
  private void tensors(Consumer<Map<String, float[]>> change) throws IOException {
    Map<String, float[]> values = new LinkedHashMap<>();
    model.weights().values().forEach((name, v) -> values.put(name, v.clone()));
    change.accept(values);
    SafetensorsWriter writer = new SafetensorsWriter();
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    model.weights().parameters().forEach(p -> shapes.put(p.name(), p.shape()));
    values.forEach(
        (name, v) -> {
          List<Integer> shape = shapes.get(name);
          boolean fits = shape != null && shape.stream().reduce(1, (a, b) -> a * b) == v.length;
          writer.add(name, fits ? shape : List.of(v.length), v);
        });
    writer.write(dir.resolve(Model.WEIGHTS));
  }

  private void refused(String file, String message) {
    assertThatThrownBy(() -> Model.load(dir))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(dir.resolve(file).toString())
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void aMissingTensorIsRefusedWithTheNearestName() throws IOException {
    tensors(t -> t.put("gru.weight_hi", t.remove("gru.weight_hh")));
    refused(
        Model.WEIGHTS, "the tensor \"gru.weight_hh\" is missing, did you mean \"gru.weight_hi\"?");
  }

  @Test
  void anExtraTensorIsRefused() throws IOException {
    tensors(t -> t.put("gru.extra", new float[3]));
    refused(Model.WEIGHTS, "tensor \"gru.extra\" is not in the spec of model.json");
  }

  @Test
  void aMisshapenTensorIsRefused() throws IOException {
    tensors(t -> t.put("heads.heard.bias", new float[4]));
    refused(Model.WEIGHTS, "tensor \"heads.heard.bias\" has shape [4], the spec asks for [3]");
  }

  @Test
  void aNumberThatIsNotFiniteIsRefused() throws IOException {
    tensors(t -> t.get("heads.heard.bias")[2] = Float.NaN);
    refused(Model.WEIGHTS, "tensor \"heads.heard.bias\" holds NaN at position 2");
    tensors(t -> t.get("heads.heard.weight")[0] = Float.NEGATIVE_INFINITY);
    refused(Model.WEIGHTS, "tensor \"heads.heard.weight\" holds -Infinity at position 0");
  }

  @Test
  void missingFilesAreRefused() throws IOException {
    Files.delete(dir.resolve(Model.WEIGHTS));
    refused(Model.WEIGHTS, "no such file");
    Files.delete(dir.resolve(Model.SPEC));
    refused(Model.SPEC, "no such file");
  }

  @Test
  void aFullDiskLeavesTheOldSpecAndNothingElse() throws IOException {
    Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")));
    String old = Files.readString(dir.resolve(Model.SPEC));
    String own = "." + ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId();
    Files.createSymbolicLink(dir.resolve(Model.SPEC + own + ".partial"), Path.of("/dev/full"));
    assertThatThrownBy(() -> TinyModel.model(TinyModel.spec(7), 1).write(dir))
        .isInstanceOf(IOException.class);
    assertThat(dir.resolve(Model.SPEC)).hasContent(old);
    try (var files = Files.list(dir)) {
      assertThat(files).hasSize(2);
    }
    Model.load(dir);
  }

  @Test
  void kernelsAreChosenAtLoadAndSaid() {
    assertThat(Kernels.best()).isEqualTo(new VectorKernels());
    assertThat(Kernels.best().describe()).startsWith("vector");
    assertThat(new PlainKernels().describe()).startsWith("plain");
    assertThat(model.program().kernels()).isEqualTo(Kernels.best());
  }
}
