package dev.syncline.torch;

import dev.syncline.spec.Span;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Which keys the queries of a piece see, and from how far: worked out from {@link Span#sees}, for
 * all streams at once where they are equally old.
 *
 * @param queries index in the stream of each query, a row for each stream
 * @param keys index in the stream of each key, below 0 where there is none
 */
record Sight(Span span, long[][] queries, long[][] keys) {

  /**
   * Of the queries from {@code from} on in pieces that begin at {@code starts}. The first key is
   * the first that was kept, or {@code from} rows after the oldest of the newest where none are.
   */
  static Sight of(Span span, long[] starts, int from, int count) {
    long[] each = Arrays.stream(starts).distinct().count() == 1 ? new long[] {starts[0]} : starts;
    long[][] queries = new long[each.length][count];
    long[][] keys = new long[each.length][span.kept() + span.recent() + count];
    for (int b = 0; b < each.length; b++) {
      long first = each[b] + from;
      Arrays.setAll(queries[b], i -> first + i);
      Arrays.setAll(keys[b], j -> j < span.kept() ? -1 : first - span.recent() + j - span.kept());
      long ever = everKept(span, each[b]);
      for (long i = Math.max(0, ever - span.kept()); i < ever; i++) {
        keys[b][(int) (i % span.kept())] = span.keptRow(i);
      }
    }
    return new Sight(span, queries, keys);
  }

  /** Where each kept row lies among the keys after a piece, {@code [batch, kept]}. */
  static Tensor keptAfter(Span span, long[] starts, int rows) {
    int kept = span.kept();
    float[] places = new float[starts.length * kept];
    for (int b = 0; b < starts.length; b++) {
      long oldest = starts[b] - span.recent();
      for (int j = 0; j < kept; j++) {
        places[b * kept + j] = j;
      }
      long ever = everKept(span, starts[b] + rows);
      for (long i = Math.max(everKept(span, starts[b]), ever - kept); i < ever; i++) {
        places[b * kept + (int) (i % kept)] = kept + (int) (span.keptRow(i) - oldest);
      }
    }
    return Tensors.of(places, starts.length, kept).toType(ScalarType.Long);
  }

  /** Rows that have ever been kept before row n comes. */
  private static long everKept(Span span, long n) {
    return n == 0 ? 0 : span.keptBefore(span.gone(n - 1));
  }

  /** {@code [streams or 1, queries, keys]}. */
  Tensor mask() {
    return Tensors.mask(table((n, m) -> span.sees(n, m) ? 1 : 0), shape());
  }

  /** Rows between query and key, from 0 to {@code most}, as whole numbers of the same shape. */
  Tensor distances(int most) {
    return Tensors.of(table((n, m) -> Math.clamp(n - m, 0, most)), shape()).toType(ScalarType.Long);
  }

  private interface Of {
    float pair(long query, long key);
  }

  private float[] table(Of value) {
    float[] table = new float[queries.length * queries[0].length * keys[0].length];
    int at = 0;
    for (int b = 0; b < queries.length; b++) {
      for (long query : queries[b]) {
        for (long key : keys[b]) {
          table[at++] = value.pair(query, key);
        }
      }
    }
    return table;
  }

  private long[] shape() {
    return new long[] {queries.length, queries[0].length, keys[0].length};
  }
}
