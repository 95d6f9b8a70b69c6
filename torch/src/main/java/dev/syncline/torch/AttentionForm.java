package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Exchange;
import dev.syncline.spec.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Causal attention in the parallel form, of streams to streams. Keys of a source lie in the order:
 * those that were kept, the newest before the piece, the piece. Where a stream attends to itself,
 * nothing is kept and the piece is much longer than the span, its queries are taken a part at a
 * time, so that memory grows with rows × span.
 */
final class AttentionForm {
  private static final int LEAST_PART = 256;

  private final LayerPiece own;
  private final Attention layer;
  private final Span span;

  AttentionForm(LayerPiece own, Attention layer) {
    this.own = own;
    this.layer = layer;
    this.span = layer.span();
  }

  /**
   * A source's keys, values and validity with what was remembered, and how its rows are timed.
   *
   * @param first of the keys behind those that were kept, the row counted from the piece's first
   */
  private record Source(
      String name, Tensor keys, Tensor values, Tensor there, Clock clock, int first) {
    /** The keys from one to another; only where none were kept. */
    Source part(int from, int to) {
      return new Source(
          name,
          keys.narrow(1, from, to - from),
          values.narrow(1, from, to - from),
          there.narrow(1, from, to - from),
          clock,
          first + from);
    }
  }

  /**
   * How the rows of a stream are timed.
   *
   * @param starts index in the stream of the piece's first row, for each stream of the batch
   * @param rows of the piece
   * @param unit steps of the shared clock that a row lasts
   */
  record Clock(long[] starts, int rows, int unit) {}

  /** One stream to itself. */
  Rows rows(Rows x) {
    int rows = (int) x.rows();
    Clock clock = clock(x, own.node().input().rows(), own.node().input().rows());
    Tensor q = queries(x, clock);
    String name = own.node().in().keySet().iterator().next();
    Source source = source(name, "", x, clock);
    int part = span.kept() > 0 ? rows : Math.max(span.recent(), LEAST_PART);
    TensorVector mixed = new TensorVector();
    for (int from = 0; from < rows; from += part) {
      int n = Math.min(part, rows - from);
      // Key 0 is row first; the oldest that is seen is row from + 1 - recent.
      int oldest = Math.max(0, from + 1 - span.recent() - source.first());
      Source seen = n == rows ? source : source.part(oldest, from + n - source.first());
      mixed.push_back(mix(name, q.narrow(1, from, n), List.of(seen), clock, from));
    }
    return x.with(own.project("o", cat(mixed, 1)));
  }

  /** Streams to streams; {@code perTick} are the rows a tick of all of them. */
  Map<String, Rows> rows(
      Exchange.Attending layer, Map<String, Rows> in, Map<String, Integer> perTick) {
    List<String> asking = layer.queries(in.keySet());
    List<String> looked = layer.sources(in.keySet());
    int shared =
        Exchange.clock(Stream.of(asking, looked).flatMap(List::stream).map(perTick::get).toList());
    List<Source> sources = new ArrayList<>();
    for (String name : looked) {
      Clock clock = clock(in.get(name), perTick.get(name), shared);
      sources.add(source(name, name + ".", in.get(name), clock));
    }
    Map<String, Rows> out = new LinkedHashMap<>();
    for (String name : asking) {
      Rows x = in.get(name);
      Clock clock = clock(x, perTick.get(name), shared);
      Tensor found = own.project("o", mix(name, queries(x, clock), sources, clock, 0));
      out.put(name, x.with(layer.residual() ? found.add(x.values()) : found));
    }
    return out;
  }

  private Clock clock(Rows x, int perTick, int shared) {
    return new Clock(own.before().starts(perTick), (int) x.rows(), shared / perTick);
  }

  private Tensor queries(Rows x, Clock clock) {
    Tensor q = own.project("q", x.values());
    return turned(q, layer.heads(), clock);
  }

