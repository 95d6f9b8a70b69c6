package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.cuda_is_available;
import static org.bytedeco.pytorch.global.torch.from_blob;

import dev.syncline.spec.Parameter;
import dev.syncline.weights.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Java arrays to tensors and back. */
public final class Tensors {
  /**
   * Whether tensors live on a CUDA device: where the build has one, unless SYNCLINE_DEVICE is cpu.
   */
  public static final boolean CUDA =
      !"cpu".equals(System.getenv("SYNCLINE_DEVICE")) && cuda_is_available();

  private Tensors() {}

  /** The tensor on the device that is computed on. */
  public static Tensor placed(Tensor t) {
    return CUDA ? t.cuda() : t;
  }

  /** A float tensor with a copy of the values. */
  public static Tensor of(float[] values, long... shape) {
    try (FloatPointer pointer = new FloatPointer(values)) {
      return shaped(pointer, values.length, shape);
    }
  }

  private static Tensor shaped(FloatPointer pointer, long count, long[] shape) {
    Tensor flat = from_blob(pointer, count).clone();
    return placed(flat.reshape(shape));
  }

  /** A boolean tensor, true where a value is not 0. */
  public static Tensor mask(float[] values, long... shape) {
    return of(values, shape).toType(ScalarType.Bool);
  }

  /** The values of a float tensor, outer dimension first. */
  public static float[] values(Tensor t) {
    Tensor flat = t.detach().cpu().toType(ScalarType.Float).contiguous();
    float[] values = new float[(int) flat.numel()];
    flat.data_ptr_float().get(values);
    return values;
  }

  /** The values of a float tensor of two dimensions, row by row. */
  static float[][] table(Tensor t) {
    float[] all = values(t);
    int width = (int) t.size(1);
    float[][] rows = new float[(int) t.size(0)][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Arrays.copyOfRange(all, r * width, (r + 1) * width);
    }
    return rows;
  }

  /** A tree's tensors, on the given device; the trainable ones ask for gradients if so wished. */
  public static Map<String, Tensor> parameters(Weights weights, boolean gradients) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter p : weights.parameters()) {
      Tensor t = of(weights.get(p.name()), p.shape().stream().mapToLong(d -> d).toArray());
      t.set_requires_grad(gradients && p.trainable());
      tensors.put(p.name(), t);
    }
    return tensors;
  }
}
