package dev.syncline.step;

import dev.syncline.spec.Fusion.How;
import java.util.Arrays;

/** Several streams to one. Streams whose row is invalid take no part. */
final class FusionOperations {
  private FusionOperations() {}

  static void concat(Op.Concat o, float[] x) {
    int width = o.out().size();
    for (int r = 0; r < o.out().rows(); r++) {
      int to = o.out().at() + r * width;
      float any = 0;
      for (int i = 0; i < o.in().size(); i++) {
        Buffer in = o.in().get(i);
        System.arraycopy(x, in.at() + r * in.size(), x, to, in.size());
        any = Math.max(any, x[in.valid() + r]);
        to += in.size();
      }
      x[o.out().valid() + r] = any;
    }
  }

  static void combine(Op.Combine o, float[] x) {
    int width = o.out().size();
    for (int r = 0; r < o.out().rows(); r++) {
      int to = o.out().at() + r * width;
      Arrays.fill(x, to, to + width, 0);
      float total = 0;
      for (int m = 0; m < o.in().size(); m++) {
        Buffer in = o.in().get(m);
        if (x[in.valid() + r] == 0) {
          continue;
        }
        int from = in.at() + r * width;
        float weight = o.weights()[m];
        for (int i = 0; i < width; i++) {
          float v = x[from + i];
          x[to + i] =
              o.how() == How.MAX
                  ? (total == 0 ? v : Math.max(x[to + i], v))
                  : x[to + i] + weight * v;
        }
        total += weight;
      }
      x[o.out().valid() + r] = total == 0 ? 0 : 1;
      boolean mean = o.how() == How.MEAN || o.how() == How.WEIGHTED;
      if (mean && total != 0) {
        Operations.scale(x, to, width, 1 / total);
      }
    }
  }

  static void gated(Op.Gated o, Kernels kernels, float[] x) {
    int units = o.out().size();
    for (int r = 0; r < o.out().rows(); r++) {
      int to = o.out().at() + r * units;
      Arrays.fill(x, to, to + units, 0);
      if (!join(o, x, r)) {
        x[o.out().valid() + r] = 0;
        continue;
      }
      x[o.out().valid() + r] = 1;
      int there = 0;
      for (int m = 0; m < o.in().size(); m++) {
        Buffer in = o.in().get(m);
        if (x[in.valid() + r] != 0) {
          int row = in.at() + r * in.size();
          int gate = o.gate() + there * units;
          int value = o.value() + there * units;
          int joint = o.gates().get(m).in();
          kernels.matmul(o.gates().get(m), 1, x, o.joint(), joint, x, gate, units);
          kernels.matmul(o.values().get(m), 1, x, row, in.size(), x, value, units);
          kernels.tanh(x, value, units);
          there++;
        }
      }
      softmaxOverStreams(x, o.gate(), there, units, kernels);
      for (int m = 0; m < there; m++) {
        kernels.addProduct(x, o.gate() + m * units, x, o.value() + m * units, x, to, units);
      }
    }
  }

  /** All streams' rows side by side, then which of them are valid; whether one is. */
  private static boolean join(Op.Gated o, float[] x, int r) {
    int at = o.joint();
    for (int m = 0; m < o.in().size(); m++) {
      Buffer in = o.in().get(m);
      System.arraycopy(x, in.at() + r * in.size(), x, at, in.size());
      at += in.size();
    }
    boolean any = false;
    for (int m = 0; m < o.in().size(); m++) {
      x[at + m] = x[o.in().get(m).valid() + r];
      any |= x[at + m] != 0;
    }
    return any;
  }

  private static void softmaxOverStreams(
      float[] x, int at, int streams, int units, Kernels kernels) {
    for (int i = 0; i < units; i++) {
      float most = x[at + i];
      for (int m = 1; m < streams; m++) {
        most = Math.max(most, x[at + m * units + i]);
      }
      for (int m = 0; m < streams; m++) {
        x[at + m * units + i] -= most;
      }
    }
    kernels.exp(x, at, streams * units);
    for (int i = 0; i < units; i++) {
      float sum = 0;
      for (int m = 0; m < streams; m++) {
        sum += x[at + m * units + i];
      }
      for (int m = 0; m < streams; m++) {
        x[at + m * units + i] /= sum;
      }
    }
  }

  static void lowRank(Op.LowRank o, Kernels kernels, float[] x) {
    int units = o.out().size();
    int all = o.weights().length * units;
    for (int r = 0; r < o.out().rows(); r++) {
      int to = o.out().at() + r * units;
      boolean any = false;
      Arrays.fill(x, o.product(), o.product() + all, 1);
      for (int m = 0; m < o.in().size(); m++) {
        Buffer in = o.in().get(m);
        if (x[in.valid() + r] != 0) {
          int row = in.at() + r * in.size();
          kernels.matmul(o.factors().get(m), 1, x, row, in.size(), x, o.factor(), all);
          for (int i = 0; i < all; i++) {
            x[o.product() + i] *= x[o.factor() + i];
          }
          any = true;
        }
      }
      x[o.out().valid() + r] = any ? 1 : 0;
      System.arraycopy(o.bias(), 0, x, to, units);
      for (int rank = 0; rank < o.weights().length; rank++) {
        for (int i = 0; i < units; i++) {
          x[to + i] += o.weights()[rank] * x[o.product() + rank * units + i];
        }
      }
    }
    o.out().mask(x);
  }
}
