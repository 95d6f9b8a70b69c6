package dev.syncline.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  private static Path fuzzed;
  private static byte[] sound;

  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void setUp() {
    file = dir.resolve("model.safetensors");
  }

  private static SafetensorsWriter writer() {
    return new SafetensorsWriter()
        .meta("made", "by \"hand\", für alle")
        .add("b.weight", List.of(2, 3), new float[] {1, -2, 3.5f, Float.MIN_VALUE, -0f, 1e38f})
        .add("a", List.of(), new float[] {7})
        .add("empty", List.of(0, 4), new float[0]);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    writer().write(file);
    try (Safetensors tensors = Safetensors.open(file)) {
      assertThat(tensors.entries().keySet()).containsExactly("b.weight", "a", "empty");
      assertThat(tensors.metadata()).containsEntry("made", "by \"hand\", für alle");
      Safetensors.Entry b = tensors.entries().get("b.weight");
      assertThat(b.shape()).containsExactly(2, 3);
      assertThat(b.type()).isEqualTo(Safetensors.Type.F32);
      assertThat(b.size()).isEqualTo(6);
      assertThat(tensors.floats("b.weight"))
          .containsExactly(1, -2, 3.5f, Float.MIN_VALUE, -0f, 1e38f);
      assertThat(tensors.floats("a")).containsExactly(7);
      assertThat(tensors.floats("empty")).isEmpty();
      float[] part = new float[4];
      tensors.floats("b.weight", 1, part, 1, 2);
      assertThat(part).containsExactly(0, -2, 3.5f, 0);
      assertThatThrownBy(() -> tensors.floats("b.weight", 5, part, 0, 2))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void theSameTensorsGiveTheSameBytesAndTheDataAreAligned() throws IOException {
    writer().write(file);
    byte[] first = Files.readAllBytes(file);
    writer().write(file);
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
    long header = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(header % 8).isZero();
    assertThat(first).hasSize((int) (8 + header + 4 * 7));
    try (var files = Files.list(dir)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void tensorsLargerThanOneBlockOfTheWriterSurvive() throws IOException {
    float[] values = new float[700_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 0.5f;
    }
    new SafetensorsWriter().add("big", List.of(700, 1000), values).write(file);
    try (Safetensors tensors = Safetensors.open(file)) {
      assertThat(tensors.floats("big")).isEqualTo(values);
    }
  }

  @Test
  void otherTypesAreReadAsWhatTheyAre() throws IOException {
    String header =
        """
        {"n":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},
         "h":{"dtype":"F16","shape":[2],"data_offsets":[8,12]}}""";
    Files.write(file, bytes(header, new byte[] {1, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0}));
    try (Safetensors tensors = Safetensors.open(file)) {
      assertThat(tensors.ints("n")).containsExactly(1, -1);
      assertThatThrownBy(() -> tensors.floats("h"))
          .isInstanceOf(InputException.class)
          .hasMessage(file + ": tensor \"h\" is F16, not F32");
      assertThatThrownBy(() -> tensors.floats("m"))
          .hasMessageContaining("there is no tensor \"m\", did you mean \"n\"?");
    }
  }

  private static byte[] bytes(String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .put(data)
        .array();
  }

  private void refused(String message) {
    assertThatThrownBy(() -> Safetensors.open(file).close())
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':A[2]B[0,8]C,'b':A[2]B[4,12]C} | begins at byte 4 where 8 was expected: offsets overlap",
        "{'a':A[2]B[0,8]C,'b':A[1]B[8,12]C,'c':A[0]B[4,4]C} | offsets overlap",
        "{'a':A[1]B[0,4]C,'b':A[1]B[8,12]C} | offsets leave a gap",
        "{'a':A[2]B[4,12]C} | begins at byte 4 where 0 was expected: offsets leave a gap",
        "{'a':A[2]B[0,8]C} | the tensors end at byte 8, the data at 12",
        "{} | the tensors end at byte 0, the data at 12",
        "{'a':A[4]B[0,16]C} | a.data_offsets[1]: must be a whole number from 0 to 12, is 16",
        "{'a':A[3]B[-4,8]C} | a.data_offsets[0]: must be a whole number from 0 to 12, is -4",
        "{'a':A[3]B[12,0]C} | a: shape [3] of F32 needs 12 bytes, the offsets span -12",
        "{'a':A[2]B[0,12]C} | a: shape [2] of F32 needs 8 bytes, the offsets span 12",
        "{'a':A[3]B[0,12,12]C} | a.data_offsets: must be [begin, end]",
        "{'a':A[3]B[0]C} | a.data_offsets: must be [begin, end]",
        "{'a':A[3]B[0,11.5]C} | must be a whole number",
        "{'a':A[3]B[0,1e300]C} | must be a whole number",
        "{'a':A[-3]B[0,12]C} | a.shape[0]: must be a whole number from 0",
        "{'a':A[2147483647,2147483647,3]B[0,12]C} | a.shape[1]: the shape's product is beyond",
        "{'a':A[65536,65536,65536,65536,0]B[0,12]C} | a.shape[1]: the shape's product is beyond",
        "{'a':A[3000000000]B[0,12]C} | a.shape[0]: must be a whole number from 0",
        "{'a':A3B[0,12]C} | a.shape: must be a list",
        "{'a':{'dtype':'F33','shape':[3],'data_offsets':[0,12]}} | a.dtype: unknown type",
        "{'a':{'dtype':3,'shape':[3],'data_offsets':[0,12]}} | a.dtype: must be a string",
        "{'a':{'dtype':'F32','shape':[3]}} | a: the field \"data_offsets\" is missing",
        "{'a':{'dtype':'F32','shape':[3],'data_offset':[0,12]}} | a: unknown key \"data_offset\", did you mean \"data_offsets\"?",
        "{'a':A[1]B[0,4]C,'a':A[2]B[4,12]C} | Duplicate field 'a'",
        "{'__metadata__':{'x':1},'a':A[3]B[0,12]C} | __metadata__.x: must be a string",
        "{'__metadata__':3,'a':A[3]B[0,12]C} | __metadata__: must be an object",
        "['a'] | must be an object",
        "{'a':A[3]B[0,12]C | bad JSON",
        "{'a':A[3]B[0,12]C} 7 | more text after the end",
        "'' | must be an object, is the string",
      },
      quoteCharacter = '`')
  void aCorruptHeaderIsRefusedWithItsFileAndPlace(String header, String message)
      throws IOException {
    String text =
        header
            .replace('\'', '"')
            .replace("A", "{\"dtype\":\"F32\",\"shape\":")
            .replace("B", ",\"data_offsets\":")
            .replace("C", "}");
    Files.write(file, bytes(text, new byte[12]));
    refused(message);
  }

  @Test
  void deepNestingIsRefused() throws IOException {
    Files.write(file, bytes("{\"a\":" + "[".repeat(100_000), new byte[0]));
    refused("JSON beyond the limits");
  }

  @Test
  void lengthsThatCannotBeAreRefusedBeforeMemoryIsTaken() throws IOException {
    for (long length : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, 1L << 40, 200, 1, 0}) {
      byte[] bytes = bytes("{}" + " ".repeat(100), new byte[0]);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Files.write(file, bytes);
      refused("the header claims " + Long.toUnsignedString(length) + " bytes, the file has 102");
    }
  }

  @Test
  void whatIsNoFileIsRefused() throws IOException {
    refused("no such file");
    Files.createDirectory(file);
    refused("is not a file");
    Files.delete(file);
    Files.write(file, new byte[0]);
    refused("only 0 bytes");
    Files.write(file, new byte[7]);
    refused("only 7 bytes");
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    writer().write(file);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      refused("");
    }
  }

  @Property(tries = 1500)
  void flippedBytesAreEitherHarmlessOrRefused(@ForAll long seed) throws IOException {
    if (fuzzed == null) {
      fuzzed = Files.createTempFile("syncline", ".safetensors");
      writer().write(fuzzed);
      sound = Files.readAllBytes(fuzzed);
    }
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = sound.clone();
    int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() + 8;
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(header);
      bytes[at] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) "0123456789[]{},:\"-eE".charAt(random.nextInt(20));
    }
    Files.write(fuzzed, bytes);
    try (Safetensors tensors = Safetensors.open(fuzzed)) {
      for (Safetensors.Entry e : tensors.entries().values()) {
        if (e.type() == Safetensors.Type.F32) {
          assertThat(tensors.floats(e.name())).hasSize(e.size());
        }
      }
    } catch (InputException e) {
      assertThat(e.getMessage()).startsWith(fuzzed.toString());
    }
  }

  @AfterContainer
  static void clean() throws IOException {
    if (fuzzed != null) {
      Files.deleteIfExists(fuzzed);
    }
  }

  @Test
  void aFullDiskLeavesTheOldFileAndNothingElse() throws IOException {
    writer().write(file);
    byte[] old = Files.readAllBytes(file);
    Path full = Path.of("/dev/full"); // a device on which every write fails for want of space
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full));
    String self = ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId();
    Path aside = dir.resolve("model.safetensors." + self + ".partial");
    Files.createSymbolicLink(aside, full);
    assertThatThrownBy(() -> writer().add("more", List.of(1), new float[1]).write(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device");
    assertThat(Files.readAllBytes(file)).isEqualTo(old);
    try (var files = Files.list(dir)) {
      assertThat(files).containsExactly(file);
    }
    Safetensors.open(file).close();
  }

  @Test
  void whatTheProgrammerGetsWrongIsSaid() {
    SafetensorsWriter writer = new SafetensorsWriter().add("a", List.of(1), new float[1]);
    assertThatThrownBy(() -> writer.add("a", List.of(1), new float[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.add("b", List.of(2), new float[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
