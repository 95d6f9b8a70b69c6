package dev.syncline.spec;

/**
 * Layers that add to each valid row a code of its index in the stream, which never ends and never
 * starts again.
 */
public sealed interface Positions extends Layer.Leaf {

  /**
   * Sines and cosines of the index (Vaswani et al. 2017, section 3.5, sines in the first half and
   * cosines in the second).
   */
  record Sinusoids() implements Positions {}

  /** A learned vector for each index; they repeat after {@code period} rows. */
  record LearnedPositions(int period) implements Positions {
    public LearnedPositions {
      Layer.positive("period", period);
      Span.limited("period", period);
    }
  }
}
