package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Exchange;
import dev.syncline.spec.Exchange.GraphAttention;
import dev.syncline.spec.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * Messages between the rows of several streams in the parallel form. Which rows send to which
 * follows from the rates alone, so that every edge is gathered and memory grows with rows × past.
 */
final class GraphForm {
  private final LayerPiece own;
  private final GraphAttention layer;
  private final int clock;

  GraphForm(LayerPiece own, GraphAttention layer) {
    this.own = own;
    this.layer = layer;
    this.clock = Exchange.clock(own.node().in().values().stream().map(Shape::rows).toList());
  }

  /**
   * A stream's rows as they send: those before the piece, then those of the piece.
   *
   * @param features {@code [batch, past + rows, width]}
   * @param scores the sender's part of the scores, {@code [batch, past + rows, heads]}
   * @param valid {@code [batch, past + rows, 1]}
   */
  private record Sender(String name, Tensor features, Tensor scores, Tensor valid, int unit) {}

  Map<String, Rows> rows(Map<String, Rows> in) {
    Map<String, Sender> senders = new LinkedHashMap<>();
    in.forEach((name, x) -> senders.put(name, sender(name, x)));
    Map<String, Rows> out = new LinkedHashMap<>();
    List<Sender> all = List.copyOf(senders.values());
    for (Map.Entry<String, Rows> e : in.entrySet()) {
      Tensor message =
          received(out.size(), senders.get(e.getKey()), (int) e.getValue().rows(), all);
      out.put(e.getKey(), e.getValue().with(e.getValue().values().add(elu(message))));
    }
    return out;
  }

  private Sender sender(String name, Rows x) {
    Tensor features = linear(x.values(), own.get("weight"), new TensorOptional());
    Tensor valid =
        x.valid() == null
            ? Tensors.placed(ones(x.batch(), x.rows()))
            : x.valid().toType(ScalarType.Float);
    return new Sender(
        name,
        remembered(name + ".features", features),
        remembered(name + ".scores", scores(features, "send")),
        remembered(name + ".valid", valid.unsqueeze(2)),
        clock / own.node().in().get(name).rows());
  }

  private Tensor remembered(String part, Tensor rows) {
    Tensor all = cat(Graph.pair(own.past(part), rows), 1);
    own.remember(part, all.narrow(1, rows.size(1), layer.past()));
    return all;
  }

  /** What features have in common with what each head looks for at an end of an edge. */
  private Tensor scores(Tensor features, String end) {
    Tensor wanted = own.get(end).reshape(layer.heads(), -1);
    return sum(heads(features).mul(wanted), 3);
  }

  /** What comes to the rows of a stream, {@code [batch, rows, width]}. */
  private Tensor received(int receiver, Sender to, int rows, List<Sender> senders) {
    Tensor wanted = scores(to.features().narrow(1, layer.past(), rows), "receive").unsqueeze(2);
    TensorVector scores = new TensorVector();
    TensorVector features = new TensorVector();
    TensorVector valid = new TensorVector();
    for (int sender = 0; sender < senders.size(); sender++) {
      Sender from = senders.get(sender);
      Tensor places = places(to.unit(), rows, from.unit());
      Tensor edges = own.get("edges").select(0, receiver).select(0, sender);
      scores.push_back(along(from.scores(), places, rows).add(edges));
      features.push_back(along(from.features(), places, rows));
      valid.push_back(along(from.valid(), places, rows));
    }
    Tensor there = cat(valid, 2).gt(new Scalar(0.5f));
    Tensor logits = leaky_relu(cat(scores, 2).add(wanted), new Scalar(GraphAttention.SLOPE));
    Tensor shares = softmax(where(there, logits, new Scalar(Graph.LOWEST)), 2);
    Tensor weights = where(there, shares, new Scalar(0f));
    own.observer().ifPresent(o -> show(o, to, senders, weights));
    return sum(weights.unsqueeze(4).mul(heads(cat(features, 2))), 2).flatten(2, 3);
  }

  /** Tells an observer the weights {@code [batch, rows, edges of all senders, heads]}. */
  private void show(Consumer<Insight> observer, Sender to, List<Sender> senders, Tensor weights) {
    long past = layer.past();
    long rows = weights.size(1);
    Tensor mean = mean(weights, new long[] {3}, false, new ScalarTypeOptional());
    for (int i = 0; i < senders.size(); i++) {
      Sender from = senders.get(i);
      long keys = from.features().size(1);
      Tensor places = places(to.unit(), (int) rows, from.unit()).reshape(1, rows, past);
      Tensor edges = mean.narrow(2, i * past, past);
      Tensor all = Tensors.placed(zeros(weights.size(0), rows, keys));
      Tensor byKey = all.scatter_add(2, places.expand_as(edges), edges);
      long[] receiving = own.before().starts(clock / to.unit());
      long[] sending = own.before().starts(clock / from.unit());
      for (int b = 0; b < receiving.length; b++) {
        long oldest = sending[b] - past;
        observer.accept(
            new Insight.Attention(
                own.node().path(),
                b,
                receiving[b],
                to.name(),
                from.name(),
                LongStream.range(oldest, oldest + keys).toArray(),
                Tensors.table(byKey.select(0, b))));
      }
    }
  }

  /** Of each edge to a row of the piece, the place of the row that sends, row by row. */
  private Tensor places(int unit, int rows, int senderUnit) {
    float[] places = new float[rows * layer.past()];
    for (int i = 0; i < places.length; i++) {
      int ended = (i / layer.past() + 1) * unit / senderUnit;
      places[i] = layer.past() + ended - 1 - i % layer.past();
    }
    return Tensors.of(places, places.length).toType(ScalarType.Long);
  }

  /** {@code [batch, n, width]} to {@code [batch, rows, past, width]}. */
  private Tensor along(Tensor t, Tensor places, int rows) {
    return t.index_select(1, places).reshape(t.size(0), rows, layer.past(), t.size(2));
  }

  /** The last dimension as {@code [heads, depth]}. */
  private Tensor heads(Tensor t) {
    return t.unflatten(-1, new long[] {layer.heads(), t.size(-1) / layer.heads()});
  }

  private static Tensor sum(Tensor t, long dim) {
    return org.bytedeco.pytorch.global.torch.sum(
        t, new long[] {dim}, false, new ScalarTypeOptional());
  }
}
