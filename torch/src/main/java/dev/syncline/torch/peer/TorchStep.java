package dev.syncline.torch.peer;

import static org.bytedeco.pytorch.global.torch.compile;
import static org.bytedeco.pytorch.global.torch.zeros;

import dev.syncline.json.InputException;
import dev.syncline.spec.Node;
import dev.syncline.spec.Shape;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;

/**
 * Steps of some streams in libtorch, in inference mode, state updated in place: the same weights
 * and the same arithmetic as the step form in FP32, every row valid. On one thread where
 * OMP_NUM_THREADS says so.
 */
public final class TorchStep implements AutoCloseable {
  /** How libtorch is asked. */
  public enum Mode {
    EAGER,
    TORCHSCRIPT
  }

  /** Floats of libtorch's own memory, stream after stream, as a tensor and as what Java reads. */
  private record Port(Tensor tensor, FloatPointer floats) {}

  private final Map<String, Port> inputs = new LinkedHashMap<>();
  private final Map<String, Port> outputs = new LinkedHashMap<>();
  private final List<Pointer> kept = new ArrayList<>();
  private final Node root;
  private final Eager calls;
  private final StepWalk<Tensor> walk;
  private Function script;
  private IValueVector arguments;
  private long tick;

  /**
   * A layer that this peer does not cover is refused.
   *
   * @param addmv whether products of one vector are asked for as such; else as {@code linear}
   */
  public TorchStep(Node root, Weights weights, int streams, Mode mode, boolean addmv) {
    this.root = root;
    root.in().forEach((name, shape) -> inputs.put(name, port(streams, shape)));
    root.out().forEach((name, shape) -> outputs.put(name, port(streams, shape)));
    calls = new Eager(weights, this::keep, tensors(inputs), tensors(outputs));
    walk = new StepWalk<>(calls, streams, addmv);
    Script lines = new Script(calls, tensors(outputs));
    try {
      new StepWalk<>(lines, streams, addmv).step(root);
    } catch (InputException e) {
      close();
      throw e;
    }
    if (mode == Mode.TORCHSCRIPT) {
      compileScript(lines);
    }
  }

  private void compileScript(Script lines) {
    CompilationUnit unit = keep(() -> compile(lines.source()));
    script = keep(() -> unit.get_function(new QualifiedName("step")));
    arguments =
        keep(
            () -> {
              IValueVector all = new IValueVector(new IValue(0L));
              lines.arguments().forEach(t -> all.push_back(new IValue(t)));
              return all;
            });
  }

  /** What is written before a step for all streams, one after the other. */
  public void input(String name, int at, float[] row) {
    FloatPointer to = inputs.get(name).floats();
    to.position(at).put(row);
  }

  /** The next tick of every stream. */
  public void run() {
    try (PointerScope _ = new PointerScope();
        InferenceMode _ = new InferenceMode(true)) {
      if (script == null) {
        calls.tick = tick;
        walk.step(root);
      } else {
        arguments.put(0, new IValue(tick));
        script.apply(arguments);
      }
      tick++;
    }
  }

  /** Copies an output of all streams, one after the other. */
  public void output(String name, float[] to, int at, int count) {
    outputs.get(name).floats().get(to, at, count);
  }

  @Override
  public void close() {
    kept.forEach(Pointer::releaseReference);
    kept.clear();
  }

  private Port port(int streams, Shape shape) {
    long[] dims = new long[shape.dims().size() + 2];
    dims[0] = streams;
    dims[1] = shape.rows();
    for (int i = 2; i < dims.length; i++) {
      dims[i] = shape.dims().get(i - 2);
    }
    Tensor tensor = keep(() -> zeros(dims));
    return new Port(tensor, keep(() -> new FloatPointer(tensor.data_ptr_float())));
  }

  private static Map<String, Tensor> tensors(Map<String, Port> ports) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    ports.forEach((name, port) -> tensors.put(name, port.tensor()));
    return tensors;
  }

  /** Makes something that outlives the scope of a step. */
  private <P extends Pointer> P keep(Supplier<P> make) {
    try (PointerScope _ = new PointerScope()) {
      P made = make.get();
      made.retainReference();
      kept.add(made);
      return made;
    }
  }
}
