package dev.syncline.cli.study;

import java.util.List;

/**
 * How long a step takes, from rows to events, front ends and frozen encoders left out.
 *
 * @param points in order of time
 * @param p50Us median before the last of them, microseconds
 * @param p99Us 99th percentile there
 */
public record Pace(List<At> points, double p50Us, double p99Us) {
  /**
   * A stretch of the stream that ends at tick {@code t}.
   *
   * @param p50Us median of its steps, microseconds
   * @param stateBytes what the layers have remembered by then
   */
  public record At(int t, double p50Us, long stateBytes) {}

  /** The median step at a tick that was measured. */
  public double at(int t) {
    return points.stream().filter(p -> p.t == t).findFirst().orElseThrow().p50Us;
  }
}
