package dev.syncline.onnx;

import static dev.syncline.onnx.TinyOnnx.FLOAT;
import static dev.syncline.onnx.TinyOnnx.INT64;
import static dev.syncline.onnx.TinyOnnx.value;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxEncoderTest {
  private static final Binding SUM =
      new Binding(
          "x",
          List.of(1, 3),
          "y",
          List.of(new Binding.State("state_in", "state_out", List.of(1, 3))));

  @TempDir Path dir;

  @Test
  void stateIsCarriedByTheCallersArray() throws IOException {
    try (OnnxEncoder encoder = new OnnxEncoder(write(TinyOnnx.sum(-1, 3)), SUM)) {
      assertThat(encoder.inputSize()).isEqualTo(3);
      assertThat(encoder.width()).isEqualTo(3);
      assertThat(encoder.stateSize()).isEqualTo(3);
      float[] state = new float[3];
      assertThat(encode(encoder, state, 1, 2, 3)).containsExactly(1, 2, 3);
      assertThat(encode(encoder, state, 10, 20, 30)).containsExactly(11, 22, 33);
      assertThat(state).containsExactly(11, 22, 33);
    }
  }

  @Test
  void streamsOnOneEncoderDoNotMixAndACopiedStateGoesOnTheSame() throws IOException {
    try (OnnxEncoder encoder = new OnnxEncoder(write(TinyOnnx.sum(1, 3)), SUM)) {
      float[] a = new float[3];
      float[] b = new float[3];
      encode(encoder, a, 1, 1, 1);
      encode(encoder, b, 5, 5, 5);
      float[] saved = a.clone();
      float[] next = encode(encoder, a, 0.1f, 0.2f, 0.3f);
      assertThat(encode(encoder, b, 1, 1, 1)).containsExactly(6, 6, 6);
      assertThat(encode(encoder, saved, 0.1f, 0.2f, 0.3f)).containsExactly(next);
      assertThat(saved).containsExactly(a);
    }
  }

  @Test
  void offsetsAreHonouredAndNothingElseIsTouched() throws IOException {
    try (OnnxEncoder encoder = new OnnxEncoder(write(TinyOnnx.sum(1, 3)), SUM)) {
      float[] in = {9, 1, 2, 3, 9};
      float[] state = {9, 9, 10, 20, 30, 9};
      float[] out = {9, 9, 9, 9};
      encoder.encode(in, 1, state, 2, out, 1);
      assertThat(out).containsExactly(9, 11, 22, 33);
      assertThat(state).containsExactly(9, 9, 11, 22, 33, 9);
      assertThatThrownBy(() -> encoder.encode(in, 3, state, 2, out, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void severalPartsOfStateLieInTheOrderOfTheBinding() throws IOException {
    byte[] model =
        TinyOnnx.model(
            List.of(
                TinyOnnx.node("Sum", List.of("x", "a", "b"), List.of("y")),
                TinyOnnx.node("Identity", List.of("x"), List.of("a2")),
                TinyOnnx.node("Identity", List.of("a"), List.of("b2"))),
            List.of(),
            List.of(value("x", FLOAT, 1, 1), value("a", FLOAT, 1, 1), value("b", FLOAT, 1, 1)),
            List.of(value("y", FLOAT, 1, 1), value("a2", FLOAT, 1, 1), value("b2", FLOAT, 1, 1)));
    Binding.State a = new Binding.State("a", "a2", List.of(1, 1));
    Binding.State b = new Binding.State("b", "b2", List.of(1, 1));
    Binding binding = new Binding("x", List.of(1, 1), "y", List.of(b, a));
    try (OnnxEncoder encoder = new OnnxEncoder(write(model), binding)) {
      float[] state = {100, 10};
      assertThat(encode(encoder, state, 1)).containsExactly(111);
      assertThat(state).containsExactly(10, 1);
    }
  }

  @Test
  void aTypoInANameIsRefusedWithTheNearestKnownOne() throws IOException {
    Path file = write(TinyOnnx.sum(-1, 3));
    refused(file, sum("z", "y", "state_in", "state_out"), "no input \"z\", did you mean \"x\"?");
    refused(file, sum("x", "yy", "state_in", "state_out"), "no output \"yy\", did you mean \"y\"");
    refused(
        file,
        sum("x", "y", "state_im", "state_out"),
        "no state input \"state_im\", did you mean \"state_in\"?");
    refused(
        file,
        sum("x", "y", "state_in", "state_oat"),
        "no state output \"state_oat\", did you mean \"state_out\"?");
  }

  @Test
  void aStateInputThatNobodyFeedsIsRefused() throws IOException {
    Path file = write(TinyOnnx.sum(-1, 3));
    refused(
        file,
        new Binding("x", List.of(1, 3), "y", List.of()),
        "input \"state_in\" is neither the window nor one of the states");
  }

  @Test
  void aStateInputWithASilentDefaultIsRefused() throws IOException {
    byte[] model =
        TinyOnnx.model(
            List.of(TinyOnnx.node("Add", List.of("x", "s"), List.of("y"))),
            List.of(TinyOnnx.floats("s", 0, 0, 0)),
            List.of(value("x", FLOAT, 1, 3), value("s", FLOAT, 1, 3)),
            List.of(value("y", FLOAT, 1, 3)));
    Binding stateless = new Binding("x", List.of(1, 3), "y", List.of());
    refused(write(model), stateless, "input \"s\" has a default value");
  }

  @Test
  void shapesAndTypesMustFit() throws IOException {
    Path file = write(TinyOnnx.sum(-1, 3));
    List<Binding.State> states = SUM.states();
    refused(
        file,
        new Binding("x", List.of(1, 4), "y", states),
        "input \"x\" has the shape [-1, 3] in the file (-1 is free), which does not fit [1, 4]");
    refused(file, new Binding("x", List.of(1, 3, 1), "y", states), "does not fit [1, 3, 1]");
    refused(
        file,
        new Binding(
            "x",
            List.of(1, 3),
            "y",
            List.of(new Binding.State("state_in", "state_out", List.of(1, 1)))),
        "state input \"state_in\" has the shape [-1, 3]");
    refused(write(TinyOnnx.sum(2, 3)), SUM, "[2, 3] in the file");
    Binding plain = new Binding("x", List.of(1, 3), "y", List.of());
    refused(write(identity(INT64, 1, 3)), plain, "\"x\" must be a float32 tensor");
    refused(write(identity(FLOAT, 3, 3)), plain, "does not fit [1, 3]");
  }

  @Test
  void freeDimensionsAreFixedByTheBindingAndTheTrueOutputShapeCounts() throws IOException {
    Path file = write(identity(FLOAT, -1, -2));
    try (OnnxEncoder five = new OnnxEncoder(file, new Binding("x", List.of(1, 5), "y", List.of()));
        OnnxEncoder two = new OnnxEncoder(file, new Binding("x", List.of(1, 2), "y", List.of()))) {
      assertThat(five.width()).isEqualTo(5);
      assertThat(two.width()).isEqualTo(2);
    }
    byte[] transpose =
        TinyOnnx.model(
            List.of(TinyOnnx.node("Transpose", List.of("x"), List.of("y"))),
            List.of(),
            List.of(value("x", FLOAT, -1, -2)),
            List.of(value("y", FLOAT, -2, -1)));
    refused(
        write(transpose),
        new Binding("x", List.of(1, 5), "y", List.of()),
        "\"y\" comes out with the shape [5, 1], which is not one vector");
  }

  @Test
  void aStateThatComesOutInAnotherShapeIsRefused() throws IOException {
    byte[] model =
        TinyOnnx.model(
            List.of(
                TinyOnnx.node("Identity", List.of("x"), List.of("y")),
                TinyOnnx.node("Concat", List.of("s", "x"), List.of("s2")).message(5, axis(1))),
            List.of(),
            List.of(value("x", FLOAT, 1, 3), value("s", FLOAT, 1, -1)),
            List.of(value("y", FLOAT, 1, 3), value("s2", FLOAT, 1, -2)));
    Binding.State grows = new Binding.State("s", "s2", List.of(1, 3));
    refused(
        write(model),
        new Binding("x", List.of(1, 3), "y", List.of(grows)),
        "\"s2\" comes out with the shape [1, 6], which is not [1, 3]");
  }

  @Test
  void filesThatAreNoModelAreRefusedInOneLine() throws IOException {
    refused(dir.resolve("absent.onnx"), SUM, "absent.onnx: no such file");
    refused(dir, SUM, "is not a file");
    refused(write(new byte[0]), SUM, "is empty");
    refused(write("This is a text file about models.\n".getBytes(UTF_8)), SUM, "not an ONNX model");
    byte[] good = TinyOnnx.sum(-1, 3);
    for (int cut = 1; cut < good.length; cut++) {
      byte[] part = Arrays.copyOf(good, cut);
      assertThatThrownBy(() -> new OnnxEncoder(write(part), SUM).close())
          .isInstanceOf(InputException.class)
          .message()
          .doesNotContain("\n");
    }
  }

  @Test
  void noDamagedByteGetsPastTheChecksUnnoticedAsAnythingButAnInputException() throws IOException {
    byte[] good = TinyOnnx.sum(-1, 3);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= (byte) 0x55;
      try {
        new OnnxEncoder(write(bad), SUM).close();
      } catch (InputException e) {
        assertThat(e.getMessage()).doesNotContain("\n").startsWith(dir.toString());
      }
    }
  }

  @Test
  void anUnknownOperatorIsRefusedInOneLine() throws IOException {
    byte[] model =
        TinyOnnx.model(
            List.of(TinyOnnx.node("Frobnicate", List.of("x"), List.of("y"))),
            List.of(),
            List.of(value("x", FLOAT, 1, 3)),
            List.of(value("y", FLOAT, 1, 3)));
    refused(write(model), new Binding("x", List.of(1, 3), "y", List.of()), "cannot be loaded: ");
  }

  @Test
  void tensorsInOtherFilesAreRefusedWhereverTheyHide() throws IOException {
    Files.write(dir.resolve("weights.bin"), new byte[12]);
    Binding plain = new Binding("x", List.of(1, 3), "y", List.of());
    byte[] direct =
        TinyOnnx.model(
            List.of(TinyOnnx.node("Add", List.of("x", "w"), List.of("y"))),
            List.of(TinyOnnx.external("w", "weights.bin", 3)),
            List.of(value("x", FLOAT, 1, 3)),
            List.of(value("y", FLOAT, 1, 3)));
    refused(write(direct), plain, "keeps tensors in another file");
    TinyOnnx.Message attribute =
        new TinyOnnx.Message()
            .text(1, "value")
            .message(5, TinyOnnx.external("", "../../etc/passwd", 3))
            .number(20, 4);
    byte[] hidden =
        TinyOnnx.model(
            List.of(
                TinyOnnx.node("Constant", List.of(), List.of("w")).message(5, attribute),
                TinyOnnx.node("Add", List.of("x", "w"), List.of("y"))),
            List.of(),
            List.of(value("x", FLOAT, 1, 3)),
            List.of(value("y", FLOAT, 1, 3)));
    refused(write(hidden), plain, "keeps tensors in another file");
  }

  @Test
  void aFileBeyondTheLimitIsRefusedBeforeItIsRead() throws IOException {
    Path file = dir.resolve("huge.onnx");
    try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
      f.setLength(OnnxFile.MAX_BYTES + 1);
    }
    refused(file, SUM, "an encoder may have 1073741824 at most");
  }

  @Test
  void theDigestIsThatOfTheFile() throws IOException {
    try (OnnxEncoder one = new OnnxEncoder(write(TinyOnnx.sum(-1, 3)), SUM);
        OnnxEncoder other = new OnnxEncoder(write(TinyOnnx.sum(1, 3)), SUM)) {
      assertThat(one.digest()).matches("[0-9a-f]{64}").isNotEqualTo(other.digest());
    }
  }

  @Test
  void aClosedEncoderSaysSoAndClosesTwice() throws IOException {
    OnnxEncoder encoder = new OnnxEncoder(write(TinyOnnx.sum(-1, 3)), SUM);
    encoder.close();
    encoder.close();
    assertThatThrownBy(() -> encode(encoder, new float[3], 1, 2, 3))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEncoderWithStateRefusesABatch() throws IOException {
    try (OnnxEncoder encoder = new OnnxEncoder(write(TinyOnnx.sum(-1, 3)), SUM)) {
      assertThatThrownBy(() -> encoder.encodeBatch(2, new float[6], 0, new float[6], 0))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aBindingThatCannotBeIsRefused() {
    Binding.State state = SUM.states().getFirst();
    impossible(() -> new Binding("x", List.of(2, 3), "y", List.of()), "batch dimension 1");
    impossible(() -> new Binding("x", List.of(), "y", List.of()), "batch dimension 1");
    impossible(() -> new Binding("x", List.of(1, 0), "y", List.of()), "dimension below 1");
    impossible(() -> new Binding.State("s", "t", List.of(65536, 65536)), "more than 67108864");
    impossible(() -> new Binding("state_in", List.of(1, 3), "y", List.of(state)), "already taken");
    impossible(() -> new Binding("x", List.of(1, 3), "state_out", List.of(state)), "already taken");
    impossible(() -> new Binding("x", List.of(1, 3), "y", List.of(state, state)), "already taken");
  }

  private static void impossible(ThrowingCallable make, String message) {
    assertThatThrownBy(make)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static Binding sum(String input, String output, String stateIn, String stateOut) {
    return new Binding(
        input, List.of(1, 3), output, List.of(new Binding.State(stateIn, stateOut, List.of(1, 3))));
  }

  private static byte[] identity(int type, int... shape) {
    return TinyOnnx.model(
        List.of(TinyOnnx.node("Identity", List.of("x"), List.of("y"))),
        List.of(),
        List.of(value("x", type, shape)),
        List.of(value("y", type, shape)));
  }

  private static TinyOnnx.Message axis(int value) {
    return new TinyOnnx.Message().text(1, "axis").number(3, value).number(20, 2);
  }

  private static void refused(Path file, Binding binding, String message) {
    assertThatThrownBy(() -> new OnnxEncoder(file, binding).close())
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  private Path write(byte[] model) throws IOException {
    return Files.write(dir.resolve("m.onnx"), model);
  }

  private static float[] encode(OnnxEncoder encoder, float[] state, float... in) {
    float[] out = new float[encoder.width()];
    encoder.encode(in, 0, state, 0, out, 0);
    return out;
  }
}
