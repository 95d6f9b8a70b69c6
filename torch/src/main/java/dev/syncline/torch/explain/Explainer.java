package dev.syncline.torch.explain;

import dev.syncline.metric.RankCorrelation;
import dev.syncline.spec.Cost;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Node;
import dev.syncline.spec.Reach;
import dev.syncline.spec.Shape;
import dev.syncline.step.Block;
import dev.syncline.torch.explain.Explanation.Agreement;
import dev.syncline.torch.explain.Explanation.Occlusion;
import dev.syncline.torch.train.ParallelForm;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Finds on what a model's decisions about clips rest. Each clip is run from its own beginning, once
 * as it is, once without each modality, and once for each decision and each stretch of its past.
 * What is taken away is missing, not zero; where that leaves a tick without a decision, its logits
 * count as zeros.
 */
public final class Explainer {
  /** About what one clip may cost; of longer ones fewer decisions are explained. */
  private static final double MOST_FLOP = 2e11;

  /** Numbers that go into a batch, so that what is computed from them fits into memory. */
  private static final long BATCH_NUMBERS = 1L << 20;

  private static final int BATCH = 64;

  /** Below this many ages an order says nothing. */
  private static final int LEAST_AGES = 3;

  private final ModelSpec spec;
  private final Weights weights;
  private final double mostTicks;
  private final long batchTicks;
  private final int delay;
  private final long reach;

  public Explainer(ModelSpec spec, Weights weights) {
    this(spec, weights, MOST_FLOP / Math.max(1, Cost.of(spec.node()).flops()));
  }

  /**
   * @param mostTicks about how many ticks may be computed for one clip
   */
  Explainer(ModelSpec spec, Weights weights, double mostTicks) {
    this.spec = spec;
    this.weights = weights;
    this.mostTicks = mostTicks;
    delay = spec.delay();
    reach = reach(spec.node());
    long numbers = 1;
    for (Shape shape : spec.inputs().values()) {
      numbers += (long) shape.rows() * shape.size();
    }
    batchTicks = Math.max(1, BATCH_NUMBERS / numbers);
  }

  /** How many ticks a decision sees, that at which it is made included. */
  private static long reach(Node node) {
    long ticks = 1;
    for (Map<String, Reach> output : Reach.of(node).values()) {
      for (Map.Entry<String, Reach> e : output.entrySet()) {
        int perTick = node.in().get(e.getKey()).rows();
        ticks = Math.max(ticks, Math.ceilDiv(e.getValue().rows(), perTick));
      }
    }
    return ticks;
  }

  /** What was decided about the clip when something was taken away, by output. */
  private record Run(Map<String, double[][]> probabilities) {
    /** The largest move of any label's probability at a tick. */
    double moved(Run other, String output, int tick) {
      double[] a = probabilities.get(output)[tick];
      double[] b = other.probabilities.get(output)[tick];
      double most = 0;
      for (int c = 0; c < a.length; c++) {
        most = Math.max(most, Math.abs(a[c] - b[c]));
      }
      return most;
    }
  }

  /**
   * Explains the decisions about a clip.
   *
   * @param rows of every modality, as long as each other
   */
  public Explanation explain(Map<String, Block> rows) {
    int clip = rows.values().iterator().next().ticks();
    int decisions = Math.max(0, clip - delay);
    List<Ages> ages = Ages.over((int) Math.min(clip, reach));
    Observed observed = new Observed(spec.node(), ages, clip);
    Run plain =
        new Run(
            ParallelForm.probabilities(spec, weights, List.of(rows), Optional.of(observed))
                .getFirst());
    List<Integer> ticks = explained(clip, decisions, ages.size());
    Map<String, Map<String, List<Double>>> modalities = withoutModalities(rows, plain, decisions);
    Map<String, double[][]> past = withoutPast(rows, plain, ticks, ages);
    List<Explanation.Attention> attention = observed.attention(ticks, delay);
    Explanation bare = new Explanation(ticks, ages, Map.of(), observed.gates(delay), attention);
    Map<String, Occlusion> outputs = new LinkedHashMap<>();
    for (String output : spec.outputs().keySet()) {
      List<List<Double>> byAge = Arrays.stream(past.get(output)).map(Rounded::list).toList();
      outputs.put(
          output,
          new Occlusion(
              modalities.get(output),
              byAge,
              bare.meanAttention().flatMap(weights -> agreement(weights, byAge))));
    }
    return new Explanation(ticks, ages, outputs, bare.gates(), attention);
  }

