package dev.syncline.weights;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * A safetensors file: 8 bytes of header length (little-endian), a JSON header, raw tensors. The
 * file is mapped, not read; the mapping lives until {@link #close}. Refused in one line: a header
 * longer than the file or than 64 MB, bad JSON, duplicate keys, unknown types, offsets that
 * overlap, leave gaps, leave the file or do not fit shape and type.
 */
public final class Safetensors implements AutoCloseable {
  private static final long MAX_HEADER = 64L << 20;
  private static final long SLICE = 1 << 30;
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The element types that are known, with their bytes. */
  public enum Type {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }
  }

  /**
   * Where a tensor lies.
   *
   * @param shape outer dimension first
   * @param begin its first byte, counted from the end of the header
   */
  public record Entry(String name, Type type, List<Integer> shape, long begin, long end) {
    public int size() {
      return shape.stream().reduce(1, Math::multiplyExact);
    }
  }

  private final Path file;
  private final Arena arena;
  private final MemorySegment data;
  private final Map<String, Entry> entries;
  private final Map<String, String> metadata;

  private Safetensors(
      Path file,
      Arena arena,
      MemorySegment data,
      Map<String, Entry> entries,
      Map<String, String> metadata) {
    this.file = file;
    this.arena = arena;
    this.data = data;
    this.entries = Collections.unmodifiableMap(entries);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /** Maps a file and checks its whole header. */
  public static Safetensors open(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new InputException(file + ": is not a file"); // opening a pipe would wait
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return parse(file, arena, all);
    } catch (NoSuchFileException e) {
      arena.close();
      throw new InputException(file + ": no such file", e);
    } catch (IOException e) {
      arena.close();
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static Safetensors parse(Path file, Arena arena, MemorySegment all) {
    if (all.byteSize() < 8) {
      throw new InputException(
          file + ": not a safetensors file: only " + all.byteSize() + " bytes");
    }
    long length = all.get(I64, 0);
    if (length < 2 || length > MAX_HEADER || length > all.byteSize() - 8) {
      throw new InputException(
          "%s: the header claims %s bytes, the file has %d after its length: not a safetensors file, or cut off"
              .formatted(file, Long.toUnsignedString(length), all.byteSize() - 8));
    }
    byte[] text = all.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
    Field header = Json.parse(file + " (header)", new String(text, StandardCharsets.UTF_8));
    MemorySegment data = all.asSlice(8 + length);
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Entry> entries = new LinkedHashMap<>();
    header
        .fields()
        .forEach(
            (name, field) -> {
              if (name.equals("__metadata__")) {
                field.fields().forEach((k, v) -> metadata.put(k, v.string()));
              } else {
                entries.put(name, entry(name, field, data.byteSize()));
              }
            });
    checkLayout(header, entries, data.byteSize());
    return new Safetensors(file, arena, data, entries, metadata);
  }

  private static Entry entry(String name, Field field, long bytes) {
    field.onlyKeys("dtype", "shape", "data_offsets");
    Type type;
    try {
      type = Type.valueOf(field.get("dtype").string());
    } catch (IllegalArgumentException e) {
      throw new InputException(
          field
              .get("dtype")
              .bad("unknown type, known are F32, F16, BF16, I64 and the like")
              .getMessage(),
          e);
    }
    List<Integer> shape = new ArrayList<>();
    long size = 1;
    for (Field d : field.get("shape").items()) {
      int dim = (int) d.integer(0, Integer.MAX_VALUE);
      shape.add(dim);
      size *= dim;
      if (size > Integer.MAX_VALUE) {
        throw d.bad("the shape's product is beyond " + Integer.MAX_VALUE + " numbers");
      }
    }
    List<Field> offsets = field.get("data_offsets").items();
    if (offsets.size() != 2) {
      throw field.get("data_offsets").bad("must be [begin, end]");
    }
    long begin = offsets.get(0).integer(0, bytes);
    long end = offsets.get(1).integer(0, bytes);
    if (end - begin != size * type.bytes) {
      throw field.bad(
          "shape %s of %s needs %d bytes, the offsets span %d"
              .formatted(shape, type, size * type.bytes, end - begin));
    }
    return new Entry(name, type, shape, begin, end);
  }

  private static void checkLayout(Field header, Map<String, Entry> entries, long bytes) {
    long at = 0;
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    for (Entry e : sorted) {
      if (e.begin != at) {
        throw header.bad(
            "tensor \"%s\" begins at byte %d where %d was expected: offsets %s"
                .formatted(e.name, e.begin, at, e.begin < at ? "overlap" : "leave a gap"));
      }
      at = e.end;
    }
    if (at != bytes) {
      throw header.bad("the tensors end at byte %d, the data at %d".formatted(at, bytes));
    }
  }

  public Path file() {
    return file;
  }

  public Map<String, Entry> entries() {
    return entries;
  }

  public Map<String, String> metadata() {
    return metadata;
  }

  /** The tensor's numbers; F32 only. */
  public float[] floats(String name) {
    Entry e = entry(name, Type.F32);
    return data.asSlice(e.begin, e.end - e.begin).toArray(F32);
  }

  /**
   * The tensor's numbers where they lie; F32 of at most 2 GB only, and only until the file is
   * closed.
   */
  public FloatBuffer buffer(String name) {
    return bytes(name).asFloatBuffer();
  }

  /** The same as bytes, little-endian. */
  ByteBuffer bytes(String name) {
    Entry e = entry(name, Type.F32);
    if (e.end - e.begin > Integer.MAX_VALUE) {
      throw new InputException(file + ": tensor \"" + name + "\" has more than 2 GB");
    }
    ByteBuffer bytes = data.asSlice(e.begin, e.end - e.begin).asByteBuffer();
    return bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Copies {@code count} numbers of an F32 tensor, from its number {@code from} on. */
  public void floats(String name, long from, float[] to, int offset, int count) {
    Entry e = entry(name, Type.F32);
    Objects.checkFromIndexSize(from, count, e.size());
    MemorySegment.copy(data, F32, e.begin + 4 * from, to, offset, count);
  }

  /** The tensor's numbers; I32 only. */
  public int[] ints(String name) {
    Entry e = entry(name, Type.I32);
    return data.asSlice(e.begin, e.end - e.begin).toArray(I32);
  }

  private Entry entry(String name, Type type) {
    Entry e = entries.get(name);
    if (e == null) {
      throw new InputException(
          file + ": there is no tensor \"" + name + "\"" + Field.hint(name, entries.keySet()));
    }
    if (e.type != type) {
      throw new InputException(file + ": tensor \"" + name + "\" is " + e.type + ", not " + type);
    }
    return e;
  }

  /** CRC-32C of all tensors' bytes, in the order of the file. */
  public long checksum() {
    CRC32C sum = new CRC32C();
    for (long from = 0; from < data.byteSize(); from += SLICE) {
      sum.update(data.asSlice(from, Math.min(SLICE, data.byteSize() - from)).asByteBuffer());
    }
    return sum.getValue();
  }

  @Override
  public void close() {
    arena.close();
  }
}
