package dev.syncline.spec;

import dev.syncline.json.Records.Default;

/**
 * Layers that carry a hidden state from row to row: vectors in, {@code units} numbers out. They see
 * everything since the stream's start in a state of constant size. An invalid row leaves the state
 * as it is.
 */
public sealed interface Recurrent extends Layer.Leaf {
  /** Width of the hidden state and of the rows that come out. */
  int units();

  /** With a matrix on the state: one row cannot begin before the last one is done. */
  sealed interface Cell extends Recurrent {
    /** Blocks of {@code units} rows in both matrices. */
    int gates();
  }

  /** {@code h' = f(W x + b + U h + c)} (Elman 1990), as PyTorch and ONNX have it. */
  record Rnn(int units, @Default("\"tanh\"") Squash function) implements Cell {
    public Rnn {
      Layer.positive("units", units);
    }

    @Override
    public int gates() {
      return 1;
    }
  }

  /** What an {@link Rnn} puts its sum through. */
  enum Squash {
    TANH,
    RELU
  }

  /**
   * Gated recurrent unit (Cho et al. 2014) with the formulas of PyTorch and ONNX
   * (linear_before_reset = 1): {@code n = tanh(W x + r·(U h + b))}, {@code h' = (1 - z)·n + z·h};
   * gates in the order r, z, n.
   */
  record Gru(int units) implements Cell {
    public Gru {
      Layer.positive("units", units);
    }

    @Override
    public int gates() {
      return 3;
    }
  }

  /**
   * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al.
   * 2000) with the formulas of PyTorch and ONNX: {@code c' = f·c + i·g}, {@code h' = o·tanh(c')};
   * gates in the order i, f, g, o.
   */
  record Lstm(int units) implements Cell {
    public Lstm {
      Layer.positive("units", units);
    }

    @Override
    public int gates() {
      return 4;
    }
  }

  /**
   * Gated linear recurrence, a diagonal state space (RG-LRU of Griffin, De et al. 2024, section
   * 2.4, on {@code u = W x}): {@code a = σ(Λ)^(8 r)}, {@code h' = a·h + √(1 - a²)·(i·u)} with gates
   * r and i from the input alone, in the order r, i, u. Nothing but a product and a sum passes from
   * row to row, so the parallel form is a scan.
   */
  record LinearRecurrence(int units) implements Recurrent {
    /** The exponent's constant c. */
    public static final float SHARPNESS = 8;

    /** The least 1 - a² that a root is taken of: its gradient stays finite. */
    public static final float LEAST = 1e-7f;

    public LinearRecurrence {
      Layer.positive("units", units);
    }
  }
}
