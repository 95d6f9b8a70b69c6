package dev.syncline.torch.train;

import dev.syncline.json.InputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Scalars for TensorBoard: an append-only file of records with length and checksum (TFRecord, all
 * little-endian: u64 length, u32 masked CRC of the length, data, u32 masked CRC of the data). The
 * data are Event messages of TensorFlow's event.proto and summary.proto. Not thread-safe.
 */
public final class EventFile implements AutoCloseable {
  /** TensorBoard finds files by "tfevents" in their names. */
  public static final String NAME = "events.out.tfevents.syncline";

  private static final String VERSION = "brain.Event:2";
  private static final int HEAD = 12;
  private static final int FOOT = 4;

  /** The longest data of ours are a long tag and a few numbers. */
  private static final int MAX_DATA = 2048;

  private static final int MAX_TAG = 1024;

  // Keys of protobuf fields: number << 3 | wire type (0 varint, 1 fixed64, 2 bytes, 5 fixed32).
  private static final byte EVENT_WALL_TIME = 1 << 3 | 1;
  private static final byte EVENT_STEP = 2 << 3;
  private static final byte EVENT_FILE_VERSION = 3 << 3 | 2;
  private static final byte EVENT_SUMMARY = 5 << 3 | 2;
  private static final byte SUMMARY_VALUE = 1 << 3 | 2;
  private static final byte VALUE_TAG = 1 << 3 | 2;
  private static final byte VALUE_SIMPLE = 2 << 3 | 5;

  private final Path file;
  private final FileChannel out;
  private final ByteBuffer pending = ByteBuffer.allocate(1 << 16);
  private long lastStep;

  private EventFile(Path file, FileChannel out, long lastStep) {
    this.file = file;
    this.out = out;
    this.lastStep = lastStep;
  }

  /**
   * Opens a file to go on after a step, as a run does that is resumed from a checkpoint: what was
   * told after that step, and a record that a kill has cut short, are taken away.
   *
   * @param path the file, or a folder for the file {@value #NAME} in it; made if it is not there
   * @param step the last one to keep, -1 to begin anew
   * @param wallTimeS seconds since 1970, told at the head of a new file
   * @throws InputException if the file is of another kind, or cannot be read or written
   */
  public static EventFile append(Path path, long step, double wallTimeS) {
    Path file = Files.isDirectory(path) ? path.resolve(NAME) : path;
    byte[] opening = opening(wallTimeS);
    FileChannel out = null;
    try {
      Kept kept = Files.exists(file) ? keep(file, step, opening) : new Kept(0, -1);
      out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      out.truncate(kept.bytes).position(kept.bytes);
      EventFile events = new EventFile(file, out, kept.step);
      if (kept.bytes == 0) {
        events.pending.put(opening);
        events.flush();
      }
      return events;
    } catch (IOException e) {
      closeQuietly(out, e);
      throw unwritable(file, e);
    }
  }

  /**
   * Tells one number.
   *
   * @param tag name of the curve, up to {@value #MAX_TAG} bytes; slashes group curves
   * @param step at least 0 and not lower than the one before, so that a file can be cut at a step
   * @param value also NaN and infinite, as TensorBoard shows them
   * @param wallTimeS seconds since 1970
   */
  public void scalar(String tag, long step, double value, double wallTimeS) {
    byte[] name = tag.getBytes(StandardCharsets.UTF_8);
    if (name.length == 0 || name.length > MAX_TAG) {
      throw new IllegalArgumentException(
          "a tag has 1 to %d bytes, not %d".formatted(MAX_TAG, name.length));
    }
    if (step < 0 || step < lastStep) {
      throw new IllegalArgumentException(
          "%s: step %d after step %d: steps never go back".formatted(tag, step, lastStep));
    }
    ByteBuffer number = message();
    bytes(number, VALUE_TAG, name);
    number.put(VALUE_SIMPLE).putFloat((float) value);
    ByteBuffer summary = message();
    bytes(summary, SUMMARY_VALUE, written(number));
    ByteBuffer event = message().put(EVENT_WALL_TIME).putDouble(wallTimeS);
    varint(event.put(EVENT_STEP), step);
    bytes(event, EVENT_SUMMARY, written(summary));
    byte[] record = record(written(event));
    if (pending.remaining() < record.length) {
      flush();
    }
    pending.put(record);
    lastStep = step;
  }

  /** Hands everything to the operating system: a kill of this process does not lose it. */
  public void flush() {
    pending.flip();
    try {
      while (pending.hasRemaining()) {
        out.write(pending);
      }
    } catch (IOException e) {
      throw unwritable(file, e);
    } finally {
      pending.compact();
    }
  }

