package dev.syncline.onnx;

import dev.syncline.step.Backend;
import dev.syncline.step.Buffer;
import dev.syncline.step.Lane;
import dev.syncline.step.Program;
import dev.syncline.step.Ring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Steps streams by the program's own kernels or by ONNX Runtime, whichever was faster for as many
 * streams when both were measured.
 */
public final class AutoBackend implements Backend {
  /** Numbers of streams that are measured; one between them goes with that below it. */
  private static final int[] SIZES = {1, 4, 16, 64};

  /** Until neither gets faster for so long, and so many blocks: all is compiled. */
  private static final long CALM_NS = 1_000_000_000;

  private static final int CALM_BLOCKS = 6;

  /** Waiting for that ends here, on a machine that has no time for its compiler. */
  private static final long MOST_NS = 20_000_000_000L;

  /** Steps before it is the other's turn, whose weights take the place of these in the caches. */
  private static final int BLOCK = 5;

  /** The most floats of scratch and state that the measurement takes, without the runtime's. */
  private static final long MOST_FLOATS = 1L << 26;

  /**
   * What was measured.
   *
   * @param streams in a step
   * @param ownNs a step by the program's kernels, nanoseconds
   * @param onnxNs the same by ONNX Runtime
   * @param calm whether it was measured until neither got faster
   */
  public record Measured(int streams, long ownNs, long onnxNs, boolean calm) {
    boolean isOnnx() {
      return onnxNs < ownNs;
    }

    private String name() {
      return isOnnx() ? "onnx" : "own";
    }
  }

  /** What was measured, and backends that go by it. */
  public record Choice(List<Measured> measured, Supplier<Backend> backends) {
    /** Who steps so many streams: own or onnx. */
    public String taken(int streams) {
      String taken = measured.getFirst().name();
      for (Measured m : measured) {
        taken = m.streams <= streams ? m.name() : taken;
      }
      return taken;
    }

    /** One line: the times, and who steps how many streams. */
    public String describe() {
      List<String> each = new ArrayList<>();
      for (Measured m : measured) {
        each.add(
            "%d stream%s: own %.0f us, onnx %.0f us"
                    .formatted(m.streams, m.streams == 1 ? "" : "s", m.ownNs / 1e3, m.onnxNs / 1e3)
                + (m.calm ? "" : " (still getting faster)"));
      }
      String how = measured.getFirst().name();
      for (int i = 1; i < measured.size(); i++) {
        Measured m = measured.get(i);
        if (m.isOnnx() != measured.get(i - 1).isOnnx()) {
          how += ", from " + m.streams + " streams " + m.name();
        }
      }
      return String.join("; ", each) + ": takes " + how;
    }
  }

  private final Backend own;
  private final Backend onnx;
  private final List<Measured> measured;

  private AutoBackend(Backend own, Backend onnx, List<Measured> measured) {
    this.own = own;
    this.onnx = onnx;
    this.measured = measured;
  }

  /**
   * Measures both on random rows of streams that are thrown away, rings full and nothing missing.
   *
   * @param most streams that a step will have
   */
  public static Choice choose(Program program, int most) {
    Supplier<Backend> runtime = OnnxBackend.of(program, 1);
    List<Measured> measured = new ArrayList<>();
    long floats = (long) program.scratchSize() + program.stateSize();
    for (int streams : SIZES) {
      if (streams <= most && (streams == 1 || 2L * streams * floats <= MOST_FLOATS)) {
        try (Backend onnx = runtime.get()) {
          measured.add(measure(program, onnx, streams));
        }
      }
    }
    return new Choice(
        List.copyOf(measured), () -> new AutoBackend(program, runtime.get(), measured));
  }

  /** The least times of both, in turn, each with streams of its own. */
  private static Measured measure(Program program, Backend onnx, int streams) {
    Lane[] forOwn = lanes(program, streams);
    Lane[] forOnnx = lanes(program, streams);
    long own = time(program, forOwn);
    long other = time(onnx, forOnnx);
    long begin = System.nanoTime();
    long since = begin;
    int blocks = 0;
    while (blocks < CALM_BLOCKS || System.nanoTime() < since + CALM_NS) {
      if (System.nanoTime() > begin + MOST_NS) {
        return new Measured(streams, own, other, false);
      }
      long ownNs = time(program, forOwn);
      long otherNs = time(onnx, forOnnx);
      blocks++;
      if (ownNs < 0.95 * own || otherNs < 0.95 * other) {
        since = System.nanoTime();
        blocks = 0;
      }
      own = Math.min(own, ownNs);
      other = Math.min(other, otherNs);
    }
    return new Measured(streams, own, other, true);
  }

  /** Streams in full swing: no row is missing, and rings are full. */
  private static Lane[] lanes(Program program, int streams) {
    SplittableRandom random = new SplittableRandom(1);
    long full = 0;
    for (Ring ring : program.rings().values()) {
      full = Math.max(full, ring.part().rows() / Math.max(1, ring.part().perTick()));
    }
    Lane[] lanes = new Lane[streams];
    for (int i = 0; i < streams; i++) {
      float[] x = new float[program.scratchSize()];
      for (var rows : Verification.random(program, 1, 1, random.nextLong()).getFirst().entrySet()) {
        Buffer input = program.inputs().get(rows.getKey());
        rows.getValue().load(0, x, input);
        Arrays.fill(x, input.valid(), input.valid() + input.rows(), 1);
      }
      // what says that a row is valid is not 0
      float[] state = new float[program.stateSize()];
      Arrays.fill(state, 1);
      lanes[i] = new Lane(x, state);
      lanes[i].at(full, 0);
    }
    return lanes;
  }

  /** The least time of a step in a block of them. */
  private static long time(Backend backend, Lane[] lanes) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < BLOCK; i++) {
      long begin = System.nanoTime();
      backend.step(lanes, lanes.length);
      least = Math.min(least, System.nanoTime() - begin);
      for (Lane lane : lanes) {
        lane.at(lane.tick() + 1, lane.replaced());
      }
    }
    return least;
  }

  @Override
  public void step(Lane[] lanes, int n) {
    boolean byOnnx = false;
    for (int i = 0; i < measured.size() && measured.get(i).streams <= n; i++) {
      byOnnx = measured.get(i).isOnnx();
    }
    (byOnnx ? onnx : own).step(lanes, n);
  }

  @Override
  public void close() {
    onnx.close();
  }
}
