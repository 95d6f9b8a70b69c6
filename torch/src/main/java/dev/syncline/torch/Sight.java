package dev.syncline.torch;

import dev.syncline.spec.Span;
import dev.syncline.torch.AttentionForm.Clock;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Which keys of a source the queries of a piece see, and from how far: worked out from {@link
 * Span#place}, for all streams at once where they are equally old.
 *
 * @param newest of each query the newest row of the source that has ended by then, below 0 for none
 * @param times of each query the step of the shared clock at which it ends
 * @param keys index in the source of each key, below 0 where there is none; of a summary its oldest
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
      keys[b] = keys(span, source.starts()[b], row, keyCount);
    }
    return new Sight(span, newest, times, keys, source.unit());
  }

  /** Of keys behind which row {@code start} comes next; key j that was not kept is row + j. */
  private static long[] keys(Span span, long start, long row, int count) {
    long[] keys = new long[count];
    Arrays.setAll(keys, j -> j < span.kept() ? span.row(start - 1, span.recent() + j) : row + j);
    return keys;
  }

  /**
   * The places of a piece's keys, after it, among those that are kept, {@code [batch, keys]}; one
   * place more for what is not kept.
   *
   * @param filled rows before the piece among the keys
   */
  static Tensor placesAfter(Span span, Clock source, int filled) {
    long[] starts = source.starts();
    int count = span.kept() + filled + source.rows();
    float[] places = new float[starts.length * count];
    for (int b = 0; b < starts.length; b++) {
      long[] keys = keys(span, starts[b], starts[b] - filled - span.kept(), count);
      for (int j = 0; j < count; j++) {
        places[b * count + j] = kept(span, starts[b] + source.rows() - 1, keys[j]);
      }
    }
    return Tensors.of(places, starts.length, count).toType(ScalarType.Long);
  }

  private static int kept(Span span, long n, long m) {
    int place = span.place(n, m);
    return place < span.recent() ? span.kept() : place - span.recent();
  }

  /** {@code [streams or 1, queries, keys]}. */
  Tensor mask() {
    return Tensors.mask(table((b, i, m) -> span.place(newest[b][i], m) < 0 ? 0 : 1), shape());
  }

  /** The places of keys among those that are kept, as in {@link #placesAfter}. */
  Tensor places() {
    return Tensors.of(table((b, i, m) -> kept(span, newest[b][i], m)), shape())
        .toType(ScalarType.Long);
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
