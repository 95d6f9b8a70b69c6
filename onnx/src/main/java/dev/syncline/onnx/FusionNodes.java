package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import dev.syncline.spec.Fusion.How;
import dev.syncline.step.Buffer;
import dev.syncline.step.Op;
import java.util.ArrayList;
import java.util.List;

/** Several streams to one. Streams whose row is invalid take no part. */
final class FusionNodes {
  private final GraphBuilder g;
  private final Flow flow;
  private final ProductNodes products;

  FusionNodes(GraphBuilder g, Flow flow, ProductNodes products) {
    this.g = g;
    this.flow = flow;
    this.products = products;
  }

  void concat(Op.Concat o) {
    String y = flow.concat(1, o.in().stream().map(flow::clean).toList());
    flow.put(o.out(), y, flow.any(o.in()));
  }

  void combine(Op.Combine o) {
    List<String> each = new ArrayList<>();
    List<String> totals = new ArrayList<>();
    for (int m = 0; m < o.in().size(); m++) {
      Buffer in = o.in().get(m);
      String weight = g.scalar(o.weights()[m]);
      if (o.how() == How.MAX) {
        each.add(flow.choose(in, flow.rows(in), g.scalar(-Float.MAX_VALUE)));
      } else {
        each.add(g.node("Mul", flow.clean(in), weight));
      }
      totals.add(g.node("Mul", flow.validNumbers(in), weight));
    }
    String y = g.node(o.how() == How.MAX ? "Max" : "Sum", each.toArray(String[]::new));
    if (o.how() == How.MEAN || o.how() == How.WEIGHTED) {
      String total = g.node("Sum", totals.toArray(String[]::new));
      y = g.node("Div", y, g.node("Max", total, g.scalar(Float.MIN_NORMAL)));
    }
    flow.put(o.out(), y, flow.any(o.in()));
  }

  void gated(Op.Gated o) {
    List<String> joint = new ArrayList<>(o.in().stream().map(flow::clean).toList());
    o.in().forEach(in -> joint.add(flow.validNumbers(in)));
    String all = flow.concat(1, joint);
    List<String> gates = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (int m = 0; m < o.in().size(); m++) {
      Buffer in = o.in().get(m);
      String gate = products.product(o.gates().get(m), all);
      String value = g.node("Tanh", products.product(o.values().get(m), flow.clean(in)));
      gates.add(beside(flow.choose(in, gate, g.scalar(-1e30f))));
      values.add(beside(value));
    }
    String shares = g.node("Softmax", List.of(attribute("axis", 1)), flow.concat(1, gates));
    String y = flow.reduce("ReduceSum", g.node("Mul", shares, flow.concat(1, values)), 1);
    flow.put(o.out(), flow.reshape(y, -1, o.out().size()), flow.any(o.in()));
  }

  private String beside(String value) {
    return g.node("Unsqueeze", value, g.longs(1));
  }

  void lowRank(Op.LowRank o) {
    int units = o.out().size();
    String product = null;
    for (int m = 0; m < o.in().size(); m++) {
      Buffer in = o.in().get(m);
      String factor = products.product(o.factors().get(m), flow.clean(in));
      factor = flow.choose(in, factor, g.scalar(1f));
      product = product == null ? factor : g.node("Mul", product, factor);
    }
    String each = flow.reshape(product, -1, o.weights().length, units);
    String weights = g.floats(o.weights(), 1, o.weights().length, 1);
    String sum = flow.reduce("ReduceSum", g.node("Mul", each, weights), 1);
    String y = g.node("Add", flow.reshape(sum, -1, units), g.floats(o.bias(), units));
    flow.put(o.out(), y, flow.any(o.in()));
  }
}
