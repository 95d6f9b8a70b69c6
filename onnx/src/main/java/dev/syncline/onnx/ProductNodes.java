package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.syncline.step.Halves;
import dev.syncline.step.Matrix;
import dev.syncline.step.Panels;
import dev.syncline.step.Quantized;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Products of rows {@code [n, in]} with a matrix, {@code [n, out]}. */
final class ProductNodes {
  /** Below the largest of a row of inputs that is not all zeros. */
  private static final float LEAST = 1e-30f;

  private final GraphBuilder g;
  private final Flow flow;
  private final Products products;

  ProductNodes(GraphBuilder g, Flow flow, Products products) {
    this.g = g;
    this.flow = flow;
    this.products = products;
  }

  String product(Matrix w, String x) {
    return switch (w) {
      case Panels p -> gemm(p, x, floats(p));
      case Halves h -> gemm(h, x, flow.cast(halves(h), DataType.FLOAT));
      case Quantized q when q.scales().length > padded(q) || q.bits() == 4 -> blocks(q, x);
      case Quantized q ->
          switch (products) {
            case OWN -> whole(q, x, DataType.UINT8, 128);
            case SIGNED -> whole(q, x, DataType.INT8, 0);
            case DYNAMIC -> dynamic(q, x);
          };
    };
  }

  private static int padded(Matrix w) {
    return (w.out() + Matrix.WIDTH - 1) / Matrix.WIDTH * Matrix.WIDTH;
  }

  private String gemm(Matrix w, String x, String weight) {
    var transposed = List.of(attribute("transB", 1));
    return biased(w)
        ? g.node("Gemm", transposed, x, weight, bias(w))
        : g.node("Gemm", transposed, x, weight);
  }

  private String floats(Matrix w) {
    float[] all = new float[w.out() * w.in()];
    for (int o = 0; o < w.out(); o++) {
      for (int k = 0; k < w.in(); k++) {
        all[o * w.in() + k] = w.weight(o, k);
      }
    }
    return g.floats(all, w.out(), w.in());
  }

  /** The weights in their 16 bits; products are of floats, as in our step. */
  private String halves(Halves w) {
    ByteBuffer raw = GraphBuilder.bytes(2L * w.out() * w.in());
    for (int o = 0; o < w.out(); o++) {
      for (int k = 0; k < w.in(); k++) {
        float v = w.weight(o, k);
        raw.putShort(
            w.brain() ? (short) (Float.floatToRawIntBits(v) >>> 16) : Float.floatToFloat16(v));
      }
    }
    DataType type = w.brain() ? DataType.BFLOAT16 : DataType.FLOAT16;
    return g.constant(type, raw, w.out(), w.in());
  }

  /**
   * Inputs are rounded to -127 to 127 times a scale of their row; ONNX rounds ties to even as we
   * do. They go in as positive numbers, with 128 for zero.
   *
   * @param zero what the whole number 0 of a weight is in their type
   */
  private String whole(Quantized w, String x, DataType type, int zero) {
    String largest = g.node("Abs", x);
    largest = g.node("Max", flow.reduce("ReduceMax", largest, 1), g.scalar(LEAST));
    String numbers = g.node("Mul", x, g.node("Div", g.scalar(127f), largest));
    String none = zero(DataType.UINT8, 128);
    String bytes = g.node("QuantizeLinear", numbers, g.scalar(1f), none);
    String sums = g.node("MatMulInteger", bytes, wholes(w, type, zero), none, zero(type, zero));
    float[] scales = scales(w);
    for (int o = 0; o < scales.length; o++) {
      scales[o] /= 127;
    }
    String y = g.node("Mul", flow.cast(sums, DataType.FLOAT), g.floats(scales, w.out()));
    y = g.node("Mul", y, largest);
    return biased(w) ? g.node("Add", y, bias(w)) : y;
  }

  private String zero(DataType type, int zero) {
    return g.constant(type, GraphBuilder.bytes(1).put((byte) zero));
  }

  private String dynamic(Quantized w, String x) {
    return g.contrib(
        "DynamicQuantizeMatMul",
        List.of(),
        x,
        wholes(w, DataType.INT8, 0),
        g.floats(scales(w), w.out()),
        zero(DataType.INT8, 0),
        biased(w) ? bias(w) : "");
  }

  /** The whole numbers {@code [in, out]}, each with an offset. */
  private String wholes(Quantized w, DataType type, int offset) {
    ByteBuffer raw = GraphBuilder.bytes((long) w.in() * w.out());
    for (int k = 0; k < w.in(); k++) {
      for (int o = 0; o < w.out(); o++) {
        raw.put((byte) (whole(w, o, k) + offset));
      }
    }
    return g.constant(type, raw, w.in(), w.out());
  }

  /** The scale of a group of inputs of one output. */
  private static float scale(Quantized w, int o, int group) {
    int panel = o / Matrix.WIDTH * Matrix.WIDTH;
    int groups = w.scales().length / padded(w);
    return w.scales()[panel * groups + group * Matrix.WIDTH + o % Matrix.WIDTH];
  }

  /** The whole number of a weight, 0 beyond the inputs. */
  private static int whole(Quantized w, int o, int k) {
    float scale = k < w.in() ? scale(w, o, k / w.group()) : 0;
    return scale == 0 ? 0 : Math.round(w.weight(o, k) / scale);
  }

  private static float[] scales(Quantized w) {
    return Arrays.copyOf(w.scales(), w.out());
  }

  /**
   * Weights with a scale for each group of inputs, which are rounded by the same groups: {@code
   * com.microsoft.MatMulNBits}.
   */
  private String blocks(Quantized w, String x) {
    int groups = w.scales().length / padded(w);
    int inputs = groups * w.group();
    ByteBuffer raw = GraphBuilder.bytes((long) w.out() * inputs * w.bits() / 8);
    float[] scales = new float[w.out() * groups];
    int zero = 1 << (w.bits() - 1);
    for (int o = 0; o < w.out(); o++) {
      for (int k = 0; k < inputs; k += 8 / w.bits()) {
        int low = whole(w, o, k) + zero;
        int high = w.bits() == 8 ? 0 : whole(w, o, k + 1) + zero;
        raw.put((byte) (low | high << 4));
      }
      for (int group = 0; group < groups; group++) {
        scales[o * groups + group] = scale(w, o, group);
      }
    }
    long bytes = (long) w.group() * w.bits() / 8;
    String y =
        g.contrib(
            "MatMulNBits",
            List.of(
                attribute("K", w.in()),
                attribute("N", w.out()),
                attribute("accuracy_level", 4),
                attribute("bits", w.bits()),
                attribute("block_size", w.group())),
            x,
            g.constant(DataType.UINT8, raw, w.out(), groups, bytes),
            g.floats(scales, (long) w.out() * groups));
    return biased(w) ? g.node("Add", y, bias(w)) : y;
  }

  private static boolean biased(Matrix w) {
    for (float b : w.bias()) {
      if (b != 0) {
        return true;
      }
    }
    return false;
  }

  private String bias(Matrix w) {
    return g.floats(Arrays.copyOf(w.bias(), w.out()), w.out());
  }
}