  @Override
  public void close() {
    try (out) {
      flush();
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static InputException unwritable(Path file, IOException e) {
    return new InputException(file + ": cannot be written: " + InputException.reason(e), e);
  }

  private static void closeQuietly(FileChannel channel, IOException because) {
    try (channel) {
      // Only closed; the reason for it is what counts.
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private static byte[] opening(double wallTimeS) {
    ByteBuffer event = message().put(EVENT_WALL_TIME).putDouble(wallTimeS);
    bytes(event, EVENT_FILE_VERSION, VERSION.getBytes(StandardCharsets.US_ASCII));
    return record(written(event));
  }

  private static ByteBuffer message() {
    return ByteBuffer.allocate(MAX_DATA).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] written(ByteBuffer message) {
    byte[] bytes = new byte[message.position()];
    message.flip().get(bytes);
    return bytes;
  }

  private static void bytes(ByteBuffer to, byte key, byte[] bytes) {
    varint(to.put(key), bytes.length);
    to.put(bytes);
  }

  /** Seven bits a byte, the lowest first, the top bit on all but the last. */
  private static void varint(ByteBuffer to, long n) {
    for (; n >= 0x80; n >>>= 7) {
      to.put((byte) (n | 0x80));
    }
    to.put((byte) n);
  }

  private static byte[] record(byte[] data) {
    ByteBuffer record =
        ByteBuffer.allocate(HEAD + data.length + FOOT).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(maskedCrc(record.array(), 0, 8));
    record.put(data).putInt(maskedCrc(data, 0, data.length));
    return record.array();
  }

  /**
   * CRC-32C, turned right by 15 bits plus a constant, because the CRC of a text that holds its own
   * CRC is poor (TensorFlow, tsl/lib/hash/crc32c.h).
   */
  static int maskedCrc(byte[] bytes, int from, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, count);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  /**
   * @param bytes length of the part that stays
   * @param step the last one in it, -1 if none
   */
  private record Kept(long bytes, long step) {}

  /** Finds the whole records up to a step. */
  private static Kept keep(Path file, long step, byte[] opening) throws IOException {
    long size = Files.size(file);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      byte[] head = in.readNBytes(HEAD);
      // Length and checksum of the first record are the same in every file of ours.
      int strange = Arrays.mismatch(head, Arrays.copyOf(opening, HEAD));
      if (strange >= 0 && strange < head.length) {
        throw foreign(file, strange);
      }
      Kept kept = new Kept(0, -1);
      while (head.length == HEAD) {
        byte[] data = data(file, head, in, kept.bytes, size);
        long at = data.length == 0 ? Long.MAX_VALUE : step(file, data, kept.bytes);
        if (at > step) {
          break;
        }
        kept = new Kept(kept.bytes + HEAD + data.length + FOOT, Math.max(kept.step, at));
        head = in.readNBytes(HEAD);
      }
      return kept;
    }
  }

  /** The data of the record that begins at a byte; none if it is not whole. */
  private static byte[] data(Path file, byte[] head, InputStream in, long at, long size)
      throws IOException {
    byte[] torn = {};
    ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    long length = numbers.getLong();
    if (numbers.getInt() != maskedCrc(head, 0, 8)) {
      return torn;
    } else if (length < 1 || length > MAX_DATA) {
      throw foreign(file, at);
    } else if (length > size - at - HEAD - FOOT) {
      return torn;
    }
    byte[] data = in.readNBytes((int) length);
    byte[] foot = in.readNBytes(FOOT);
    boolean whole =
        foot.length == FOOT
            && ByteBuffer.wrap(foot).order(ByteOrder.LITTLE_ENDIAN).getInt()
                == maskedCrc(data, 0, data.length);
    return whole ? data : torn;
  }

  /** The step of an event as this class writes them: wall time first, then step or version. */
  private static long step(Path file, byte[] data, long at) {
    int i = 1 + Double.BYTES;
    if (data.length > i + 1 && data[0] == EVENT_WALL_TIME) {
      if (data[i] == EVENT_FILE_VERSION) {
        return -1;
      } else if (data[i] == EVENT_STEP) {
        long step = 0;
        for (int shift = 0; shift < Long.SIZE && ++i < data.length; shift += 7) {
          step |= (data[i] & 0x7FL) << shift;
          if (data[i] >= 0 && step >= 0) {
            return step;
          }
        }
      }
    }
    throw foreign(file, at);
  }

  private static InputException foreign(Path file, long at) {
    return new InputException(
        "%s: byte %d: not an event file of Syncline's; move it away or name another file"
            .formatted(file, at));
  }
}
