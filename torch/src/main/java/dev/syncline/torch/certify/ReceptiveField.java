package dev.syncline.torch.certify;

import dev.syncline.spec.Node;
import dev.syncline.spec.Reach;
import dev.syncline.spec.Shape;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.StepForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** How far back the outputs see: as the spec says, and as measured by disturbing single rows. */
final class ReceptiveField {
  /** The most rows that are disturbed: patterns of attention repeat sooner. */
  private static final int ROWS = 256;

  private static final int TRIES = 6;

  /**
   * One input's.
   *
   * @param declaredRows rows of the input, the newest included; -1 where there is no limit
   * @param always whether every row sees just so far: else it is a limit that none need reach
   * @param measuredRows from the farthest row whose disturbance changed an output to that output
   * @param testedRows how far back rows were disturbed
   */
  record Measured(
      String input,
      long declaredRows,
      boolean always,
      long measuredRows,
      long testedRows,
      double rowS) {
    /** Not farther than declared, and as far or, where that is not sure, some way back. */
    boolean asDeclared() {
      if (always) {
        return measuredRows == Math.min(declaredRows, testedRows);
      }
      return measuredRows > 1 && (declaredRows < 0 || measuredRows <= declaredRows);
    }
  }

  private final Model model;
  private final Node node;
  private final Map<String, Block> rows;
  private final int ticks;

  /**
   * @param recordings rows to disturb; they are put one behind the other until they reach far
   *     enough
   * @param farthest ticks that are tested where there is no limit
   */
  ReceptiveField(Model model, List<Map<String, Block>> recordings, int farthest) {
    this.model = model;
    node = model.spec().node();
    int wanted = 2;
    for (Map.Entry<String, Reach> e : declared().entrySet()) {
      int perTick = node.in().get(e.getKey()).rows();
      Reach reach = e.getValue();
      long far = reach.unlimited() ? farthest : reach.rows() / perTick + 3;
      wanted = (int) Math.max(wanted, Math.min(2L * farthest, far));
    }
    ticks = wanted;
    rows = new LinkedHashMap<>();
    node.in().forEach((name, shape) -> rows.put(name, joined(name, shape, recordings)));
  }

  private Block joined(String name, Shape shape, List<Map<String, Block>> recordings) {
    Block all = Block.empty(shape, ticks);
    int done = 0;
    for (int i = 0; done < ticks; i++) {
      Block next = recordings.get(i % recordings.size()).get(name);
      int n = Math.min(next.ticks(), ticks - done);
      System.arraycopy(next.values(), 0, all.values(), done * all.tickSize(), n * all.tickSize());
      done += n;
    }
    Arrays.fill(all.valid(), 1);
    return all;
  }

  /** By input: the farthest of all outputs. */
  private Map<String, Reach> declared() {
    Map<String, Reach> declared = new LinkedHashMap<>();
    for (Map<String, Reach> output : Reach.of(node).values()) {
      output.forEach((in, r) -> declared.merge(in, r, (a, b) -> a.rows() < b.rows() ? b : a));
    }
    return declared;
  }

  List<Measured> measure() {
    List<Measured> list = new ArrayList<>();
    Map<String, Block> base = new StepForm(model.program()).run(rows);
    declared().forEach((in, reach) -> list.add(measure(in, reach, base)));
    return list;
  }

  /**
   * Rows are disturbed from the stream's beginning on, and the last decision that changes is looked
   * for, until one is as far away as declared; none may be farther.
   */
  private Measured measure(String in, Reach reach, Map<String, Block> base) {
    int perTick = node.in().get(in).rows();
    int tested = ticks * perTick;
    long wanted = Math.min(tested, reach.rows());
    long measured = 0;
    SplittableRandom random = new SplittableRandom(17);
    for (int row = 0; row < Math.min(tested, ROWS) && measured < wanted; row++) {
      for (int i = 0; i < TRIES && measured < wanted; i++) {
        int last =
            lastChange(base, new StepForm(model.program()).run(disturbed(in, row, i, random)));
        measured = Math.max(measured, (last + 1L) * perTick - row);
      }
    }
    // A row that sees far may lie behind those that are tested.
    boolean always =
        !reach.unlimited() && reach.exact() && (!reach.phased() || reach.rows() <= tested);
    long declared = reach.unlimited() ? -1 : reach.rows();
    double rowS = model.spec().tick().seconds() / perTick;
    return new Measured(in, declared, always, measured, tested, rowS);
  }

  /** One row missing, or replaced by another row of the stream with noise. */
  private Map<String, Block> disturbed(String in, int row, int attempt, SplittableRandom random) {
    Map<String, Block> copy = new LinkedHashMap<>(rows);
    Block block = rows.get(in).slice(0, ticks);
    int size = block.shape().size();
    if (attempt == 0) {
      block.valid()[row] = 0;
    } else if (Recording.ids(model.spec(), in) > 0) {
      block.values()[row] = (block.values()[row] + attempt) % Recording.ids(model.spec(), in);
    } else {
      int other = random.nextInt(block.valid().length);
      for (int i = 0; i < size; i++) {
        float noise = (float) (random.nextGaussian() * attempt * 0.3);
        block.values()[row * size + i] = block.values()[other * size + i] * (1 + noise) + noise;
      }
    }
    copy.put(in, block);
    return copy;
  }

  /** The last tick whose decisions differ; -1 for none. */
  private static int lastChange(Map<String, Block> a, Map<String, Block> b) {
    int last = -1;
    for (Map.Entry<String, Block> e : a.entrySet()) {
      Block one = e.getValue();
      Block other = b.get(e.getKey());
      for (int t = one.ticks() - 1; t > last; t--) {
        Block x = one.slice(t, t + 1);
        Block y = other.slice(t, t + 1);
        if (!Arrays.equals(x.values(), y.values()) || !Arrays.equals(x.valid(), y.valid())) {
          last = t;
        }
      }
    }
    return last;
  }
}
