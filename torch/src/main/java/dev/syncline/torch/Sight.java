package dev.syncline.torch;

import dev.syncline.spec.Span;
import dev.syncline.torch.AttentionForm.Clock;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Which keys of a source the queries of a piece see, and from how far: worked out from {@link
 * Span#sees}, for all streams at once where they are equally old.
 *
 * @param newest of each query the newest row of the source that has ended by then, below 0 for none
 * @param times of each query the step of the shared clock at which it ends
 * @param keys index in the source of each key, below 0 where there is none
 * @param unit steps of the shared clock that a row of the source lasts
 */
record Sight(Span span, long[][] newest, long[][] times, long[][] keys, int unit) {

  /**
   * Of the {@code count} queries from row {@code from} on. Keys are those that were kept, then rows
   * of the source from row {@code first} on, both counted from the piece's first row.
   */
  static Sight of(
      Span span, Clock asking, int from, int count, Clock source, int first, int keyCount) {
    boolean alike = Arrays.stream(asking.starts()).distinct().count() == 1;
    int streams = alike ? 1 : asking.starts().length;
    long[][] newest = new long[streams][count];
    long[][] times = new long[streams][count];
    long[][] keys = new long[streams][keyCount];
    for (int b = 0; b < streams; b++) {
      long query = asking.starts()[b] + from;
      long row = source.starts()[b] + first - span.kept();
      Arrays.setAll(times[b], i -> (query + i + 1) * asking.unit() - 1);
      long[] at = times[b];
      Arrays.setAll(newest[b], i -> (at[i] + 1) / source.unit() - 1);
      Arrays.setAll(keys[b], j -> j < span.kept() ? -1 : row + j);
      long ever = everKept(span, source.starts()[b]);
      for (long i = Math.max(0, ever - span.kept()); i < ever; i++) {
        keys[b][(int) (i % span.kept())] = span.keptRow(i);
      }
    }
    return new Sight(span, newest, times, keys, source.unit());
  }

  /**
   * Where each row that is kept after a piece lies among its keys, {@code [batch, kept]}.
   *
   * @param filled rows before the piece among them
   */
  static Tensor keptAfter(Span span, Clock source, int filled) {
    int kept = span.kept();
    long[] starts = source.starts();
    float[] places = new float[starts.length * kept];
    for (int b = 0; b < starts.length; b++) {
      long oldest = starts[b] - filled;
      for (int j = 0; j < kept; j++) {
        places[b * kept + j] = j;
      }
      long ever = everKept(span, starts[b] + source.rows());
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
    return Tensors.mask(table((b, i, m) -> span.sees(newest[b][i], m) ? 1 : 0), shape());
  }

  /** Clock steps between query and key, 0 to {@code most}, as whole numbers of the same shape. */
  Tensor distances(int most) {
    float[] table = table((b, i, m) -> Math.clamp(times[b][i] - ((m + 1) * unit - 1), 0, most));
    return Tensors.of(table, shape()).toType(ScalarType.Long);
  }

  private interface Of {
    float pair(int stream, int query, long key);
  }

  private float[] table(Of value) {
    float[] table = new float[newest.length * newest[0].length * keys[0].length];
    int at = 0;
    for (int b = 0; b < newest.length; b++) {
      for (int i = 0; i < newest[b].length; i++) {
        for (long key : keys[b]) {
          table[at++] = value.pair(b, i, key);
        }
      }
    }
    return table;
  }

  private long[] shape() {
    return new long[] {newest.length, newest[0].length, keys[0].length};
  }
}
