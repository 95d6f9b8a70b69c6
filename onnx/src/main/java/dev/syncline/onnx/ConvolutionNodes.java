package dev.syncline.onnx;

import static dev.syncline.onnx.GraphBuilder.attribute;

import dev.syncline.spec.Layer.Pooling;
import dev.syncline.spec.Shape;
import dev.syncline.step.Buffer;
import dev.syncline.step.Op;
import dev.syncline.step.Ring;
import dev.syncline.step.Taps;
import java.util.List;
import java.util.TreeSet;

/** Convolutions over rows, and everything inside pictures. */
final class ConvolutionNodes {
  private final GraphBuilder g;
  private final Flow flow;
  private final ProductNodes products;

  ConvolutionNodes(GraphBuilder g, Flow flow, ProductNodes products) {
    this.g = g;
    this.flow = flow;
    this.products = products;
  }

  void conv1d(Op.Conv1d o) {
    Buffer in = o.taps().in();
    String taps = taps(o.taps(), o.out(), o.stride());
    String patches = flow.reshape(taps, -1, (long) o.taps().kernel() * in.size());
    String y = products.product(o.weight(), patches);
    flow.put(o.out(), y, flow.any(in, o.stride()));
  }

  void depthwiseConv1d(Op.DepthwiseConv1d o) {
    Buffer in = o.taps().in();
    int width = in.size();
    String taps = taps(o.taps(), o.out(), o.stride());
    String each = g.node("Mul", taps, g.floats(o.weight(), 1, o.taps().kernel(), width));
    String sum = flow.reshape(flow.reduce("ReduceSum", each, 1), -1, width);
    String y = g.node("Add", sum, g.floats(o.bias(), width));
    flow.put(o.out(), y, flow.any(in, o.stride()));
  }

  /** What each output row sees, the oldest first: {@code [streams·rows, kernel, width]}. */
  private String taps(Taps taps, Buffer out, int stride) {
    Buffer in = taps.in();
    Ring ring = taps.ring();
    int kernel = taps.kernel();
    int rows = in.rows();
    int width = in.size();
    String x = flow.perTick(flow.clean(in), rows, width);
    TreeSet<Long> before = new TreeSet<>();
    for (int j = 0; j < out.rows(); j++) {
      for (int age = 0; age < kernel; age++) {
        before.add((j + 1L) * stride - 1 - (long) age * taps.dilation());
      }
    }
    long[] old = before.headSet(0L).stream().mapToLong(Long::longValue).toArray();
    String all = old.length == 0 ? x : flow.concat(1, List.of(flow.gather(ring, rows, old), x));
    if (ring != null) {
      // The newest rows by way of what was read of the ring, so that they are written after it.
      int n = Math.min(rows, ring.part().rows());
      String newest = flow.slice(all, 1, old.length + rows - n, old.length + rows);
      flow.remember(ring, rows, rows - n, n, newest);
    }
    if (out.rows() == 1 && old.length + rows == kernel) {
      return all;
    }
    long[] places = new long[out.rows() * kernel];
    for (int i = 0; i < places.length; i++) {
      long row = (i / kernel + 1L) * stride - 1 - (kernel - 1L - i % kernel) * taps.dilation();
      places[i] = row >= 0 ? old.length + row : java.util.Arrays.binarySearch(old, row);
    }
    String picked = g.node("Gather", List.of(attribute("axis", 1)), all, g.longs(places));
    return flow.reshape(picked, -1, kernel, width);
  }

  void conv2d(Op.Conv2d o) {
    int channels = o.in().width();
    int k = o.kernel();
    float[] weight = new float[o.weight().out() * o.weight().in()];
    for (int to = 0; to < o.weight().out(); to++) {
      for (int i = 0; i < o.weight().in(); i++) {
        weight[(to * channels + i % channels) * k * k + i / channels] = o.weight().weight(to, i);
      }
    }
    String w = g.floats(weight, o.weight().out(), channels, k, k);
    String bias =
        g.floats(java.util.Arrays.copyOf(o.weight().bias(), o.weight().out()), o.weight().out());
    convolve(o.in(), o.out(), w, bias, 1, k, o.stride(), o.padding());
  }

  void depthwiseConv2d(Op.DepthwiseConv2d o) {
    int channels = o.in().width();
    int taps = o.kernel() * o.kernel();
    float[] weight = new float[o.weight().length];
    for (int i = 0; i < weight.length; i++) {
      weight[i % channels * taps + i / channels] = o.weight()[i];
    }
    String w = g.floats(weight, channels, 1, o.kernel(), o.kernel());
    String bias = g.floats(o.bias(), channels);
    convolve(o.in(), o.out(), w, bias, channels, o.kernel(), o.stride(), o.padding());
  }

  private void convolve(
      Buffer in, Buffer out, String w, String bias, int groups, int k, int stride, int padding) {
    String y =
        g.node(
            "Conv",
            List.of(
                attribute("group", groups),
                attribute("kernel_shape", k, k),
                attribute("pads", padding, padding, padding, padding),
                attribute("strides", stride, stride)),
            channelsFirst(in),
            w,
            bias);
    channelsLast(out, y);
  }

  void pool2d(Op.Pool2d o) {
    String op = o.pooling() == Pooling.MAX ? "MaxPool" : "AveragePool";
    String y =
        g.node(
            op,
            List.of(
                attribute("kernel_shape", o.kernel(), o.kernel()),
                attribute("strides", o.stride(), o.stride())),
            channelsFirst(o.in()));
    channelsLast(o.out(), y);
  }

  void globalPool(Op.GlobalPool o) {
    int channels = o.in().width();
    String pixels = flow.reshape(flow.rows(o.in()), -1, o.in().size() / channels, channels);
    String op = o.pooling() == Pooling.MAX ? "ReduceMax" : "ReduceMean";
    flow.put(o.out(), flow.reshape(flow.reduce(op, pixels, 1), -1, channels));
  }

  private String image(Buffer b) {
    Shape s = b.shape();
    return flow.reshape(flow.rows(b), -1, s.dims().get(0), s.dims().get(1), s.width());
  }

  private String channelsFirst(Buffer b) {
    return flow.transpose(image(b), 0, 3, 1, 2);
  }

  private void channelsLast(Buffer b, String value) {
    flow.put(b, flow.reshape(flow.transpose(value, 0, 2, 3, 1), -1, b.size()));
  }
}
