package dev.syncline.torch.peer;

import dev.syncline.json.InputException;
import dev.syncline.json.Records;
import dev.syncline.spec.Attention;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Node;
import dev.syncline.spec.Recurrent;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.torch.peer.Calls.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One tick of a tree in tensor calls, every row valid. Single rows find what came before them in
 * rings; several rows of a tick in ordered histories, as suits libtorch.
 *
 * @param addmv whether a product of one vector is asked for as such
 */
record StepWalk<V>(Calls<V> calls, int streams, boolean addmv) {

  /** From the inputs to the outputs. */
  void step(Node root) {
    Map<String, V> in = new LinkedHashMap<>();
    root.in().keySet().forEach(name -> in.put(name, calls.input(name)));
    bundle(root, in).forEach(calls::output);
  }

  private Map<String, V> bundle(Node node, Map<String, V> in) {
    Map<String, V> out = new LinkedHashMap<>();
    switch (node.layer()) {
      case Serial ignored -> out.putAll(chain(node, in));
      case FeedForward ignored -> out.putAll(chain(node, in));
      case Parallel ignored ->
          node.children().forEach((name, child) -> out.put(name, one(bundle(child, in))));
      case Each ignored -> {
        out.putAll(in);
        node.children()
            .forEach(
                (name, child) -> out.put(name, one(bundle(child, Map.of(name, in.get(name))))));
      }
      case Residual ignored -> {
        V inner = one(bundle(node.children().get("inner"), in));
        out.put(name(node), calls.add(one(in), inner));
      }
      case Fusion.Concat ignored -> out.put(name(node), calls.cat(List.copyOf(in.values()), 2));
      case Leaf leaf -> out.put(name(node), leaf(node, leaf, one(in)));
      case Composite ignored -> throw uncovered(node);
    }
    return out;
  }

  private Map<String, V> chain(Node node, Map<String, V> in) {
    Map<String, V> flow = in;
    for (Node child : node.children().values()) {
      flow = bundle(child, flow);
    }
    return flow;
  }

  private V leaf(Node node, Leaf layer, V x) {
    return switch (layer) {
      case Linear l -> product(node, x, "weight", "bias", l.out());
      case Activation a -> calls.apply(a.function(), x);
      case LayerNorm n -> {
        long[] shape = node.input().dims().stream().mapToLong(d -> d).toArray();
        long width = node.input().width();
        V weight = calls.parameter(node.name("weight"), width);
        yield calls.layerNorm(
            x, shape, weight, calls.parameter(node.name("bias"), width), n.epsilon());
      }
      case Standardize s -> {
        long width = node.input().width();
        V mean = calls.parameter(node.name("mean"), width);
        V deviation = calls.parameter(node.name("deviation"), width);
        yield calls.standardize(x, mean, deviation, s.clip());
      }
      case Dropout ignored -> x;
      case Absent ignored -> x;
      case Conv1d c when !c.depthwise() -> conv1d(node, c, x);
      case PoolRows p -> {
        Shape out = node.output();
        V groups = calls.view(x, streams, out.rows(), p.rows(), out.width());
        yield calls.pool(p.pooling(), groups, 2);
      }
      case Conv2d c when !c.depthwise() -> conv2d(node, c, x);
      case GlobalPool p -> calls.pool(p.pooling(), x, 2, 3);
      case Recurrent.Gru g -> gru(node, g, x);
      case Attention a when plain(a) -> attention(node, a, x);
      case Leaf ignored -> throw uncovered(node);
    };
  }

  private static boolean plain(Attention a) {
    return a.span() instanceof Span.Window
        && a.position() instanceof Attention.Position.None
        && a.groups() == a.heads();
  }

  private static InputException uncovered(Node node) {
    return new InputException(
        "libtorch as a peer does not cover %s as in layer %s"
            .formatted(Records.name(node.layer().getClass()), node.path()));
  }

  /** All rows times a matrix. */
  private V product(Node node, V x, String weight, String bias, int out) {
    Shape in = node.input();
    return product(node, x, weight, bias, in.rows(), in.width(), out);
  }

  private V product(Node node, V x, String weight, String bias, int rows, int in, int out) {
    V w = calls.parameter(node.name(weight), out, in);
    V b = bias(node, bias, out);
    if (addmv && streams * rows == 1) {
      return calls.view(calls.addmv(calls.view(x, in), w, b), 1, 1, out);
    }
    return calls.linear(x, w, b);
  }

  /** Zeros where a layer has none. */
  private V bias(Node node, String name, int out) {
    boolean none =
        switch (node.layer()) {
          case Linear l -> !l.bias();
          case Conv1d c -> !c.bias();
          case Conv2d c -> !c.bias();
          default -> false;
        };
    String path = node.name(name);
    return none ? calls.state(path, out) : calls.parameter(path, out);
  }

  private V conv1d(Node node, Conv1d c, V x) {
    Shape in = node.input();
    if (in.rows() == 1) {
      return taps(node, c, x);
    }
    V all = x;
    if (c.history() > 0) {
      V past = calls.state(node.name("x"), streams, c.history(), in.width());
      all = calls.cat(List.of(past, x), 1);
      calls.set(past, calls.narrow(all, 1, in.rows(), c.history()));
    }
    // The first output row ends with input row stride - 1.
    int rows = c.history() + in.rows() - c.stride() + 1;
    V seen = calls.permute(calls.narrow(all, 1, c.stride() - 1, rows), 0, 2, 1);
    long[] shape = {c.out(), c.kernel(), in.width()};
    V weight = calls.parameter(node.name("weight"), shape, 0, 2, 1);
    V bias = bias(node, "bias", c.out());
    return calls.permute(calls.conv1d(seen, weight, bias, c.stride(), c.dilation()), 0, 2, 1);
  }

