package dev.syncline.step;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Exchange;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Node;
import dev.syncline.spec.StatePart;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes the operations that look at rows or slots: attention, exchange, memory. */
final class AttentionOps {
  private final Parts parts;

  AttentionOps(Parts parts) {
    this.parts = parts;
  }

  /** The operation of an exchange from the streams {@code in} to the streams {@code out}. */
  Op exchange(Node node, Exchange e, Map<String, Buffer> in, Map<String, Buffer> out) {
    Map<String, Buffer> asking = chosen(e.queries(in.keySet()), in);
    Map<String, Buffer> sources = chosen(e.sources(in.keySet()), in);
    return attention(node, e.attention(), asking, out, sources, e.residual());
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
    Panels q = parts.matrix(node, "q.weight", "q.bias");
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
        order(askers, looked),
        a,
        a.position() instanceof Position.Rope ? Rope.of(q.out() / a.heads()) : Rope.none(),
        a.position() instanceof Position.Alibi ? a.slopes() : new float[0],
        a.position() instanceof Position.Relative ? parts.get(node, "relative") : new float[0],
        projections(node),
        residual,
        parts.take(q.out()),
        parts.take(Op.Attention.NOTED * looked.size() * a.span().places()),
        parts.take(looked.size() * a.span().places()));
  }

  /** A tick's rows in the order in which they end; what ends together is cached before it asks. */
  private static int[] order(List<Op.Asking> asking, List<Op.Source> sources) {
    List<int[]> events = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      for (int r = 0; r < sources.get(i).rows().rows(); r++) {
        events.add(new int[] {1, i, r, (r + 1) * sources.get(i).unit()});
      }
    }
    for (int i = 0; i < asking.size(); i++) {
      for (int r = 0; r < asking.get(i).in().rows(); r++) {
        events.add(new int[] {0, i, r, (r + 1) * asking.get(i).unit()});
      }
    }
    events.sort(Comparator.comparingInt((int[] e) -> e[3]).thenComparingInt(e -> -e[0]));
    return events.stream().flatMapToInt(e -> IntStream.of(e[0], e[1], e[2])).toArray();
  }

  private Op.Projections projections(Node node) {
    return new Op.Projections(
        parts.matrix(node, "q.weight", "q.bias"),
        parts.matrix(node, "k.weight", "k.bias"),
        parts.matrix(node, "v.weight", "v.bias"),
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
