package dev.syncline.cli.bench;

import dev.syncline.step.Backend;
import dev.syncline.step.Buffer;
import dev.syncline.step.Lane;
import dev.syncline.step.Program;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A step of the step form, all rows valid. */
final class OwnStep implements Step {
  private final Backend backend;
  private final Noise noise;
  private final float[][] scratch;
  private final Lane[] lanes;
  private final List<Map.Entry<String, Buffer>> inputs;
  private final Buffer[] outputs;
  private final float[] out;
  private long tick;

  OwnStep(Program program, Noise noise, int streams) {
    this(program, program, noise, streams);
  }

  /**
   * @param backend of the program
   */
  OwnStep(Program program, Backend backend, Noise noise, int streams) {
    this.backend = backend;
    this.noise = noise;
    scratch = new float[streams][program.scratchSize()];
    lanes = new Lane[streams];
    inputs = List.copyOf(program.inputs().entrySet());
    outputs = program.outputs().values().toArray(Buffer[]::new);
    for (int s = 0; s < streams; s++) {
      lanes[s] = new Lane(scratch[s], new float[program.stateSize()]);
    }
    out = new float[streams * Arrays.stream(outputs).mapToInt(b -> Noise.size(b.shape())).sum()];
  }

  /** Bytes that {@code streams} streams of a program take. */
  static long bytes(Program program, long streams) {
    return streams * 4 * (program.scratchSize() + (long) program.stateSize());
  }

  @Override
  public void run() {
    for (int i = 0; i < inputs.size(); i++) {
      Buffer to = inputs.get(i).getValue();
      for (int s = 0; s < lanes.length; s++) {
        float[] row = noise.row(inputs.get(i).getKey(), tick, s);
        System.arraycopy(row, 0, scratch[s], to.at(), row.length);
        Arrays.fill(scratch[s], to.valid(), to.valid() + to.rows(), 1);
      }
    }
    backend.step(lanes, lanes.length);
    int at = 0;
    for (int s = 0; s < lanes.length; s++) {
      lanes[s].next();
      for (Buffer from : outputs) {
        int size = from.rows() * from.size();
        System.arraycopy(scratch[s], from.at(), out, at, size);
        at += size;
      }
    }
    tick++;
  }

  @Override
  public float[] outputs() {
    return out;
  }

  @Override
  public void close() {
    backend.close();
  }
}
