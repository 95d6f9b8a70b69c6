package dev.syncline.torch.train;

import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.step.Block;
import dev.syncline.torch.Batch;
import dev.syncline.torch.Graph;
import dev.syncline.torch.Insight;
import dev.syncline.torch.Rows;
import dev.syncline.torch.State;
import dev.syncline.torch.Tensors;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Whole clips through the parallel form, without gradients. */
public final class ParallelForm {
  private ParallelForm() {}

  /**
   * The probabilities of every decision.
   *
   * @param clips rows by modality; lengths may differ
   * @return for each clip [ticks][labels] by output; with a delay of d the last d ticks of a clip
   *     have no decision of their own and repeat zeros
   */
  public static List<Map<String, double[][]>> probabilities(
      ModelSpec spec, Weights weights, List<Map<String, Block>> clips) {
    return probabilities(spec, weights, clips, Optional.empty());
  }

  /** The same; {@code observer} is told what attention and gates look at. */
  public static List<Map<String, double[][]>> probabilities(
      ModelSpec spec,
      Weights weights,
      List<Map<String, Block>> clips,
      Optional<Consumer<Insight>> observer) {
    Node node = spec.node();
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      Map<String, Rows> in = Batch.rows(clips, node.in().keySet());
      Map<String, Tensor> parameters = Tensors.parameters(weights, false);
      Graph graph =
          observer
              .map(o -> Graph.observed(node, parameters, o))
              .orElseGet(() -> new Graph(node, parameters));
      Map<String, Rows> out = graph.forward(in, State.start(node, clips.size())).outputs();
      List<Map<String, double[][]>> all = new ArrayList<>();
      for (int b = 0; b < clips.size(); b++) {
        int ticks = clips.get(b).values().iterator().next().ticks();
        Map<String, double[][]> clip = new LinkedHashMap<>();
        for (Map.Entry<String, Output> e : spec.outputs().entrySet()) {
          Tensor logits = out.get(e.getKey()).values().select(0, b);
          Tensor p =
              switch (e.getValue().kind()) {
                case MULTI_LABEL -> torch.sigmoid(logits);
                case ONE_LABEL -> torch.softmax(logits, 1);
              };
          clip.put(
              e.getKey(),
              rows(Tensors.values(p), ticks, e.getValue().labels().size(), spec.delay()));
        }
        all.add(clip);
      }
      return all;
    }
  }

  private static double[][] rows(float[] p, int ticks, int labels, int delay) {
    double[][] rows = new double[ticks][labels];
    for (int t = 0; t + delay < ticks; t++) {
      for (int c = 0; c < labels; c++) {
        rows[t][c] = p[(t + delay) * labels + c];
      }
    }
    return rows;
  }
}
