package dev.syncline.cli;

import dev.syncline.cli.study.Pace;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.StatePart;
import dev.syncline.step.Block;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import dev.syncline.weights.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Steps a model over long streams of noise and looks at the clock. */
final class Pacing {
  /** Where the clock is looked at. */
  private static final List<Integer> TICKS = List.of(10, 30, 100, 300, 1000, 3000, 10_000);

  static final int LEAST_TICKS = 100;
  static final int MOST_TICKS = 10_000;
  private static final int ROWS = 256;
  private static final int PASSES = 12;
  private static final int LEAST = 3;

  private Pacing() {}

  /**
   * The pace of a model with any weights. A stream runs through once unobserved, so that the
   * compiler has done its work.
   *
   * @param ticks length of a stream
   * @param seconds after which no further pass begins, three at least
   */
  static Pace measure(ModelSpec spec, int ticks, double seconds) {
    Weights any = Weights.random(spec.parameters(), 1);
    Model model = Model.of(spec, any, Kernels.best(), Path.of("."), Models::encoder);
    Map<String, Block> rows = noise(spec);
    try (Session session = new Session(model, Set.of(), Session.SILENT, System::nanoTime)) {
      pass(session, rows, ticks);
      long[][] ns = new long[PASSES][];
      int passes = 0;
      long begin = System.nanoTime();
      while (passes < PASSES && (passes < LEAST || System.nanoTime() - begin < seconds * 1e9)) {
        ns[passes++] = pass(session, rows, ticks);
      }
      return pace(spec, ticks, Arrays.copyOf(ns, passes));
    }
  }

  private static Map<String, Block> noise(ModelSpec spec) {
    SplittableRandom random = new SplittableRandom(2);
    Map<String, Block> rows = new LinkedHashMap<>();
    spec.inputs()
        .forEach(
            (name, shape) -> {
              Block block = Block.empty(shape, ROWS);
              Arrays.fill(block.valid(), 1);
              for (int i = 0; i < block.values().length; i++) {
                block.values()[i] = (float) random.nextGaussian();
              }
              rows.put(name, block);
            });
    return rows;
  }

  private static long[] pass(Session session, Map<String, Block> rows, int ticks) {
    long[] ns = new long[ticks];
    session.reset();
    for (int t = 0; t < ticks; t++) {
      long begin = System.nanoTime();
      session.advance(rows, t % ROWS);
      ns[t] = System.nanoTime() - begin;
    }
    return ns;
  }

  private static Pace pace(ModelSpec spec, int ticks, long[][] passes) {
    List<StatePart> state = StatePart.of(spec.node());
    List<Pace.At> points =
        TICKS.stream()
            .filter(t -> t <= ticks)
            .map(
                t ->
                    new Pace.At(
                        t, quantile(passes, t - Math.max(3, t / 4), t, 0.5), held(state, t)))
            .toList();
    return new Pace(
        points, quantile(passes, ticks / 2, ticks, 0.5), quantile(passes, ticks / 2, ticks, 0.99));
  }

  private static double quantile(long[][] passes, int from, int to, double q) {
    long[] all =
        Arrays.stream(passes).flatMapToLong(p -> Arrays.stream(p, from, to)).sorted().toArray();
    return all[(int) Math.ceil(q * all.length) - 1] / 1e3;
  }

  /** Bytes of the rows that have come in by tick {@code t}, and of what is rewritten in place. */
  private static long held(List<StatePart> state, int t) {
    long numbers = 0;
    for (StatePart part : state) {
      long rows =
          part.perTick() == 0 ? part.rows() : Math.min(part.rows(), (long) t * part.perTick());
      numbers += rows * part.width();
    }
    return 4 * numbers;
  }
}
