package dev.syncline.torch.train;

import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.Standardize;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.step.Block;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Numbers that a model takes from its training set before training begins. */
final class Statistics {
  private Statistics() {}

  /** Mean and deviation of every {@link Standardize} layer, by the tensors' names. */
  static Map<String, float[]> standardize(Node root, Examples examples) {
    Map<String, Node> layers = new LinkedHashMap<>();
    find(root, layers);
    root.visit(
        node -> {
          if (node.layer() instanceof Standardize && !layers.containsValue(node)) {
            throw new IllegalArgumentException(
                "layer " + node.path() + ": standardize must be the first layer on a modality");
          }
        });
    Map<String, double[][]> sums = new LinkedHashMap<>();
    layers.forEach((name, node) -> sums.put(name, new double[3][node.input().width()]));
    for (int i = 0; i < examples.size() && !layers.isEmpty(); i++) {
      Map<String, Block> rows = examples.plain(i).rows();
      sums.forEach((name, s) -> add(rows.get(name), s));
    }
    Map<String, float[]> tensors = new LinkedHashMap<>();
    layers.forEach((name, node) -> put(node, sums.get(name), tensors));
    return tensors;
  }

  private static void add(Block block, double[][] sums) {
    int width = sums[0].length;
    for (int r = 0; r < block.valid().length; r++) {
      for (int c = 0; c < width && block.valid()[r] != 0; c++) {
        double v = block.values()[r * width + c];
        sums[0][c]++;
        sums[1][c] += v;
        sums[2][c] += v * v;
      }
    }
  }

  private static void put(Node node, double[][] sums, Map<String, float[]> tensors) {
    int width = sums[0].length;
    float[] mean = new float[width];
    float[] deviation = new float[width];
    double least = ((Standardize) node.layer()).least();
    for (int c = 0; c < width; c++) {
      double n = Math.max(1, sums[0][c]);
      double m = sums[1][c] / n;
      mean[c] = (float) m;
      deviation[c] = (float) Math.max(least, Math.sqrt(Math.max(0, sums[2][c] / n - m * m)));
    }
    tensors.put(node.name("mean"), mean);
    tensors.put(node.name("deviation"), deviation);
  }

  /** The standardising layers that read a modality's rows as they come, by modality. */
  private static void find(Node node, Map<String, Node> found) {
    switch (node.layer()) {
      case Standardize ignored -> found.put(node.in().keySet().iterator().next(), node);
      case Layer.Serial ignored -> find(node.children().values().iterator().next(), found);
      case Layer.Each ignored -> node.children().values().forEach(child -> find(child, found));
      case Layer ignored -> {}
    }
  }

  /**
   * Output biases at the log-odds (or log-frequencies) of the labels, where an output ends in a
   * linear layer with bias (Lin et al. 2017, section 4.1).
   */
  static Map<String, float[]> priors(
      Node root, Map<String, Output> outputs, Map<String, LabelCounts> counts) {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    Node last = root;
    while (last.layer() instanceof Layer.Serial) {
      last = last.lastChild();
    }
    for (Map.Entry<String, Output> output : outputs.entrySet()) {
      Node head =
          last.layer() instanceof Layer.Parallel ? last.children().get(output.getKey()) : last;
      while (head.layer() instanceof Layer.Serial) {
        head = head.lastChild();
      }
      if (head.layer() instanceof Layer.Linear l && l.bias()) {
        tensors.put(head.name("bias"), counts.get(output.getKey()).prior(output.getValue().kind()));
      }
    }
    return tensors;
  }

  /** How often each label holds. */
  record LabelCounts(long ticks, long[] on) {
    static LabelCounts of(Examples examples, String output, int labels) {
      long ticks = 0;
      long[] on = new long[labels];
      for (int i = 0; i < examples.size(); i++) {
        for (boolean[] row : examples.labels(i).get(output)) {
          ticks++;
          for (int c = 0; c < labels; c++) {
            on[c] += row[c] ? 1 : 0;
          }
        }
      }
      return new LabelCounts(ticks, on);
    }

    float[] prior(Output.Kind kind) {
      float[] bias = new float[on.length];
      for (int c = 0; c < on.length; c++) {
        double p = (on[c] + 1.0) / (ticks + 2.0);
        bias[c] = (float) StrictMath.log(kind == Output.Kind.MULTI_LABEL ? p / (1 - p) : p);
      }
      return bias;
    }

    /** Weights by which rare labels count for more: at most 10. */
    float[] balance(Objective.Balance balance, Output.Kind kind) {
      float[] weights = new float[on.length];
      Arrays.fill(weights, 1);
      for (int c = 0; c < on.length && balance != Objective.Balance.NONE; c++) {
        double p = (on[c] + 1.0) / (ticks + 2.0);
        double rare = kind == Output.Kind.MULTI_LABEL ? (1 - p) / p : 1 / (p * on.length);
        weights[c] =
            (float) Math.min(10, balance == Objective.Balance.SQRT ? Math.sqrt(rare) : rare);
      }
      return weights;
    }
  }
}
