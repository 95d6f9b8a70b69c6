package dev.syncline.spec;

/**
 * A long history in a few slots, an external memory of bounded size: every valid row writes into
 * {@code latents} slots of the row's width and then reads them by attention, {@code y = o(Σ
 * softmax(q·slot)·slot)} head by head. The store says how slots come from the rows so far.
 *
 * @param heads into which rows and slots are divided
 * @param latents slots; each has a learned vector that says what it looks for
 * @param store how rows get into slots
 */
public record Memory(int heads, int latents, Store store) implements Layer.Leaf {
  public Memory {
    Layer.positive("heads", heads);
    Layer.positive("latents", latents);
    Span.limited("latents", latents);
  }

  /** How slots come from rows. */
  public sealed interface Store {
    /**
     * A slot is attention from its learned vector to the last {@code rows} rows: the long memory of
     * LSTR (Xu et al. 2021, section 3.3). Each tick costs all of them.
     */
    record Box(int rows) implements Store {
      public Box {
        Layer.positive("rows", rows);
        Span.limited("rows", rows);
      }
    }

    /**
     * The same over all rows, each weighing half as much after {@code halfLife} more rows: the
     * exponential kernel of TeSTra (Zhao and Krähenbühl 2022, section 4.2), two sums a slot that
     * are brought up to date in constant time.
     */
    record Decay(float halfLife) implements Store {
      public Decay {
        if (!(halfLife > 0 && halfLife <= 1e9)) {
          throw new IllegalArgumentException(
              "half_life must be above 0 and at most 1e9 rows, is " + halfLife);
        }
      }

      /** By how much a logarithm of a weight falls with each row. */
      public float rate() {
        return (float) (StrictMath.log(2) / halfLife);
      }
    }

    /**
     * Slots are the state (a bottleneck of latents as in Perceiver, Jaegle et al. 2021): they
     * compete for each row by their content (Locatello et al. 2020, section 2.1), and each moves
     * towards it by its share: {@code slot' = (1 - a)·slot + a·v}.
     */
    record Competing() implements Store {}

    /**
     * Slots have a key and a value, found by the one and read by the other (Miller et al. 2016,
     * section 3.1): {@code y = o(Σ softmax(q·(key + latent))·value)}. Rows are shared out by their
     * keys, and each slot's key and value move towards the row's by its share, which is erasing and
     * adding by one weight (Graves et al. 2014, section 3.2).
     */
    record KeyValue() implements Store {}
  }
}