  /** One row: its taps side by side, the oldest first, times one matrix. */
  private V taps(Node node, Conv1d c, V x) {
    int width = node.input().width();
    List<V> taps = new ArrayList<>();
    if (c.history() > 0) {
      V ring = calls.state(node.name("x"), streams, c.history(), width);
      for (int age = c.kernel() - 1; age > 0; age--) {
        taps.add(calls.row(ring, new Slot(1, -age * c.dilation(), c.history())));
      }
      taps.add(x);
      V patch = calls.cat(taps, 2);
      calls.put(ring, new Slot(1, 0, c.history()), x);
      return product(node, patch, "weight", "bias", 1, c.kernel() * width, c.out());
    }
    return product(node, x, "weight", "bias", 1, width, c.out());
  }

  private V conv2d(Node node, Conv2d c, V x) {
    Shape in = node.input();
    List<Integer> from = in.dims();
    List<Integer> to = node.output().dims();
    long[] shape = {c.out(), c.kernel(), c.kernel(), in.width()};
    V weight = calls.parameter(node.name("weight"), shape, 0, 3, 1, 2);
    V bias = bias(node, "bias", c.out());
    int pictures = streams * in.rows();
    V flat = calls.view(x, pictures, from.get(0), from.get(1), in.width());
    V y = calls.conv2d(calls.permute(flat, 0, 3, 1, 2), weight, bias, c.stride(), c.padding());
    return calls.view(
        calls.permute(y, 0, 2, 3, 1), streams, in.rows(), to.get(0), to.get(1), c.out());
  }

  private V gru(Node node, Recurrent.Gru layer, V x) {
    int units = layer.units();
    int width = node.input().width();
    V h = calls.state(node.name("h"), streams, units);
    List<V> rows = new ArrayList<>();
    for (int r = 0; r < node.input().rows(); r++) {
      V row = node.input().rows() == 1 ? x : calls.narrow(x, 1, r, 1);
      V flat = calls.view(row, streams, width);
      V next = addmv && streams == 1 ? gates(node, flat, h, units) : cell(node, flat, h, units);
      calls.set(h, next);
      rows.add(calls.view(next, streams, 1, units));
    }
    return rows.size() == 1 ? rows.getFirst() : calls.cat(rows, 1);
  }

  private V cell(Node node, V x, V h, int units) {
    long width = node.input().width();
    return calls.gruCell(
        x,
        h,
        calls.parameter(node.name("weight_ih"), 3L * units, width),
        calls.parameter(node.name("weight_hh"), 3L * units, units),
        calls.parameter(node.name("bias_ih"), 3L * units),
        calls.parameter(node.name("bias_hh"), 3L * units));
  }

  /** The cell of one stream from two products of a vector. */
  private V gates(Node node, V x, V h, int units) {
    int width = node.input().width();
    V a = product(node, x, "weight_ih", "bias_ih", 1, width, 3 * units);
    V b = product(node, h, "weight_hh", "bias_hh", 1, units, 3 * units);
    V sums = calls.add(calls.narrow(a, 2, 0, 2 * units), calls.narrow(b, 2, 0, 2 * units));
    V gates = calls.apply(Function.SIGMOID, sums);
    V held = calls.mul(calls.narrow(gates, 2, 0, units), calls.narrow(b, 2, 2 * units, units));
    V n = calls.apply(Function.TANH, calls.add(calls.narrow(a, 2, 2 * units, units), held));
    V past = calls.view(h, 1, 1, units);
    return calls.view(calls.lerp(n, past, calls.narrow(gates, 2, units, units)), 1, units);
  }

  private V attention(Node node, Attention layer, V x) {
    int width = node.input().width();
    int rows = node.input().rows();
    int length = layer.span().recent();
    V q = product(node, x, "q.weight", "q.bias", width);
    V k = product(node, x, "k.weight", "k.bias", width);
    V v = product(node, x, "v.weight", "v.bias", width);
    V keys = calls.state(node.name("k"), streams, length, width);
    V values = calls.state(node.name("v"), streams, length, width);
    List<V> found = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      Slot slot = new Slot(rows, r, length);
      calls.put(keys, slot, row(k, r, rows));
      calls.put(values, slot, row(v, r, rows));
      V mixed =
          calls.attend(
              heads(row(q, r, rows), layer.heads(), width),
              heads(calls.filled(keys, slot), layer.heads(), width),
              heads(calls.filled(values, slot), layer.heads(), width));
      found.add(calls.view(calls.permute(mixed, 0, 2, 1, 3), streams, 1, width));
    }
    V all = rows == 1 ? found.getFirst() : calls.cat(found, 1);
    return product(node, all, "o.weight", "o.bias", width);
  }

  private V row(V x, int r, int rows) {
    return rows == 1 ? x : calls.narrow(x, 1, r, 1);
  }

  private V heads(V rows, int heads, int width) {
    return calls.permute(calls.view(rows, streams, -1, heads, width / heads), 0, 2, 1, 3);
  }

  private static String name(Node node) {
    return node.out().keySet().iterator().next();
  }

  private V one(Map<String, V> bundle) {
    return bundle.values().iterator().next();
  }
}