  private Source source(String name, String prefix, Rows x, Clock clock) {
    Tensor k = turned(own.project("k", x.values()), layer.groups(), clock);
    Tensor v = own.project("v", x.values());
    Tensor valid =
        x.valid() == null
            ? Tensors.placed(ones(x.batch(), x.rows()))
            : x.valid().toType(ScalarType.Float);
    Tensor there = remembered(prefix, "valid", valid.unsqueeze(2), clock);
    Tensor keys = remembered(prefix, "k", new Rows(k, x.valid()).masked().values(), clock);
    Tensor values = remembered(prefix, "v", new Rows(v, x.valid()).masked().values(), clock);
    if (span.kept() > 0) {
      Tensor places = Sight.placesAfter(span, clock, filled(clock)).unsqueeze(2);
      Tensor rows = sums(there, 1, places);
      keep(prefix, "valid", rows);
      rows = rows.clamp_min(new Scalar(1f));
      keep(prefix, "k", sums(keys.mul(there), 1, places).div(rows));
      keep(prefix, "v", sums(values.mul(there), 1, places).div(rows));
    }
    return new Source(name, keys, values, there, clock, -filled(clock));
  }

  private void keep(String prefix, String part, Tensor places) {
    own.remember(prefix + "kept_" + part, places.narrow(1, 0, span.kept()));
  }

  /** How many rows before the piece are remembered by the stream that is oldest. */
  private int filled(Clock clock) {
    return (int) Math.min(span.recent(), Arrays.stream(clock.starts()).max().orElse(0));
  }

  /** What was remembered with the piece's rows behind it; the state after the piece is set. */
  private Tensor remembered(String prefix, String part, Tensor rows, Clock clock) {
    int filled = filled(clock);
    Tensor past = own.past(prefix + part);
    Tensor all = cat(Graph.pair(past.narrow(1, span.recent() - filled, filled), rows), 1);
    long more = all.size(1) - span.recent();
    own.remember(
        prefix + part,
        () ->
            more >= 0
                ? all.narrow(1, more, span.recent())
                : cat(Graph.pair(past.narrow(1, 0, -more).mul(new Scalar(0f)), all), 1));
    if (span.kept() == 0) {
      return all;
    }
    return cat(Graph.pair(own.past(prefix + "kept_" + part), all), 1);
  }

  /**
   * What queries {@code [batch, n, width]} of a stream, the first of them row {@code from} of the
   * piece, find in all sources; zero where there is nothing to see.
   */
  private Tensor mix(String asking, Tensor q, List<Source> sources, Clock clock, int from) {
    Tensor queries = heads(q, layer.heads());
    TensorVector scores = new TensorVector();
    TensorVector visible = new TensorVector();
    TensorVector values = new TensorVector();
    List<Sight> sights = new ArrayList<>();
    for (Source source : sources) {
      Sight sight =
          Sight.of(
              span,
              clock,
              from,
              (int) q.size(1),
              source.clock(),
              source.first(),
              (int) source.keys().size(1));
      sights.add(sight);
      Tensor there = source.there().squeeze(2).unsqueeze(1).gt(new Scalar(0.5f));
      visible.push_back(sight.mask().logical_and(there));
      scores.push_back(scores(queries, source, sight));
      values.push_back(grouped(source.values()));
    }
    Tensor seen = cat(visible, 2).unsqueeze(1);
    Tensor shares = softmax(where(seen, cat(scores, 3), new Scalar(Graph.LOWEST)), 3);
    Tensor weights = where(seen, shares, new Scalar(0f));
    own.observer().ifPresent(o -> show(o, asking, sources, sights, weights, clock, from));
    Tensor found = weights.matmul(cat(values, 2));
    return found.transpose(1, 2).reshape(q.size(0), q.size(1), q.size(2));
  }

