package dev.syncline.torch.train;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.WholeFile;
import dev.syncline.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The folder of one training run: {@code config.json}, {@code checkpoints/}, {@code metrics.jsonl},
 * TensorBoard events and, at the end, {@code model/}. Locked while a process trains in it; the lock
 * goes with the process, however it ends.
 */
public final class RunFolder implements AutoCloseable {
  private final Path path;
  private final FileChannel lockFile;
  private final FileLock lock;

  private RunFolder(Path path, FileChannel lockFile, FileLock lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Begins a run or goes on with one.
   *
   * @param config what is trained and how; must be that of the run where there is one already
   * @param resume whether a run of which there is a checkpoint may be gone on with
   */
  public static RunFolder open(Path path, Json config, boolean resume) {
    try {
      refuseOther(path);
      Files.createDirectories(path);
      FileChannel file =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = lock(file);
      if (lock == null) {
        file.close();
        throw new InputException(
            path
                + ": another training is running in this folder: wait for it, or choose another --out");
      }
      RunFolder run = new RunFolder(path, file, lock);
      try {
        Files.createDirectories(path.resolve("checkpoints"));
        run.claim(config, resume);
        run.sweep();
      } catch (RuntimeException | IOException e) {
        run.close();
        throw e;
      }
      return run;
    } catch (IOException e) {
      throw new InputException(
          path + ": the run folder cannot be written: " + InputException.reason(e), e);
    }
  }

  /** What is in the folder must be a run's; every run has a lock from its first moment on. */
  private static void refuseOther(Path path) throws IOException {
    if (Files.exists(path.resolve("lock"))) {
      return;
    }
    if (Files.isDirectory(path)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
        if (files.iterator().hasNext()) {
          throw new InputException(
              path + ": is not empty and no run's folder: choose another --out");
        }
      }
    }
  }

  private static FileLock lock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private void claim(Json config, boolean resume) throws IOException {
    Path file = path.resolve("config.json");
    if (Files.exists(model())) {
      throw new InputException(
          path + ": holds a finished training: choose another --out, or remove the folder");
    }
    if (!Files.exists(last())) {
      WholeFile.write(file, config.pretty()); // Nothing was kept yet: begin.
    } else if (!resume) {
      throw new InputException(
          path
              + ": holds a training that was begun: go on with it by --resume, or choose another --out");
    } else if (!Json.read(file).value().equals(Json.parse("config", config.compact()).value())) {
      throw new InputException(
          file
              + ": the run was begun with another configuration: resume without changing options, or choose another --out");
    }
  }

  /** Removes what killed processes were writing; only whoever holds the lock writes here. */
  private void sweep() throws IOException {
    try (DirectoryStream<Path> partial =
        Files.newDirectoryStream(last().getParent(), "*" + SafetensorsWriter.PARTIAL)) {
      for (Path file : partial) {
        Files.delete(file);
      }
    }
  }

  public Path path() {
    return path;
  }

  /** The finished model. */
  public Path model() {
    return path.resolve("model");
  }

  Path last() {
    return path.resolve("checkpoints/last.safetensors");
  }

  Path best() {
    return path.resolve("checkpoints/best.safetensors");
  }

  Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /** Cuts the metrics back to what they were when a checkpoint was written. */
  void rewind(long metricsBytes) {
    try (FileChannel file =
        FileChannel.open(metrics(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (file.size() < metricsBytes) {
        throw new InputException(
            metrics()
                + ": is shorter than the last checkpoint says: it was changed by hand; begin a new run");
      }
      file.truncate(metricsBytes);
    } catch (IOException e) {
      throw new InputException(metrics() + ": cannot be written: " + InputException.reason(e), e);
    }
  }

  /** Appends a line and gives the file's new length. */
  long append(Json line) throws IOException {
    Files.writeString(
        metrics(),
        line.compact() + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    return Files.size(metrics());
  }

  @Override
  public void close() throws IOException {
    lock.release();
    lockFile.close();
  }
}
