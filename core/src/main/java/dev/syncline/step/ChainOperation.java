package dev.syncline.step;

import dev.syncline.spec.Output;
import java.util.Arrays;

/**
 * Messages along chains of labels, in logarithms (Rabiner 1989, section III, for sums; the same
 * with maxima for the best sequence). Each message is normalised, so none drifts in a long stream.
 */
final class ChainOperation {
  private ChainOperation() {}

  static void run(Op.Chain o, Kernels kernels, float[] x, float[] s, long tick) {
    int width = o.in().size();
    int lag = o.layer().lag();
    for (int r = 0; r < o.in().rows(); r++) {
      long n = tick * o.in().rows() + r;
      long told = n - lag;
      int row = o.in().at() + r * width;
      int to = o.out().at() + r * width;
      x[o.out().valid() + r] = told >= 0 ? 1 : 0;
      if (told >= 0) {
        forward(
            o, kernels, told == 0, lag == 0 ? x : s, lag == 0 ? row : o.rows().slot(told), x, s);
      }
      if (lag > 0) {
        System.arraycopy(x, row, s, o.rows().slot(n), width);
      }
      if (told >= 0) {
        Arrays.fill(x, o.message(), o.message() + o.chains() * o.states(), 0);
        for (long later = n; later > told; later--) {
          backward(o, kernels, s, o.rows().slot(later), x);
        }
        tell(o, kernels, x, s, to);
      } else {
        Arrays.fill(x, to, to + width, 0);
      }
    }
  }

  /** What all rows up to one say of its label: that of the row before, a transition, this row. */
  private static void forward(
      Op.Chain o, Kernels kernels, boolean first, float[] e, int at, float[] x, float[] s) {
    int states = o.states();
    for (int c = 0; c < o.chains(); c++) {
      int before = o.forward().at() + c * states;
      for (int j = 0; j < states; j++) {
        float v = o.start()[c * states + j];
        if (!first) {
          v = join(o, kernels, s, before, o.arriving(), (c * states + j) * states, x);
        }
        x[o.next() + j] = v + emission(o, e, at, c, j);
      }
      System.arraycopy(x, o.next(), s, before, states);
      normalise(kernels, s, before, states, x, o.terms());
    }
  }

  /** What a row and those behind it say of the label of the row before it. */
  private static void backward(Op.Chain o, Kernels kernels, float[] e, int at, float[] x) {
    int states = o.states();
    for (int c = 0; c < o.chains(); c++) {
      int message = o.message() + c * states;
      for (int j = 0; j < states; j++) {
        x[message + j] += emission(o, e, at, c, j);
      }
      for (int i = 0; i < states; i++) {
        x[o.next() + i] = join(o, kernels, x, message, o.leaving(), (c * states + i) * states, x);
      }
      System.arraycopy(x, o.next(), x, message, states);
      normalise(kernels, x, message, states, x, o.terms());
    }
  }

  private static void tell(Op.Chain o, Kernels kernels, float[] x, float[] s, int to) {
    int all = o.chains() * o.states();
    for (int i = 0; i < all; i++) {
      x[o.message() + i] += s[o.forward().at() + i];
    }
    if (o.layer().kind() == Output.Kind.ONE_LABEL) {
      System.arraycopy(x, o.message(), x, to, all);
      normalise(kernels, x, to, all, x, o.terms());
    } else {
      for (int c = 0; c < o.chains(); c++) {
        x[to + c] = x[o.message() + 2 * c + 1] - x[o.message() + 2 * c];
      }
    }
  }

  private static float emission(Op.Chain o, float[] e, int at, int chain, int state) {
    return switch (o.layer().kind()) {
      case ONE_LABEL -> e[at + state];
      case MULTI_LABEL -> state == 0 ? 0 : e[at + chain];
    };
  }

  /** A message joined with one row of transitions: over all its states, their sum or the best. */
  private static float join(
      Op.Chain o, Kernels kernels, float[] m, int at, float[] transitions, int row, float[] x) {
    for (int i = 0; i < o.states(); i++) {
      x[o.terms() + i] = m[at + i] + transitions[row + i];
    }
    return switch (o.layer().decode()) {
      case MARGINALS -> logSum(kernels, x, o.terms(), o.states());
      case VITERBI -> greatest(x, o.terms(), o.states());
    };
  }

  /** Shifts a message so that its exponentials sum to 1. */
  private static void normalise(Kernels k, float[] m, int at, int n, float[] x, int terms) {
    System.arraycopy(m, at, x, terms, n);
    float sum = logSum(k, x, terms, n);
    for (int i = at; i < at + n; i++) {
      m[i] -= sum;
    }
  }

  /** The logarithm of the sum of exponentials; the numbers are used up. */
  private static float logSum(Kernels kernels, float[] x, int at, int n) {
    float most = greatest(x, at, n);
    for (int i = at; i < at + n; i++) {
      x[i] -= most;
    }
    kernels.exp(x, at, n);
    float sum = 0;
    for (int i = at; i < at + n; i++) {
      sum += x[i];
    }
    return most + (float) StrictMath.log(sum);
  }

  private static float greatest(float[] x, int at, int n) {
    float most = x[at];
    for (int i = at + 1; i < at + n; i++) {
      most = Math.max(most, x[i]);
    }
    return most;
  }
}
