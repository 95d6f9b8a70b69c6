package dev.syncline.step;

import dev.syncline.spec.Node;
import dev.syncline.weights.Weights;
import java.util.List;
import java.util.Map;

/**
 * A tree compiled with its weights into a flat list of operations. Immutable and shared: a stream
 * brings its slab of state and its thread a scratch array.
 *
 * @param inputs where the caller writes the rows and validity of a tick before {@link #step}
 * @param outputs where it reads those of the outputs afterwards
 * @param nodes where every node's output lies, by path, for inspection
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
    Kernels kernels) {

  public static Program compile(Node root, Weights weights, Kernels kernels) {
    return new Compiler(root, weights, kernels).compile(root);
  }

  /** One tick of one stream: {@code tick} counts from 0 at the stream's start. */
  public void step(float[] scratch, float[] state, long tick) {
    for (int i = 0; i < ops.size(); i++) {
      Operations.run(ops.get(i), kernels, scratch, state, tick);
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
