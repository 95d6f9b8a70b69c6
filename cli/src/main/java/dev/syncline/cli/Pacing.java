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
import java.util.ArrayList;
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

  /** Ticks that are timed before each of those, at most, and others before them that are not. */
  private static final int WINDOW = 100;

  private static final int LEAD = 8;
  private static final int LEAST = 3;
  private static final int MOST = 1000;

  private Pacing() {}

  /**
   * The pace of a model with any weights. A stream runs through once unobserved, so that the
   * compiler has done its work, and its state is kept at every age; then all ages are timed in
   * turn, over and over, so that a busy moment of the machine falls on all of them alike.
   *
   * @param folder in which the spec's encoders are
   * @param ticks length of the stream
   * @param seconds after which no further turn begins, three at least
   */
  static Pace measure(ModelSpec spec, Path folder, int ticks, double seconds) {
    Weights any = Weights.random(spec.parameters(), 1);
    Model model = Model.of(spec, any, Kernels.best(), folder, Models::encoder);
    Map<String, Block> rows = noise(spec);
    List<Age> ages = TICKS.stream().filter(t -> t <= ticks).map(Age::at).toList();
    try (Session session = new Session(model, Set.of(), Session.SILENT, System::nanoTime)) {
      List<byte[]> states = live(session, rows, ages);
      int turns = 0;
      long begin = System.nanoTime();
      while (turns < MOST && (turns < LEAST || System.nanoTime() - begin < seconds * 1e9)) {
        for (int i = 0; i < states.size(); i++) {
          session.state().restore(states.get(i));
          ages.get(i).time(session, rows, turns);
        }
        turns++;
      }
      return pace(spec, ages, turns);
    }
  }

  /** A stretch of a stream that ends at tick {@code to}, timed in several turns. */
  private record Age(int begin, int from, int to, long[] ns) {
    static Age at(int to) {
      int from = to - Math.clamp(to / 4, 3, WINDOW);
      return new Age(Math.max(0, from - LEAD), from, to, new long[MOST * (to - from)]);
    }

    void time(Session session, Map<String, Block> rows, int turn) {
      for (int t = begin; t < to; t++) {
        long before = System.nanoTime();
        session.advance(rows, t % ROWS);
        if (t >= from) {
          ns[turn * (to - from) + t - from] = System.nanoTime() - before;
        }
      }
    }

    double quantile(int turns, double q) {
      long[] all = Arrays.copyOf(ns, turns * (to - from));
      Arrays.sort(all);
      return all[(int) Math.ceil(q * all.length) - 1] / 1e3;
    }
  }

  /** Runs a stream through all ages and keeps its state where each begins. */
  private static List<byte[]> live(Session session, Map<String, Block> rows, List<Age> ages) {
    List<byte[]> states = new ArrayList<>();
    for (int t = 0; t < ages.getLast().to(); t++) {
      for (Age age : ages) {
        if (age.begin() == t) {
          states.add(session.state().snapshot());
        }
      }
      session.advance(rows, t % ROWS);
    }
    return states;
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

  private static Pace pace(ModelSpec spec, List<Age> ages, int turns) {
    List<StatePart> state = StatePart.of(spec.node());
    Age last = ages.getLast();
    return new Pace(
        ages.stream()
            .map(a -> new Pace.At(a.to(), a.quantile(turns, 0.5), held(state, a.to())))
            .toList(),
        last.quantile(turns, 0.5),
        last.quantile(turns, 0.99));
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
