package dev.syncline.step;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Exchange;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Node;
import dev.syncline.spec.StatePart;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes the operations that look at rows or slots: attention, graphs, memory. */
final class AttentionOps {
  private final Parts parts;

  AttentionOps(Parts parts) {
    this.parts = parts;
  }

  /** The operation of an exchange from the streams {@code in} to the streams {@code out}. */
  Op exchange(Node node, Exchange e, Map<String, Buffer> in, Map<String, Buffer> out) {
    return switch (e) {
      case Exchange.Attending a -> {
        Map<String, Buffer> asking = chosen(a.queries(in.keySet()), in);
        Map<String, Buffer> sources = chosen(a.sources(in.keySet()), in);
        yield attention(node, a.attention(), asking, out, sources, a.residual());
      }
      case Exchange.GraphAttention g -> graph(node, g, in, out);
    };
  }

  private Op graph(
      Node node, Exchange.GraphAttention g, Map<String, Buffer> in, Map<String, Buffer> out) {
    List<Buffer> all = List.copyOf(in.values());
    int clock = Exchange.clock(all.stream().map(Buffer::rows).toList());
    List<Op.GraphStream> streams = new ArrayList<>();
    in.forEach(
        (name, x) ->
            streams.add(
                new Op.GraphStream(
                    x,
                    out.get(name),
                    parts.ring(node, name + ".features"),
                    parts.ring(node, name + ".scores"),
                    parts.ring(node, name + ".valid"),
                    clock / x.rows())));
    return new Op.GraphAttention(
        streams,
        order(all, all, clock),
        g,
        parts.matrix(node, "weight", "bias"),
        parts.get(node, "receive"),
        parts.get(node, "send"),
        parts.get(node, "edges"),
        parts.take(streams.size() * g.past()));
  }

  private static Map<String, Buffer> chosen(List<String> names, Map<String, Buffer> streams) {
    Map<String, Buffer> some = new LinkedHashMap<>();
    names.forEach(name -> some.put(name, streams.get(name)));
    return some;
  }

  /** One stream to itself, or streams to streams. */
  Op attention(
      Node node,
      Attention a,
      Map<String, Buffer> asking,
      Map<String, Buffer> out,
      Map<String, Buffer> sources,
      boolean residual) {
    int clock =
        Exchange.clock(
            Stream.of(asking, sources)
                .flatMap(m -> m.values().stream())
                .map(Buffer::rows)
                .toList());
    Op.Projections weights = projections(node);
    Matrix q = weights.q();
    List<Op.Asking> askers = new ArrayList<>();
    for (Buffer in : asking.values()) {
      Buffer to = List.copyOf(out.values()).get(askers.size());
      askers.add(new Op.Asking(in, to, clock / in.rows(), parts.take(in.rows() * in.size())));
    }
    List<Op.Source> looked = new ArrayList<>();
    for (Map.Entry<String, Buffer> e : sources.entrySet()) {
      String prefix = e.getKey().isEmpty() ? "" : e.getKey() + ".";
      Op.Cache recent = cache(node, prefix);
      Op.Cache kept = cache(node, prefix + "kept_");
      looked.add(new Op.Source(e.getValue(), recent, kept, clock / e.getValue().rows()));
    }
    return new Op.Attention(
        askers,
        looked,
        order(asking.values(), sources.values(), clock),
        a,
        a.position() instanceof Position.Rope ? Rope.of(q.out() / a.heads()) : Rope.none(),
        a.position() instanceof Position.Alibi ? a.slopes() : new float[0],
        a.position() instanceof Position.Relative ? parts.get(node, "relative") : new float[0],
        weights,
        residual,
        parts.take(q.out()),
        parts.take(2 * weights.k().out()),
        parts.take(Op.Attention.NOTED * looked.size() * a.span().places()),
        parts.take(a.heads() * looked.size() * a.span().places()));
  }

  /**
   * A tick's rows in the order in which they end, each as 1 or 0 for being looked at or asking, its
   * stream and its row; what ends together is looked at from then on, itself included.
   */
  private static int[] order(Collection<Buffer> asking, Collection<Buffer> sources, int clock) {
    List<int[]> events = new ArrayList<>();
    List<Collection<Buffer>> sides = List.of(asking, sources);
    for (int side = 0; side < 2; side++) {
      int stream = 0;
      for (Buffer b : sides.get(side)) {
        for (int r = 0; r < b.rows(); r++) {
          events.add(new int[] {side, stream, r, (r + 1) * (clock / b.rows())});
        }
        stream++;
      }
    }
    events.sort(Comparator.comparingInt((int[] e) -> e[3]).thenComparingInt(e -> -e[0]));
    return events.stream().flatMapToInt(e -> IntStream.of(e[0], e[1], e[2])).toArray();
  }

  private Op.Projections projections(Node node) {
    return new Op.Projections(
        parts.ofInput(node, "q.weight", "q.bias"),
        parts.ofInput(node, "k.weight", "k.bias"),
        parts.ofInput(node, "v.weight", "v.bias"),
        parts.matrix(node, "o.weight", "o.bias"));
  }

  /** The operation of a memory. */
  Op memory(Node node, Memory m, Buffer x, Buffer y) {
    int scores = m.latents() * m.heads();
    int rows = m.store() instanceof Memory.Store.Box b ? b.rows() : 0;
    return new Op.Memory(
        x,
        y,
        m,
        parts.get(node, "latents"),
        projections(node),
        StatePart.own(node).stream().map(p -> parts.rings().get(p.name())).toList(),
        parts.take(x.size()),
        parts.take(x.size()),
        parts.take(x.size()),
        parts.take(x.size()),
        parts.take(m.latents() * x.size()),
        parts.take(Math.max(scores, rows)));
  }

  private Op.Cache cache(Node node, String prefix) {
    return new Op.Cache(
        parts.ring(node, prefix + "k"),
        parts.ring(node, prefix + "v"),
        parts.ring(node, prefix + "valid"));
  }
}
