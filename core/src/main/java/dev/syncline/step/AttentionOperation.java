package dev.syncline.step;

import java.util.Arrays;

/** Attention of one tick's rows over what is cached. */
final class AttentionOperation {
  private AttentionOperation() {}

  static void run(Op.Attention o, Kernels kernels, float[] x, float[] s, long tick) {
    int width = o.in().size();
    for (int r = 0; r < o.in().rows(); r++) {
      long n = tick * o.in().rows() + r;
      int row = o.in().at() + r * width;
      keep(o, s, n - o.span().recent());
      boolean valid = x[o.in().valid() + r] != 0;
      s[o.recent().valid().slot(n)] = valid ? 1 : 0;
      int key = o.recent().keys().slot(n);
      int value = o.recent().values().slot(n);
      int keyWidth = o.recent().keys().part().width();
      if (!valid) {
        Arrays.fill(s, key, key + keyWidth, 0);
        Arrays.fill(s, value, value + keyWidth, 0);
        continue;
      }
      kernels.matmul(o.weights().q(), 1, x, row, width, x, o.query(), width);
      kernels.matmul(o.weights().k(), 1, x, row, width, s, key, keyWidth);
      kernels.matmul(o.weights().v(), 1, x, row, width, s, value, keyWidth);
      o.rope().turn(x, o.query(), o.heads(), n);
      o.rope().turn(s, key, o.keyHeads(), n);
      Arrays.fill(x, o.mixed(), o.mixed() + width, 0);
      for (int head = 0; head < o.heads(); head++) {
        mix(o, head, kernels, x, s, n);
      }
      System.arraycopy(x, o.mixed(), x, o.out().at() + r * width, width);
    }
    // The output projection sees all rows at once; the rows gathered above are its input.
    System.arraycopy(x, o.out().at(), x, o.mixed(), o.in().rows() * width);
    kernels.matmul(o.weights().o(), o.in().rows(), x, o.mixed(), width, x, o.out().at(), width);
    o.out().mask(x);
  }

  /** Row m leaves the newest rows: its place is about to be taken. */
  private static void keep(Op.Attention o, float[] s, long m) {
    if (m < 0 || !o.span().keeps(m)) {
      return;
    }
    long place = o.span().keptBefore(m);
    move(o.recent().keys(), o.kept().keys(), s, m, place);
    move(o.recent().values(), o.kept().values(), s, m, place);
    move(o.recent().valid(), o.kept().valid(), s, m, place);
  }

  private static void move(Ring from, Ring to, float[] s, long m, long place) {
    System.arraycopy(s, from.slot(m), s, to.slot(place), from.part().width());
  }

  /** One head of one query against all valid rows that it sees. */
  private static void mix(Op.Attention o, int head, Kernels kernels, float[] x, float[] s, long n) {
    int seen = o.span().seen(n);
    long everKept = o.span().keptBefore(o.span().gone(n));
    long firstKept = Math.max(0, everKept - o.span().kept());
    int count = 0;
    for (int age = 0; age < seen; age++) {
      count = score(o, head, o.recent(), n - age, age, count, kernels, x, s);
    }
    for (long i = firstKept; i < everKept; i++) {
      count = score(o, head, o.kept(), i, n - o.span().keptRow(i), count, kernels, x, s);
    }
    kernels.softmax(x, o.scores(), count);
    count = 0;
    for (int age = 0; age < seen; age++) {
      count = add(o, head, o.recent(), n - age, count, x, s);
    }
    for (long i = firstKept; i < everKept; i++) {
      count = add(o, head, o.kept(), i, count, x, s);
    }
  }

  /** The score of a cached row, if it is valid; how many there are then. */
  private static int score(
      Op.Attention o,
      int head,
      Op.Cache cache,
      long row,
      long distance,
      int count,
      Kernels kernels,
      float[] x,
      float[] s) {
    if (s[cache.valid().slot(row)] == 0) {
      return count;
    }
    int depth = o.in().size() / o.heads();
    int query = o.query() + head * depth;
    int key = cache.keys().slot(row) + head * o.keyHeads() / o.heads() * depth;
    float score = kernels.dot(x, query, s, key, depth);
    if (o.relative().length > 0) {
      int most = o.relative().length / depth - 1;
      int vector = (int) Math.min(distance, most) * depth;
      score += kernels.dot(x, query, o.relative(), vector, depth);
    }
    score *= (float) (1 / Math.sqrt(depth));
    if (o.slopes().length > 0) {
      score -= o.slopes()[head] * distance;
    }
    x[o.scores() + count] = score;
    return count + 1;
  }

  /** Adds a cached row's value by its weight. */
  private static int add(
      Op.Attention o, int head, Op.Cache cache, long row, int count, float[] x, float[] s) {
    if (s[cache.valid().slot(row)] == 0) {
      return count;
    }
    int depth = o.in().size() / o.heads();
    float weight = x[o.scores() + count];
    int value = cache.values().slot(row) + head * o.keyHeads() / o.heads() * depth;
    int to = o.mixed() + head * depth;
    for (int i = 0; i < depth; i++) {
      x[to + i] += weight * s[value + i];
    }
    return count + 1;
  }
}
