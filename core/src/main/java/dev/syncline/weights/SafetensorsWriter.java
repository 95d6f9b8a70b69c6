package dev.syncline.weights;

import dev.syncline.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a safetensors file of F32 tensors: aside, forced to disk, then renamed over the old one,
 * so that a full disk or a kill at any moment leaves the old file whole. Same tensors, same bytes.
 */
public final class SafetensorsWriter {
  /** How the names of files end that are still being written, or were when a process was killed. */
  public static final String PARTIAL = ".partial";

  private final Map<String, List<Integer>> shapes = new LinkedHashMap<>();
  private final Map<String, float[]> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** Adds a tensor; the array is not copied and must stay as it is until {@link #write}. */
  public SafetensorsWriter add(String name, List<Integer> shape, float[] values) {
    if (shape.stream().reduce(1, Math::multiplyExact) != values.length
        || tensors.put(name, values) != null) {
      throw new IllegalArgumentException(
          name + ": shape " + shape + " against " + values.length + " values, or twice");
    }
    shapes.put(name, List.copyOf(shape));
    return this;
  }

  public SafetensorsWriter meta(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /**
   * Writes the file; on any failure the old file, if there was one, is still there. Any number of
   * threads and processes may write the same file: each does so aside under a name of its own.
   */
  public void write(Path file) throws IOException {
    String own = "." + ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId();
    Path aside = file.resolveSibling(file.getFileName() + own + PARTIAL);
    try {
      try (FileChannel out =
          FileChannel.open(
              aside,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        writeTo(out);
        out.force(true);
      }
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileSystemException | RuntimeException e) {
      Files.deleteIfExists(aside);
      throw e;
    } catch (IOException e) {
      Files.deleteIfExists(aside);
      throw new FileSystemException(
          file.toString(), null, e.getMessage()); // a full disk has no name
    }
  }

  private void writeTo(FileChannel out) throws IOException {
    Map<String, Json> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put("__metadata__", Json.of(metadata));
    }
    long at = 0;
    for (Map.Entry<String, float[]> e : tensors.entrySet()) {
      long end = at + 4L * e.getValue().length;
      header.put(
          e.getKey(),
          Json.object(
              "dtype", "F32", "shape", shapes.get(e.getKey()), "data_offsets", List.of(at, end)));
      at = end;
    }
    byte[] text = new Json.Obj(header).compact().getBytes(StandardCharsets.UTF_8);
    int padding = -text.length & 7;
    ByteBuffer head =
        ByteBuffer.allocate(8 + text.length + padding)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length + padding)
            .put(text);
    while (head.hasRemaining()) {
      head.put((byte) ' ');
    }
    writeAll(out, head.flip());
    ByteBuffer block = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] values : tensors.values()) {
      for (int from = 0; from < values.length; from += block.capacity() / 4) {
        int n = Math.min(block.capacity() / 4, values.length - from);
        block.clear().asFloatBuffer().put(values, from, n);
        writeAll(out, block.limit(4 * n));
      }
    }
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
