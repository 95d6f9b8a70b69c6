package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Node;
import dev.syncline.spec.Span;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * Causal attention in the parallel form. Keys lie in the order: those that were kept, the newest
 * before the piece, the piece. Where nothing is kept and the piece is much longer than the span,
 * its queries are taken a part at a time, so that memory grows with rows × span.
 */
final class AttentionForm {
  private static final int LEAST_PART = 256;

  private final Node node;
  private final Attention layer;
  private final Span span;
  private final Map<String, Tensor> parameters;
  private final State before;
  private final Map<String, Tensor> after;

  AttentionForm(
      Node node,
      Attention layer,
      Map<String, Tensor> parameters,
      State before,
      Map<String, Tensor> after) {
    this.node = node;
    this.layer = layer;
    this.span = layer.span();
    this.parameters = parameters;
    this.before = before;
    this.after = after;
  }

  Rows rows(Rows x) {
    Tensor q = project("q", x.values());
    Tensor k = project("k", x.values());
    Tensor v = project("v", x.values());
    if (layer.position() instanceof Position.Rope) {
      Tensor[] turn =
          Angles.rotary(
              before.starts(node.input().rows()), (int) x.rows(), (int) q.size(2) / layer.heads());
      q = turn(q, layer.heads(), turn);
      k = turn(k, layer.groups(), turn);
    }
    Tensor valid =
        x.valid() == null
            ? Tensors.placed(ones(x.batch(), x.rows()))
            : x.valid().toType(ScalarType.Float);
    Tensor keys = remembered("k", new Rows(k, x.valid()).masked().values());
    Tensor values = remembered("v", new Rows(v, x.valid()).masked().values());
    Tensor there = remembered("valid", valid.unsqueeze(2));
    int rows = (int) x.rows();
    int part = span.kept() > 0 ? rows : Math.max(span.recent(), LEAST_PART);
    TensorVector mixed = new TensorVector();
    for (int from = 0; from < rows; from += part) {
      int n = Math.min(part, rows - from);
      int count = n + span.recent() + span.kept();
      mixed.push_back(
          mix(
              q.narrow(1, from, n),
              keys.narrow(1, from, count),
              values.narrow(1, from, count),
              there.narrow(1, from, count),
              Sight.of(span, before.starts(node.input().rows()), from, n)));
    }
    return x.with(project("o", cat(mixed, 1)));
  }

  /** What was remembered with the piece's rows behind it; the state after the piece is set. */
  private Tensor remembered(String part, Tensor rows) {
    Tensor all = cat(Graph.pair(past(part), rows), 1);
    after.put(node.name(part), all.narrow(1, rows.size(1), span.recent()));
    if (span.kept() == 0) {
      return all;
    }
    all = cat(Graph.pair(past("kept_" + part), all), 1);
    Tensor places = Sight.keptAfter(span, before.starts(node.input().rows()), (int) rows.size(1));
    Tensor index = places.unsqueeze(2).expand(rows.size(0), span.kept(), rows.size(2));
    after.put(node.name("kept_" + part), gather(all, 1, index));
    return all;
  }

  /** Queries {@code [batch, n, width]} against keys {@code [batch, count, width]}. */
  private Tensor mix(Tensor q, Tensor k, Tensor v, Tensor there, Sight sight) {
    Tensor queries = heads(q, layer.heads());
    Tensor scores = queries.matmul(grouped(k).transpose(2, 3));
    if (layer.position() instanceof Position.Relative r) {
      Tensor byDistance = queries.matmul(parameters.get(node.name("relative")).t());
      Tensor index = sight.distances(r.most()).unsqueeze(1);
      scores =
          scores.add(
              gather(
                  byDistance,
                  3,
                  index.expand(scores.size(0), layer.heads(), scores.size(2), scores.size(3))));
    }
    scores = scores.mul(new Scalar(1 / Math.sqrt((double) q.size(2) / layer.heads())));
    if (layer.position() instanceof Position.Alibi) {
      float[] slopes = new float[layer.heads()];
      for (int h = 0; h < slopes.length; h++) {
        slopes[h] = (float) Math.pow(2, -8.0 * (h + 1) / layer.heads());
      }
      Tensor distance = sight.distances(Integer.MAX_VALUE).toType(ScalarType.Float).unsqueeze(1);
      scores = scores.sub(distance.mul(Tensors.of(slopes, 1, slopes.length, 1, 1)));
    }
    Tensor visible =
        sight.mask().logical_and(there.squeeze(2).unsqueeze(1).gt(new Scalar(0.5f))).unsqueeze(1);
    Tensor weights = softmax(where(visible, scores, new Scalar(Graph.LOWEST)), 3);
    return weights.matmul(grouped(v)).transpose(1, 2).reshape(q.size(0), q.size(1), q.size(2));
  }

  /** {@code [b, n, width]} to {@code [b, heads, n, depth]}. */
  private static Tensor heads(Tensor t, int heads) {
    return t.reshape(t.size(0), t.size(1), heads, t.size(2) / heads).transpose(1, 2);
  }

  /** Keys or values, each repeated for the heads that share it. */
  private Tensor grouped(Tensor t) {
    Tensor own = heads(t, layer.groups());
    return layer.groups() == layer.heads()
        ? own
        : own.repeat_interleave(
            layer.heads() / layer.groups(), new LongOptional(1), new LongOptional());
  }

  private Tensor project(String part, Tensor x) {
    return linear(
        x,
        parameters.get(node.name(part + ".weight")),
        new TensorOptional(parameters.get(node.name(part + ".bias"))));
  }

  private Tensor past(String part) {
    return before.parts().get(node.name(part));
  }

  private static Tensor turn(Tensor t, int heads, Tensor[] by) {
    long half = t.size(2) / heads / 2;
    Tensor pairs = t.reshape(t.size(0), t.size(1), heads, 2 * half);
    Tensor first = pairs.narrow(3, 0, half);
    Tensor second = pairs.narrow(3, half, half);
    TensorVector turned =
        Graph.pair(
            first.mul(by[0]).sub(second.mul(by[1])), second.mul(by[0]).add(first.mul(by[1])));
    return cat(turned, 3).reshape(t.size(0), t.size(1), t.size(2));
  }
}
