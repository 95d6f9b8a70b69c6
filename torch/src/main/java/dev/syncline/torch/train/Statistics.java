package dev.syncline.torch.train;

import dev.syncline.spec.Chain;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.Standardize;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.step.Block;
import dev.syncline.torch.train.ClassWeights.Counts;
import java.util.LinkedHashMap;
import java.util.List;
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
   * linear layer with bias, or in a vote of some, a chain behind it or not (Lin et al. 2017,
   * section 4.1).
   */
  static Map<String, float[]> priors(
      Node root, Map<String, Output> outputs, Map<String, Counts> counts) {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Output> output : outputs.entrySet()) {
      float[] prior = prior(output.getValue().kind(), counts.get(output.getKey()));
      emitting(root, output.getKey(), 1)
          .forEach(
              (head, share) -> {
                if (head.layer() instanceof Layer.Linear l && l.bias()) {
                  float[] bias = prior.clone();
                  for (int c = 0; c < bias.length; c++) {
                    bias[c] *= share;
                  }
                  tensors.put(head.name("bias"), bias);
                }
              });
    }
    return tensors;
  }

  /**
   * The layer that gives an output, or what a chain at its end makes the output of; of a vote all
   * that vote. With each goes its share of the output.
   */
  private static Map<Node, Float> emitting(Node node, String output, float share) {
    List<Node> children = List.copyOf(node.children().values());
    return switch (node.layer()) {
      case Layer.Serial ignored -> {
        boolean behind =
            children.size() > 1
                && (children.getLast().layer() instanceof Chain
                    || children.getLast().layer() instanceof Fusion.Combine);
        boolean summed =
            children.getLast().layer() instanceof Fusion.Combine c && c.how() == Fusion.How.SUM;
        float part = summed ? share / children.getLast().in().size() : share;
        yield emitting(children.get(children.size() - (behind ? 2 : 1)), output, part);
      }
      case Layer.Parallel ignored when node.children().containsKey(output) ->
          emitting(node.children().get(output), output, share);
      case Layer.Each ignored -> {
        Map<Node, Float> all = new LinkedHashMap<>();
        children.forEach(child -> all.putAll(emitting(child, output, share)));
        yield all;
      }
      case Layer ignored -> Map.of(node, share);
    };
  }

  /** How often each label of an output holds in the training clips. */
  static Counts counts(Examples examples, String output, int labels) {
    Counts counts = Counts.none(labels);
    for (int i = 0; i < examples.size(); i++) {
      boolean[][] on = examples.labels(i).get(output);
      float[][] rows = new float[on.length][labels];
      for (int t = 0; t < on.length; t++) {
        for (int c = 0; c < labels; c++) {
          rows[t][c] = on[t][c] ? 1 : 0;
        }
      }
      counts = counts.plus(rows);
    }
    return counts;
  }

  private static float[] prior(Output.Kind kind, Counts counts) {
    float[] bias = new float[counts.positives().size()];
    for (int c = 0; c < bias.length; c++) {
      double on = counts.positives().get(c) + 1;
      double off = counts.negatives().get(c) + 1;
      bias[c] =
          (float) StrictMath.log(kind == Output.Kind.MULTI_LABEL ? on / off : on / (on + off));
    }
    return bias;
  }
}
