package dev.syncline.torch.peer;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Layer.Function;
import dev.syncline.spec.Layer.Pooling;
import dev.syncline.torch.Tensors;
import dev.syncline.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/** Calls that are carried out at once; what lasts is made by the first step. */
final class Eager implements Calls<Tensor> {
  /** Makes a tensor that outlives the step. */
  interface Keeper {
    Tensor keep(Supplier<Tensor> make);
  }

  private final Weights weights;
  private final Keeper keeper;
  private final Map<String, Tensor> inputs;
  private final Map<String, Tensor> outputs;
  private final Map<String, Tensor> lasting = new LinkedHashMap<>();
  long tick;

  /**
   * @param outputs where outputs are copied to
   */
  Eager(Weights weights, Keeper keeper, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    this.weights = weights;
    this.keeper = keeper;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  @Override
  public Tensor input(String name) {
    return inputs.get(name);
  }

  @Override
  public Tensor parameter(String name, long... shape) {
    return lasting.computeIfAbsent(
        name, key -> keeper.keep(() -> Tensors.of(weights.get(key), shape)));
  }

  @Override
  public Tensor parameter(String name, long[] shape, long... order) {
    return lasting.computeIfAbsent(
        name,
        key -> keeper.keep(() -> Tensors.of(weights.get(key), shape).permute(order).contiguous()));
  }

  @Override
  public Tensor state(String name, long... shape) {
    return lasting.computeIfAbsent(name, key -> keeper.keep(() -> zeros(shape)));
  }

  @Override
  public Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return org.bytedeco.pytorch.global.torch.linear(x, weight, new TensorOptional(bias));
  }

  @Override
  public Tensor addmv(Tensor x, Tensor weight, Tensor bias) {
    return org.bytedeco.pytorch.global.torch.addmv(bias, weight, x);
  }

  @Override
  public Tensor view(Tensor x, long... shape) {
    return x.reshape(shape);
  }

  @Override
  public Tensor permute(Tensor x, long... order) {
    return x.permute(order);
  }

  @Override
  public Tensor narrow(Tensor x, int dim, int from, int length) {
    return x.narrow(dim, from, length);
  }

  @Override
  public Tensor cat(List<Tensor> parts, int dim) {
    return org.bytedeco.pytorch.global.torch.cat(
        new TensorVector(parts.toArray(Tensor[]::new)), dim);
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    return a.add(b);
  }

  @Override
  public Tensor mul(Tensor a, Tensor b) {
    return a.mul(b);
  }

  @Override
  public Tensor standardize(Tensor x, Tensor mean, Tensor deviation, float clip) {
    ScalarOptional low = new ScalarOptional(new Scalar(-clip));
    return clamp(x.sub(mean).div(deviation), low, new ScalarOptional(new Scalar(clip)));
  }

  @Override
  public Tensor apply(Function function, Tensor x) {
    return switch (function) {
      case RELU -> relu(x);
      case GELU -> gelu(x, "tanh");
      case SILU -> silu(x);
      case TANH -> tanh(x);
      case SIGMOID -> sigmoid(x);
    };
  }

  @Override
  public Tensor lerp(Tensor a, Tensor b, Tensor t) {
    return org.bytedeco.pytorch.global.torch.lerp(a, b, t);
  }

  @Override
  public Tensor layerNorm(Tensor x, long[] shape, Tensor weight, Tensor bias, float epsilon) {
    if (shape.length == 1) {
      TensorOptional gain = new TensorOptional(weight);
      return layer_norm(x, shape, gain, new TensorOptional(bias), epsilon, false);
    }
    TensorOptional none = new TensorOptional();
    return layer_norm(x, shape, none, none, epsilon, false).mul(weight).add(bias);
  }

  @Override
  public Tensor gruCell(
      Tensor x, Tensor h, Tensor weightX, Tensor weightH, Tensor biasX, Tensor biasH) {
    TensorOptional b = new TensorOptional(biasX);
    return gru_cell(x, h, weightX, weightH, b, new TensorOptional(biasH));
  }

  @Override
  public Tensor conv1d(Tensor x, Tensor weight, Tensor bias, int stride, int dilation) {
    TensorOptional b = new TensorOptional(bias);
    return org.bytedeco.pytorch.global.torch.conv1d(
        x, weight, b, new long[] {stride}, new long[] {0}, new long[] {dilation}, 1);
  }

  @Override
  public Tensor conv2d(Tensor x, Tensor weight, Tensor bias, int stride, int padding) {
    TensorOptional b = new TensorOptional(bias);
    long[] strides = {stride, stride};
    return org.bytedeco.pytorch.global.torch.conv2d(
        x, weight, b, strides, new long[] {padding, padding}, new long[] {1, 1}, 1);
  }

  @Override
  public Tensor pool(Pooling pooling, Tensor x, long... dims) {
    return switch (pooling) {
      case MEAN -> mean(x, dims, false, new ScalarTypeOptional());
      case MAX -> x.amax(dims, false);
    };
  }

  @Override
  public Tensor attend(Tensor q, Tensor k, Tensor v) {
    return scaled_dot_product_attention(q, k, v);
  }

  @Override
  public Tensor row(Tensor ring, Slot slot) {
    return ring.narrow(1, slot.index(tick), 1);
  }

  @Override
  public Tensor filled(Tensor ring, Slot slot) {
    return ring.narrow(1, 0, slot.filled(tick));
  }

  @Override
  public void put(Tensor ring, Slot slot, Tensor row) {
    ring.narrow(1, slot.index(tick), 1).copy_(row);
  }

  @Override
  public void set(Tensor state, Tensor value) {
    state.copy_(value);
  }

  @Override
  public void output(String name, Tensor x) {
    outputs.get(name).copy_(x);
  }
}
