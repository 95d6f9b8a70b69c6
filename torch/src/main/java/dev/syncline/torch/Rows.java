package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.where;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A stream in the parallel form.
 *
 * @param values {@code [batch, rows, width]} or {@code [batch, rows, height, width, channels]}
 * @param valid {@code [batch, rows]}, boolean; null where every row is valid
 */
public record Rows(Tensor values, Tensor valid) {

  /** The same with invalid rows zero, whatever was in them: selected, not multiplied. */
  public Rows masked() {
    return valid == null
        ? this
        : new Rows(where(like(valid, values), values, new Scalar(0f)), valid);
  }

  public long batch() {
    return values.size(0);
  }

  public long rows() {
    return values.size(1);
  }

  Rows with(Tensor newValues) {
    return new Rows(newValues, valid).masked();
  }

  /** Validity with as many dimensions as the values have. */
  static Tensor like(Tensor valid, Tensor values) {
    Tensor v = valid;
    for (long d = v.dim(); d < values.dim(); d++) {
      v = v.unsqueeze(-1);
    }
    return v;
  }
}
