package dev.syncline.step;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A second thread for large products of one row. Both threads take the next panel until none is
 * left. The second one writes to memory of its own; the caller copies what is there, and does a
 * panel itself that is not there within {@link #PATIENCE_NS}: a second thread that lost its core
 * costs a step that much and no more. Between products it spins for {@link #SPIN_NS}, then parks.
 *
 * <p>One caller at a time; others go on alone. No locks, and nothing is allocated but for a first
 * product of a size.
 */
public final class Second {
  /** Smaller matrices are faster alone. */
  static final long LEAST_BYTES = 256 << 10;

  static final long PATIENCE_NS = 20_000;
  static final long SPIN_NS = 50_000;

  /** The turn in the upper half, how many panels of its product are left in the lower one. */
  private final AtomicLong next = new AtomicLong();

  private final AtomicBoolean taken = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean parked;

  // of the turn; written before it begins
  private Matrix w = Panels.pack(1, 1, new float[1], null);
  private float[] x = new float[0];
  private int xAt;
  private float[] work = new float[0];
  private float[] out = new float[0];
  private AtomicIntegerArray done = new AtomicIntegerArray(0);
  private int[] own = new int[0];

  /** Starts the thread, which does not keep the program alive. */
  public Second() {
    thread = Thread.ofPlatform().daemon().name("syncline-second").unstarted(this::serve);
    thread.start();
  }

  /** One row with a matrix; false if it is better done alone. */
  boolean product(Matrix matrix, float[] row, int rowAt, float[] y, int yAt) {
    if (size(matrix) < LEAST_BYTES || !taken.compareAndSet(false, true)) {
      return false;
    }
    try {
      int turn = begin(matrix, row, rowAt);
      for (int p = take(turn); p >= 0; p = take(turn)) {
        own[p] = turn;
        panel(p, y, yAt);
      }
      for (int p = 0; p < panels(matrix); p++) {
        if (own[p] != turn) {
          fetch(turn, p, y, yAt);
        }
      }
    } finally {
      taken.set(false);
    }
    return true;
  }

  /** Bytes; four bits take as long as eight, in which they are multiplied. */
  private static long size(Matrix matrix) {
    return Math.max(matrix.bytes(), (long) matrix.out() * matrix.in());
  }

  private int begin(Matrix matrix, float[] row, int rowAt) {
    int panels = panels(matrix);
    if (own.length < panels) {
      own = new int[panels];
      done = new AtomicIntegerArray(panels);
      out = new float[panels * Matrix.WIDTH];
    }
    if (work.length < Matrix.work(matrix.in())) {
      work = new float[Matrix.work(matrix.in())];
    }
    w = matrix;
    x = row;
    xAt = rowAt;
    int turn = turn(next.get()) + 1;
    next.set((long) turn << 32 | panels);
    if (parked) {
      LockSupport.unpark(thread);
    }
    return turn;
  }

  private void panel(int p, float[] y, int yAt) {
    int o = p * Matrix.WIDTH;
    VectorKernels.panel(w, o, x, xAt, x, y, yAt + o);
  }

  /** Takes over a panel of the second thread, or does it. */
  private void fetch(int turn, int p, float[] y, int yAt) {
    long begin = System.nanoTime();
    while (done.get(p) != turn) {
      if (System.nanoTime() - begin > PATIENCE_NS) {
        panel(p, y, yAt);
        return;
      }
      Thread.onSpinWait();
    }
    int o = p * Matrix.WIDTH;
    System.arraycopy(out, o, y, yAt + o, Math.min(Matrix.WIDTH, w.out() - o));
  }

  /** A panel of a turn, the last that is left; -1 if there is none. */
  private int take(int turn) {
    while (true) {
      long v = next.get();
      if (turn(v) != turn || (int) v == 0) {
        return -1;
      }
      if (next.compareAndSet(v, v - 1)) {
        return (int) v - 1;
      }
    }
  }

  private void serve() {
    int seen = 0;
    while (true) {
      seen = await(seen);
      // the product cannot change while a panel of its turn is left: if one can be taken after
      // this, what was read here belongs to it
      Matrix matrix = w;
      float[] row = x;
      int rowAt = xAt;
      float[] mine = work;
      float[] results = out;
      AtomicIntegerArray marks = done;
      for (int p = take(seen); p >= 0; p = take(seen)) {
        int o = p * Matrix.WIDTH;
        VectorKernels.panel(matrix, o, row, rowAt, mine, results, o);
        marks.set(p, seen);
      }
    }
  }

  /** The turn after one that was seen. */
  private int await(int seen) {
    long begin = System.nanoTime();
    while (turn(next.get()) == seen) {
      if (System.nanoTime() - begin < SPIN_NS) {
        Thread.onSpinWait();
        continue;
      }
      parked = true;
      if (turn(next.get()) == seen) {
        LockSupport.park(this);
      }
      parked = false;
    }
    return turn(next.get());
  }

  private static int turn(long next) {
    return (int) (next >>> 32);
  }

  private static int panels(Matrix matrix) {
    return (matrix.out() + Matrix.WIDTH - 1) / Matrix.WIDTH;
  }
}
