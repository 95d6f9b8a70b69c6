package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.TinyModel;
import dev.syncline.json.InputException;
import dev.syncline.spec.Parameter;
import dev.syncline.weights.Safetensors;
import dev.syncline.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Panels in a file: the same model, or a refusal. */
class PackedTest {
  @TempDir Path dir;
  private final Model model = TinyModel.model(TinyModel.everyLayer(), 1);
  private Path packed;

  @BeforeEach
  void pack() throws IOException {
    model.write(dir);
    packed = Model.pack(dir);
  }

  private static List<String> said(Model model) {
    Player player = new Player(model);
    BatchTest.ticks(3).forEach(tick -> tick.forEach(player::push));
    return player.said;
  }

  private void refused(String why) {
    assertThatThrownBy(() -> Model.load(dir))
        .isInstanceOf(InputException.class)
        .hasMessage(packed + ": " + why + ": run syncline pack again, or delete it");
  }

  private void stale() {
    refused("was not made of this model.json and model.safetensors");
  }

  @Test
  void aPackedModelIsTheSameToTheLastBit() throws IOException {
    Model read = Model.load(dir);
    assertThat(read.digest()).isEqualTo(model.digest());
    assertThat(said(read)).isEqualTo(said(model)).isNotEmpty();
    byte[] before = Files.readAllBytes(packed);
    assertThat(Model.pack(dir)).isEqualTo(packed).hasBinaryContent(before);
    assertThat(dir).isDirectoryNotContaining("glob:**.partial");
  }

  /** Every array of every panels, filling included. */
  @Test
  void theFileHoldsWhatPackingMakes() {
    try (Safetensors weights = Safetensors.open(dir.resolve(Model.WEIGHTS))) {
      Packed read = Packed.find(dir, weights).orElseThrow();
      int[] count = {0};
      Program.compile(
          model.spec().node(),
          model.weights(),
          Kernels.best(),
          Precision.FP32,
          rows -> {
            Panels made = Panels.pack(rows);
            Panels copied = read.next(rows);
            assertThat(copied.data()).isDeepEqualTo(made.data());
            assertThat(copied.bias()).isEqualTo(made.bias());
            count[0]++;
            return copied;
          });
      read.end();
      read.close();
      assertThat(count[0]).isGreaterThan(20);
    }
  }

  @Test
  void otherWeightsAreRefused() throws IOException {
    TinyModel.model(TinyModel.everyLayer(), 2).write(dir);
    stale();
    Model.pack(dir);
    assertThat(Model.load(dir).digest()).isNotEqualTo(model.digest());
  }

  @Test
  void anotherSpecIsRefused() throws IOException {
    Path spec = dir.resolve(Model.SPEC);
    Files.writeString(spec, Files.readString(spec) + " ");
    stale();
    Files.delete(packed);
    assertThat(Model.load(dir).digest()).isEqualTo(model.digest());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.6, 1})
  void aDamagedFileIsRefused(double where) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(packed.toFile(), "rw")) {
      file.seek((long) (where * (file.length() - 1)));
      int was = file.read();
      file.seek(file.getFilePointer() - 1);
      file.write(was ^ 1);
    }
    refused("is damaged");
  }

  @Test
  void numbersOfAnotherKindAreRefused() throws IOException {
    String text = Files.readString(packed, StandardCharsets.ISO_8859_1);
    Files.writeString(packed, text.replaceFirst("F32", "I32"), StandardCharsets.ISO_8859_1);
    stale();
  }

  /** Equal bytes under other names are other weights. */
  @Test
  void weightsWhoseNamesWereSwappedAreRefused() throws IOException {
    Parameter one = model.spec().parameters().getFirst();
    Parameter two =
        model.spec().parameters().stream()
            .filter(p -> !p.equals(one) && p.shape().equals(one.shape()))
            .findFirst()
            .orElseThrow();
    Path file = dir.resolve(Model.WEIGHTS);
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    String swapped = text.replace(quoted(one), "\"?\"").replace(quoted(two), quoted(one));
    Files.writeString(file, swapped.replace("\"?\"", quoted(two)), StandardCharsets.ISO_8859_1);
    try (Safetensors weights = Safetensors.open(file);
        Packed read = Packed.find(dir, weights).orElseThrow()) {
      assertThatThrownBy(read::look).hasMessageContaining("was not made of this model.json");
    }
  }

  private static String quoted(Parameter p) {
    return '"' + p.name() + '"';
  }

  @Test
  void aFileThatWasCutOffIsRefused() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(packed.toFile(), "rw")) {
      file.setLength(file.length() - 4);
    }
    assertThatThrownBy(() -> Model.load(dir))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(packed.toString())
        .hasMessageEndingWith(": run syncline pack again, or delete it");
  }

  /** As another version might have packed them: fewer, more, in another order or layout. */
  @ParameterizedTest
  @ValueSource(strings = {"fewer", "more", "order", "layout"})
  void otherPanelsAreRefused(String how) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    try (Safetensors read = Safetensors.open(packed)) {
      Map<String, Safetensors.Entry> entries = read.entries();
      int n = entries.size() - (how.equals("fewer") ? 1 : 0);
      for (int i = 0; i < n; i++) {
        String name = Integer.toString(i);
        int other = i;
        for (int k = 0; how.equals("order") && k < n; k++) {
          boolean alike =
              entries.get(Integer.toString(k)).shape().equals(entries.get(name).shape());
          other = alike && k != i ? k : other;
        }
        writer.add(name, entries.get(name).shape(), read.floats(Integer.toString(other)));
      }
      if (how.equals("more")) {
        writer.add(Integer.toString(n), List.of(1), new float[1]);
      }
      read.metadata().forEach(writer::meta);
    }
    writer.write(packed);
    try (Safetensors written = Safetensors.open(packed)) {
      written.metadata().forEach(writer::meta);
      writer.meta("crc32c of the panels", Long.toHexString(written.checksum()));
      writer.meta("layout", how.equals("layout") ? "2" : "1");
    }
    writer.write(packed);
    stale();
  }

  @Test
  void otherPrecisionsDoNotReadIt() throws IOException {
    Files.writeString(packed, "nothing of the kind");
    Model read = Model.load(dir, Kernels.best(), Precision.INT8, (file, encoder) -> null);
    assertThat(read.digest()).isNotEqualTo(model.digest());
  }
}
