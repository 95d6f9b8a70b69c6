package dev.syncline.torch.certify;

import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.json.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was found out about a model; {@code card.json} is this record.
 *
 * @param causal whether every check passed
 * @param equivalence worst difference between the forms by node, the whole model's under "model"
 * @param flops floating point operations a tick: body, front ends, and encoders where they are
 *     known
 */
public record Certificate(
    String format,
    String model,
    String digest,
    boolean causal,
    int delayTicks,
    double tickS,
    List<Check> checks,
    List<Field> receptiveField,
    Map<String, Double> equivalence,
    Parameters parameters,
    Flops flops,
    long weightBytes,
    long stateBytes,
    List<Latency> latency) {

  public static final String FORMAT = "syncline-card/1";

  /** An input's receptive field; null rows and seconds where there is no limit. */
  public record Field(
      String input,
      Optional<Long> declaredRows,
      long measuredRows,
      long testedRows,
      Optional<Double> declaredS,
      boolean asDeclared) {}

  /** Numbers in tensors, each once. */
  public record Parameters(long total, long trainable, long constants) {}

  public record Flops(long body, long frontEnds, Optional<Long> encoders) {}

  /**
   * The time of one stage of a tick.
   *
   * @param share of the tick's own length, at the median
   */
  public record Latency(String stage, double p50Ms, double p99Ms, double maxMs, double share) {}

  public Json json() {
    return Records.write(this);
  }

  /** Writes {@code card.json} and {@code card.md} into a model folder, each aside and renamed. */
  public void write(Path folder, String markdown) throws IOException {
    WholeFile.write(folder.resolve("card.json"), json().pretty());
    WholeFile.write(folder.resolve("card.md"), markdown);
  }
}
