package dev.syncline.step;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A program run over stretches of one stream, with everything it needs in hand: for tools and
 * tests.
 */
public final class StepForm {
  private final Program program;
  private final float[] state;
  private final float[] scratch;
  private final Lane lane;
  private final Lane[] alone;

  public StepForm(Program program) {
    this.program = program;
    state = new float[program.stateSize()];
    scratch = new float[program.scratchSize()];
    lane = new Lane(scratch, state);
    alone = new Lane[] {lane};
  }

  /** Goes on with the given rows and gives the outputs of all nodes asked for by {@code nodes}. */
  public Map<String, Block> run(Map<String, Block> inputs, Map<String, Buffer> nodes) {
    int ticks = inputs.values().iterator().next().ticks();
    Map<String, Block> outputs = new LinkedHashMap<>();
    nodes.forEach((name, buffer) -> outputs.put(name, Block.empty(buffer.shape(), ticks)));
    for (int t = 0; t < ticks; t++, lane.tick++) {
      for (Map.Entry<String, Buffer> in : program.inputs().entrySet()) {
        inputs.get(in.getKey()).load(t, scratch, in.getValue());
      }
      program.step(alone, 1);
      for (Map.Entry<String, Buffer> node : nodes.entrySet()) {
        outputs.get(node.getKey()).store(t, scratch, node.getValue());
      }
    }
    return outputs;
  }

  public Map<String, Block> run(Map<String, Block> inputs) {
    return run(inputs, program.outputs());
  }

  /** A state part, oldest row first. */
  public float[] state(String part) {
    return program.ordered(part, state, lane.tick);
  }

  public long tick() {
    return lane.tick;
  }
}
