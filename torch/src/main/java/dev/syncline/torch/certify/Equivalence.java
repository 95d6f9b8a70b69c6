package dev.syncline.torch.certify;

import dev.syncline.spec.Node;
import dev.syncline.spec.Shape;
import dev.syncline.spec.StatePart;
import dev.syncline.step.Block;
import dev.syncline.step.Buffer;
import dev.syncline.step.Model;
import dev.syncline.step.StepForm;
import dev.syncline.torch.Batch;
import dev.syncline.torch.Graph;
import dev.syncline.torch.Rows;
import dev.syncline.torch.State;
import dev.syncline.torch.Tensors;
import dev.syncline.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/** The two forms against each other, node by node, and the parallel form against its own pieces. */
final class Equivalence {
  /** Largest difference, for values beyond 1 as a share of the largest of the node. */
  static final double TOLERANCE = 1e-4;

  private final Model model;
  private final Node node;
  private final Weights weights;

  Equivalence(Model model) {
    this.model = model;
    weights = model.weights();
    node = model.spec().node();
  }

  /** Every node's worst difference between the forms, by path; the whole model's under "". */
  Map<String, Double> perNode(List<Map<String, Block>> recordings) {
    Map<String, Double> worst = new LinkedHashMap<>();
    for (Map<String, Block> rows : recordings) {
      Map<String, Block> parallel = new LinkedHashMap<>();
      try (PointerScope _ = new PointerScope();
          NoGradGuard _ = new NoGradGuard()) {
        Graph graph =
            new Graph(
                node,
                Tensors.parameters(weights, false),
                (n, out) ->
                    out.forEach(
                        (name, r) ->
                            parallel.put(
                                n.path() + "/" + name, Batch.block(r, 0, shape(n, name)))));
        graph.forward(Batch.rows(List.of(rows), node.in().keySet()), State.start(node, 1));
      }
      Map<String, Buffer> buffers = new LinkedHashMap<>();
      model
          .program()
          .nodes()
          .forEach((path, out) -> out.forEach((name, b) -> buffers.put(path + "/" + name, b)));
      Map<String, Block> step = new StepForm(model.program()).run(rows, buffers);
      parallel.keySet().retainAll(step.keySet()); // the others are folded into what comes next
      parallel.forEach(
          (key, block) ->
              worst.merge(
                  key.substring(0, key.indexOf('/')),
                  difference(block.values(), step.get(key).values()),
                  Math::max));
    }
    return worst;
  }

  private static Shape shape(Node n, String name) {
    return n.out().get(name);
  }

  /** Cuts the parallel form at random ticks; the worst difference of outputs and states. */
  double cuts(Map<String, Block> rows, int times, long seed) {
    int ticks = rows.values().iterator().next().ticks();
    SplittableRandom random = new SplittableRandom(seed);
    double worst = 0;
    for (int i = 0; i < times && ticks > 1; i++) {
      int cut = random.nextInt(1, ticks);
      try (PointerScope _ = new PointerScope();
          NoGradGuard _ = new NoGradGuard()) {
        Graph graph = new Graph(node, Tensors.parameters(weights, false));
        Graph.Result whole = graph.forward(piece(rows, 0, ticks), State.start(node, 1));
        Graph.Result first = graph.forward(piece(rows, 0, cut), State.start(node, 1));
        Graph.Result second = graph.forward(piece(rows, cut, ticks), first.state());
        for (String name : node.out().keySet()) {
          float[] expected = Tensors.values(whole.outputs().get(name).values());
          float[] a = Tensors.values(first.outputs().get(name).values());
          float[] b = Tensors.values(second.outputs().get(name).values());
          float[] joined = java.util.Arrays.copyOf(a, a.length + b.length);
          System.arraycopy(b, 0, joined, a.length, b.length);
          worst = Math.max(worst, difference(expected, joined));
        }
        for (StatePart part : StatePart.of(node)) {
          worst =
              Math.max(
                  worst,
                  difference(
                      Tensors.values(whole.state().parts().get(part.name())),
                      Tensors.values(second.state().parts().get(part.name()))));
        }
      }
    }
    return worst;
  }

  private Map<String, Rows> piece(Map<String, Block> rows, int from, int to) {
    Map<String, Block> part = new LinkedHashMap<>();
    rows.forEach((name, block) -> part.put(name, block.slice(from, to)));
    return Batch.rows(List.of(part), node.in().keySet());
  }

  static double difference(float[] a, float[] b) {
    double scale = 1;
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      scale = Math.max(scale, Math.abs(a[i]));
      double d = Math.abs((double) a[i] - b[i]);
      worst = d > worst || Double.isNaN(d) ? d : worst;
    }
    return Double.isNaN(worst) ? Double.POSITIVE_INFINITY : worst / scale;
  }
}
