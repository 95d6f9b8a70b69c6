package dev.syncline.cli.bench;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.json.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What was measured of a model; {@code NAME.json} is this record.
 *
 * @param loadBefore load average of the last minute at the begin
 * @param loadAfter the same at the end
 * @param residentBytes of the whole process at the end, all peers in it
 * @param peakGflops multiply-adds of one core from registers
 * @param notes what could not be measured, and why
 */
public record BenchReport(
    String format,
    String model,
    Machine machine,
    Rounds setting,
    double loadBefore,
    double loadAfter,
    long residentBytes,
    double peakGflops,
    Size size,
    WarmUp warmUp,
    List<Entry> entries,
    Optional<PacketPath> packets,
    List<LongRun> longRuns,
    List<String> notes) {
  static final String FORMAT = "syncline-bench/1";

  public BenchReport {
    if (!format.equals(FORMAT)) {
      throw new IllegalArgumentException("format \"" + format + "\" is not known, only " + FORMAT);
    }
    entries = List.copyOf(entries);
    longRuns = List.copyOf(longRuns);
    notes = List.copyOf(notes);
  }

  /** What was measured as lines of at most 100 characters. */
  public String text() {
    return new BenchText(this).terminal();
  }

  public void writeJson(Path file) throws IOException {
    WholeFile.write(file, Records.write(this).pretty() + "\n");
  }

  /** Writes {@code MODEL.json} and the page over all reports of the folder. */
  public void writeTo(Path folder) throws IOException {
    writeJson(folder.resolve(fileName() + ".json"));
    BenchPage.of(folder).write(folder);
  }

  /**
   * Makes a folder for {@link #writeTo} where there is none. Refuses what cannot be written to, and
   * one with a JSON file that is no report: its page could not be written.
   */
  public static void prepare(Path folder) throws IOException {
    WholeFile.check(folder.resolve(BenchPage.TABLES));
    Files.createDirectories(folder);
    BenchPage.of(folder);
  }

  /** The model's name as that of a file. */
  String fileName() {
    return model.replaceAll("[^A-Za-z0-9_-]", "_");
  }

  static BenchReport read(Path file) {
    try {
      return Records.read(BenchReport.class, Json.read(file));
    } catch (InputException e) {
      throw new InputException(
          e.getMessage() + " (no report of this bench: remove it or choose another folder)", e);
    }
  }

  /**
   * How large a model is.
   *
   * @param flops of a step of one stream
   * @param stateBytes that a stream keeps
   * @param scratchBytes that a stream's thread needs besides
   */
  record Size(long parameters, long flops, long stateBytes, long scratchBytes, String kernels) {}

  /**
   * A variant.
   *
   * @param weightBytes that a step reads, for all of its streams together
   * @param error root mean square of its outputs' difference to those of our FP32, relative
   */
  record Entry(
      String runtime,
      String weights,
      String setting,
      int batch,
      long weightBytes,
      Optional<Double> error,
      Timing timing) {
    /** Steps of one stream a second. */
    double perSecond() {
      return batch * 1e6 / timing.p50();
    }

    boolean isFloor() {
      return runtime.equals(Variant.FLOOR);
    }

    boolean isOwn() {
      return runtime.equals(Variant.OWN);
    }
  }

  /** The floor of a precision of ours: the fastest way to read its bytes. */
  Optional<Entry> floor(String weights) {
    return entries.stream()
        .filter(e -> e.isFloor() && e.weights().equals(weights))
        .min(java.util.Comparator.comparingDouble(e -> e.timing().p50()));
  }

  /**
   * Another runtime's entry at a batch: the fastest of those whose weights are called so, with or
   * without a word behind it.
   */
  Optional<Entry> find(String runtime, String weights, int batch) {
    return entries.stream()
        .filter(e -> e.runtime().equals(runtime) && e.batch() == batch)
        .filter(e -> e.weights().equals(weights) || e.weights().startsWith(weights + " "))
        .min(java.util.Comparator.comparingDouble(e -> e.timing().p50()));
  }
}
