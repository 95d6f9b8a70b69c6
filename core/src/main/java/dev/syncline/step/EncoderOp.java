package dev.syncline.step;

import dev.syncline.signal.Encoder;
import dev.syncline.spec.FrozenEncoder;
import dev.syncline.spec.StatePart;

/**
 * A frozen encoder between a front end and the tree: gathers the window that ends with each hop,
 * oldest row first, and writes one vector. Rows that lie in earlier ticks come from a ring.
 */
final class EncoderOp {
  private final FrozenEncoder spec;
  private final Buffer in;
  private final Buffer out;
  private final Ring rows;
  private final Ring marks;
  private final int encoderState;
  private final int window;

  /**
   * @param at first float in the slab
   * @param window first of {@code windowRows} rows of scratch
   */
  EncoderOp(FrozenEncoder spec, Buffer in, Buffer out, int at, int window) {
    this.spec = spec;
    this.in = in;
    this.out = out;
    this.window = window;
    int kept = spec.windowRows() == 1 ? 0 : spec.windowRows();
    rows = new Ring(new StatePart("rows", kept, in.size(), in.rows()), at);
    marks = new Ring(new StatePart("marks", kept, 1, in.rows()), at + rows.part().size());
    encoderState = marks.at() + kept;
  }

  /** Floats of state, those of the encoder included. */
  static int floats(FrozenEncoder spec, int rowSize, int encoderState) {
    int kept = spec.windowRows() == 1 ? 0 : spec.windowRows();
    return Math.addExact(Math.multiplyExact(kept, rowSize + 1), encoderState);
  }

  void run(Encoder encoder, float[] x, float[] s, long tick) {
    int size = in.size();
    for (int j = 0; j < out.rows(); j++) {
      int newest = -1;
      for (int r = j * spec.hopRows(); r < (j + 1) * spec.hopRows(); r++) {
        int from = in.at() + r * size;
        if (rows.part().rows() > 0) {
          long n = tick * in.rows() + r;
          System.arraycopy(x, from, s, rows.slot(n), size);
          s[marks.slot(n)] = x[in.valid() + r];
        }
        newest = x[in.valid() + r] != 0 ? from : newest;
      }
      int to = out.at() + j * out.size();
      boolean valid = rows.part().rows() > 0 ? gather(x, s, tick, j) : newest >= 0;
      x[out.valid() + j] = valid ? 1 : 0;
      if (valid) {
        encoder.encode(x, rows.part().rows() > 0 ? window : newest, s, encoderState, x, to);
      } else {
        java.util.Arrays.fill(x, to, to + out.size(), 0);
      }
    }
  }

  /** Copies the window that ends with hop j; whether enough of it is valid. */
  private boolean gather(float[] x, float[] s, long tick, int j) {
    long next = tick * in.rows() + (j + 1L) * spec.hopRows();
    float valid = 0;
    for (int i = 0; i < spec.windowRows(); i++) {
      long n = next - spec.windowRows() + i;
      System.arraycopy(s, rows.slot(n), x, window + i * in.size(), in.size());
      valid += n < 0 ? 0 : s[marks.slot(n)];
    }
    return valid >= spec.minValid() * spec.windowRows();
  }
}
