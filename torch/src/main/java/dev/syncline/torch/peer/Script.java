package dev.syncline.torch.peer;

import dev.syncline.spec.Layer.Function;
import dev.syncline.spec.Layer.Pooling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/**
 * Calls that become the lines of a TorchScript function {@code step(t, tensors...)}. Tensors that
 * last are its arguments; how they are made is asked of the eager form.
 */
final class Script implements Calls<String> {
  private final Calls<Tensor> made;
  private final Map<String, String> names = new LinkedHashMap<>();
  private final List<Tensor> arguments = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final Map<String, Tensor> outputs;

  Script(Calls<Tensor> made, Map<String, Tensor> outputs) {
    this.made = made;
    this.outputs = outputs;
  }

  /** What stands for the tensors behind {@code t}. */
  List<Tensor> arguments() {
    return arguments;
  }

  String source() {
    String tensors =
        names.values().stream().map(n -> ", " + n + ": Tensor").collect(Collectors.joining());
    String body = lines.stream().map(l -> "  " + l + "\n").collect(Collectors.joining());
    return "def step(t: int" + tensors + ") -> int:\n" + body + "  return t\n";
  }

  private String argument(String name, Supplier<Tensor> tensor) {
    return names.computeIfAbsent(
        name,
        key -> {
          arguments.add(tensor.get());
          return "a" + arguments.size();
        });
  }

  private String call(String function, Object... arguments) {
    String value = "v" + lines.size();
    lines.add(
        Arrays.stream(arguments)
            .map(a -> a instanceof long[] list ? Arrays.toString(list) : a.toString())
            .collect(Collectors.joining(", ", value + " = torch." + function + "(", ")")));
    return value;
  }

  @Override
  public String input(String name) {
    return argument("input " + name, () -> made.input(name));
  }

  @Override
  public String parameter(String name, long... shape) {
    return argument(name, () -> made.parameter(name, shape));
  }

  @Override
  public String parameter(String name, long[] shape, long... order) {
    return argument(name, () -> made.parameter(name, shape, order));
  }

  @Override
  public String state(String name, long... shape) {
    return argument(name, () -> made.state(name, shape));
  }

  @Override
  public String linear(String x, String weight, String bias) {
    return call("linear", x, weight, bias);
  }

  @Override
  public String addmv(String x, String weight, String bias) {
    return call("addmv", bias, weight, x);
  }

  @Override
  public String view(String x, long... shape) {
    return call("reshape", x, shape);
  }

  @Override
  public String permute(String x, long... order) {
    return call("permute", x, order);
  }

  @Override
  public String narrow(String x, int dim, int from, int length) {
    return call("narrow", x, dim, from, length);
  }

  @Override
  public String cat(List<String> parts, int dim) {
    return call("cat", parts, dim);
  }

  @Override
  public String add(String a, String b) {
    return call("add", a, b);
  }

  @Override
  public String mul(String a, String b) {
    return call("mul", a, b);
  }

  @Override
  public String standardize(String x, String mean, String deviation, float clip) {
    return call("clamp", call("div", call("sub", x, mean), deviation), -clip, clip);
  }

  @Override
  public String apply(Function function, String x) {
    return switch (function) {
      case GELU -> call("gelu", x, "approximate=\"tanh\"");
      case RELU, SILU, TANH, SIGMOID -> call(function.name().toLowerCase(Locale.ROOT), x);
    };
  }

  @Override
  public String lerp(String a, String b, String t) {
    return call("lerp", a, b, t);
  }

  @Override
  public String layerNorm(String x, long[] shape, String weight, String bias, float epsilon) {
    double e = Double.parseDouble(Float.toString(epsilon));
    if (shape.length == 1) {
      return call("layer_norm", x, shape, weight, bias, e, "False");
    }
    String normal = call("layer_norm", x, shape, "None", "None", e, "False");
    return add(mul(normal, weight), bias);
  }

  @Override
  public String gruCell(
      String x, String h, String weightX, String weightH, String biasX, String biasH) {
    return call("gru_cell", x, h, weightX, weightH, biasX, biasH);
  }

  @Override
  public String conv1d(String x, String weight, String bias, int stride, int dilation) {
    long[] none = {0};
    return call("conv1d", x, weight, bias, new long[] {stride}, none, new long[] {dilation});
  }

  @Override
  public String conv2d(String x, String weight, String bias, int stride, int padding) {
    long[] strides = {stride, stride};
    return call("conv2d", x, weight, bias, strides, new long[] {padding, padding});
  }

  @Override
  public String pool(Pooling pooling, String x, long... dims) {
    return switch (pooling) {
      case MEAN -> call("mean", x, dims);
      case MAX -> call("amax", x, dims);
    };
  }

  @Override
  public String attend(String q, String k, String v) {
    return call("scaled_dot_product_attention", q, k, v);
  }

  @Override
  public String row(String ring, Slot slot) {
    return call("narrow", ring, 1, index(slot), 1);
  }

  @Override
  public String filled(String ring, Slot slot) {
    return call("narrow", ring, 1, 0, "min(" + row(slot) + " + 1, " + slot.length() + ")");
  }

  @Override
  public void put(String ring, Slot slot, String row) {
    lines.add(row(ring, slot) + ".copy_(" + row + ")");
  }

  private static String index(Slot slot) {
    return "(" + row(slot) + ") % " + slot.length();
  }

  private static String row(Slot slot) {
    return "t * " + slot.perTick() + " + (" + slot.offset() + ")";
  }

  @Override
  public void set(String state, String value) {
    lines.add(state + ".copy_(" + value + ")");
  }

  @Override
  public void output(String name, String x) {
    lines.add(argument("output " + name, () -> outputs.get(name)) + ".copy_(" + x + ")");
  }
}
