package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import dev.syncline.spec.Recurrent.LinearRecurrence;
import dev.syncline.step.Buffer;
import dev.syncline.step.Op;
import dev.syncline.step.Ring;
import java.util.ArrayList;
import java.util.List;

/** Layers whose state is rewritten by each valid row; the rows of a tick one after the other. */
final class RecurrentNodes {
  private final GraphBuilder g;
  private final Flow flow;
  private final ProductNodes products;
  private final RowNodes rows;

  RecurrentNodes(GraphBuilder g, Flow flow, ProductNodes products, RowNodes rows) {
    this.g = g;
    this.flow = flow;
    this.products = products;
    this.rows = rows;
  }

  void rnn(Op.Rnn o) {
    Op.Gates gates = o.gates();
    String fromX = products.product(gates.weightX(), flow.rows(gates.in()));
    List<String> each = new ArrayList<>();
    for (int r = 0; r < gates.in().rows(); r++) {
      String x = row(fromX, gates.in(), r, gates.weightX().out());
      String h = products.product(gates.weightH(), flow.single(o.h()));
      each.add(next(o.h(), gates.in(), r, rows.apply(o.function(), g.node("Add", x, h))));
    }
    flow.put(gates.out(), flow.join(each, gates.out().size()));
  }

  void gru(Op.Gru o) {
    Op.Gates gates = o.gates();
    int units = gates.out().size();
    String fromX = products.product(gates.weightX(), flow.rows(gates.in()));
    List<String> each = new ArrayList<>();
    for (int r = 0; r < gates.in().rows(); r++) {
      String h = flow.single(o.h());
      var x = split(row(fromX, gates.in(), r, 3 * units), 2 * units, units);
      var s = split(products.product(gates.weightH(), h), 2 * units, units);
      var rz = split(g.node("Sigmoid", g.node("Add", x.get(0), s.get(0))), units, units);
      String reset = g.node("Mul", rz.get(0), s.get(1));
      String fresh = g.node("Tanh", g.node("Add", x.get(1), reset));
      String moved = g.node("Mul", rz.get(1), g.node("Sub", h, fresh));
      each.add(next(o.h(), gates.in(), r, g.node("Add", fresh, moved)));
    }
    flow.put(gates.out(), flow.join(each, units));
  }

  void lstm(Op.Lstm o) {
    Op.Gates gates = o.gates();
    int units = gates.out().size();
    String fromX = products.product(gates.weightX(), flow.rows(gates.in()));
    List<String> each = new ArrayList<>();
    for (int r = 0; r < gates.in().rows(); r++) {
      String x = row(fromX, gates.in(), r, 4 * units);
      String h = products.product(gates.weightH(), flow.single(o.h()));
      var all = split(g.node("Add", x, h), 2 * units, units, units);
      var inputForget = split(g.node("Sigmoid", all.get(0)), units, units);
      String kept = g.node("Mul", inputForget.get(1), flow.single(o.c()));
      String fresh = g.node("Mul", inputForget.get(0), g.node("Tanh", all.get(1)));
      String c = next(o.c(), gates.in(), r, g.node("Add", kept, fresh));
      String y = g.node("Mul", g.node("Sigmoid", all.get(2)), g.node("Tanh", c));
      each.add(next(o.h(), gates.in(), r, y));
    }
    flow.put(gates.out(), flow.join(each, units));
  }

  void linear(Op.LinearRecurrence o) {
    int units = o.out().size();
    String all = products.product(o.weight(), flow.rows(o.in()));
    List<String> each = new ArrayList<>();
    float[] rate = o.rate().clone();
    for (int i = 0; i < units; i++) {
      rate[i] = -rate[i];
    }
    for (int r = 0; r < o.in().rows(); r++) {
      var gates = split(row(all, o.in(), r, 3 * units), 2 * units, units);
      var opened = split(g.node("Sigmoid", gates.get(0)), units, units);
      String keep = g.node("Exp", g.node("Mul", opened.get(0), g.floats(rate, units)));
      String rest = g.node("Sub", g.scalar(1f), g.node("Mul", keep, keep));
      String take = g.node("Sqrt", g.node("Max", rest, g.scalar(LinearRecurrence.LEAST)));
      String taken = g.node("Mul", take, g.node("Mul", opened.get(1), gates.get(1)));
      String kept = g.node("Mul", keep, flow.single(o.h()));
      each.add(next(o.h(), o.in(), r, g.node("Add", kept, taken)));
    }
    flow.put(o.out(), flow.join(each, units));
  }

  /** A row's state: {@code value} where it is valid, else that before it. */
  private String next(Ring ring, Buffer in, int r, String value) {
    String h = value;
    if (!flow.always(in)) {
      String valid = flow.row(flow.isValid(in), in.rows(), r, 1);
      h = g.node("Where", valid, value, flow.single(ring));
    }
    flow.single(ring, h);
    return h;
  }

  private String row(String all, Buffer in, int r, int n) {
    return flow.row(all, in.rows(), r, n);
  }

  private List<String> split(String value, int... sizes) {
    return g.nodes(
        "",
        "Split",
        sizes.length,
        List.of(attribute("axis", 1)),
        value,
        g.longs(java.util.Arrays.stream(sizes).asLongStream().toArray()));
  }
}
