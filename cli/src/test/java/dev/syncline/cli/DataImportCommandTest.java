package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.SharedData;
import dev.syncline.data.Dataset;
import dev.syncline.data.Event;
import dev.syncline.weights.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataImportCommandTest {
  @TempDir Path dir;
  private Path tables;
  private Path made;

  @BeforeEach
  void tables() throws IOException {
    tables = Files.createDirectories(dir.resolve("tables"));
    made = dir.resolve("made");
    Files.writeString(
        tables.resolve("dataset.json"),
        """
        {"name": "talks", "classes": ["bad", "good"], "features": "all.safetensors",
         "modalities": [{"name": "text", "dim": 2}, {"name": "face", "dim": 1}],
         "splits": {"train": ["a"], "val": ["b"], "test": []}}
        """);
    write(1, 3);
  }

  /** Sequence a of three rows with the labels given, 1, none; b of one row. */
  private void write(int first, int faces) throws IOException {
    String header =
        """
        {"a/text": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]},
         "a/face": {"dtype": "F32", "shape": [%d, 1], "data_offsets": [24, %d]},
         "a/label": {"dtype": "I32", "shape": [3], "data_offsets": [%d, %d]},
         "b/text": {"dtype": "F32", "shape": [1, 2], "data_offsets": [%d, %d]},
         "b/face": {"dtype": "F32", "shape": [1, 1], "data_offsets": [%d, %d]},
         "b/label": {"dtype": "I32", "shape": [1], "data_offsets": [%d, %d]}}
        """;
    int at = 24 + 4 * faces;
    byte[] text =
        header
            .formatted(faces, at, at, at + 12, at + 12, at + 20, at + 20, at + 24, at + 24, at + 28)
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + at + 28);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
    for (float v : new float[] {1, 2, 3, 4, 5, 6}) {
      bytes.putFloat(v);
    }
    for (int i = 0; i < faces; i++) {
      bytes.putFloat(7 + i);
    }
    bytes.putInt(first).putInt(1).putInt(-1);
    bytes.putFloat(10).putFloat(11).putFloat(12).putInt(0);
    Files.write(tables.resolve("all.safetensors"), bytes.array());
  }

  private CommandLineRun imported(Object... more) {
    Object[] args = new Object[5 + more.length];
    System.arraycopy(new Object[] {"data", "import", tables, "--out", made}, 0, args, 0, 5);
    System.arraycopy(more, 0, args, 5, more.length);
    return CommandLineRun.of(args);
  }

  private float[] floats(String name) {
    try (Safetensors tensors = Safetensors.open(made.resolve("features.safetensors"))) {
      return tensors.floats(name);
    }
  }

  @Test
  void everyRowIsASecondWithItsLabel() {
    assertThat(imported().passed()).contains("2 sequences, 3 labelled rows");
    Dataset data = Dataset.open(made);
    assertThat(data.clip("a").durationS()).isEqualTo(3);
    assertThat(data.clip("a").events("text"))
        .containsExactly(new Event("good", 0, 1), new Event("good", 1, 2));
    assertThat(data.clip("b").events("text")).containsExactly(new Event("bad", 0, 1));
    assertThat(floats("a/text")).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(floats("a/face")).containsExactly(7, 8, 9);
    assertThat(CommandLineRun.of("data", "check", made).passed()).contains("no problems");
  }

  @Test
  void lastRowFirstTurnsFeaturesAndLabels() {
    imported("--reverse").passed();
    assertThat(Dataset.open(made).clip("a").events("text"))
        .containsExactly(new Event("good", 1, 2), new Event("good", 2, 3));
    assertThat(floats("a/text")).containsExactly(5, 6, 3, 4, 1, 2);
    assertThat(floats("a/face")).containsExactly(9, 8, 7);
  }

  @Test
  void theLabelsBelongToTheModalityThatIsNamed() {
    imported("--track", "face").passed();
    assertThat(Dataset.open(made).clip("b").events("face")).containsExactly(new Event("bad", 0, 1));
    assertThat(imported("--track", "fce").refused(1)).contains("did you mean \"face\"");
  }

  @Test
  void whatIsNotFiniteIsNamedAndLeavesNothing() throws IOException {
    Path file = tables.resolve("all.safetensors");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(bytes.limit() - 12, Float.NaN);
    Files.write(file, bytes.array());
    assertThat(imported().refused(1)).contains("b/text: row 0: number 1 is NaN");
    assertThat(made).doesNotExist();
  }

  @Test
  void whatDoesNotFitTogetherIsOneLineAndLeavesNothing() throws IOException {
    write(2, 3);
    assertThat(imported().refused(1))
        .contains("all.safetensors: tensor a/label: row 0: 2 is neither");
    write(1, 4);
    assertThat(imported().refused(1)).contains("tensor a/face is [4, 1]", "[3, 1]");
    write(1, 3);
    Path info = tables.resolve("dataset.json");
    String text = Files.readString(info);
    Files.writeString(info, text.replace("[\"b\"]", "[\"c\"]"));
    assertThat(imported().refused(1)).contains("no tensor \"c/label\"");
    Files.writeString(info, text.replace("\"dim\": 1", "\"dim\": 1, \"rate_hz\": 2"));
    assertThat(imported().refused(1)).contains("face has 2.0 rows a second, text has 1.0");
    Files.writeString(
        info,
        text.replace("\"dim\": 1", "\"kind\": \"audio\", \"file\": \"a.wav\", \"rate_hz\": 8000"));
    assertThat(imported().refused(1)).contains("face is no table of features");
    assertThat(made).doesNotExist();
    Files.writeString(info, text);
    Files.createDirectories(made.resolve("mine"));
    assertThat(imported().refused(1)).contains("is not empty: choose another --out");
  }

  @Test
  void realTablesAreImportedAsTheyAre() {
    tables = SharedData.require("conversations/mosi");
    assertThat(imported().passed()).contains("93 sequences, 2199 labelled rows");
    assertThat(CommandLineRun.of("data", "check", made).passed()).contains("no problems");
  }
}
