package dev.syncline;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Large test data beside the repository, in {@code ../shared/data}; tests skip where absent. */
public final class SharedData {
  private SharedData() {}

  /** {@code shared/data/NAME} in the working directory or the nearest directory above it. */
  public static Optional<Path> find(String name) {
    for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
      Path candidate = dir.resolve("shared").resolve("data").resolve(name);
      if (Files.exists(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** The same, or the running test is skipped. */
  public static Path require(String name) {
    Optional<Path> found = find(name);
    assumeTrue(found.isPresent(), () -> "../shared/data/" + name + " is absent");
    return found.orElseThrow();
  }

  /** A file of little-endian float32. */
  public static float[] floats(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      float[] result = new float[bytes.length / Float.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(result);
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
