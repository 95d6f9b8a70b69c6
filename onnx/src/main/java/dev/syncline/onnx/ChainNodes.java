package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.syncline.json.InputException;
import dev.syncline.spec.Output;
import dev.syncline.step.Op;
import java.util.ArrayList;
import java.util.List;

/** Messages along chains of labels, in logarithms, {@code [streams, chains, states]} each. */
final class ChainNodes {
  /** Rows that are waited for, each some operations of the graph. */
  private static final int MOST_LAG = 100;

  private final GraphBuilder g;
  private final Flow flow;
  private final Op.Chain o;
  private final int width;
  private final int lag;
  private final int chains;
  private final int states;

  ChainNodes(GraphBuilder g, Flow flow, Op.Chain o) {
    this.g = g;
    this.flow = flow;
    this.o = o;
    width = o.in().size();
    lag = o.layer().lag();
    chains = o.layer().chains(width);
    states = o.layer().states(width);
    if (lag > MOST_LAG) {
      String part = o.forward().part().name();
      throw new InputException(
          "%s: a chain with a lag of %d has no ONNX graph, one of at most %d has"
              .formatted(part.substring(0, part.lastIndexOf('.')), lag, MOST_LAG));
    }
  }

  void emit() {
    int rows = o.in().rows();
    List<String> told = new ArrayList<>();
    List<String> valid = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      String row = flow.row(flow.clean(o.in()), rows, r, width);
      String all = flow.reshape(row, -1, 1, width);
      if (lag > 0) {
        String before = flow.gather(o.rows(), rows, Flow.range(r - lag, r));
        all = flow.concat(1, List.of(before, all));
        flow.remember(o.rows(), rows, r, 1, flow.slice(all, 1, lag, lag + 1L));
      }
      String number = flow.index(rows, (long) r - lag);
      String isTold = g.node("GreaterOrEqual", number, g.scalar(0L));
      String forward = forward(emission(all, 0), number, isTold);
      told.add(tell(g.node("Add", message(all), forward)));
      valid.add(flow.cast(isTold, DataType.FLOAT));
    }
    String validity = lag == 0 ? Flow.ALWAYS : flow.join(valid, 1);
    flow.put(o.out(), flow.join(told, width), validity);
  }

  /** What all rows up to one say of its label: that of the row before, a transition, this row. */
  private String forward(String emission, String number, String isTold) {
    String before = flow.state(o.forward());
    String moved = join(before, o.arriving());
    String first = g.node("Unsqueeze", g.node("Equal", number, g.scalar(0L)), g.longs(2));
    String start = g.floats(o.start(), 1, chains, states);
    String next = normalised(g.node("Add", g.node("Where", first, start, moved), emission), 2);
    flow.state(o.forward(), g.node("Where", g.node("Unsqueeze", isTold, g.longs(2)), next, before));
    return next;
  }

  /** What the rows behind one say of its label. */
  private String message(String all) {
    String message = g.floats(new float[chains * states], 1, chains, states);
    for (int later = lag; later > 0; later--) {
      String joined = join(g.node("Add", message, emission(all, later)), o.leaving());
      message = normalised(joined, 2);
    }
    return message;
  }

  /** A message joined with transitions {@code [chain][to][from]}: the sum, or the best. */
  private String join(String message, float[] transitions) {
    String table = g.floats(transitions, 1, chains, states, states);
    String sums = g.node("Add", g.node("Unsqueeze", message, g.longs(2)), table);
    String op =
        switch (o.layer().decode()) {
          case MARGINALS -> "ReduceLogSumExp";
          case VITERBI -> "ReduceMax";
        };
    return g.node(op, List.of(attribute("keepdims", 0)), sums, g.longs(3));
  }

  private String normalised(String message, int axis) {
    return g.node("Sub", message, flow.reduce("ReduceLogSumExp", message, axis));
  }

  /** Of one of several rows. */
  private String emission(String all, int i) {
    String row = lag == 0 ? all : flow.slice(all, 1, i, i + 1L);
    if (o.layer().kind() == Output.Kind.ONE_LABEL) {
      return row;
    }
    String on = flow.reshape(row, -1, width, 1);
    return flow.concat(2, List.of(g.node("Sub", on, on), on));
  }

  private String tell(String message) {
    if (o.layer().kind() == Output.Kind.ONE_LABEL) {
      return flow.reshape(normalised(message, 2), -1, width);
    }
    String odds = g.node("Sub", flow.slice(message, 2, 1, 2), flow.slice(message, 2, 0, 1));
    return flow.reshape(odds, -1, width);
  }
}
