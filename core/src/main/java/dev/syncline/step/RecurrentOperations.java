package dev.syncline.step;

import dev.syncline.spec.Recurrent.LinearRecurrence;
import java.util.Arrays;

/** Layers whose state is rewritten by each valid row. */
final class RecurrentOperations {
  private RecurrentOperations() {}

  static void rnn(Op.Rnn o, Kernels kernels, Lane[] lanes, int n) {
    Op.Gates g = o.gates();
    int units = g.out().size();
    input(g, kernels, lanes, n);
    for (int r = 0; r < g.in().rows(); r++) {
      state(g, o.h(), r, kernels, lanes, n);
      for (int i = 0; i < n; i++) {
        float[] x = lanes[i].x;
        if (!skipped(g.in(), g.out(), r, x)) {
          int a = g.gatesX() + r * units;
          kernels.add(x, g.gatesH(), x, a, units);
          kernels.apply(o.function(), x, a, units);
          System.arraycopy(x, a, lanes[i].s, o.h().at(), units);
          System.arraycopy(x, a, x, g.out().at() + r * units, units);
        }
      }
    }
  }

  static void gru(Op.Gru o, Kernels kernels, Lane[] lanes, int n) {
    Op.Gates g = o.gates();
    input(g, kernels, lanes, n);
    for (int r = 0; r < g.in().rows(); r++) {
      state(g, o.h(), r, kernels, lanes, n);
      for (int i = 0; i < n; i++) {
        if (!skipped(g.in(), g.out(), r, lanes[i].x)) {
          gru(o, r, kernels, lanes[i].x, lanes[i].s);
        }
      }
    }
  }

  private static void gru(Op.Gru o, int r, Kernels kernels, float[] x, float[] s) {
    Op.Gates g = o.gates();
    int units = g.out().size();
    int h = o.h().at();
    int a = g.gatesX() + r * 3 * units;
    int b = g.gatesH();
    int candidate = a + 2 * units;
    kernels.add(x, b, x, a, 2 * units);
    kernels.sigmoid(x, a, 2 * units);
    kernels.addProduct(x, a, x, b + 2 * units, x, candidate, units);
    kernels.tanh(x, candidate, units);
    kernels.blend(x, a + units, candidate, s, h, units);
    System.arraycopy(s, h, x, g.out().at() + r * units, units);
  }

  static void lstm(Op.Lstm o, Kernels kernels, Lane[] lanes, int n) {
    Op.Gates g = o.gates();
    input(g, kernels, lanes, n);
    for (int r = 0; r < g.in().rows(); r++) {
      state(g, o.h(), r, kernels, lanes, n);
      for (int i = 0; i < n; i++) {
        if (!skipped(g.in(), g.out(), r, lanes[i].x)) {
          lstm(o, r, kernels, lanes[i].x, lanes[i].s);
        }
      }
    }
  }

  private static void lstm(Op.Lstm o, int r, Kernels kernels, float[] x, float[] s) {
    Op.Gates g = o.gates();
    int units = g.out().size();
    int c = o.c().at();
    int a = g.gatesX() + r * 4 * units;
    kernels.add(x, g.gatesH(), x, a, 4 * units);
    kernels.sigmoid(x, a, 2 * units);
    kernels.tanh(x, a + 2 * units, units);
    kernels.sigmoid(x, a + 3 * units, units);
    int to = g.out().at() + r * units;
    for (int i = 0; i < units; i++) {
      s[c + i] = x[a + units + i] * s[c + i] + x[a + i] * x[a + 2 * units + i];
      x[to + i] = s[c + i];
    }
    kernels.tanh(x, to, units);
    for (int i = 0; i < units; i++) {
      x[to + i] *= x[a + 3 * units + i];
    }
    System.arraycopy(x, to, s, o.h().at(), units);
  }

  static void linear(Op.LinearRecurrence o, Kernels kernels, Lane[] lanes, int n) {
    int rows = o.in().rows();
    int width = o.in().size();
    int gates = 3 * o.out().size();
    kernels.matmul(o.weight(), lanes, n, rows, o.in().at(), width, o.gates(), gates);
    for (int i = 0; i < n; i++) {
      for (int r = 0; r < rows; r++) {
        if (!skipped(o.in(), o.out(), r, lanes[i].x)) {
          linear(o, r, kernels, lanes[i].x, lanes[i].s);
        }
      }
    }
  }

  private static void linear(Op.LinearRecurrence o, int r, Kernels kernels, float[] x, float[] s) {
    int units = o.out().size();
    int h = o.h().at();
    int a = o.gates() + r * 3 * units;
    kernels.sigmoid(x, a, 2 * units);
    for (int i = 0; i < units; i++) {
      x[a + i] *= -o.rate()[i];
    }
    kernels.exp(x, a, units);
    for (int i = 0; i < units; i++) {
      float keep = x[a + i];
      float take = (float) Math.sqrt(Math.max(LinearRecurrence.LEAST, 1 - keep * keep));
      s[h + i] = keep * s[h + i] + take * (x[a + units + i] * x[a + 2 * units + i]);
    }
    System.arraycopy(s, h, x, o.out().at() + r * units, units);
  }

  /** The gates of all rows from the input at once. */
  private static void input(Op.Gates g, Kernels kernels, Lane[] lanes, int n) {
    Buffer in = g.in();
    int gates = g.weightX().out();
    kernels.matmul(g.weightX(), lanes, n, in.rows(), in.at(), in.size(), g.gatesX(), gates);
  }

  /** The gates of one row from the state, unless no stream has that row. */
  private static void state(Op.Gates g, Ring h, int r, Kernels kernels, Lane[] lanes, int n) {
    int units = g.out().size();
    for (int i = 0; i < n; i++) {
      System.arraycopy(lanes[i].s, h.at(), lanes[i].x, g.before(), units);
    }
    if (Lane.any(lanes, n, g.in().valid() + r)) {
      kernels.matmul(g.weightH(), lanes, n, 1, g.before(), 0, g.gatesH(), 0);
    }
  }

  /** An invalid row comes out as zeros and leaves the state as it is. */
  private static boolean skipped(Buffer in, Buffer out, int row, float[] x) {
    if (x[in.valid() + row] != 0) {
      return false;
    }
    int to = out.at() + row * out.size();
    Arrays.fill(x, to, to + out.size(), 0);
    return true;
  }
}
