package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import dev.syncline.spec.Exchange;
import dev.syncline.step.Buffer;
import dev.syncline.step.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One tick's messages between the rows of several streams, in the order of time. */
final class GraphAttentionNodes {
  private final GraphBuilder g;
  private final Flow flow;
  private final ProductNodes products;
  private final Op.GraphAttention o;
  private final int heads;
  private final int past;

  GraphAttentionNodes(GraphBuilder g, Flow flow, ProductNodes products, Op.GraphAttention o) {
    this.g = g;
    this.flow = flow;
    this.products = products;
    this.o = o;
    heads = o.layer().heads();
    past = o.layer().past();
  }

  void emit() {
    List<List<String>> found = new ArrayList<>();
    o.streams().forEach(s -> found.add(new ArrayList<>()));
    for (int i = 0; i < o.order().length; i += 3) {
      int stream = o.order()[i + 1];
      if (o.order()[i] == 1) {
        send(o.streams().get(stream), o.order()[i + 2]);
      } else {
        found.get(stream).add(receive(stream, o.order()[i + 2]));
      }
    }
    for (int s = 0; s < found.size(); s++) {
      Buffer in = o.streams().get(s).in();
      String y = g.node("Elu", flow.join(found.get(s), in.size()));
      flow.put(o.streams().get(s).out(), g.node("Add", flow.rows(in), y));
    }
  }

  private String features(Op.GraphStream stream) {
    return products.product(o.weight(), flow.rows(stream.in()));
  }

  /** What each head of all rows has in common with its part of a vector, {@code [.., heads]}. */
  private String common(String features, float[] vector) {
    int depth = vector.length / heads;
    String x = flow.reshape(features, -1, heads, depth);
    String each = g.node("Mul", x, g.floats(vector, 1, heads, depth));
    return flow.reshape(flow.reduce("ReduceSum", each, 2), -1, heads);
  }

  private void send(Op.GraphStream stream, int r) {
    Buffer in = stream.in();
    String features = features(stream);
    put(stream.features(), in, r, flow.clean(features, in));
    put(stream.scores(), in, r, flow.clean(common(features, o.send()), in));
    put(stream.valid(), in, r, flow.validNumbers(in));
  }

  private void put(dev.syncline.step.Ring ring, Buffer in, int r, String all) {
    int width = ring.part().width();
    String row = flow.reshape(flow.row(all, in.rows(), r, width), -1, 1, width);
    flow.remember(ring, in.rows(), r, 1, row);
  }

  /** What comes to a row, {@code [streams, width]}. */
  private String receive(int receiver, int r) {
    Op.GraphStream stream = o.streams().get(receiver);
    int rows = stream.in().rows();
    String wanted = flow.row(common(features(stream), o.receive()), rows, r, heads);
    wanted = g.node("Unsqueeze", wanted, g.longs(1));
    List<String> scores = new ArrayList<>();
    List<String> features = new ArrayList<>();
    for (int s = 0; s < o.streams().size(); s++) {
      Op.GraphStream from = o.streams().get(s);
      long newest = (r + 1L) * stream.unit() / from.unit() - 1;
      String ages = flow.ages(flow.index(from.in().rows(), newest), past);
      int edge = (receiver * o.streams().size() + s) * past * heads;
      float[] edges = Arrays.copyOfRange(o.edges(), edge, edge + past * heads);
      String kind = g.node("Gather", g.floats(edges, past, heads), ages);
      String score = g.node("Add", g.node("Add", wanted, flow.state(from.scores())), kind);
      score =
          g.node("LeakyRelu", List.of(attribute("alpha", Exchange.GraphAttention.SLOPE)), score);
      scores.add(g.node("Add", score, flow.unless(flow.state(from.valid()))));
      features.add(flow.state(from.features()));
    }
    String shares = g.node("Softmax", List.of(attribute("axis", 1)), flow.concat(1, scores));
    int width = stream.in().size();
    String sent = flow.reshape(flow.concat(1, features), 0, -1, heads, width / heads);
    String weighed = g.node("Mul", sent, g.node("Unsqueeze", shares, g.longs(3)));
    return flow.reshape(flow.reduce("ReduceSum", weighed, 1), -1, width);
  }
}
