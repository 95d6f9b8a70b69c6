package dev.syncline.torch;

import java.util.List;

/**
 * What one layer looked at in one piece of one stream. A graph hands it out only where it is asked
 * for ({@link Graph#observed}).
 */
public sealed interface Insight {
  /** Of the layer, in the tree. */
  String path();

  /** Which stream of the batch. */
  int stream();

  /** Index in the stream of the row that is told first. */
  long first();

  /**
   * Attention of one stream to one other or to itself, averaged over the heads.
   *
   * @param from name of the stream that asks
   * @param to name of the stream that is looked at
   * @param keys index in {@code to} of each row that might have been looked at, below 0 for none;
   *     of a summary of rows before the piece, its oldest
   * @param weights [rows that ask][keys], 0 where a row may not look; over all streams that are
   *     looked at they sum to 1, or to 0 for a row that finds nothing
   */
  record Attention(
      String path, int stream, long first, String from, String to, long[] keys, float[][] weights)
      implements Insight {}

  /**
   * How much of what a fusion lets through is of which stream, averaged over the units.
   *
   * @param streams names, in order
   * @param shares [rows][streams], from 0 to 1; they sum to 1, or to 0 where no stream is there
   */
  record Gate(String path, int stream, long first, List<String> streams, float[][] shares)
      implements Insight {}
}
