package dev.syncline.step;

import dev.syncline.spec.Node;
import dev.syncline.weights.Weights;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A tree compiled with its weights into a flat list of operations. Immutable and shared: a stream
 * brings its slab of state and its thread a scratch array.
 *
 * @param inputs where the caller writes the rows and validity of a tick before {@link #step}
 * @param outputs where it reads those of the outputs afterwards
 * @param nodes where the output of every node lies that was not folded into another, by path, for
 *     inspection
 * @param rings where every state part lies in the slab, by name
 * @param stateSize floats of state
 * @param scratchSize floats of scratch
 */
public record Program(
    List<Op> ops,
    Map<String, Buffer> inputs,
    Map<String, Buffer> outputs,
    Map<String, Map<String, Buffer>> nodes,
    Map<String, Ring> rings,
    int stateSize,
    int scratchSize,
    Kernels kernels)
    implements Backend {

  /** The program with weights as they are. */
  public static Program compile(Node root, Weights weights, Kernels kernels) {
    return compile(root, weights, kernels, Precision.FP32);
  }

  /** The program with its large matrices rounded. */
  public static Program compile(Node root, Weights weights, Kernels kernels, Precision precision) {
    return compile(root, weights, kernels, precision, Panels::pack);
  }

  static Program compile(
      Node root,
      Weights weights,
      Kernels kernels,
      Precision precision,
      Function<Rows, Panels> panels) {
    return new Compiler(root, weights, kernels, precision, panels).compile(root);
  }

  /**
   * One tick of each of the first {@code n} streams, which may be at different ticks. A stream
   * comes out with the same bits whoever is with it.
   */
  @Override
  public void step(Lane[] lanes, int n) {
    int i = 0;
    while (i < ops.size()) {
      if (ops.get(i) instanceof Op.Joint joint) {
        Operations.run(joint, kernels, lanes, n);
        i++;
        continue;
      }
      int first = i;
      while (i < ops.size() && ops.get(i) instanceof Op.Single) {
        i++;
      }
      for (int lane = 0; lane < n; lane++) {
        alone(first, i, lanes[lane]);
      }
    }
  }

  /** Operations that streams do not share, one stream after the other while its rows are near. */
  private void alone(int from, int to, Lane lane) {
    for (int i = from; i < to; i++) {
      Operations.run((Op.Single) ops.get(i), kernels, lane.x, lane.s, lane.tick);
    }
  }

  /** A state part in its exact form: its rows, oldest first, as they are before {@code tick}. */
  public float[] ordered(String name, float[] state, long tick) {
    Ring ring = rings.get(name);
    float[] rows = new float[ring.part().size()];
    ring.ordered(state, tick * ring.part().perTick(), rows, 0);
    return rows;
  }
}
