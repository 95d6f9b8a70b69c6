package dev.syncline.torch.explain;

import dev.syncline.spec.Node;
import dev.syncline.torch.Insight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Gathers what attention and gates looked at in one clip, tick by tick, whatever the rates of the
 * streams: rows that ask are averaged over a tick, rows that are looked at are summed over a
 * stretch of the past.
 */
final class Observed implements Consumer<Insight> {
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final List<Ages> ages;
  private final int clip;
  private final Map<Pair, double[][]> attention = new LinkedHashMap<>();
  private final Map<String, Gates> gates = new LinkedHashMap<>();

  private record Pair(String path, String from, String to) {}

  private record Gates(List<String> streams, double[][] shares) {}

  /**
   * @param clip its length in ticks
   */
  Observed(Node root, List<Ages> ages, int clip) {
    root.visit(node -> nodes.put(node.path(), node));
    this.ages = ages;
    this.clip = clip;
  }

  @Override
  public void accept(Insight insight) {
    switch (insight) {
      case Insight.Attention a -> attention(a);
      case Insight.Gate g -> gate(g);
    }
  }

  private void attention(Insight.Attention a) {
    Node node = nodes.get(a.path());
    int asking = node.in().get(a.from()).rows();
    int looked = node.in().get(a.to()).rows();
    double[][] byAge =
        attention.computeIfAbsent(
            new Pair(a.path(), a.from(), a.to()), pair -> new double[clip][ages.size()]);
    for (int q = 0; q < a.weights().length; q++) {
      int tick = (int) ((a.first() + q) / asking);
      for (int k = 0; k < a.keys().length; k++) {
        float weight = a.weights()[q][k];
        if (weight != 0) {
          int age = tick - (int) (a.keys()[k] / looked);
          byAge[tick][Ages.index(age)] += weight / asking;
        }
      }
    }
  }

  private void gate(Insight.Gate g) {
    int rows = nodes.get(g.path()).output().rows();
    Gates of =
        gates.computeIfAbsent(
            g.path(), path -> new Gates(g.streams(), new double[g.streams().size()][clip]));
    for (int r = 0; r < g.shares().length; r++) {
      int tick = (int) ((g.first() + r) / rows);
      for (int m = 0; m < of.streams().size(); m++) {
        of.shares()[m][tick] += g.shares()[r][m] / rows;
      }
    }
  }

  /** The weights when the decisions about some ticks were made. */
  List<Explanation.Attention> attention(List<Integer> ticks, int delay) {
    List<Explanation.Attention> list = new ArrayList<>();
    attention.forEach(
        (pair, byAge) -> {
          List<List<Double>> rows = new ArrayList<>();
          for (int t : ticks) {
            int begun = Ages.begun(ages, t + delay);
            rows.add(Rounded.list(Arrays.copyOf(byAge[t + delay], begun)));
          }
          list.add(new Explanation.Attention(pair.path(), pair.from(), pair.to(), rows));
        });
    return list;
  }

  /** The shares when the decision about each tick was made. */
  List<Explanation.Gate> gates(int delay) {
    List<Explanation.Gate> list = new ArrayList<>();
    gates.forEach(
        (path, g) -> {
          Map<String, List<Double>> shares = new LinkedHashMap<>();
          for (int m = 0; m < g.streams().size(); m++) {
            double[] made = Arrays.copyOfRange(g.shares()[m], Math.min(delay, clip), clip);
            shares.put(g.streams().get(m), Rounded.list(made));
          }
          list.add(new Explanation.Gate(path, shares));
        });
    return list;
  }
}
