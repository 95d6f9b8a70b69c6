package dev.syncline.spec;

import dev.syncline.json.Records.Default;

/**
 * Causal multi-head attention with a cache (Vaswani et al. 2017, section 3.2). Invalid rows are
 * never attended to, though their place in the span passes. A cached key stays as it was stored.
 *
 * @param heads of the queries
 * @param keyHeads of keys and values; fewer than heads share them in groups (Ainslie et al. 2023),
 *     0 for as many as heads
 * @param span which rows a row sees
 * @param position how scores know how far apart two rows are
 */
public record Attention(
    int heads,
    @Default("0") int keyHeads,
    Span span,
    @Default("{\"type\":\"rope\"}") Position position)
    implements Layer.Leaf {

  public Attention {
    Layer.positive("heads", heads);
    if (keyHeads < 0 || (keyHeads > 0 && heads % keyHeads != 0)) {
      throw new IllegalArgumentException(
          "key_heads %d must divide heads %d: change one of them".formatted(keyHeads, heads));
    }
    if (span instanceof Span.Summaries s) {
      fits(s, position);
    }
  }

  /** The score of a summary must be the mean of those of its rows, whose distances are not kept. */
  private static void fits(Span.Summaries span, Position position) {
    switch (position) {
      case Position.None ignored -> {}
      case Position.Rope ignored -> {}
      case Position.Relative r -> {
        if (r.most() > span.recent()) {
          throw new IllegalArgumentException(
              "most %d must be at most the span's recent %d, so that the rows of a summary share one vector"
                  .formatted(r.most(), span.recent()));
        }
      }
      case Position.Alibi ignored ->
          throw new IllegalArgumentException(
              "alibi needs the distance of each row, which summaries do not keep: take rope, relative or none");
    }
  }

  /** Heads of keys and values. */
  public int groups() {
    return keyHeads == 0 ? heads : keyHeads;
  }

  /** What each row of distance costs the score of each head under {@link Position.Alibi}. */
  public float[] slopes() {
    float[] slopes = new float[heads];
    for (int h = 0; h < heads; h++) {
      slopes[h] = (float) StrictMath.pow(2, -8.0 * (h + 1) / heads);
    }
    return slopes;
  }

  /** Attention with rotary positions and a key for every head. */
  public static Attention over(int heads, Span span) {
    return new Attention(heads, 0, span, new Position.Rope());
  }

  /** How scores know how far apart two rows are. Distances are true ones, however old a row is. */
  public sealed interface Position {
    /** Not at all. */
    record None() implements Position {}

    /**
     * Queries and keys are turned by their row's index in the stream (Su et al. 2021, section
     * 3.4.2; halves paired, base 10000).
     */
    record Rope() implements Position {}

    /**
     * A penalty of 2^(-8 h / heads) for each row of distance in head h = 1, 2, ... (Press 2022).
     */
    record Alibi() implements Position {}

    /**
     * A learned vector for each distance is added to the key (Shaw et al. 2018, equation 4); from
     * {@code most} on they share one.
     */
    record Relative(int most) implements Position {
      public Relative {
        Layer.positive("most", most);
        Span.limited("most", most);
      }
    }
  }
}
