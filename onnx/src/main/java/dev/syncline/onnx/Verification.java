package dev.syncline.onnx;

import dev.syncline.spec.Shape;
import dev.syncline.spec.StatePart;
import dev.syncline.step.Block;
import dev.syncline.step.Buffer;
import dev.syncline.step.Op;
import dev.syncline.step.Precision;
import dev.syncline.step.Program;
import dev.syncline.step.Ring;
import dev.syncline.step.StepForm;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The graph of a step run beside the program that it was made of. */
public final class Verification {
  private final Program program;
  private final Map<String, Double> apart = new LinkedHashMap<>();
  private final Map<String, Double> largest = new LinkedHashMap<>();

  /**
   * The same for the graph of a sequence.
   *
   * @param streams of equally many ticks
   */
  public static Map<String, Double> sequenceDifferences(
      byte[] graph, Program program, List<Map<String, Block>> streams) {
    Verification v = new Verification(program);
    Map<String, FloatBuffer> theirs = SequenceRunner.run(graph, streams);
    for (int i = 0; i < streams.size(); i++) {
      StepForm form = new StepForm(program);
      for (Map.Entry<String, Block> e : form.run(streams.get(i)).entrySet()) {
        Block ours = e.getValue();
        v.compare("y_valid." + e.getKey(), theirs, i, streams.size(), ours.valid(), ours.ticks());
        v.compare("y." + e.getKey(), theirs, i, streams.size(), ours.values(), ours.ticks());
      }
      for (Ring ring : program.rings().values()) {
        String name = "next." + ring.part().name();
        v.compare(name, theirs.get(name), i, slots(ring, form));
      }
    }
    return v.relative();
  }

  /** Compares a stream of {@code [time, streams, ...]}. */
  private void compare(
      String name,
      Map<String, FloatBuffer> theirs,
      int stream,
      int streams,
      float[] ours,
      int ticks) {
    int size = ours.length / ticks;
    for (int t = 0; t < ticks; t++) {
      float[] tick = java.util.Arrays.copyOfRange(ours, t * size, (t + 1) * size);
      compare(name, theirs.get(name), t * streams + stream, tick);
    }
  }

  private Verification(Program program) {
    this.program = program;
  }

  /**
   * By name of an output or a state part, how far the graph and the program come apart: the largest
   * difference through the largest number.
   *
   * @param streams rows of each stream; all end together, so those of fewer ticks begin later
   */
  public static Map<String, Double> differences(
      byte[] graph, Program program, List<Map<String, Block>> streams) {
    Verification v = new Verification(program);
    v.run(graph, streams);
    return v.relative();
  }

  private Map<String, Double> relative() {
    Map<String, Double> relative = new LinkedHashMap<>();
    apart.forEach(
        (name, d) -> relative.put(name, d == 0 ? 0 : d / Math.max(largest.get(name), 1e-30)));
    return relative;
  }

  /**
   * The largest difference that is let pass. Where inputs are rounded, the last bit of a float now
   * and then decides which whole number one becomes, and moves it by 1/127 of the largest.
   */
  public static double bar(Precision precision) {
    return precision.most() == 0 ? 1e-5 : 1e-2;
  }

  private void run(byte[] graph, List<Map<String, Block>> streams) {
    int n = streams.size();
    int ticks = streams.stream().mapToInt(Verification::ticks).max().orElseThrow();
    List<StepForm> forms = new ArrayList<>();
    streams.forEach(s -> forms.add(new StepForm(program)));
    try (StepRunner runner = new StepRunner(graph, n, 1)) {
      for (int t = 0; t < ticks; t++) {
        for (int i = 0; i < n; i++) {
          int own = t - (ticks - ticks(streams.get(i)));
          if (own == 0) {
            begin(runner, i);
          }
          for (String name : program.inputs().keySet()) {
            load(runner, name, i, streams.get(i).get(name), Math.max(0, own));
          }
        }
        runner.run();
        for (int i = 0; i < n; i++) {
          int own = t - (ticks - ticks(streams.get(i)));
          if (own >= 0) {
            Map<String, Block> tick = new LinkedHashMap<>();
            streams.get(i).forEach((name, b) -> tick.put(name, b.slice(own, own + 1)));
            compare(runner, i, forms.get(i).run(tick));
          }
        }
      }
      for (int i = 0; i < n; i++) {
        compareState(runner, i, forms.get(i));
      }
    }
  }

