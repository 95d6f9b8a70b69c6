package dev.syncline.data;

import dev.syncline.json.InputException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * A WAV file open for reading, block by block: PCM of 8, 16, 24 or 32 bits, 32-bit float, and
 * mu-law, also in the extensible form. Samples are floats with full scale at 1. The header is
 * compared with the size of the file before anything is read; a header that leaves the length open
 * (0xFFFFFFFF, as written to a pipe) means up to the end of the file.
 */
public final class Wav implements Closeable {
  private static final int BLOCK_BYTES = 1 << 15;
  private static final int MAX_CHANNELS = 64;
  private static final long OPEN_LENGTH = 0xFFFFFFFFL;

  private final Path path;
  private final FileChannel file;
  private final WavFormat format;
  private final long frames;
  private final ByteBuffer bytes;
  private long position;

  private Wav(Path path, FileChannel file, WavFormat format, long frames) {
    this.path = path;
    this.file = file;
    this.format = format;
    this.frames = frames;
    this.bytes =
        ByteBuffer.allocate(BLOCK_BYTES / format.frameBytes() * format.frameBytes())
            .order(ByteOrder.LITTLE_ENDIAN)
            .limit(0);
  }

  /** Opens a file and reads its header. */
  public static Wav open(Path path) {
    FileChannel file = null;
    try {
      file = FileChannel.open(path, StandardOpenOption.READ);
      Wav wav = header(path, file);
      file = null;
      return wav;
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (EOFException e) {
      throw new InputException(path + ": the file ends inside its WAV header: copy it again", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    } finally {
      closeQuietly(file);
    }
  }

  /** A whole file mixed down to one channel; at most {@code maxFrames} long. */
  public static float[] readMono(Path path, int maxFrames) {
    try (Wav wav = open(path)) {
      if (wav.frames > maxFrames) {
        throw new InputException(
            path + ": " + wav.frames + " samples are more than the limit of " + maxFrames);
      }
      float[] samples = new float[(int) wav.frames];
      int done = 0;
      while (done < samples.length) {
        done += wav.readMono(samples, done, samples.length - done);
      }
      return samples;
    }
  }

  /** Writes mono 16-bit PCM; samples beyond -1 to 1 are clipped. */
  public static void write(Path path, float[] samples, int rate) throws IOException {
    int size = Math.multiplyExact(samples.length, 2);
    ByteBuffer out = ByteBuffer.allocate(Math.addExact(44, size)).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(WavFormat.RIFF).putInt(36 + size).putInt(WavFormat.WAVE);
    out.putInt(WavFormat.FMT).putInt(16).putShort((short) 1).putShort((short) 1);
    out.putInt(rate).putInt(2 * rate).putShort((short) 2).putShort((short) 16);
    out.putInt(WavFormat.DATA).putInt(size);
    for (float sample : samples) {
      out.putShort((short) Math.clamp(Math.round(sample * 32768f), -32768, 32767));
    }
    Files.write(path, out.array());
  }

  /** Samples a second in each channel. */
  public int rate() {
    return format.rate();
  }

  public int channels() {
    return format.channels();
  }

  /** Samples in each channel. */
  public long frames() {
    return frames;
  }

  public double durationS() {
    return (double) frames / format.rate();
  }

  /**
   * Reads up to {@code count} frames, channels interleaved, to {@code target} from {@code offset}.
   *
   * @return frames read, 0 at the end
   */
  public int read(float[] target, int offset, int count) {
    int done = 0;
    while (done < count && fill()) {
      int n = Math.min(count - done, bytes.remaining() / format.frameBytes());
      for (int i = 0; i < n * format.channels(); i++) {
        target[offset + done * format.channels() + i] = sample();
      }
      done += n;
      position += n;
    }
    return done;
  }

  /** As {@link #read}, with the mean of the channels as the one sample of a frame. */
  public int readMono(float[] target, int offset, int count) {
    int done = 0;
    while (done < count && fill()) {
      int n = Math.min(count - done, bytes.remaining() / format.frameBytes());
      for (int i = 0; i < n; i++) {
        float sum = 0;
        for (int c = 0; c < format.channels(); c++) {
          sum += sample();
        }
        target[offset + done + i] = sum / format.channels();
        position++;
      }
      done += n;
    }
    return done;
  }

  @Override
  public void close() {
    closeQuietly(file);
  }

  /** Has at least one whole frame in {@link #bytes}, or returns false at the end. */
  private boolean fill() {
    if (bytes.hasRemaining()) {
      return true;
    }
    long left = (frames - position) * format.frameBytes();
    if (left == 0) {
      return false;
    }
    bytes.clear().limit((int) Math.min(bytes.capacity(), left));
    try {
      while (bytes.hasRemaining()) {
        if (file.read(bytes) < 0) {
          throw new InputException(path + ": became shorter while it was read");
        }
      }
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
    bytes.flip();
    return true;
  }

  private float sample() {
    float value = format.next(bytes);
    if (!Float.isFinite(value)) {
      throw new InputException(
          path + ": not a number at " + (double) position / format.rate() + " s: write it again");
    }
    return value;
  }

  private static Wav header(Path path, FileChannel file) throws IOException {
    ByteBuffer head = read(file, 12);
    if (head.getInt(0) != WavFormat.RIFF || head.getInt(8) != WavFormat.WAVE) {
      throw new InputException(path + ": not a WAV file (no RIFF/WAVE at its start)");
    }
    WavFormat format = null;
    while (true) {
      ByteBuffer chunk = read(file, 8);
      int name = chunk.getInt(0);
      long size = chunk.getInt(4) & 0xFFFFFFFFL;
      if (name == WavFormat.DATA) {
        if (format == null) {
          throw new InputException(path + ": the data come before their format: write it again");
        }
        return new Wav(path, file, format, frames(path, file, format, size));
      }
      long next = file.position() + size + (size & 1);
      if (name == WavFormat.FMT) {
        format = WavFormat.read(path, read(file, (int) Math.min(size, 40)), MAX_CHANNELS);
      }
      if (next > file.size()) {
        throw new EOFException();
      }
      file.position(next);
    }
  }

  private static long frames(Path path, FileChannel file, WavFormat format, long size)
      throws IOException {
    long there = file.size() - file.position();
    if (size == OPEN_LENGTH) {
      return there / format.frameBytes();
    }
    if (size > there) {
      double bytesPerSecond = (double) format.frameBytes() * format.rate();
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: truncated: the sound ends at %.3f s, its header promises %.3f s: copy it again",
              path,
              there / bytesPerSecond,
              size / bytesPerSecond));
    }
    return size / format.frameBytes();
  }

  private static ByteBuffer read(FileChannel file, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (file.read(buffer) < 0) {
        throw new EOFException();
      }
    }
    return buffer.flip();
  }

  private static void closeQuietly(FileChannel file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a file that was only read
    }
  }
}
