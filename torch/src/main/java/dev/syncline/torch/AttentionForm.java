package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Layer.Attention;
import dev.syncline.spec.Node;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * Windowed causal attention in the parallel form: a band of the score matrix, in pieces where the
 * sequence is much longer than the window, so that memory grows with rows × window.
 */
final class AttentionForm {
  private static final long LEAST_PIECE = 256;

  private final Node node;
  private final Attention layer;
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
    this.parameters = parameters;
    this.before = before;
    this.after = after;
  }

  Rows rows(Rows x) {
    long window = layer.window();
    Tensor valid =
        x.valid() == null ? ones(x.batch(), x.rows()) : x.valid().toType(ScalarType.Float);
    Tensor q = project("q", x.values());
    Tensor k = project("k", x.values());
    Tensor v = project("v", x.values());
    if (layer.rope()) {
      Tensor[] turn = angles(x);
      q = turn(q, turn);
      k = turn(k, turn);
    }
    k = new Rows(k, x.valid()).masked().values();
    v = new Rows(v, x.valid()).masked().values();
    Tensor keys = cat(Graph.pair(past("k"), k), 1);
    Tensor values = cat(Graph.pair(past("v"), v), 1);
    Tensor seen = cat(Graph.pair(past("valid"), valid.unsqueeze(2)), 1);
    after.put(node.name("k"), keys.narrow(1, x.rows(), window));
    after.put(node.name("v"), values.narrow(1, x.rows(), window));
    after.put(node.name("valid"), seen.narrow(1, x.rows(), window));
    long piece = Math.max(window, LEAST_PIECE);
    TensorVector mixed = new TensorVector();
    for (long from = 0; from < x.rows(); from += piece) {
      long n = Math.min(piece, x.rows() - from);
      mixed.push_back(
          mix(
              q.narrow(1, from, n),
              keys.narrow(1, from, n + window),
              values.narrow(1, from, n + window),
              seen.narrow(1, from, n + window)));
    }
    return x.with(project("o", cat(mixed, 1)));
  }

  /** Queries [b, n, w] against the keys from {@code window} rows before the first of them on. */
  private Tensor mix(Tensor q, Tensor k, Tensor v, Tensor seen) {
    long n = q.size(1);
    Tensor scores = heads(q).matmul(heads(k).transpose(2, 3));
    scores = scores.mul(new Scalar(1 / Math.sqrt((double) q.size(2) / layer.heads())));
    // Query i stands at place window + i among the keys and sees the window that ends there.
    Tensor place = Tensors.placed(arange(new Scalar(n + layer.window()))).unsqueeze(0);
    Tensor query = Tensors.placed(arange(new Scalar(n))).unsqueeze(1);
    Tensor band =
        place.gt(query).logical_and(place.le(query.add(new Scalar((long) layer.window()))));
    Tensor visible =
        band.unsqueeze(0).logical_and(seen.squeeze(2).unsqueeze(1).gt(new Scalar(0.5f)));
    Tensor weights = softmax(where(visible.unsqueeze(1), scores, new Scalar(Graph.LOWEST)), 3);
    return weights.matmul(heads(v)).transpose(1, 2).reshape(q.size(0), n, q.size(2));
  }

  /** [b, n, width] to [b, heads, n, depth]. */
  private Tensor heads(Tensor t) {
    return t.reshape(t.size(0), t.size(1), layer.heads(), t.size(2) / layer.heads())
        .transpose(1, 2);
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

  private static Tensor ones(long batch, long rows) {
    return Tensors.placed(full(new long[] {batch, rows}, new Scalar(1f)));
  }

  /** Cosines and sines [batch, rows, 1, depth / 2] of every row's index in its stream. */
  private Tensor[] angles(Rows x) {
    int depth = node.input().width() / layer.heads();
    int batch = (int) x.batch();
    int rows = (int) x.rows();
    int half = depth / 2;
    float[] cos = new float[batch * rows * half];
    float[] sin = new float[cos.length];
    for (int b = 0, at = 0; b < batch; b++) {
      long first = before.ticks()[b] * node.input().rows();
      for (int r = 0; r < rows; r++) {
        for (int i = 0; i < half; i++, at++) {
          double angle = (first + r) * Math.pow(10_000, -2.0 * i / depth);
          cos[at] = (float) Math.cos(angle);
          sin[at] = (float) Math.sin(angle);
        }
      }
    }
    return new Tensor[] {
      Tensors.of(cos, batch, rows, 1, half), Tensors.of(sin, batch, rows, 1, half)
    };
  }

  private Tensor turn(Tensor t, Tensor[] by) {
    long half = t.size(2) / layer.heads() / 2;
    Tensor pairs = t.reshape(t.size(0), t.size(1), layer.heads(), 2 * half);
    Tensor first = pairs.narrow(3, 0, half);
    Tensor second = pairs.narrow(3, half, half);
    TensorVector turned =
        Graph.pair(
            first.mul(by[0]).sub(second.mul(by[1])), second.mul(by[0]).add(first.mul(by[1])));
    return cat(turned, 3).reshape(t.size(0), t.size(1), t.size(2));
  }
}
