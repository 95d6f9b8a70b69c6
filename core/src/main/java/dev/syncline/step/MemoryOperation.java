package dev.syncline.step;

import dev.syncline.spec.Memory.Store;
import java.util.Arrays;

/**
 * One tick's rows write into a memory's slots and read them. Scores are of a head and a slot, the
 * slots of a head side by side.
 */
final class MemoryOperation {
  /** Rows that a float counts. */
  private static final float OLDEST = 1 << 23;

  private MemoryOperation() {}

  static void run(Op.Memory o, Kernels kernels, float[] x, float[] s, long tick) {
    int width = o.in().size();
    for (int r = 0; r < o.in().rows(); r++) {
      long n = tick * o.in().rows() + r;
      int row = o.in().at() + r * width;
      int to = o.out().at() + r * width;
      boolean valid = x[o.in().valid() + r] != 0;
      if (valid) {
        kernels.matmul(o.weights().q(), 1, x, row, width, x, o.query(), width);
        kernels.matmul(o.weights().k(), 1, x, row, width, x, o.key(), width);
        kernels.matmul(o.weights().v(), 1, x, row, width, x, o.value(), width);
      }
      switch (o.layer().store()) {
        case Store.Box b -> box(o, b, valid, kernels, x, s, n);
        case Store.Decay d -> decay(o, d, valid, kernels, x, s);
        case Store.Competing ignored -> compete(o, valid, kernels, x, s);
        case Store.KeyValue ignored -> keyValue(o, valid, kernels, x, s);
      }
      if (valid) {
        boolean apart = o.layer().store() instanceof Store.KeyValue;
        read(o, apart ? s : x, apart ? o.state().get(1).at() : o.slots(), kernels, x);
        kernels.matmul(o.weights().o(), 1, x, o.mixed(), width, x, to, width);
      } else {
        Arrays.fill(x, to, to + width, 0);
      }
    }
  }

  /** Slots from all rows of the box: a row's scores are kept, so that its key need not be. */
  private static void box(
      Op.Memory o, Store.Box box, boolean valid, Kernels kernels, float[] x, float[] s, long n) {
    Ring scores = o.state().get(0);
    Ring values = o.state().get(1);
    Ring there = o.state().get(2);
    int width = o.in().size();
    s[there.slot(n)] = valid ? 1 : 0;
    if (!valid) {
      Arrays.fill(s, scores.slot(n), scores.slot(n) + scores.part().width(), 0);
      Arrays.fill(s, values.slot(n), values.slot(n) + width, 0);
      return;
    }
    scores(o, o.latents(), 0, o.key(), kernels, x);
    System.arraycopy(x, o.scores(), s, scores.slot(n), scores.part().width());
    System.arraycopy(x, o.value(), s, values.slot(n), width);
    Arrays.fill(x, o.slots(), o.slots() + o.layer().latents() * width, 0);
    int seen = (int) Math.min(box.rows(), n + 1);
    for (int pair = 0; pair < scores.part().width(); pair++) {
      int count = 0;
      for (int age = 0; age < seen; age++) {
        if (s[there.slot(n - age)] != 0) {
          x[o.scores() + count++] = s[scores.slot(n - age) + pair];
        }
      }
      kernels.softmax(x, o.scores(), count);
      count = 0;
      for (int age = 0; age < seen; age++) {
        if (s[there.slot(n - age)] != 0) {
          float weight = x[o.scores() + count++];
          int from = values.slot(n - age) + o.part(pair);
          addScaled(s, from, weight, x, o.slots() + o.place(pair), o.depth());
        }
      }
    }
  }

