package dev.syncline.step;

import dev.syncline.spec.Recurrent.LinearRecurrence;
import java.util.Arrays;

/** Layers whose state is rewritten by each valid row. */
final class RecurrentOperations {
  private RecurrentOperations() {}

  static void rnn(Op.Rnn o, Kernels kernels, float[] x, float[] s) {
    Op.Gates g = o.gates();
    int units = g.out().size();
    input(g, kernels, x);
    for (int r = 0; r < g.in().rows(); r++) {
      if (skipped(g.in(), g.out(), r, x)) {
        continue;
      }
      int a = g.gatesX() + r * units;
      kernels.matmul(g.weightH(), 1, s, o.h().at(), units, x, g.gatesH(), units);
      add(x, g.gatesH(), a, units);
      kernels.apply(o.function(), x, a, units);
      System.arraycopy(x, a, s, o.h().at(), units);
      System.arraycopy(x, a, x, g.out().at() + r * units, units);
    }
  }

  static void gru(Op.Gru o, Kernels kernels, float[] x, float[] s) {
    Op.Gates g = o.gates();
    int units = g.out().size();
    int h = o.h().at();
    input(g, kernels, x);
    for (int r = 0; r < g.in().rows(); r++) {
      if (skipped(g.in(), g.out(), r, x)) {
        continue;
      }
      int a = g.gatesX() + r * 3 * units;
      int b = g.gatesH();
      kernels.matmul(g.weightH(), 1, s, h, units, x, b, 3 * units);
      add(x, b, a, 2 * units);
      kernels.sigmoid(x, a, 2 * units);
      for (int i = 0; i < units; i++) {
        x[a + 2 * units + i] += x[a + i] * x[b + 2 * units + i];
      }
      kernels.tanh(x, a + 2 * units, units);
      for (int i = 0; i < units; i++) {
        float z = x[a + units + i];
        s[h + i] = (1 - z) * x[a + 2 * units + i] + z * s[h + i];
      }
      System.arraycopy(s, h, x, g.out().at() + r * units, units);
    }
  }

  static void lstm(Op.Lstm o, Kernels kernels, float[] x, float[] s) {
    Op.Gates g = o.gates();
    int units = g.out().size();
    int h = o.h().at();
    int c = o.c().at();
    input(g, kernels, x);
    for (int r = 0; r < g.in().rows(); r++) {
      if (skipped(g.in(), g.out(), r, x)) {
        continue;
      }
      int a = g.gatesX() + r * 4 * units;
      kernels.matmul(g.weightH(), 1, s, h, units, x, g.gatesH(), 4 * units);
      add(x, g.gatesH(), a, 4 * units);
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
      System.arraycopy(x, to, s, h, units);
    }
  }

  static void linear(Op.LinearRecurrence o, Kernels kernels, float[] x, float[] s) {
    int units = o.out().size();
    int h = o.h().at();
    int width = o.in().size();
    kernels.matmul(o.weight(), o.in().rows(), x, o.in().at(), width, x, o.gates(), 3 * units);
    for (int r = 0; r < o.in().rows(); r++) {
      if (skipped(o.in(), o.out(), r, x)) {
        continue;
      }
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
  }

  /** The gates of all rows from the input at once. */
  private static void input(Op.Gates g, Kernels kernels, float[] x) {
    int gates = g.weightX().out();
    int width = g.in().size();
    kernels.matmul(g.weightX(), g.in().rows(), x, g.in().at(), width, x, g.gatesX(), gates);
  }

  private static void add(float[] x, int from, int to, int n) {
    for (int i = 0; i < n; i++) {
      x[to + i] += x[from + i];
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
