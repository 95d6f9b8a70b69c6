package dev.syncline.spec;

/**
 * Several streams with the same rows a tick to one. A row is valid if one of the streams' rows is;
 * streams whose row is not valid take no part in it.
 */
public sealed interface Fusion extends Layer.Composite {

  /** Early fusion: the vectors of all streams side by side, zeros where one is missing. */
  record Concat() implements Fusion {}

  /**
   * The streams, all of one width, number by number. Behind encoders this is early fusion, behind
   * heads late fusion of their logits.
   */
  record Combine(How how) implements Fusion {}

  /** Over the streams that are there. */
  enum How {
    MEAN,
    /** A mean with a learned weight for each stream, divided by the weights of those there. */
    WEIGHTED,
    MAX,
    /** Of logits: the product of experts (Hinton 2002), each a vote that is not diluted. */
    SUM
  }

  /**
   * Gated fusion (Arevalo et al. 2017, for any number of streams): {@code y = Σ g_m·tanh(V_m x_m)},
   * for each unit a softmax g over the streams that are there, from all streams and from which of
   * them are.
   */
  record Gated(int units) implements Fusion {
    public Gated {
      Layer.positive("units", units);
    }
  }

  /**
   * Low-rank bilinear fusion (Liu et al. 2018, equation 5): {@code y = Σ_r w_r·Π_m (F_mr x_m +
   * b_mr) + b}. A stream that is missing is a factor of one.
   */
  record LowRank(int units, int rank) implements Fusion {
    public LowRank {
      Layer.positive("units", units);
      Layer.positive("rank", rank);
    }
  }
}
