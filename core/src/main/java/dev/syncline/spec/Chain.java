package dev.syncline.spec;

import dev.syncline.json.Records.Default;

/**
 * A linear-chain conditional random field over the labels of an output (Lafferty et al. 2001,
 * section 3), the last layer of its head: logits of single rows go in, logits of what the chain
 * makes of them come out. With labels y of rows 0 to n and emissions e, the rows that go in,
 *
 * <pre>log p(y | x) = start[y₀] + Σ e_t[y_t] + Σ transitions[y_{t-1}, y_t] - log Z</pre>
 *
 * <p>Where one label holds at a time, it is the state of one chain, and logarithms of probabilities
 * come out. Where labels are independent, each is a chain of two states, off (emission 0) and on
 * (its logit), and log-odds come out.
 *
 * <p>Output row n tells of row n - lag, from all rows up to n. The first {@code lag} rows of a
 * stream tell of nothing and are invalid, all others are valid: an invalid input row has no
 * emission, and the chain moves on through it.
 *
 * @param kind that of the output behind it
 * @param decode what is told of a row
 * @param lag rows between a row and what is told of it, 0 to 10,000; the model's delay must allow
 *     for it
 */
public record Chain(
    Output.Kind kind, @Default("\"marginals\"") Decode decode, @Default("0") int lag)
    implements Layer.Leaf {

  /** What is told of row n - lag when row n has come. */
  public enum Decode {
    /** {@code p(y_{n-lag} | x_0..n)}: filtering with no lag, else fixed-lag smoothing. */
    MARGINALS,
    /**
     * The best that a whole sequence of labels can reach with each label there (max-marginals); the
     * highest is that of the Viterbi path of rows 0 to n.
     */
    VITERBI
  }

  public Chain {
    if (lag < 0 || lag > 10_000) {
      throw new IllegalArgumentException("lag must be from 0 to 10000 rows, is " + lag);
    }
  }

  /** How many chains stand side by side for so many labels. */
  public int chains(int labels) {
    return switch (kind) {
      case ONE_LABEL -> 1;
      case MULTI_LABEL -> labels;
    };
  }

  /** How many states each of them has. */
  public int states(int labels) {
    return switch (kind) {
      case ONE_LABEL -> labels;
      case MULTI_LABEL -> 2;
    };
  }
}
