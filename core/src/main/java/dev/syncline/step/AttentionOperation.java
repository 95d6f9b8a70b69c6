package dev.syncline.step;

import java.util.Arrays;

/** Attention of one tick's rows over what is cached, in the order of time. */
final class AttentionOperation {
  /**
   * Stretches of the newest rows that are read side by side, all heads of a row of each before the
   * next ones: a memory serves four sequential streams faster than one.
   */
  private static final int STREAMS = 4;

  private AttentionOperation() {}

  static void run(Op.Attention o, Kernels kernels, Lane[] lanes, int n) {
    for (int i = 0; i < o.order().length; i += 3) {
      int stream = o.order()[i + 1];
      int r = o.order()[i + 2];
      if (o.order()[i] == 1) {
        cache(o, o.sources().get(stream), r, kernels, lanes, n);
      } else {
        ask(o, o.asking().get(stream), r, kernels, lanes, n);
      }
    }
    for (int a = 0; a < o.asking().size(); a++) {
      Op.Asking asking = o.asking().get(a);
      Buffer to = asking.out();
      int size = to.size();
      kernels.matmul(o.weights().o(), lanes, n, to.rows(), asking.mixed(), size, to.at(), size);
      for (int i = 0; i < n; i++) {
        finish(o, asking, kernels, lanes[i].x);
      }
    }
  }

  private static void finish(Op.Attention o, Op.Asking asking, Kernels kernels, float[] x) {
    Buffer to = asking.out();
    if (o.residual()) {
      kernels.add(x, asking.in().at(), x, to.at(), to.rows() * to.size());
    }
    to.mask(x);
  }

  /** Keys and values of a row of each stream. */
  private static void cache(
      Op.Attention o, Op.Source source, int r, Kernels kernels, Lane[] lanes, int n) {
    int row = source.rows().at() + r * source.rows().size();
    int width = source.recent().keys().part().width();
    if (Lane.any(lanes, n, source.rows().valid() + r)) {
      kernels.matmul(o.weights().k(), lanes, n, 1, row, 0, o.key(), 0);
      kernels.matmul(o.weights().v(), lanes, n, 1, row, 0, o.key() + width, 0);
    }
    for (int i = 0; i < n; i++) {
      cache(o, source, r, lanes[i].x, lanes[i].s, lanes[i].tick);
    }
  }

  /** A row takes the place of the oldest of the newest rows, which may be kept elsewhere. */
  private static void cache(
      Op.Attention o, Op.Source source, int r, float[] x, float[] s, long tick) {
    Buffer rows = source.rows();
    var span = o.layer().span();
    long n = tick * rows.rows() + r;
    int place = span.place(n, n);
    if (n >= span.recent()) {
      keep(o, source, s, n, n - span.recent(), place);
    }
    int key = source.key(place);
    int value = source.value(place);
    int width = source.recent().keys().part().width();
    boolean valid = x[rows.valid() + r] != 0;
    s[source.valid(place)] = valid ? 1 : 0;
    if (!valid) {
      Arrays.fill(s, key, key + width, 0);
      Arrays.fill(s, value, value + width, 0);
      return;
    }
    System.arraycopy(x, o.key(), s, key, width);
    System.arraycopy(x, o.key() + width, s, value, width);
    o.rope().turn(s, key, o.layer().groups(), time(n, source.unit()));
  }

  /** The step of the shared clock at which a row ends. */
  private static long time(long row, int unit) {
    return (row + 1) * unit - 1;
  }

  /**
   * What lies at {@code from}, row m or a summary with it, joins the place of row m once row n has
   * come. Where other rows lay there, they leave before it by the same rule.
   */
  private static void keep(Op.Attention o, Op.Source source, float[] s, long n, long m, int from) {
    var span = o.layer().span();
    int to = span.place(n, m);
    if (to < 0) {
      return;
    }
    int width = source.recent().keys().part().width();
    long old = span.row(n - 1, to);
    if (old >= 0 && span.place(n, old) != to) {
      keep(o, source, s, n, old, to);
      s[source.valid(to)] = 0;
      Arrays.fill(s, source.key(to), source.key(to) + width, 0);
      Arrays.fill(s, source.value(to), source.value(to) + width, 0);
    }
    float more = s[source.valid(from)];
    if (more > 0) {
      float all = s[source.valid(to)] + more;
      s[source.valid(to)] = all;
      approach(s, source.key(to), source.key(from), width, more / all);
      approach(s, source.value(to), source.value(from), width, more / all);
    }
  }

  /** Moves a mean towards another by its share of both. */
  private static void approach(float[] s, int mean, int other, int width, float share) {
    for (int i = 0; i < width; i++) {
      s[mean + i] += share * (s[other + i] - s[mean + i]);
    }
  }

