package dev.syncline.cli;

import dev.syncline.cli.report.Latency;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.spec.Cost;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Reach;
import dev.syncline.spec.Shape;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the best model that fits a budget, by measuring on this machine. */
final class Planner {
  /**
   * What a model may take.
   *
   * @param latencyS of 99 of 100 ticks, from the last packet to the events
   * @param bytes weights and the state of one stream
   * @param historyS that a decision must be able to see
   */
  record Budget(double latencyS, double bytes, double historyS) {}

  /** A model that was looked at, and what became of it. */
  record Tried(Temporal temporal, int units, Optional<Choice> choice, String verdict) {}

  /**
   * A model that fits.
   *
   * @param reachS seconds that it sees; empty without a limit
   */
  record Choice(
      Design design, ModelSpec spec, Latency latency, long bytes, Optional<Double> reachS) {}

  private static final List<Integer> WIDTHS = List.of(512, 384, 256, 192, 128, 96, 64, 32);

  /** Of the budget's latency, what a measured one may take: a machine is not always as quiet. */
  private static final double SHARE = 0.7;

  /** Of what blocks see at most, what they see when they have just begun. */
  private static final double SURE = 0.75;

  private static final int MOST_WINDOW = 10_000;
  private static final int TRIALS = 3;
  private static final long WARM_UP_NS = 2_000_000_000L;

  private final Presets presets;
  private final List<String> modalities;
  private final Dataset data;
  private final List<Clip> clips;
  private final Path encoders;
  private final Budget budget;

  /**
   * @param clips that latency is measured on
   * @param encoders a folder in which the spec's encoders are
   */
  Planner(
      Presets presets,
      List<String> modalities,
      Dataset data,
      List<Clip> clips,
      Path encoders,
      Budget budget) {
    this.presets = presets;
    this.modalities = modalities;
    this.data = data;
    this.clips = clips;
    this.encoders = encoders;
    this.budget = budget;
  }

  /** Looks at ways to model time, the best first, until one fits; gives all that were looked at. */
  List<Tried> plan(List<Temporal> best) throws IOException {
    warmUp();
    List<Tried> tried = new ArrayList<>();
    for (Temporal temporal : best) {
      Tried t = widest(temporal);
      tried.add(t);
      if (t.choice().isPresent()) {
        break;
      }
    }
    return tried;
  }

  /** Until the compiler has seen what all candidates share. */
  private void warmUp() throws IOException {
    Model model = model(presets.spec(Design.of(modalities)));
    long end = System.nanoTime() + WARM_UP_NS;
    while (System.nanoTime() < end) {
      LiveRun.latency(model, data, clips);
    }
  }

  private Model model(ModelSpec spec) {
    Weights any = Weights.random(spec.parameters(), 1);
    return Model.of(spec, any, Kernels.best(), encoders, Models::encoder);
  }

  /** Weights and all that one stream keeps, its front ends' buffers included. */
  private long bytes(ModelSpec spec) {
    try (Session session = model(spec).open(Session.SILENT)) {
      return Cost.of(spec.node()).weightBytes() + session.state().bytes();
    }
  }

  /** The widest of a kind that fits. */
  private Tried widest(Temporal temporal) throws IOException {
    Design any = Design.of(modalities).timed(temporal).wide(WIDTHS.getLast());
    int window = Temporal.WINDOW;
    while (sees(any.remembering(window)) < budget.historyS && window < MOST_WINDOW) {
      window = Math.min(2 * window, MOST_WINDOW);
    }
    double sees = sees(any.remembering(window));
    if (sees < budget.historyS) {
      return new Tried(
          temporal, WIDTHS.getFirst(), Optional.empty(), "sees %,.1f s back".formatted(sees));
    }
    String verdict = "";
    for (int units : WIDTHS) {
      Design design = Design.of(modalities).timed(temporal).wide(units).remembering(window);
      ModelSpec spec = presets.spec(design);
      Optional<Double> reach = Study.reach(spec);
      long bytes = bytes(spec);
      if (bytes > budget.bytes) {
        verdict = "%,.1f MB with %d units".formatted(bytes / 1e6, units);
        continue;
      }
      Latency latency = measure(spec);
      if (fits(latency)) {
        return new Tried(
            temporal, units, Optional.of(new Choice(design, spec, latency, bytes, reach)), "fits");
      }
      verdict = "p99 %.3g ms with %d units".formatted(latency.total().p99Ms(), units);
    }
    return new Tried(temporal, WIDTHS.getLast(), Optional.empty(), verdict);
  }

  /** The best of some measurements: the compiler and the neighbours are in the others. */
  private Latency measure(ModelSpec spec) throws IOException {
    Model model = model(spec);
    Latency best = LiveRun.latency(model, data, clips);
    for (int i = 1; i < TRIALS && !fits(best); i++) {
      Latency again = LiveRun.latency(model, data, clips);
      best = again.total().p99Ms() < best.total().p99Ms() ? again : best;
    }
    return best;
  }

  private boolean fits(Latency latency) {
    return latency.total().p99Ms() <= SHARE * 1e3 * budget.latencyS;
  }

  /** Seconds that every decision sees of every modality once the stream is old enough. */
  private double sees(Design design) {
    ModelSpec spec = presets.spec(design);
    Map<String, Shape> inputs = spec.inputs();
    double least = Double.POSITIVE_INFINITY;
    for (Map<String, Reach> output : Reach.of(spec.node()).values()) {
      for (Map.Entry<String, Reach> e : output.entrySet()) {
        if (!e.getValue().unlimited()) {
          double ticks = (double) e.getValue().rows() / inputs.get(e.getKey()).rows();
          double sure = e.getValue().phased() ? SURE : 1;
          least = Math.min(least, sure * ticks * spec.tick().seconds());
        }
      }
    }
    return least;
  }
}
