package dev.syncline.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How late the decision of a tick is, from when its data were captured and when it came out. */
final class TickLatency {
  private TickLatency() {}

  enum Part {
    /** From the capture of the last sample used to the decision. */
    DECISION,
    /** Capture of samples later than the tick itself; 0 when strictly causal. */
    LOOKAHEAD,
    /** From the end of the tick to the decision. */
    TOTAL
  }

  static Optional<String> missing(List<Predictions.Clip> clips) {
    if (clips.isEmpty()) {
      return Optional.of("there are no clips");
    }
    return clips.stream()
        .filter(c -> c.capturedS().isEmpty() || c.emittedS().isEmpty())
        .findFirst()
        .map(c -> "clip \"" + c.id() + "\" has no captured_s and emitted_s");
  }

  /** Seconds, over all ticks of all clips. */
  static Score of(List<Predictions.Clip> clips, double rate, Part part, Statistic statistic) {
    double[] latency =
        clips.stream()
            .flatMapToDouble(clip -> Arrays.stream(latencies(clip, rate, part)))
            .sorted()
            .toArray();
    return Score.of(statistic.of(latency));
  }

  private static double[] latencies(Predictions.Clip clip, double rate, Part part) {
    double[] captured = clip.capturedS().orElseThrow();
    double[] emitted = clip.emittedS().orElseThrow();
    double[] latency = new double[captured.length];
    for (int k = 0; k < latency.length; k++) {
      double end = (k + 1) / rate;
      latency[k] =
          switch (part) {
            case DECISION -> emitted[k] - captured[k];
            case LOOKAHEAD -> Math.max(0, captured[k] - end);
            case TOTAL -> emitted[k] - end;
          };
    }
    return latency;
  }
}
