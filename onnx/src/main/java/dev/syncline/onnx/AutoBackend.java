package dev.syncline.onnx;

import dev.syncline.step.Backend;
import dev.syncline.step.Lane;
import dev.syncline.step.Program;
import java.util.ArrayList;
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

  /** How long the program runs before it is measured: until the JVM has compiled it. */
  private static final long WARM_NS = 400_000_000;

  private static final long MEASURE_NS = 60_000_000;

  /** The most floats of scratch and state that the measurement takes: 256 MB. */
  private static final long MOST_FLOATS = 1L << 26;

  /**
   * What was measured.
   *
   * @param streams in a step
   * @param ownNs a step by the program's kernels, nanoseconds
   * @param onnxNs the same by ONNX Runtime
   */
  public record Measured(int streams, long ownNs, long onnxNs) {
    boolean isOnnx() {
      return onnxNs < ownNs;
    }
  }

  /** What was measured, and backends that go by it. */
  public record Choice(List<Measured> measured, Supplier<Backend> backends) {
    /** One line: the times, and who steps how many streams. */
    public String describe() {
      List<String> each = new ArrayList<>();
      for (Measured m : measured) {
        each.add(
            "%d stream%s: own %.0f us, onnx %.0f us"
                .formatted(m.streams, m.streams == 1 ? "" : "s", m.ownNs / 1e3, m.onnxNs / 1e3));
      }
      List<String> chosen =
          measured.stream().map(m -> m.isOnnx() ? "onnx" : "own").distinct().toList();
      String how =
          chosen.size() == 1
              ? chosen.getFirst()
              : String.join(
                  ", ",
                  measured.stream()
                      .map(m -> (m.isOnnx() ? "onnx" : "own") + " from " + m.streams)
                      .toList());
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
   * Measures both on random rows of streams that are thrown away.
   *
   * @param most streams that a step will have
   */
  public static Choice choose(Program program, int most) {
    Supplier<Backend> runtime = OnnxBackend.of(program, 1);
    List<Measured> measured = new ArrayList<>();
    warm(program);
    long floats = (long) program.scratchSize() + program.stateSize();
    for (int streams : SIZES) {
      if (streams <= most && (streams == 1 || streams * floats <= MOST_FLOATS)) {
        try (Backend onnx = runtime.get()) {
          Lane[] lanes = lanes(program, streams);
          measured.add(new Measured(streams, time(program, lanes), time(onnx, lanes)));
        }
      }
    }
    return new Choice(
        List.copyOf(measured), () -> new AutoBackend(program, runtime.get(), measured));
  }

  private static void warm(Program program) {
    Lane[] lanes = lanes(program, 1);
    long end = System.nanoTime() + WARM_NS;
    while (System.nanoTime() < end) {
      program.step(lanes, 1);
    }
  }

  private static Lane[] lanes(Program program, int streams) {
    SplittableRandom random = new SplittableRandom(1);
    Lane[] lanes = new Lane[streams];
    for (int i = 0; i < streams; i++) {
      float[] x = new float[program.scratchSize()];
      for (var rows : Verification.random(program, 1, 1, random.nextLong()).getFirst().entrySet()) {
        rows.getValue().load(0, x, program.inputs().get(rows.getKey()));
      }
      lanes[i] = new Lane(x, new float[program.stateSize()]);
    }
    return lanes;
  }

  /** The least time of a step; the first ones do not count. */
  private static long time(Backend backend, Lane[] lanes) {
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + MEASURE_NS;
    for (int i = 0; i < 5 || System.nanoTime() < end; i++) {
      long begin = System.nanoTime();
      backend.step(lanes, lanes.length);
      least = i < 2 ? least : Math.min(least, System.nanoTime() - begin);
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
