package dev.syncline.media;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Decoded packets of one stream with their timestamps, over one pipe. ffmpeg's tee muxer writes
 * every packet twice to it: first the line of its framecrc muxer, {@code stream, dts, pts,
 * duration, size, checksum}, then the {@code size} raw bytes. So each packet carries its own
 * timestamp and length, nothing has to be matched between two pipes or found in a log, and the
 * stream's time base and picture size come in lines beginning with '#' before the first packet.
 */
final class Packets implements AutoCloseable {
  private static final int MAX_LINE = 4096;

  /** A stream that ends earlier than declared by more, and with a complaint, was cut. */
  private static final long SHORTFALL = TimeBase.NANOS / 2;

  private final Child child;
  private final long declaredEnd;
  private final double maxSeconds;
  private final byte[] buffer = new byte[1 << 16];
  private final byte[] line = new byte[MAX_LINE];
  private int lineLength;
  private int fieldAt;
  private int at;
  private int end;

  private TimeBase timeBase = new TimeBase(1, 1);
  private int width;
  private int height;
  private boolean pending;
  private boolean ended;
  private boolean first = true;
  private long startNanos;
  private long pts;
  private long endNanos;
  private int size;
  private int remaining;

  /**
   * Starts decoding and reads up to the first packet's line.
   *
   * @param codec options that pick the stream, filter it and set the codec
   * @param raw ffmpeg's name of the raw format of the bytes
   * @param duration what the container says about the length, from {@code start}
   */
  Packets(
      Ffmpeg tools,
      Path file,
      MediaLimits limits,
      List<String> codec,
      String raw,
      long start,
      OptionalLong duration) {
    // One thread, so that even a damaged file is decoded to the same bytes every time; copyts
    // keeps the container's times, with their offset and their gaps.
    List<String> before = new ArrayList<>(List.of("-nostdin", "-threads", "1", "-copyts"));
    before.addAll(List.of("-max_pixels", Long.toString(limits.maxPixels())));
    List<String> command = tools.open(tools.ffmpeg(), file, limits, before);
    command.addAll(codec);
    String slave = "flush_packets=1:avoid_negative_ts=disabled]pipe:1";
    command.addAll(
        List.of("-bitexact", "-f", "tee", "[f=framecrc:" + slave + "|[f=" + raw + ":" + slave));
    maxSeconds = limits.maxSeconds();
    declaredEnd = duration.isPresent() ? start + duration.getAsLong() : Long.MIN_VALUE;
    child = new Child(command, file, limits.timeout());
    try {
      header();
    } catch (RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /** Picture size; 0 for audio. */
  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Bytes of the current packet, and those of them that are not read yet. */
  int size() {
    return size;
  }

  int remaining() {
    return remaining;
  }

  /** Capture time of the current packet in nanoseconds. */
  long nanos() {
    return nanos(pts);
  }

  /** Moves to the next packet; false at a good end. */
  boolean next() {
    while (remaining > 0) {
      fill();
      int n = Math.min(remaining, end - at);
      at += n;
      remaining -= n;
    }
    if (ended || (!pending && !readLine())) {
      finish();
      return false;
    }
    pending = false;
    packet();
    return true;
  }

  /** Reads exactly {@code length} bytes of the current packet. */
  void read(byte[] into, int offset, int length) {
    int done = Math.min(length, end - at);
    System.arraycopy(buffer, at, into, offset, done);
    at += done;
    while (done < length) {
      int n = child.read(into, offset + done, length - done);
      if (n < 0) {
        throw brokenOff();
      }
      done += n;
    }
    remaining -= length;
  }

  /** What ffmpeg complained about last; empty if it had nothing to complain about. */
  String complaint() {
    return child.complaint();
  }

  RuntimeException bad(String what) {
    return child.bad(what);
  }

  @Override
  public void close() {
    child.close();
  }

  private void header() {
    while (readLine()) {
      if (line[0] != '#') {
        pending = true;
        return;
      }
      String text = new String(line, 0, lineLength, StandardCharsets.US_ASCII);
      try {
        if (text.startsWith("#tb 0: ")) {
          timeBase = TimeBase.parse(text.substring(7));
        } else if (text.startsWith("#dimensions 0: ")) {
          String[] sides = text.substring(15).split("x", 2);
          width = Integer.parseInt(sides[0]);
          height = Integer.parseInt(sides[1]);
        }
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        throw odd();
      }
    }
    ended = true;
  }

  private void packet() {
    fieldAt = 0;
    number();
    number();
    pts = number();
    long duration = number();
    long bytes = number();
    if (bytes < 0 || bytes > Integer.MAX_VALUE || duration < 0) {
      throw odd();
    }
    if (pts == Long.MIN_VALUE) {
      throw bad("has a packet without a time after " + seconds(endNanos));
    }
    size = (int) bytes;
    remaining = size;
    long start = nanos(pts);
    if (first) {
      first = false;
      startNanos = start;
    }
    endNanos = nanos(pts + duration);
    if (endNanos - startNanos > maxSeconds * TimeBase.NANOS) {
      throw bad("lasts longer than the limit of " + maxSeconds + " s");
    }
  }

  private void finish() {
    ended = true;
    child.finish();
    String complaint = child.complaint();
    if (first) {
      throw bad("nothing of it can be decoded" + (complaint.isEmpty() ? "" : ": " + complaint));
    }
    if (!complaint.isEmpty() && declaredEnd - endNanos > SHORTFALL) {
      throw bad(
          "breaks off at "
              + seconds(endNanos)
              + " of "
              + seconds(declaredEnd)
              + " (truncated or damaged): "
              + complaint);
    }
  }

  private long nanos(long ticks) {
    try {
      return timeBase.nanos(ticks);
    } catch (ArithmeticException e) {
      throw bad("has a time beyond 292 years");
    }
  }

  /** A time in complaints, e.g. "1.250 s". */
  static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
  }

  /** The next number of the line, up to a comma. */
  private long number() {
    while (fieldAt < lineLength && line[fieldAt] == ' ') {
      fieldAt++;
    }
    boolean negative = fieldAt < lineLength && line[fieldAt] == '-';
    if (negative) {
      fieldAt++;
    }
    int digits = fieldAt;
    long value = 0;
    while (fieldAt < lineLength && line[fieldAt] >= '0' && line[fieldAt] <= '9') {
      value = value * 10 + line[fieldAt++] - '0';
    }
    if (fieldAt == digits
        || fieldAt - digits > 19
        || fieldAt == lineLength
        || line[fieldAt] != ',') {
      throw odd();
    }
    fieldAt++;
    return negative ? -value : value;
  }

  /** Reads a line without its end; false at the end of the stream. */
  private boolean readLine() {
    lineLength = 0;
    while (true) {
      if (at == end) {
        at = 0;
        end = Math.max(0, child.read(buffer, 0, buffer.length));
        if (end == 0) {
          if (lineLength > 0) {
            throw brokenOff();
          }
          return false;
        }
      }
      byte b = buffer[at++];
      if (b == '\n' && lineLength > 0) {
        return true;
      }
      if (b == '\n' || lineLength == MAX_LINE) {
        throw odd();
      }
      line[lineLength++] = b;
    }
  }

  private void fill() {
    if (at == end) {
      at = 0;
      end = Math.max(0, child.read(buffer, 0, buffer.length));
      if (end == 0) {
        throw brokenOff();
      }
    }
  }

  private RuntimeException brokenOff() {
    child.finish();
    return bad("ffmpeg broke off in the middle of a packet at " + seconds(endNanos));
  }

  private RuntimeException odd() {
    String text = new String(line, 0, Math.min(lineLength, 80), StandardCharsets.US_ASCII);
    return bad(
        "ffmpeg says \"" + text.replaceAll("\\p{Cntrl}", "?") + "\" where a packet should begin");
  }
}
