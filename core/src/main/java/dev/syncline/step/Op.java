package dev.syncline.step;

import dev.syncline.spec.Exchange;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer.Function;
import dev.syncline.spec.Layer.Pooling;
import java.util.List;

/**
 * One operation of a step program: what it reads and writes, all offsets fixed. Each is run by one
 * method that {@link Operations} names.
 */
public sealed interface Op {
  /** Reads large matrices: run for all streams together, so that each weight is loaded once. */
  sealed interface Joint extends Op {}

  /** Run for one stream after the other. */
  sealed interface Single extends Op {}

  /** Rows times a matrix. */
  record MatMul(Buffer in, Buffer out, Matrix weight) implements Joint {}

  record Apply(Function function, Buffer in, Buffer out) implements Single {}

  /** Of a picture, over all of it; gain and bias are those of a line of it. */
  record LayerNorm(Buffer in, Buffer out, float[] weight, float[] bias, float epsilon)
      implements Single {}

  record RmsNorm(Buffer in, Buffer out, float[] weight, float epsilon) implements Single {}

  record Embed(String path, Buffer in, Buffer out, float[] table, int count) implements Single {}

  record Standardize(Buffer in, Buffer out, float[] mean, float[] deviation, float clip)
      implements Single {}

  record Absent(Buffer in, Buffer out, float[] vector) implements Single {}

  /** Taps of a causal convolution gathered into {@code patch}, then one matrix product. */
  record Conv1d(Taps taps, Buffer out, Matrix weight, int stride, int patch) implements Joint {}

  /** {@code weight[tap][channel]}. */
  record DepthwiseConv1d(Taps taps, Buffer out, float[] weight, float[] bias, int stride)
      implements Single {}

  record PoolRows(Pooling pooling, Buffer in, Buffer out, int rows) implements Single {}

  /**
   * A matrix product with each patch of a picture. In every precision its weights are those that
   * were trained: each is read for every pixel, from a cache.
   *
   * @param padded scratch for the picture inside its margin
   * @param patch scratch for a patch
   */
  record Conv2d(
      Buffer in,
      Buffer out,
      Panels weight,
      int kernel,
      int stride,
      int padding,
      Patches patches,
      int padded,
      int patch)
      implements Single {}

  /** {@code weight[y][x][channel]}. */
  record DepthwiseConv2d(
      Buffer in, Buffer out, float[] weight, float[] bias, int kernel, int stride, int padding)
      implements Single {}

  record Pool2d(Pooling pooling, Buffer in, Buffer out, int kernel, int stride) implements Single {}

  record GlobalPool(Pooling pooling, Buffer in, Buffer out) implements Single {}

  /**
   * What recurrent layers with a matrix on their state share.
   *
   * @param gatesX scratch for the gates of every row from the input
   * @param gatesH scratch for the gates of one row from the state
   * @param before scratch for the state before that row
   */
  record Gates(
      Buffer in, Buffer out, Matrix weightX, Matrix weightH, int gatesX, int gatesH, int before) {}

  record Rnn(Gates gates, Function function, Ring h) implements Joint {}

  record Gru(Gates gates, Ring h) implements Joint {}

  record Lstm(Gates gates, Ring h, Ring c) implements Joint {}

  /**
   * Gates of every row from the input, then one product and one sum a row.
   *
   * @param rate by how much a full gate multiplies the logarithm of each unit's decay, negated
   * @param gates scratch for three gates of every row
   */
  record LinearRecurrence(Buffer in, Buffer out, Matrix weight, float[] rate, Ring h, int gates)
      implements Joint {}

  /** A matrix for each of the four projections. */
  record Projections(Matrix q, Matrix k, Matrix v, Matrix o) {}

  /**
   * The rings of the newest rows, or the places of those that are kept; null where none are.
   *
   * @param valid how many valid rows a place stands for
   */
  record Cache(Ring keys, Ring values, Ring valid) {}

  /**
   * A stream that is looked at. Its places are those of {@link dev.syncline.spec.Span#place}.
   *
   * @param unit how many steps of the shared clock a row lasts
   */
  record Source(Buffer rows, Cache recent, Cache kept, int unit) {
    int key(int place) {
      int newest = recent.keys().part().rows();
      return place < newest ? recent.keys().place(place) : kept.keys().place(place - newest);
    }

    int value(int place) {
      int newest = recent.values().part().rows();
      return place < newest ? recent.values().place(place) : kept.values().place(place - newest);
    }

    int valid(int place) {
      int newest = recent.valid().part().rows();
      return place < newest ? recent.valid().place(place) : kept.valid().place(place - newest);
    }
  }

  /**
   * A stream that asks.
   *
   * @param mixed scratch for what its rows find
   */
  record Asking(Buffer in, Buffer out, int unit, int mixed) {}