  /**
   * Sums that are all scaled by e to minus the greatest of the aged scores. That one is kept as the
   * score that it was and its age, since what is taken away of it each row may be less than half a
   * float's last bit.
   */
  private static void decay(
      Op.Memory o, Store.Decay decay, boolean valid, Kernels kernels, float[] x, float[] s) {
    int most = o.state().get(0).at();
    int age = o.state().get(1).at();
    int weights = o.state().get(2).at();
    int sums = o.state().get(3).at();
    int pairs = o.layer().heads() * o.layer().latents();
    for (int pair = 0; pair < pairs; pair++) {
      s[age + pair]++;
      if (s[age + pair] == OLDEST) {
        s[most + pair] -= decay.rate() * OLDEST;
        s[age + pair] = 0;
      }
    }
    if (!valid) {
      return;
    }
    scores(o, o.latents(), 0, o.key(), kernels, x);
    for (int pair = 0; pair < pairs; pair++) {
      float aged = s[most + pair] - decay.rate() * s[age + pair];
      float score = x[o.scores() + pair];
      float greatest = Math.max(aged, score);
      float old = PlainKernels.exp(aged - greatest);
      float fresh = PlainKernels.exp(score - greatest);
      if (score >= aged) {
        s[most + pair] = score;
        s[age + pair] = 0;
      }
      s[weights + pair] = old * s[weights + pair] + fresh;
      int from = o.value() + o.part(pair);
      int sum = sums + o.place(pair);
      int slot = o.slots() + o.place(pair);
      for (int i = 0; i < o.depth(); i++) {
        s[sum + i] = old * s[sum + i] + fresh * x[from + i];
        x[slot + i] = s[sum + i] / s[weights + pair];
      }
    }
  }

  /** Each head of the row is shared out among the slots; they move towards it by their shares. */
  private static void compete(Op.Memory o, boolean valid, Kernels kernels, float[] x, float[] s) {
    if (!valid) {
      return;
    }
    int slots = o.state().get(0).at();
    address(o, slots, x, s);
    scores(o, x, o.slots(), o.key(), kernels, x);
    shares(o, kernels, x);
    move(o, slots, o.value(), x, s);
    System.arraycopy(s, slots, x, o.slots(), o.layer().latents() * o.in().size());
  }

  /** The same with keys by which slots are found; they move towards the row's key. */
  private static void keyValue(Op.Memory o, boolean valid, Kernels kernels, float[] x, float[] s) {
    if (!valid) {
      return;
    }
    int keys = o.state().get(0).at();
    address(o, keys, x, s);
    scores(o, x, o.slots(), o.key(), kernels, x);
    shares(o, kernels, x);
    move(o, keys, o.key(), x, s);
    move(o, o.state().get(1).at(), o.value(), x, s);
    address(o, keys, x, s);
  }

  /** What slots are found by: what is stored of each and its learned vector. */
  private static void address(Op.Memory o, int stored, float[] x, float[] s) {
    for (int i = 0; i < o.layer().latents() * o.in().size(); i++) {
      x[o.slots() + i] = s[stored + i] + o.latents()[i];
    }
  }

  /** Moves every slot towards a row by its share. */
  private static void move(Op.Memory o, int stored, int row, float[] x, float[] s) {
    for (int pair = 0; pair < o.layer().heads() * o.layer().latents(); pair++) {
      float share = x[o.scores() + pair];
      int from = row + o.part(pair);
      int slot = stored + o.place(pair);
      for (int i = 0; i < o.depth(); i++) {
        s[slot + i] += share * (x[from + i] - s[slot + i]);
      }
    }
  }

  /** Attention of the row's query over the slots, to {@code values}. */
  private static void read(Op.Memory o, float[] values, int at, Kernels kernels, float[] x) {
    scores(o, x, o.slots(), o.query(), kernels, x);
    shares(o, kernels, x);
    Arrays.fill(x, o.mixed(), o.mixed() + o.in().size(), 0);
    for (int pair = 0; pair < o.layer().heads() * o.layer().latents(); pair++) {
      int from = at + o.place(pair);
      addScaled(values, from, x[o.scores() + pair], x, o.mixed() + o.part(pair), o.depth());
    }
  }

  /** What each of the slots' vectors has in common with a row, head by head. */
  private static void scores(
      Op.Memory o, float[] vectors, int at, int row, Kernels kernels, float[] x) {
    float scale = (float) (1 / Math.sqrt(o.depth()));
    for (int pair = 0; pair < o.layer().heads() * o.layer().latents(); pair++) {
      float common = kernels.dot(vectors, at + o.place(pair), x, row + o.part(pair), o.depth());
      x[o.scores() + pair] = scale * common;
    }
  }

  /** Softmax over the slots of each head. */
  private static void shares(Op.Memory o, Kernels kernels, float[] x) {
    for (int head = 0; head < o.layer().heads(); head++) {
      kernels.softmax(x, o.scores() + head * o.layer().latents(), o.layer().latents());
    }
  }

  private static void addScaled(float[] from, int at, float by, float[] to, int toAt, int n) {
    for (int i = 0; i < n; i++) {
      to[toAt + i] += by * from[at + i];
    }
  }
}