  /** The decisions whose past is looked at: as many as may be computed, evenly spaced. */
  private List<Integer> explained(int clip, int decisions, int ages) {
    double all = (double) decisions * ages * Math.max(1, clip / 2);
    int step = (int) Math.max(1, Math.ceil(all / mostTicks));
    List<Integer> ticks = new ArrayList<>();
    for (int t = 0; t < decisions; t += step) {
      ticks.add(t);
    }
    return ticks;
  }

  /** By output and modality. */
  private Map<String, Map<String, List<Double>>> withoutModalities(
      Map<String, Block> rows, Run plain, int decisions) {
    List<String> names = List.copyOf(spec.inputs().keySet());
    List<Map<String, Block>> clips = new ArrayList<>();
    for (String name : names) {
      Map<String, Block> rest = new LinkedHashMap<>(rows);
      rest.put(name, Block.empty(rows.get(name).shape(), rows.get(name).ticks()));
      clips.add(rest);
    }
    List<Run> runs = run(clips);
    Map<String, Map<String, List<Double>>> outputs = new LinkedHashMap<>();
    for (String output : spec.outputs().keySet()) {
      Map<String, List<Double>> modalities = new LinkedHashMap<>();
      for (int m = 0; m < names.size(); m++) {
        double[] moved = new double[decisions];
        for (int t = 0; t < decisions; t++) {
          moved[t] = plain.moved(runs.get(m), output, t);
        }
        modalities.put(names.get(m), Rounded.list(moved));
      }
      outputs.put(output, modalities);
    }
    return outputs;
  }

  /** By output: [ticks][ages that have begun]. */
  private Map<String, double[][]> withoutPast(
      Map<String, Block> rows, Run plain, List<Integer> ticks, List<Ages> ages) {
    Map<String, double[][]> moved = new LinkedHashMap<>();
    for (String output : spec.outputs().keySet()) {
      double[][] table = new double[ticks.size()][];
      Arrays.setAll(table, i -> new double[Ages.begun(ages, ticks.get(i) + delay)]);
      moved.put(output, table);
    }
    for (int a = 0; a < ages.size(); a++) {
      int i = 0;
      while (i < ticks.size() && ticks.get(i) + delay < ages.get(a).from()) {
        i++;
      }
      while (i < ticks.size()) {
        int longest = ticks.get(Math.min(ticks.size(), i + BATCH) - 1) + delay + 1;
        int n = Math.clamp(batchTicks / longest, 1, Math.min(BATCH, ticks.size() - i));
        List<Map<String, Block>> clips = new ArrayList<>();
        for (int tick : ticks.subList(i, i + n)) {
          clips.add(without(rows, tick + delay, ages.get(a)));
        }
        List<Run> runs = run(clips);
        for (int b = 0; b < n; b++) {
          for (String output : spec.outputs().keySet()) {
            moved.get(output)[i + b][a] = plain.moved(runs.get(b), output, ticks.get(i + b));
          }
        }
        i += n;
      }
    }
    return moved;
  }

  /** The clip up to a tick, without a stretch of the past before it. */
  private static Map<String, Block> without(Map<String, Block> rows, int newest, Ages ages) {
    Map<String, Block> rest = new LinkedHashMap<>();
    rows.forEach(
        (name, block) -> {
          Block part = block.slice(0, newest + 1);
          int perTick = block.shape().rows();
          int from = Math.max(0, newest - ages.to()) * perTick;
          Arrays.fill(part.valid(), from, (newest - ages.from() + 1) * perTick, 0);
          rest.put(name, part);
        });
    return rest;
  }

  private List<Run> run(List<Map<String, Block>> clips) {
    return ParallelForm.probabilities(spec, weights, clips).stream().map(Run::new).toList();
  }

  /** The mean over the decisions at which there is an order of both. */
  private static Optional<Agreement> agreement(List<List<Double>> a, List<List<Double>> b) {
    double sum = 0;
    int n = 0;
    for (int t = 0; t < a.size(); t++) {
      OptionalDouble one =
          a.get(t).size() < LEAST_AGES
              ? OptionalDouble.empty()
              : RankCorrelation.spearman(numbers(a.get(t)), numbers(b.get(t)));
      if (one.isPresent()) {
        sum += one.getAsDouble();
        n++;
      }
    }
    return n == 0 ? Optional.empty() : Optional.of(new Agreement(Rounded.of(sum / n), n));
  }

  private static double[] numbers(List<Double> list) {
    return list.stream().mapToDouble(v -> v).toArray();
  }
}
