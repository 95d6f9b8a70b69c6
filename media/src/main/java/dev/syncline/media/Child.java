package dev.syncline.media;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child process that is read from. One thread drains its standard error and keeps the last line
 * that says something, another kills it when a read waits too long; both end with the process.
 */
final class Child implements AutoCloseable {
  private static final int LINE = 300;

  private final Path file;
  private final String name;
  private final Duration timeout;
  private final Process process;
  private final InputStream output;
  private final Thread drain;
  private final Thread watch;
  private volatile boolean waiting;
  private volatile long waitingSince;
  private volatile boolean timedOut;
  private volatile String complaint = "";
  private volatile String verdict = "";

  /** Starts {@code command}, whose first word names it in complaints about {@code file}. */
  Child(List<String> command, Path file, Duration timeout) {
    this.file = file;
    this.name = Path.of(command.getFirst()).getFileName().toString();
    this.timeout = timeout;
    try {
      process = new ProcessBuilder(command).start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new InputException(
          file
              + ": needs "
              + command.getFirst()
              + ", which cannot be started; install ffmpeg 5.1 or newer so that it is on the PATH,"
              + " or convert the file to WAV and JPEG frames",
          e);
    }
    output = process.getInputStream();
    drain = Thread.ofPlatform().daemon().name(name + " messages").start(this::drain);
    watch = Thread.ofPlatform().daemon().name(name + " timeout").start(this::watch);
  }

  /** Up to {@code length} bytes of its standard output, -1 at the end. */
  int read(byte[] into, int offset, int length) {
    waitingSince = System.nanoTime();
    waiting = true;
    try {
      int n = output.read(into, offset, length);
      if (n < 0 && timedOut) {
        throw late();
      }
      return n;
    } catch (IOException e) {
      throw timedOut ? late() : bad("cannot be read through " + name + ": " + e.getMessage());
    } finally {
      waiting = false;
    }
  }

  /** Waits for the end of the process after its output has ended; a failure of it is thrown. */
  void finish() {
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        timedOut = true;
        throw late();
      }
      drain.join(timeout.toMillis());
    } catch (InterruptedException e) {
      throw interrupted();
    }
    if (process.exitValue() != 0) {
      throw bad(
          name
              + " ended with exit status "
              + process.exitValue()
              + ": "
              + (complaint.isEmpty() ? verdict : complaint));
    }
  }

  /** The last line on standard error that is more than the verdict on the file; may be empty. */
  String complaint() {
    return complaint;
  }

  InputException bad(String what) {
    return new InputException(file + ": " + what);
  }

  /** Kills the process, and what it started, and waits until they are gone. */
  @Override
  public void close() {
    kill();
    try {
      process.waitFor();
      watch.join();
      output.close();
      drain.join(timeout.toMillis());
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (IOException e) {
      throw bad("cannot be closed: " + e.getMessage());
    }
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private InputException late() {
    kill();
    return bad(name + " gave nothing for " + timeout.toMillis() + " ms and was stopped");
  }

  private IllegalStateException interrupted() {
    kill();
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for " + name);
  }

  private void watch() {
    long interval = Math.max(1, timeout.toMillis() / 8);
    try {
      while (!process.waitFor(interval, TimeUnit.MILLISECONDS)) {
        if (waiting && System.nanoTime() - waitingSince > timeout.toNanos()) {
          timedOut = true;
          kill();
        }
      }
    } catch (InterruptedException e) {
      kill();
    }
  }

  private void drain() {
    byte[] line = new byte[LINE];
    int length = 0;
    try (InputStream errors = process.getErrorStream()) {
      byte[] chunk = new byte[4096];
      for (int n = errors.read(chunk); n >= 0; n = errors.read(chunk)) {
        for (int i = 0; i < n; i++) {
          if (chunk[i] == '\n' || chunk[i] == '\r') {
            said(new String(line, 0, length, StandardCharsets.UTF_8));
            length = 0;
          } else if (length < LINE) {
            line[length++] = chunk[i];
          }
        }
      }
    } catch (IOException e) {
      // The stream of a killed process may break off; what it said until then stands.
    }
    said(new String(line, 0, length, StandardCharsets.UTF_8));
  }

  /** Keeps a line; "file:NAME: ..." only repeats in general words what a line before it said. */
  private void said(String line) {
    String text = line.replaceAll("\\p{Cntrl}", " ").replaceFirst("^(\\[[^]]* @ \\w+\\] )+", "");
    String url = "file:" + file.toAbsolutePath() + ": ";
    if (text.startsWith(url)) {
      verdict = text.substring(url.length());
    } else if (!text.isBlank()) {
      complaint = text.strip();
    }
  }
}