  /**
   * Rows of some streams attend to rows of some streams, on one stream to its own.
   *
   * @param order of a tick: in threes whether a row is cached (1) or asks (0), of which source or
   *     asking stream, and which of its rows
   * @param slopes of a distance, one a head; none without such a penalty
   * @param relative vectors of the distances; none without them
   * @param residual whether the row that asks is added
   * @param query scratch for one query
   * @param key scratch for one key, and behind it its value
   * @param noted scratch for what it sees, {@link #NOTED} numbers each
   * @param scores scratch for the scores of all heads
   */
  record Attention(
      List<Asking> asking,
      List<Source> sources,
      int[] order,
      dev.syncline.spec.Attention layer,
      Rope rope,
      float[] slopes,
      float[] relative,
      Projections weights,
      boolean residual,
      int query,
      int key,
      int noted,
      int scores)
      implements Joint {
    static final int NOTED = 4;

    /** Numbers of a head. */
    int depth() {
      return weights.q().out() / layer.heads();
    }

    /** Where number i of what is seen is noted. */
    int seen(int i) {
      return noted + NOTED * i;
    }

    /** Where the scores of a head begin. */
    int scores(int head) {
      return scores + head * sources.size() * layer.span().places();
    }

    /** Where a head's keys and values begin in those of a row. */
    int group(int head) {
      return head * layer.groups() / layer.heads() * depth();
    }
  }

  /**
   * A stream of a graph: its rows, the same after the messages, and what its newest rows send.
   *
   * @param unit how many steps of the shared clock a row lasts
   */
  record GraphStream(Buffer in, Buffer out, Ring features, Ring scores, Ring valid, int unit) {}

  /**
   * One round of messages over a graph of rows.
   *
   * @param order a tick's rows in the order in which they end, as for attention
   * @param receive of each head what it looks for in the row that receives, side by side
   * @param send the same in the row that sends
   * @param edges {@code [receiver][sender][age][head]}
   * @param scores scratch for the scores of one head
   */
  record GraphAttention(
      List<GraphStream> streams,
      int[] order,
      Exchange.GraphAttention layer,
      Matrix weight,
      float[] receive,
      float[] send,
      float[] edges,
      int scores)
      implements Single {
    /** Numbers of a head. */
    int depth() {
      return weight.out() / layer.heads();
    }

    /** Where an edge's numbers for all heads lie. */
    int edge(int receiver, int sender, int age) {
      return ((receiver * streams.size() + sender) * layer.past() + age) * layer.heads();
    }
  }

  /**
   * A memory with scratch for a row's query, key, value and mixture, for the slots as it sees them,
   * and for the scores of all heads and slots, or of all rows of a box.
   *
   * @param latents {@code [slot][width]}
   * @param state the store's parts in the order of {@link dev.syncline.spec.StatePart}
   */
  record Memory(
      Buffer in,
      Buffer out,
      dev.syncline.spec.Memory layer,
      float[] latents,
      Projections weights,
      List<Ring> state,
      int query,
      int key,
      int value,
      int mixed,
      int slots,
      int scores)
      implements Single {
    /** Numbers of a head. */
    int depth() {
      return in.size() / layer.heads();
    }

    /** Where the head of a pair of head and slot lies in a row. */
    int part(int pair) {
      return pair / layer.latents() * depth();
    }

    /** Where it lies in all slots, which are as wide as rows. */
    int place(int pair) {
      return pair % layer.latents() * in.size() + part(pair);
    }
  }

  /**
   * Chains of labels with scratch for all messages back, for the next message of one chain, and for
   * the terms of one of its numbers.
   *
   * @param leaving transitions {@code [chain][from][to]}
   * @param arriving the same {@code [chain][to][from]}
   * @param rows those that nothing was told of yet; null without a lag
   */
  record Chain(
      Buffer in,
      Buffer out,
      dev.syncline.spec.Chain layer,
      float[] start,
      float[] leaving,
      float[] arriving,
      Ring forward,
      Ring rows,
      int message,
      int next,
      int terms)
      implements Single {
    int chains() {
      return layer.chains(in.size());
    }

    int states() {
      return layer.states(in.size());
    }
  }

  /** Adds the sinusoidal code of its index to each row. */
  record Sinusoids(Buffer in, Buffer out, Rope angles) implements Single {}

  /** Adds a row of a table that is read round and round. */
  record LearnedPositions(Buffer in, Buffer out, float[] table) implements Single {}

  /** {@code x + inner(x)}; valid where both are. */
  record Add(Buffer x, Buffer inner, Buffer out) implements Single {}

  record Concat(List<Buffer> in, Buffer out) implements Single {}

  /** With a weight for each stream. */
  record Combine(List<Buffer> in, Buffer out, Fusion.How how, float[] weights) implements Single {}

  /** Scratch for all streams and their validities side by side, and for units of each stream. */
  record Gated(
      List<Buffer> in,
      Buffer out,
      List<Matrix> gates,
      List<Matrix> values,
      int joint,
      int gate,
      int value)
      implements Single {}

  /** Scratch for one stream's factors and for the product of all. */
  record LowRank(
      List<Buffer> in,
      Buffer out,
      List<Matrix> factors,
      float[] weights,
      float[] bias,
      int factor,
      int product)
      implements Single {}
}
