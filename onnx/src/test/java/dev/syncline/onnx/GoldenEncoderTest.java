package dev.syncline.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.json.Field;
import dev.syncline.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Known encoders against the values that came with them. */
class GoldenEncoderTest {
  @Test
  void yamnetGivesTheGoldenEmbeddings() throws IOException {
    matches("yamnet", "patch", List.of(1, 96, 64), "logmel", "embedding");
  }

  @Test
  void yamnetGivesTheGoldenScores() throws IOException {
    matches("yamnet", "patch", List.of(1, 96, 64), "logmel", "scores");
  }

  @Test
  void mobileNetGivesTheGoldenEmbeddings() throws IOException {
    matches("mobilenetv2", "image", List.of(1, 3, 224, 224), "tensor", "embedding");
  }

  @Test
  void mobileNetGivesTheGoldenLogits() throws IOException {
    matches("mobilenetv2", "image", List.of(1, 3, 224, 224), "tensor", "logits");
  }

  /** MobileNetV2 1.0 at 224: 300 M multiply-adds (Sandler et al. 2018, table 4). */
  @Test
  void theRuntimesProfileGivesTheOperationsOfAnEncoder() {
    Binding binding = new Binding("image", List.of(1, 3, 224, 224), "embedding", List.of());
    try (OnnxEncoder encoder = new OnnxEncoder(encoders().resolve("mobilenetv2.onnx"), binding)) {
      assertThat(encoder.flops().orElseThrow()).isBetween(590_000_000L, 660_000_000L);
    }
  }

  @Test
  void theDigestIsTheSha256OfTheFile() throws IOException, NoSuchAlgorithmException {
    Path file = encoders().resolve("yamnet.onnx");
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    Binding binding = new Binding("patch", List.of(1, 96, 64), "scores", List.of());
    try (OnnxEncoder encoder = new OnnxEncoder(file, binding)) {
      assertThat(encoder.digest()).isEqualTo(HexFormat.of().formatHex(hash));
    }
  }

  /** Every golden row within tolerance, and the batch and a second encoder equal bit for bit. */
  private static void matches(
      String model, String input, List<Integer> shape, String from, String output)
      throws IOException {
    Path dir = encoders();
    Field golden = Json.read(dir.resolve("golden/golden.json"));
    float tolerance = (float) golden.get("tolerance").get("embedding").number();
    float[] in = floats(dir, golden.get(model).get(from));
    float[] expected = floats(dir, golden.get(model).get(output));
    Path file = dir.resolve(model + ".onnx");
    Binding binding = new Binding(input, shape, output, List.of());
    try (OnnxEncoder encoder = new OnnxEncoder(file, binding);
        OnnxEncoder second = new OnnxEncoder(file, binding)) {
      int n = in.length / encoder.inputSize();
      assertThat(n).isGreaterThan(1);
      assertThat(encoder.width()).isEqualTo(expected.length / n);
      assertThat(encoder.stateSize()).isZero();
      float[] out = new float[expected.length];
      for (int i = 0; i < n; i++) {
        encoder.encode(in, i * encoder.inputSize(), new float[0], 0, out, i * encoder.width());
      }
      assertThat(out).containsExactly(expected, within(tolerance));
      float[] batch = new float[expected.length];
      second.encodeBatch(n, in, 0, batch, 0);
      assertThat(batch).containsExactly(out);
    }
  }

  private static float[] floats(Path dir, Field entry) throws IOException {
    byte[] bytes = Files.readAllBytes(dir.resolve("golden").resolve(entry.get("file").string()));
    float[] values = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static Path encoders() {
    Path up = Path.of("").toAbsolutePath();
    while (up != null && !Files.exists(up.resolve("shared/data/encoders/golden/golden.json"))) {
      up = up.getParent();
    }
    assumeTrue(up != null, "skipped: no folder shared/data/encoders with the known encoders");
    return up.resolve("shared/data/encoders");
  }
}