  private static int ticks(Map<String, Block> stream) {
    return stream.values().iterator().next().ticks();
  }

  /** A stream begins: its state is zero. */
  private void begin(StepRunner runner, int stream) {
    for (Ring ring : program.rings().values()) {
      FloatBuffer state = runner.input("state." + ring.part().name());
      int size = ring.part().size();
      state.put(stream * size, new float[size]);
    }
    runner.ticks().put(stream, 0);
  }

  private void load(StepRunner runner, String name, int stream, Block block, int t) {
    int rows = block.shape().rows();
    FloatBuffer x = runner.input("x." + name);
    FloatBuffer valid = runner.input("x_valid." + name);
    x.put(stream * block.tickSize(), block.values(), t * block.tickSize(), block.tickSize());
    valid.put(stream * rows, block.valid(), t * rows, rows);
  }

  private void compare(StepRunner runner, int stream, Map<String, Block> expected) {
    expected.forEach(
        (name, block) -> {
          compare("y_valid." + name, runner.output("y_valid." + name), stream, block.valid());
          compare("y." + name, runner.output("y." + name), stream, block.values());
        });
  }

  private void compareState(StepRunner runner, int stream, StepForm form) {
    for (Ring ring : program.rings().values()) {
      String name = "state." + ring.part().name();
      compare(name, runner.input(name), stream, slots(ring, form));
    }
  }

  /** A state part as it lies in its ring. */
  private static float[] slots(Ring ring, StepForm form) {
    StatePart part = ring.part();
    float[] ordered = form.state(part.name());
    float[] slots = new float[ordered.length];
    long next = form.tick() * part.perTick();
    for (int i = 0; i < part.rows(); i++) {
      int slot = ring.slot(next - part.rows() + i) - ring.at();
      System.arraycopy(ordered, i * part.width(), slots, slot, part.width());
    }
    return slots;
  }

  private void compare(String name, FloatBuffer theirs, int stream, float[] ours) {
    double d = 0;
    double most = 0;
    for (int i = 0; i < ours.length; i++) {
      float other = theirs.get(stream * ours.length + i);
      d = Math.max(d, Float.isNaN(other) ? Double.POSITIVE_INFINITY : Math.abs(other - ours[i]));
      most = Math.max(most, Math.abs(ours[i]));
    }
    apart.merge(name, d, Math::max);
    largest.merge(name, most, Math::max);
  }

  /**
   * Random rows, each missing with probability 0.2, for streams of which each is some ticks shorter
   * than the one before.
   */
  public static List<Map<String, Block>> random(
      Program program, int streams, int ticks, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Map<String, Block>> list = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      int length = Math.max(1, ticks - 7 * i);
      Map<String, Block> stream = new LinkedHashMap<>();
      program.inputs().forEach((name, b) -> stream.put(name, block(program, b, length, random)));
      list.add(stream);
    }
    return list;
  }

  private static Block block(Program program, Buffer in, int ticks, SplittableRandom random) {
    Shape shape = in.shape();
    int count = 0;
    for (Op op : program.ops()) {
      count = op instanceof Op.Embed e && e.in().equals(in) ? e.count() : count;
    }
    Block block = Block.empty(shape, ticks);
    for (int i = 0; i < block.valid().length; i++) {
      block.valid()[i] = random.nextInt(5) > 0 ? 1 : 0;
    }
    for (int i = 0; i < block.values().length; i++) {
      block.values()[i] = count > 0 ? random.nextInt(count) : (float) random.nextGaussian();
    }
    return block;
  }
}
