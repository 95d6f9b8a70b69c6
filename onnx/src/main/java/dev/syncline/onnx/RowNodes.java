package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.syncline.spec.Layer.Function;
import dev.syncline.spec.Layer.Pooling;
import dev.syncline.step.Buffer;
import dev.syncline.step.Op;
import java.util.List;

/** Layers that work row by row, and those that join rows of a tick. */
final class RowNodes {
  private final GraphBuilder g;
  private final Flow flow;

  RowNodes(GraphBuilder g, Flow flow) {
    this.g = g;
    this.flow = flow;
  }

  String apply(Function function, String x) {
    return switch (function) {
      case RELU -> g.node("Relu", x);
      case TANH -> g.node("Tanh", x);
      case SIGMOID -> g.node("Sigmoid", x);
      case SILU -> g.node("Mul", x, g.node("Sigmoid", x));
      case GELU -> g.node("Gelu", List.of(attribute("approximate", "tanh")), x);
    };
  }

  /** Of a picture, over all of it; gain and bias are those of a line of it. */
  void layerNorm(Op.LayerNorm o) {
    int size = o.in().size();
    int width = o.weight().length;
    float[] weight = new float[size];
    float[] bias = new float[size];
    for (int i = 0; i < size; i += width) {
      System.arraycopy(o.weight(), 0, weight, i, width);
      System.arraycopy(o.bias(), 0, bias, i, width);
    }
    String y =
        g.node(
            "LayerNormalization",
            List.of(attribute("axis", 1), attribute("epsilon", o.epsilon())),
            flow.rows(o.in()),
            g.floats(weight, size),
            g.floats(bias, size));
    flow.put(o.out(), y);
  }

  void rmsNorm(Op.RmsNorm o) {
    String x = flow.rows(o.in());
    String mean = flow.reduce("ReduceMean", g.node("Mul", x, x), 1);
    String root = g.node("Sqrt", g.node("Add", mean, g.scalar(o.epsilon())));
    String weight = g.floats(o.weight(), o.weight().length);
    flow.put(o.out(), g.node("Mul", g.node("Div", x, root), weight));
  }

  /** Of invalid rows, the first vector. */
  void embed(Op.Embed o) {
    String id = flow.reshape(flow.cast(flow.clean(o.in()), DataType.INT64), -1);
    String table = g.floats(o.table(), o.count(), o.out().size());
    flow.put(o.out(), g.node("Gather", table, id));
  }

  void standardize(Op.Standardize o) {
    int width = o.in().size();
    String x = g.node("Sub", flow.rows(o.in()), g.floats(o.mean(), width));
    x = g.node("Div", x, g.floats(o.deviation(), width));
    flow.put(o.out(), g.node("Clip", x, g.scalar(-o.clip()), g.scalar(o.clip())));
  }

  void absent(Op.Absent o) {
    String vector = g.floats(o.vector(), o.vector().length);
    flow.put(o.out(), flow.choose(o.in(), flow.rows(o.in()), vector), Flow.ALWAYS);
  }

  void poolRows(Op.PoolRows o) {
    int n = o.rows();
    int width = o.in().size();
    boolean always = flow.always(o.in());
    String any = flow.any(o.in(), n);
    String y;
    if (o.pooling() == Pooling.MAX) {
      String x = flow.choose(o.in(), flow.rows(o.in()), g.scalar(-Float.MAX_VALUE));
      y = flow.reduce("ReduceMax", flow.reshape(x, -1, n, width), 1);
    } else {
      y = flow.reduce("ReduceSum", flow.reshape(flow.clean(o.in()), -1, n, width), 1);
      String count = g.scalar((float) n);
      if (!always) {
        String valid = flow.reshape(flow.valid(o.in()), -1, n, 1);
        count = g.node("Max", flow.reduce("ReduceSum", valid, 1), g.scalar(1f));
      }
      y = g.node("Div", y, count);
    }
    flow.put(o.out(), flow.reshape(y, -1, width), any);
  }

  void sinusoids(Op.Sinusoids o) {
    int width = o.in().size();
    String angles = angles(o.in().rows(), 1, o.angles().angles());
    String code = flow.concat(1, List.of(turn("Sin", angles), turn("Cos", angles)));
    if (width % 2 == 1) {
      code = flow.slice(code, 1, 0, width);
    }
    flow.put(o.out(), g.node("Add", flow.rows(o.in()), code));
  }

  /** Angles {@code [streams·rows, n]}, as doubles, of the times at which rows end. */
  String angles(int rowsPerTick, int unit, double[] each) {
    String time = flow.cast(flow.times(rowsPerTick, unit), DataType.DOUBLE);
    return g.node("Mul", time, g.doubles(each, each.length));
  }

  String turn(String function, String angles) {
    return flow.cast(g.node(function, angles), DataType.FLOAT);
  }

  void learned(Op.LearnedPositions o) {
    int width = o.in().size();
    int period = o.table().length / width;
    String n = flow.reshape(flow.times(o.in().rows(), 1), -1);
    String table = g.floats(o.table(), period, width);
    String code = g.node("Gather", table, g.node("Mod", n, g.scalar((long) period)));
    flow.put(o.out(), g.node("Add", flow.rows(o.in()), code));
  }

  void add(Op.Add o) {
    String sum = g.node("Add", flow.rows(o.x()), flow.rows(o.inner()));
    flow.put(o.out(), sum, both(o.x(), o.inner()));
  }

  private String both(Buffer a, Buffer b) {
    if (flow.always(a) || flow.valid(a).equals(flow.valid(b))) {
      return flow.valid(b);
    }
    return flow.always(b) ? flow.valid(a) : g.node("Mul", flow.valid(a), flow.valid(b));
  }
}
