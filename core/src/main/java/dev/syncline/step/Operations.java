package dev.syncline.step;

import dev.syncline.json.InputException;
import dev.syncline.spec.Layer.Pooling;
import java.util.Arrays;

/**
 * Runs operations on the streams of a step. {@code x} is a scratch, {@code s} a slab; nothing is
 * allocated.
 */
final class Operations {
  private Operations() {}

  static void run(Op.Joint op, Kernels kernels, Lane[] lanes, int n) {
    switch (op) {
      case Op.MatMul o -> matmul(o, kernels, lanes, n);
      case Op.Conv1d o -> conv1d(o, kernels, lanes, n);
      case Op.Rnn o -> RecurrentOperations.rnn(o, kernels, lanes, n);
      case Op.Gru o -> RecurrentOperations.gru(o, kernels, lanes, n);
      case Op.Lstm o -> RecurrentOperations.lstm(o, kernels, lanes, n);
      case Op.LinearRecurrence o -> RecurrentOperations.linear(o, kernels, lanes, n);
      case Op.Attention o -> AttentionOperation.run(o, kernels, lanes, n);
    }
  }

  static void run(Op.Single op, Kernels kernels, float[] x, float[] s, long tick) {
    switch (op) {
      case Op.Apply o -> {
        int n = o.in().rows() * o.in().size();
        kernels.apply(o.function(), x, o.in().at(), x, o.out().at(), n);
        o.out().mask(x);
      }
      case Op.LayerNorm o -> layerNorm(o, kernels, x);
      case Op.RmsNorm o -> rmsNorm(o, kernels, x);
      case Op.Embed o -> embed(o, x);
      case Op.Standardize o -> standardize(o, x);
      case Op.Absent o -> absent(o, x);
      case Op.DepthwiseConv1d o -> depthwiseConv1d(o, kernels, x, s, tick);
      case Op.PoolRows o -> poolRows(o, kernels, x);
      case Op.Conv2d o -> ImageOperations.conv2d(o, kernels, x);
      case Op.DepthwiseConv2d o -> ImageOperations.depthwiseConv2d(o, kernels, x);
      case Op.Pool2d o -> ImageOperations.pool2d(o, kernels, x);
      case Op.GlobalPool o -> ImageOperations.globalPool(o, kernels, x);
      case Op.GraphAttention o -> GraphOperation.run(o, kernels, x, s, tick);
      case Op.Memory o -> MemoryOperation.run(o, kernels, x, s, tick);
      case Op.Chain o -> ChainOperation.run(o, kernels, x, s, tick);
      case Op.Sinusoids o -> PositionOperations.sinusoids(o, x, tick);
      case Op.LearnedPositions o -> PositionOperations.learned(o, x, tick);
      case Op.Add o -> add(o, kernels, x);
      case Op.Concat o -> FusionOperations.concat(o, x);
      case Op.Combine o -> FusionOperations.combine(o, x);
      case Op.Gated o -> FusionOperations.gated(o, kernels, x);
      case Op.LowRank o -> FusionOperations.lowRank(o, kernels, x);
    }
  }

  private static void matmul(Op.MatMul o, Kernels kernels, Lane[] lanes, int n) {
    Buffer in = o.in();
    Buffer out = o.out();
    kernels.matmul(o.weight(), lanes, n, in.rows(), in.at(), in.size(), out.at(), out.size());
    for (int i = 0; i < n; i++) {
      out.mask(lanes[i].x);
    }
  }

  private static void layerNorm(Op.LayerNorm o, Kernels kernels, float[] x) {
    int size = o.in().size();
    int width = o.weight().length;
    for (int r = 0; r < o.in().rows(); r++) {
      int from = o.in().at() + r * size;
      int to = o.out().at() + r * size;
      float mean = kernels.sum(x, from, size) / size;
      float squares = kernels.squares(x, from, size, mean);
      float scale = (float) (1 / Math.sqrt(squares / size + o.epsilon()));
      for (int i = 0; i < size; i += width) {
        kernels.normalize(x, from + i, mean, scale, o.weight(), o.bias(), to + i);
      }
    }
    o.out().mask(x);
  }

  private static void rmsNorm(Op.RmsNorm o, Kernels kernels, float[] x) {
    int width = o.in().size();
    for (int r = 0; r < o.in().rows(); r++) {
      int from = o.in().at() + r * width;
      int to = o.out().at() + r * width;
      float squares = kernels.dot(x, from, x, from, width);
      float scale = (float) (1 / Math.sqrt(squares / width + o.epsilon()));
      for (int c = 0; c < width; c++) {
        x[to + c] = x[from + c] * scale * o.weight()[c];
      }
    }
  }

  private static void embed(Op.Embed o, float[] x) {
    int width = o.out().size();
    for (int r = 0; r < o.in().rows(); r++) {
      if (x[o.in().valid() + r] != 0) {
        float id = x[o.in().at() + r];
        if (!(id >= 0 && id < o.count()) || id != Math.rint(id)) {
          throw new InputException(
              o.path()
                  + ": a row holds "
                  + id
                  + ", the embedding knows whole numbers from 0 to "
                  + (o.count() - 1));
        }
        int row = (int) id;
        System.arraycopy(o.table(), row * width, x, o.out().at() + r * width, width);
      }
    }
    o.out().mask(x);
  }

