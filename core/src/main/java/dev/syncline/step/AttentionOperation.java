package dev.syncline.step;

import java.util.Arrays;

/** Attention of one tick's rows over the ring cache. */
final class AttentionOperation {
  private AttentionOperation() {}

  static void run(Op.Attention o, Kernels kernels, float[] x, float[] s, long tick) {
    int width = o.in().size();
    for (int r = 0; r < o.in().rows(); r++) {
      long n = tick * o.in().rows() + r;
      int row = o.in().at() + r * width;
      boolean valid = x[o.in().valid() + r] != 0;
      s[o.valid().slot(n)] = valid ? 1 : 0;
      int key = o.keys().slot(n);
      int value = o.values().slot(n);
      if (!valid) {
        Arrays.fill(s, key, key + width, 0);
        Arrays.fill(s, value, value + width, 0);
        continue;
      }
      kernels.matmul(o.q(), 1, x, row, width, x, o.query(), width);
      kernels.matmul(o.k(), 1, x, row, width, s, key, width);
      kernels.matmul(o.v(), 1, x, row, width, s, value, width);
      o.rope().turn(x, o.query(), o.heads(), n);
      o.rope().turn(s, key, o.heads(), n);
      mix(o, kernels, x, s, n);
      System.arraycopy(x, o.mixed(), x, o.out().at() + r * width, width);
    }
    // The output projection sees all rows at once; the rows gathered above are its input.
    System.arraycopy(x, o.out().at(), x, o.mixed(), o.in().rows() * width);
    kernels.matmul(o.o(), o.in().rows(), x, o.mixed(), width, x, o.out().at(), width);
    o.out().mask(x);
  }

  /** One query against the valid rows of the window. */
  private static void mix(Op.Attention o, Kernels kernels, float[] x, float[] s, long n) {
    int width = o.in().size();
    int depth = width / o.heads();
    int seen = (int) Math.min(o.window(), n + 1);
    float scale = (float) (1 / Math.sqrt(depth));
    Arrays.fill(x, o.mixed(), o.mixed() + width, 0);
    for (int head = 0; head < o.heads(); head++) {
      int part = head * depth;
      int count = 0;
      for (int age = 0; age < seen; age++) {
        if (s[o.valid().slot(n - age)] != 0) {
          x[o.scores() + count++] =
              scale * kernels.dot(x, o.query() + part, s, o.keys().slot(n - age) + part, depth);
        }
      }
      kernels.softmax(x, o.scores(), count);
      count = 0;
      for (int age = 0; age < seen; age++) {
        if (s[o.valid().slot(n - age)] != 0) {
          float weight = x[o.scores() + count++];
          int value = o.values().slot(n - age) + part;
          for (int i = 0; i < depth; i++) {
            x[o.mixed() + part + i] += weight * s[value + i];
          }
        }
      }
    }
  }
}