  private static void ask(
      Op.Attention o, Op.Asking asking, int r, Kernels kernels, Lane[] lanes, int n) {
    int row = asking.in().at() + r * asking.in().size();
    if (Lane.any(lanes, n, asking.in().valid() + r)) {
      kernels.matmul(o.weights().q(), lanes, n, 1, row, 0, o.query(), 0);
    }
    for (int i = 0; i < n; i++) {
      ask(o, asking, r, kernels, lanes[i].x, lanes[i].s, lanes[i].tick);
    }
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
    o.rope().turn(x, o.query(), o.layer().heads(), now);
    int count = 0;
    for (int i = 0; i < o.sources().size(); i++) {
      count = look(o, o.sources().get(i), now, count, x, s);
    }
    for (int i = 0; i < count; i += STREAMS) {
      dots(o, i, Math.min(STREAMS, count - i), kernels, x, s);
    }
    for (int head = 0; count > 0 && head < o.layer().heads(); head++) {
      score(o, head, count, kernels, x);
      kernels.softmax(x, o.scores(head), count);
    }
    for (int i = 0; i < count; i += STREAMS) {
      mix(o, i, Math.min(STREAMS, count - i), mixed, kernels, x, s);
    }
  }

  /** Scalar products of all heads with some of what is seen. */
  private static void dots(
      Op.Attention o, int from, int count, Kernels kernels, float[] x, float[] s) {
    int depth = o.depth();
    int places = o.seen(from);
    for (int head = 0; head < o.layer().heads(); head++) {
      int query = o.query() + head * depth;
      int to = o.scores(head) + from;
      kernels.dots(x, query, depth, s, places, Op.Attention.NOTED, o.group(head), count, to);
    }
  }

  /** Adds some of what is seen to the mixtures of all heads. */
  private static void mix(
      Op.Attention o, int from, int count, int mixed, Kernels kernels, float[] x, float[] s) {
    int depth = o.depth();
    int places = o.seen(from) + 1;
    for (int head = 0; head < o.layer().heads(); head++) {
      int weights = o.scores(head) + from;
      int to = mixed + head * depth;
      kernels.mix(x, weights, depth, s, places, Op.Attention.NOTED, o.group(head), count, to);
    }
  }

  /**
   * Notes all places of a source that are seen and hold valid rows, behind those before: of the
   * newest rows the first of each stretch, then the second of each, and so on.
   */
  private static int look(
      Op.Attention o, Op.Source source, long now, int before, float[] x, float[] s) {
    var span = o.layer().span();
    long n = (now + 1) / source.unit() - 1;
    int seen = span.seen(n);
    int stretch = seen / STREAMS;
    int count = before;
    long oldest = n - seen + 1;
    int first = span.place(n, oldest);
    for (int i = 0; i < seen; i++) {
      int later = i < STREAMS * stretch ? i % STREAMS * stretch + i / STREAMS : i;
      int place = first + later;
      place -= place < span.recent() ? 0 : span.recent();
      count = see(o, source, place, oldest + later, now, count, x, s);
    }
    for (int place = span.recent(); place < span.places(); place++) {
      count = see(o, source, place, span.row(n, place), now, count, x, s);
    }
    return count;
  }

  /**
   * Notes where key and value lie (by its bits: a float counts to 2^24), the logarithm of the rows
   * that they stand for, which is added to the score, and the distance.
   */
  private static int see(
      Op.Attention o,
      Op.Source source,
      int place,
      long m,
      long now,
      int count,
      float[] x,
      float[] s) {
    float rows = s[source.valid(place)];
    if (rows == 0) {
      return count;
    }
    int at = o.seen(count);
    x[at] = Float.intBitsToFloat(source.key(place));
    x[at + 1] = Float.intBitsToFloat(source.value(place));
    x[at + 2] = rows == 1 ? 0 : (float) StrictMath.log(rows);
    x[at + 3] = now - time(m, source.unit());
    return count + 1;
  }

  /** A head's scores from its scalar products. */
  private static void score(Op.Attention o, int head, int count, Kernels kernels, float[] x) {
    int depth = o.depth();
    int query = o.query() + head * depth;
    int most = o.relative().length / depth - 1;
    float scale = (float) (1 / Math.sqrt(depth));
    for (int i = 0; i < count; i++) {
      int at = o.seen(i);
      float distance = x[at + 3];
      float score = x[o.scores(head) + i];
      if (most >= 0) {
        int vector = depth * (int) Math.min(distance, most);
        score += kernels.dot(x, query, o.relative(), vector, depth);
      }
      score *= scale;
      if (o.slopes().length > 0) {
        score -= o.slopes()[head] * distance;
      }
      x[o.scores(head) + i] = score + x[at + 2];
    }
  }
}