  private static void standardize(Op.Standardize o, float[] x) {
    int width = o.in().size();
    for (int r = 0; r < o.in().rows(); r++) {
      for (int c = 0; c < width; c++) {
        float v = (x[o.in().at() + r * width + c] - o.mean()[c]) / o.deviation()[c];
        x[o.out().at() + r * width + c] = Math.min(o.clip(), Math.max(-o.clip(), v));
      }
    }
    o.out().mask(x);
  }

  private static void absent(Op.Absent o, float[] x) {
    int width = o.in().size();
    for (int r = 0; r < o.in().rows(); r++) {
      boolean here = x[o.in().valid() + r] != 0;
      int to = o.out().at() + r * width;
      System.arraycopy(here ? x : o.vector(), here ? o.in().at() + r * width : 0, x, to, width);
      x[o.out().valid() + r] = 1;
    }
  }

  private static void conv1d(Op.Conv1d o, Kernels kernels, Lane[] lanes, int n) {
    if (n == 1) {
      conv1d(o, kernels, lanes[0]);
    }
    Taps taps = o.taps();
    Buffer out = o.out();
    for (int r = 0; n > 1 && r < taps.in().rows(); r++) {
      if ((r + 1) % o.stride() == 0) {
        int to = out.at() + r / o.stride() * out.size();
        kernels.matmul(o.weight(), taps, r, lanes, n, o.patch(), to);
      }
      for (int i = 0; i < n; i++) {
        taps.remember(lanes[i].x, lanes[i].s, lanes[i].tick, r);
      }
    }
    for (int i = 0; i < n; i++) {
      anyValid(taps.in(), out, o.stride(), lanes[i].x);
      out.mask(lanes[i].x);
    }
  }

  /** One stream: all its rows at once. */
  private static void conv1d(Op.Conv1d o, Kernels kernels, Lane lane) {
    Taps taps = o.taps();
    Buffer out = o.out();
    int size = taps.kernel() * taps.in().size();
    for (int r = 0; r < taps.in().rows(); r++) {
      if ((r + 1) % o.stride() == 0) {
        taps.gather(lane.x, lane.s, lane.tick, r, o.patch() + r / o.stride() * size);
      }
      taps.remember(lane.x, lane.s, lane.tick, r);
    }
    kernels.matmul(o.weight(), out.rows(), lane.x, o.patch(), size, lane.x, out.at(), out.size());
  }

  private static void depthwiseConv1d(
      Op.DepthwiseConv1d o, Kernels kernels, float[] x, float[] s, long tick) {
    Taps taps = o.taps();
    int width = taps.in().size();
    for (int r = 0; r < taps.in().rows(); r++) {
      if ((r + 1) % o.stride() == 0) {
        int to = o.out().at() + r / o.stride() * width;
        System.arraycopy(o.bias(), 0, x, to, width);
        for (int age = 0; age < taps.kernel(); age++) {
          int weight = (taps.kernel() - 1 - age) * width;
          int from = taps.at(tick, r, age);
          kernels.addProduct(taps.array(age, x, s), from, o.weight(), weight, x, to, width);
        }
      }
      taps.remember(x, s, tick, r);
    }
    anyValid(taps.in(), o.out(), o.stride(), x);
    o.out().mask(x);
  }

  /** A row enters a ring; null where a layer needs no memory. */
  static void remember(Ring ring, long n, float[] x, int from, float[] s) {
    if (ring != null) {
      System.arraycopy(x, from, s, ring.slot(n), ring.part().width());
    }
  }

  private static void anyValid(Buffer in, Buffer out, int rows, float[] x) {
    for (int j = 0; j < out.rows(); j++) {
      float any = 0;
      for (int r = j * rows; r < (j + 1) * rows; r++) {
        any = Math.max(any, x[in.valid() + r]);
      }
      x[out.valid() + j] = any;
    }
  }

  private static void poolRows(Op.PoolRows o, Kernels kernels, float[] x) {
    int width = o.in().size();
    anyValid(o.in(), o.out(), o.rows(), x);
    for (int j = 0; j < o.out().rows(); j++) {
      int to = o.out().at() + j * width;
      int count = 0;
      Arrays.fill(x, to, to + width, 0);
      for (int r = j * o.rows(); r < (j + 1) * o.rows(); r++) {
        if (x[o.in().valid() + r] != 0) {
          accumulate(o.pooling(), count == 0, kernels, x, o.in().at() + r * width, to, width);
          count++;
        }
      }
      if (o.pooling() == Pooling.MEAN && count > 0) {
        scale(x, to, width, 1f / count);
      }
    }
  }

  /** Adds a row to a sum or takes its maximum; the first one is copied. */
  static void accumulate(
      Pooling pooling, boolean first, Kernels kernels, float[] x, int from, int to, int n) {
    if (first) {
      System.arraycopy(x, from, x, to, n);
    } else if (pooling == Pooling.MEAN) {
      kernels.add(x, from, x, to, n);
    } else {
      kernels.max(x, from, x, to, n);
    }
  }

  static void scale(float[] x, int at, int n, float by) {
    for (int i = at; i < at + n; i++) {
      x[i] *= by;
    }
  }

  private static void add(Op.Add o, Kernels kernels, float[] x) {
    int n = o.x().rows() * o.x().size();
    System.arraycopy(x, o.x().at(), x, o.out().at(), n);
    kernels.add(x, o.inner().at(), x, o.out().at(), n);
    for (int r = 0; r < o.x().rows(); r++) {
      x[o.out().valid() + r] = x[o.x().valid() + r] * x[o.inner().valid() + r];
    }
    o.out().mask(x);
  }
}
