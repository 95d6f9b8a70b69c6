package dev.syncline.cli.report;

import java.util.List;

/**
 * Where the time of a tick goes.
 *
 * @param tickMs duration of a tick, against which the share of real time is reckoned
 * @param stages in order of the data flow
 * @param total end to end; not the sum of the percentiles
 */
public record Latency(double tickMs, List<Stage> stages, Stage total) {
  public Latency {
    stages = List.copyOf(stages);
    if (!(tickMs > 0)) {
      throw new IllegalArgumentException("a tick of " + tickMs + " ms");
    }
  }

  /** Percentiles of the time that a stage takes for one tick, in milliseconds. */
  public record Stage(String name, double p50Ms, double p99Ms, double maxMs) {}
}
