package dev.syncline.step;

import java.util.Arrays;

/** Attention of one tick's rows over what is cached, in the order of time. */
final class AttentionOperation {
  private AttentionOperation() {}

  static void run(Op.Attention o, Kernels kernels, float[] x, float[] s, long tick) {
    for (int i = 0; i < o.order().length; i += 3) {
      int stream = o.order()[i + 1];
      int r = o.order()[i + 2];
      if (o.order()[i] == 1) {
        cache(o, o.sources().get(stream), r, kernels, x, s, tick);
      } else {
        ask(o, o.asking().get(stream), r, kernels, x, s, tick);
      }
    }
    Panels out = o.weights().o();
    for (int a = 0; a < o.asking().size(); a++) {
      Op.Asking asking = o.asking().get(a);
      Buffer to = asking.out();
      kernels.matmul(out, to.rows(), x, asking.mixed(), to.size(), x, to.at(), to.size());
      if (o.residual()) {
        for (int i = 0; i < to.rows() * to.size(); i++) {
          x[to.at() + i] += x[asking.in().at() + i];
        }
      }
      to.mask(x);
    }
  }

  /** A row takes the place of the oldest of the newest rows, which may be kept elsewhere. */
  private static void cache(
      Op.Attention o, Op.Source source, int r, Kernels kernels, float[] x, float[] s, long tick) {
    Buffer rows = source.rows();
    long n = tick * rows.rows() + r;
    keep(o, source, s, n - o.layer().span().recent());
    int key = source.recent().keys().slot(n);
    int value = source.recent().values().slot(n);
    int width = source.recent().keys().part().width();
    boolean valid = x[rows.valid() + r] != 0;
    s[source.recent().valid().slot(n)] = valid ? 1 : 0;
    if (!valid) {
      Arrays.fill(s, key, key + width, 0);
      Arrays.fill(s, value, value + width, 0);
      return;
    }
    int row = rows.at() + r * rows.size();
    kernels.matmul(o.weights().k(), 1, x, row, rows.size(), s, key, width);
    kernels.matmul(o.weights().v(), 1, x, row, rows.size(), s, value, width);
    o.rope().turn(s, key, o.layer().groups(), time(n, source.unit()));
  }

  /** The step of the shared clock at which a row ends. */
  private static long time(long row, int unit) {
    return (row + 1) * unit - 1;
  }

  private static void keep(Op.Attention o, Op.Source source, float[] s, long m) {
    if (m < 0 || !o.layer().span().keeps(m)) {
      return;
    }
    long place = o.layer().span().keptBefore(m);
    move(source.recent().keys(), source.kept().keys(), s, m, place);
    move(source.recent().values(), source.kept().values(), s, m, place);
    move(source.recent().valid(), source.kept().valid(), s, m, place);
  }

  private static void move(Ring from, Ring to, float[] s, long m, long place) {
    System.arraycopy(s, from.slot(m), s, to.slot(place), from.part().width());
  }

  private static void ask(
      Op.Attention o, Op.Asking asking, int r, Kernels kernels, float[] x, float[] s, long tick) {
    Buffer in = asking.in();
    int width = in.size();
    int mixed = asking.mixed() + r * width;
    Arrays.fill(x, mixed, mixed + width, 0);
    if (x[in.valid() + r] == 0) {
      return;
    }
    long now = time(tick * in.rows() + r, asking.unit());
    int row = in.at() + r * width;
    kernels.matmul(o.weights().q(), 1, x, row, width, x, o.query(), width);
    o.rope().turn(x, o.query(), o.layer().heads(), now);
    for (int head = 0; head < o.layer().heads(); head++) {
      int count = 0;
      for (int i = 0; i < o.sources().size(); i++) {
        count = scores(o, head, o.sources().get(i), now, count, kernels, x, s);
      }
      kernels.softmax(x, o.scores(), count);
      count = 0;
      for (int i = 0; i < o.sources().size(); i++) {
        count = values(o, head, o.sources().get(i), now, count, mixed, x, s);
      }
    }
  }

  /** Scores of all valid rows of a source that are seen, behind those of the sources before. */
  private static int scores(
      Op.Attention o,
      int head,
      Op.Source source,
      long now,
      int before,
      Kernels kernels,
      float[] x,
      float[] s) {
    var span = o.layer().span();
    long n = (now + 1) / source.unit() - 1;
    int seen = span.seen(n);
    int count = before;
    for (int age = 0; age < seen; age++) {
      count = score(o, head, source, source.recent(), n - age, n - age, now, count, kernels, x, s);
    }
    long ever = span.keptBefore(span.gone(n));
    for (long i = Math.max(0, ever - span.kept()); i < ever; i++) {
      long m = span.keptRow(i);
      count = score(o, head, source, source.kept(), i, m, now, count, kernels, x, s);
    }
    return count;
  }

  /** The score of the cached row m, if it is valid; how many there are then. */
  private static int score(
      Op.Attention o,
      int head,
      Op.Source source,
      Op.Cache cache,
      long place,
      long m,
      long now,
      int count,
      Kernels kernels,
      float[] x,
      float[] s) {
    if (s[cache.valid().slot(place)] == 0) {
      return count;
    }
    int depth = o.depth();
    int query = o.query() + head * depth;
    int key = cache.keys().slot(place) + head * o.layer().groups() / o.layer().heads() * depth;
    long distance = now - time(m, source.unit());
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

  /** Adds the values of a source by their weights, in the order of the scores. */
  private static int values(
      Op.Attention o,
      int head,
      Op.Source source,
      long now,
      int before,
      int mixed,
      float[] x,
      float[] s) {
    var span = o.layer().span();
    long n = (now + 1) / source.unit() - 1;
    int seen = span.seen(n);
    int count = before;
    for (int age = 0; age < seen; age++) {
      count = add(o, head, source.recent(), n - age, count, mixed, x, s);
    }
    long ever = span.keptBefore(span.gone(n));
    for (long i = Math.max(0, ever - span.kept()); i < ever; i++) {
      count = add(o, head, source.kept(), i, count, mixed, x, s);
    }
    return count;
  }

  private static int add(
      Op.Attention o,
      int head,
      Op.Cache cache,
      long place,
      int count,
      int mixed,
      float[] x,
      float[] s) {
    if (s[cache.valid().slot(place)] == 0) {
      return count;
    }
    int depth = o.depth();
    float weight = x[o.scores() + count];
    int group = head * o.layer().groups() / o.layer().heads();
    int value = cache.values().slot(place) + group * depth;
    int to = mixed + head * depth;
    for (int i = 0; i < depth; i++) {
      x[to + i] += weight * s[value + i];
    }
    return count + 1;
  }
}
