package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * A GRU over a piece: the fused kernel where every row is valid, else row by row with the state
 * held.
 */
final class GruForm {
  /** Rows out, and the state {@code [batch, 1, width]} behind the last of them. */
  record Result(Rows rows, Tensor state) {}

  private GruForm() {}

  /**
   * @param h the state before the first row, {@code [batch, 1, width]}
   * @param weights of input and state, then their biases
   */
  static Result rows(Rows x, Tensor h, TensorVector weights) {
    if (x.valid() == null) {
      Tensor start = h.transpose(0, 1).contiguous();
      var result = gru(x.values(), start, weights, true, 1, 0, false, false, true);
      return new Result(new Rows(result.get0(), null), result.get1().transpose(0, 1));
    }
    TensorOptional inputBias = new TensorOptional(weights.get(2));
    TensorOptional stateBias = new TensorOptional(weights.get(3));
    Tensor state = h.squeeze(1);
    TensorVector outputs = new TensorVector();
    for (long r = 0; r < x.rows(); r++) {
      Tensor row = x.values().select(1, r);
      Tensor next = gru_cell(row, state, weights.get(0), weights.get(1), inputBias, stateBias);
      state = where(x.valid().select(1, r).unsqueeze(1), next, state);
      outputs.push_back(state);
    }
    return new Result(x.with(stack(outputs, 1)), state.unsqueeze(1));
  }
}
