package dev.syncline.onnx;

import ai.onnxruntime.OrtSession;
import dev.syncline.json.InputException;
import dev.syncline.step.Backend;
import dev.syncline.step.Buffer;
import dev.syncline.step.Lane;
import dev.syncline.step.Program;
import dev.syncline.step.Ring;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Steps streams by ONNX Runtime. Their states stay in its tensors from step to step; what a step
 * changes is written back to the slabs, so that a snapshot is exact at any time. A stream that was
 * elsewhere in between, or whose state was replaced, is taken in anew. A step of which no row is
 * missing is done by a graph without validity.
 */
public final class OnnxBackend implements Backend {
  /** A part of the state in the tensors of either turn. */
  private record Part(Ring ring, FloatBuffer[] turns) {}

  /**
   * @param always whether rows are valid in a step of which none is missing
   */
  private record Rows(Buffer buffer, FloatBuffer rows, FloatBuffer valid, boolean always) {}

  /** Whose state lies in a place of the tensors. */
  private static final class Place {
    private Lane lane;
    private long tick;
    private long replaced;
  }

  /** The graphs of a runner. */
  private static final int ANY = 0;

  private static final int WHOLE = 1;

  private final List<OrtSession> sessions;
  private final Program program;
  private final List<Part> parts = new ArrayList<>();
  private final List<Rows> inputs = new ArrayList<>();
  private final List<Rows> outputs = new ArrayList<>();
  private StepRunner runner;
  private Place[] places = {};
  private boolean allShared;

  private OnnxBackend(List<OrtSession> sessions, Program program) {
    this.sessions = sessions;
    this.program = program;
  }

  /**
   * Backends for a program, which share two copies of its weights in the runtime, one for each
   * graph; they are there for as long as the process.
   *
   * @param threads on which a product may run
   * @throws InputException if the program cannot be expressed in ONNX
   */
  public static Supplier<Backend> of(Program program, int threads) {
    List<OrtSession> sessions =
        List.of(
            StepRunner.open(StepGraph.of(program, Products.exact()), threads),
            StepRunner.open(StepGraph.ofWhole(program, Products.exact()), threads));
    return () -> new OnnxBackend(sessions, program);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a stream is its lane
  public void step(Lane[] lanes, int n) {
    if (n > places.length) {
      open(Math.max(n, 2 * places.length));
    }
    boolean whole = true;
    for (int i = 0; i < n; i++) {
      Place place = places[i];
      Lane lane = lanes[i];
      boolean here =
          place.lane == lane && place.tick == lane.tick() && place.replaced == lane.replaced();
      if (!here) {
        take(i, lane);
      }
      whole &= load(i, lane);
      place.lane = lane;
      place.tick = lane.tick() + 1;
      place.replaced = lane.replaced();
    }
    runner.run(whole ? WHOLE : ANY, n);
    for (int i = 0; i < n; i++) {
      store(i, lanes[i], whole);
    }
    for (int i = n; !allShared && i < places.length; i++) {
      places[i].lane = null;
    }
  }

  @SuppressWarnings("ReferenceEquality") // of one memory or of two
  private void open(int streams) {
    close();
    runner = new StepRunner(sessions, streams);
    places = new Place[streams];
    for (int i = 0; i < streams; i++) {
      places[i] = new Place();
    }
    allShared = true;
    for (Ring ring : program.rings().values()) {
      FloatBuffer[] turns = runner.turns("state." + ring.part().name());
      allShared &= turns[0] == turns[1];
      parts.add(new Part(ring, turns));
    }
    program.inputs().forEach((name, b) -> inputs.add(rows("x", name, b)));
    program.outputs().forEach((name, b) -> outputs.add(rows("y", name, b)));
  }

  private Rows rows(String kind, String name, Buffer b) {
    String valid = kind + "_valid." + name;
    return new Rows(
        b, runner.input(kind + "." + name), runner.input(valid), !runner.has(WHOLE, valid));
  }

  /** A stream's state to a place of the tensors. */
  private void take(int place, Lane lane) {
    for (int p = 0; p < parts.size(); p++) {
      Part part = parts.get(p);
      int size = part.ring.part().size();
      part.turns[runner.turn()].put(place * size, lane.state(), part.ring.at(), size);
    }
  }

  /**
   * @return whether all rows are valid
   */
  private boolean load(int place, Lane lane) {
    boolean whole = true;
    runner.ticks().put(place, lane.tick());
    for (int i = 0; i < inputs.size(); i++) {
      Rows in = inputs.get(i);
      int size = in.buffer.rows() * in.buffer.size();
      in.rows.put(place * size, lane.scratch(), in.buffer.at(), size);
      for (int r = 0; r < in.buffer.rows(); r++) {
        float valid = lane.scratch()[in.buffer.valid() + r];
        in.valid.put(place * in.buffer.rows() + r, valid);
        whole &= valid == 1;
      }
    }
    return whole;
  }

  private void store(int place, Lane lane, boolean whole) {
    for (int i = 0; i < outputs.size(); i++) {
      Rows out = outputs.get(i);
      int size = out.buffer.rows() * out.buffer.size();
      out.rows.get(place * size, lane.scratch(), out.buffer.at(), size);
      int rows = out.buffer.rows();
      int valid = out.buffer.valid();
      if (whole && out.always) {
        Arrays.fill(lane.scratch(), valid, valid + rows, 1);
      } else {
        out.valid.get(place * rows, lane.scratch(), valid, rows);
      }
    }
    for (int p = 0; p < parts.size(); p++) {
      store(place, parts.get(p), lane);
    }
  }

  /** What a step has changed: the newest rows of a ring, all of a plain value. */
  private void store(int place, Part part, Lane lane) {
    Ring ring = part.ring;
    FloatBuffer from = part.turns[runner.turn()];
    int first = place * ring.part().size() - ring.at();
    int rows = ring.part().perTick();
    if (rows == 0 || rows >= ring.part().rows()) {
      from.get(first + ring.at(), lane.state(), ring.at(), ring.part().size());
      return;
    }
    for (int r = 0; r < rows; r++) {
      int slot = ring.slot(lane.tick() * rows + r);
      from.get(first + slot, lane.state(), slot, ring.part().width());
    }
  }

  @Override
  public void close() {
    if (runner != null) {
      runner.close();
      runner = null;
    }
    places = new Place[0];
    parts.clear();
    inputs.clear();
    outputs.clear();
  }
}
