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
  /** Which rows of a stream that is looked at a row sees. */
  Span span();

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

  /** By queries, keys and values. */
  sealed interface Attending extends Exchange {
    Attention attention();

    /** Whether the row that asks is added to what it finds. */
    boolean residual();

    @Override
    default Span span() {
      return attention().span();
    }
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
      implements Attending {
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
      implements Attending {
    @Override
    public List<String> queries(Collection<String> streams) {
      return List.copyOf(streams);
    }

    @Override
    public List<String> sources(Collection<String> streams) {
      return List.copyOf(streams);
    }
  }

  /**
   * Graph interaction: the rows of all streams are nodes, and messages come to each from the newest
   * {@code past} rows of every stream, itself included, so that a node has at most streams·past
   * edges. Graph attention (Velickovic et al. 2018, equations 1 to 5) with a learned number for
   * each kind of edge, {@code h_i' = h_i + elu(Σ_j softmax_j(leaky(r·W h_i + s·W h_j + e_kind)) W
   * h_j)}, head by head; the kind of an edge is both streams and the age of the row that sends.
   * Invalid rows neither send nor receive. All streams come out; one layer is one round.
   *
   * @param heads into which the width is divided
   * @param past how many rows of each stream send to a node
   */
  record GraphAttention(int heads, int past) implements Exchange {
    /** Of the leaky ReLU below zero (section 3.3). */
    public static final float SLOPE = 0.2f;

    public GraphAttention {
      Layer.positive("heads", heads);
      Layer.positive("past", past);
      Span.limited("past", past);
    }

    @Override
    public Span span() {
      return new Span.Window(past);
    }

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