  /** Tells an observer the weights {@code [batch, heads, queries, keys of all sources]}. */
  private void show(
      Consumer<Insight> to,
      String asking,
      List<Source> sources,
      List<Sight> sights,
      Tensor weights,
      Clock clock,
      int from) {
    Tensor mean = mean(weights, new long[] {1}, false, new ScalarTypeOptional());
    long at = 0;
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      long[][] keys = sights.get(i).keys();
      Tensor shares = mean.narrow(2, at, keys[0].length);
      at += keys[0].length;
      for (int b = 0; b < clock.starts().length; b++) {
        to.accept(
            new Insight.Attention(
                own.node().path(),
                b,
                clock.starts()[b] + from,
                asking,
                source.name(),
                keys[keys.length == 1 ? 0 : b].clone(),
                Tensors.table(shares.select(0, b))));
      }
    }
  }

  /** {@code [batch, heads, queries, keys]}. */
  private Tensor scores(Tensor queries, Source source, Sight sight) {
    Tensor scores = queries.matmul(grouped(source.keys()).transpose(2, 3));
    if (layer.position() instanceof Position.Relative r) {
      Tensor byDistance = queries.matmul(own.get("relative").t());
      long[] shape = {scores.size(0), layer.heads(), scores.size(2), scores.size(3)};
      Tensor index = sight.distances(r.most()).unsqueeze(1).expand(shape);
      scores = scores.add(gather(byDistance, 3, index));
    }
    scores = scores.mul(new Scalar(1 / Math.sqrt((double) queries.size(3))));
    if (layer.position() instanceof Position.Alibi) {
      Tensor distance = sight.distances(Integer.MAX_VALUE).toType(ScalarType.Float).unsqueeze(1);
      scores = scores.sub(distance.mul(Tensors.of(layer.slopes(), 1, layer.heads(), 1, 1)));
    }
    return span instanceof Span.Summaries ? summarised(scores, source, sight) : scores;
  }

  /**
   * Rows of one summary all get the mean of their scores, so that together they weigh as the
   * summary does and give the mean of their values; a summary from before the piece is a row that
   * weighs as many.
   */
  private Tensor summarised(Tensor scores, Source source, Sight sight) {
    Tensor rows = source.there().transpose(1, 2).unsqueeze(1);
    Tensor places = sight.places().unsqueeze(1);
    Tensor counts = sums(rows.expand(rows.size(0), 1, scores.size(2), rows.size(3)), 3, places);
    Tensor means = sums(scores.mul(rows), 3, places).div(counts.clamp_min(new Scalar(1f)));
    Tensor alike = gather(means, 3, places.expand_as(scores));
    Tensor kept = places.lt(new Scalar((float) span.kept()));
    return where(kept, alike, scores).add(rows.clamp_min(new Scalar(1f)).log());
  }

  /** Sums along a dimension of what goes to each of the kept places, and of what to none. */
  private Tensor sums(Tensor t, int dim, Tensor places) {
    long[] shape = t.sizes().vec().get();
    shape[dim] = span.kept() + 1L;
    Tensor none = Tensors.placed(zeros(shape));
    return none.scatter_add(dim, places.expand_as(t), t);
  }

  /** {@code [b, n, width]} to {@code [b, heads, n, depth]}. */
  private static Tensor heads(Tensor t, int heads) {
    return t.reshape(t.size(0), t.size(1), heads, t.size(2) / heads).transpose(1, 2);
  }

  /** Keys or values, each repeated for the heads that share it. */
  private Tensor grouped(Tensor t) {
    Tensor each = heads(t, layer.groups());
    return layer.groups() == layer.heads()
        ? each
        : each.repeat_interleave(
            layer.heads() / layer.groups(), new LongOptional(1), new LongOptional());
  }

  /** With rotary positions, each row turned by its time. */
  private Tensor turned(Tensor t, int heads, Clock clock) {
    if (!(layer.position() instanceof Position.Rope)) {
      return t;
    }
    int depth = (int) t.size(2) / heads;
    Tensor cos = Angles.table(clock, depth, Math::cos).unsqueeze(2);
    Tensor sin = Angles.table(clock, depth, Math::sin).unsqueeze(2);
    Tensor pairs = t.reshape(t.size(0), t.size(1), heads, depth);
    Tensor first = pairs.narrow(3, 0, depth / 2);
    Tensor second = pairs.narrow(3, depth / 2, depth / 2);
    TensorVector turned =
        Graph.pair(first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin)));
    return cat(turned, 3).reshape(t.size(0), t.size(1), t.size(2));
  }
}
