package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Recurrent;
import dev.syncline.spec.Recurrent.LinearRecurrence;
import dev.syncline.spec.StatePart;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * Recurrent layers over a piece: libtorch's fused kernels where every row is valid, else its cells
 * row by row with the state held; the linear recurrence as a scan.
 */
final class RecurrentForm {
  private final LayerPiece own;
  private final Recurrent layer;

  RecurrentForm(LayerPiece own, Recurrent layer) {
    this.own = own;
    this.layer = layer;
  }

  Rows rows(Rows x) {
    return switch (layer) {
      case Recurrent.LinearRecurrence ignored -> scan(x);
      case Recurrent.Cell cell -> x.valid() == null ? fused(cell, x) : rowByRow(cell, x);
    };
  }

  private Rows fused(Recurrent.Cell cell, Rows x) {
    Tensor h = own.past("h").transpose(0, 1).contiguous();
    Tensor v = x.values();
    TensorVector w = new TensorVector();
    for (String name : new String[] {"weight_ih", "weight_hh", "bias_ih", "bias_hh"}) {
      w.push_back(own.get(name));
    }
    return switch (cell) {
      case Recurrent.Gru ignored -> {
        var out = gru(v, h, w, true, 1, 0, false, false, true);
        own.remember("h", out.get1().transpose(0, 1));
        yield new Rows(out.get0(), null);
      }
      case Recurrent.Rnn r -> {
        boolean tanh = r.function() == Recurrent.Squash.TANH;
        var out =
            tanh
                ? rnn_tanh(v, h, w, true, 1, 0, false, false, true)
                : rnn_relu(v, h, w, true, 1, 0, false, false, true);
        own.remember("h", out.get1().transpose(0, 1));
        yield new Rows(out.get0(), null);
      }
      case Recurrent.Lstm ignored -> {
        Tensor c = own.past("c").transpose(0, 1).contiguous();
        var out = lstm(v, Graph.pair(h, c), w, true, 1, 0, false, false, true);
        own.remember("h", out.get1().transpose(0, 1));
        own.remember("c", out.get2().transpose(0, 1));
        yield new Rows(out.get0(), null);
      }
    };
  }

  private Rows rowByRow(Recurrent.Cell cell, Rows x) {
    List<StatePart> parts = StatePart.own(own.node());
    Tensor[] state = new Tensor[parts.size()];
    for (int i = 0; i < state.length; i++) {
      state[i] = own.before().parts().get(parts.get(i).name()).squeeze(1);
    }
    TensorVector outputs = new TensorVector();
    for (long r = 0; r < x.rows(); r++) {
      Tensor[] next = next(cell, x.values().select(1, r), state);
      Tensor valid = x.valid().select(1, r).unsqueeze(1);
      for (int i = 0; i < state.length; i++) {
        state[i] = where(valid, next[i], state[i]);
      }
      outputs.push_back(state[0]);
    }
    for (int i = 0; i < state.length; i++) {
      Tensor last = state[i].unsqueeze(1);
      own.after().put(parts.get(i).name(), () -> last);
    }
    return x.with(stack(outputs, 1));
  }

  /** The state after a row, h first. */
  private Tensor[] next(Recurrent.Cell cell, Tensor row, Tensor[] state) {
    Tensor ih = own.get("weight_ih");
    Tensor hh = own.get("weight_hh");
    TensorOptional bi = new TensorOptional(own.get("bias_ih"));
    TensorOptional bh = new TensorOptional(own.get("bias_hh"));
    return switch (cell) {
      case Recurrent.Gru ignored -> new Tensor[] {gru_cell(row, state[0], ih, hh, bi, bh)};
      case Recurrent.Rnn r ->
          new Tensor[] {
            switch (r.function()) {
              case TANH -> rnn_tanh_cell(row, state[0], ih, hh, bi, bh);
              case RELU -> rnn_relu_cell(row, state[0], ih, hh, bi, bh);
            }
          };
      case Recurrent.Lstm ignored -> {
        var out = lstm_cell(row, Graph.pair(state[0], state[1]), ih, hh, bi, bh);
        yield new Tensor[] {out.get0(), out.get1()};
      }
    };
  }

  /**
   * h' = a·h + b over all rows in log₂(rows) passes (Hillis and Steele 1986): a stretch of rows is
   * itself such a step, and two neighbours join to (a₁·a₂, a₂·b₁ + b₂).
   */
  private Rows scan(Rows x) {
    long units = layer.units();
    Tensor gates = linear(x.values(), own.get("weight"), new TensorOptional(own.get("bias")));
    Tensor take = sigmoid(gates.narrow(2, 0, 2 * units));
    Tensor rate = softplus(own.get("decay").neg()).mul(new Scalar(-LinearRecurrence.SHARPNESS));
    Tensor a = take.narrow(2, 0, units).mul(rate).exp();
    Tensor root = clamp(a.mul(a).neg().add(new Scalar(1f)), atLeast(LinearRecurrence.LEAST)).sqrt();
    Tensor b = root.mul(take.narrow(2, units, units).mul(gates.narrow(2, 2 * units, units)));
    if (x.valid() != null) {
      Tensor valid = x.valid().unsqueeze(2);
      a = where(valid, a, new Scalar(1f));
      b = where(valid, b, new Scalar(0f));
    }
    for (long step = 1; step < x.rows(); step *= 2) {
      long count = x.rows() - step;
      Tensor later = a.narrow(1, step, count);
      b =
          cat(
              Graph.pair(
                  b.narrow(1, 0, step),
                  b.narrow(1, 0, count).mul(later).add(b.narrow(1, step, count))),
              1);
      a = cat(Graph.pair(a.narrow(1, 0, step), a.narrow(1, 0, count).mul(later)), 1);
    }
    Tensor h = a.mul(own.past("h")).add(b);
    own.remember("h", h.narrow(1, x.rows() - 1, 1));
    return x.with(h);
  }

  private static ScalarOptional atLeast(float least) {
    return new ScalarOptional(new Scalar(least));
  }
}
