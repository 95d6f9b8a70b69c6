package dev.syncline.spec;

import dev.syncline.json.Records.Default;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;

/**
 * Attention between streams, each at its own rate. A row sees rows of the other streams that end
 * when it ends or before; the span counts rows of the stream that is looked at. Positions are
 * times: distances are counted in the finest step that all rates share.
 */
public sealed interface Exchange extends Layer.Composite {
  Attention attention();

  /** Whether the row that asks is added to what it finds. */
  boolean residual();

  /** The streams that ask. */
  List<String> queries(Collection<String> streams);

  /** The streams that are looked at. */
  List<String> sources(Collection<String> streams);

  /**
   * The finest step that streams share: how many of them a tick has, the least common multiple.
   *
   * @param rows rows a tick of each stream
   */
  static int clock(Collection<Integer> rows) {
    BigInteger clock = BigInteger.ONE;
    for (int r : rows) {
      BigInteger b = BigInteger.valueOf(r);
      clock = clock.divide(clock.gcd(b)).multiply(b);
      if (clock.bitLength() > 31) {
        throw new IllegalArgumentException(
            "streams of " + rows + " rows a tick share no clock: pool or stride them alike first");
      }
    }
    return clock.intValue();
  }

  /**
   * Rows of one stream attend to another's and become the one stream that comes out. Two of them in
   * a {@link Layer.Parallel}, each way one, are co-attention: streams exchange keys and values (Lu
   * et al. 2019, figure 2b; Tan and Bansal 2019, section 2.2).
   *
   * @param query the stream that asks and keeps its rate and width
   * @param memory the stream that is looked at
   */
  record CrossAttention(
      String query, String memory, Attention attention, @Default("true") boolean residual)
      implements Exchange {
    public CrossAttention {
      if (query.equals(memory)) {
        throw new IllegalArgumentException(
            "query and memory are both \"" + query + "\": use attention on one stream");
      }
    }

    @Override
    public List<String> queries(Collection<String> streams) {
      return List.of(query);
    }

    @Override
    public List<String> sources(Collection<String> streams) {
      return List.of(memory);
    }
  }

  /**
   * Merged attention: every row of every stream attends to the rows of all streams as if they were
   * one sequence in the order of time, with the same projections; all streams come out.
   */
  record MergedAttention(Attention attention, @Default("true") boolean residual)
      implements Exchange {
    @Override
    public List<String> queries(Collection<String> streams) {
      return List.copyOf(streams);
    }

    @Override
    public List<String> sources(Collection<String> streams) {
      return List.copyOf(streams);
    }
  }
}
