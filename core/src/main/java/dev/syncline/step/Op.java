package dev.syncline.step;

import dev.syncline.spec.Exchange;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer.Function;
import dev.syncline.spec.Layer.Pooling;
import java.util.List;

/**
 * One operation of a step program: what it reads and writes, all offsets fixed. Each is run by one
 * method of {@link Operations}.
 */
public sealed interface Op {
  /** Rows times a matrix. */
  record MatMul(Buffer in, Buffer out, Panels weight) implements Op {}

  record Apply(Function function, Buffer in, Buffer out) implements Op {}

  record LayerNorm(Buffer in, Buffer out, float[] weight, float[] bias, float epsilon)
      implements Op {}

  record RmsNorm(Buffer in, Buffer out, float[] weight, float epsilon) implements Op {}

  record Embed(String path, Buffer in, Buffer out, float[] table, int count) implements Op {}

  record Standardize(Buffer in, Buffer out, float[] mean, float[] deviation, float clip)
      implements Op {}

  record Absent(Buffer in, Buffer out, float[] vector) implements Op {}

  /** Taps of a causal convolution gathered into {@code patch}, then one matrix product. */
  record Conv1d(
      Buffer in,
      Buffer out,
      Panels weight,
      int kernel,
      int stride,
      int dilation,
      Ring ring,
      int patch)
      implements Op {}

  /** {@code weight[tap][channel]}. */
  record DepthwiseConv1d(
      Buffer in,
      Buffer out,
      float[] weight,
      float[] bias,
      int kernel,
      int stride,
      int dilation,
      Ring ring)
      implements Op {}

  record PoolRows(Pooling pooling, Buffer in, Buffer out, int rows) implements Op {}

  /** Patches of a picture gathered into {@code patch}, then one matrix product. */
  record Conv2d(
      Buffer in, Buffer out, Panels weight, int kernel, int stride, int padding, int patch)
      implements Op {}

  /** {@code weight[y][x][channel]}. */
  record DepthwiseConv2d(
      Buffer in, Buffer out, float[] weight, float[] bias, int kernel, int stride, int padding)
      implements Op {}

  record Pool2d(Pooling pooling, Buffer in, Buffer out, int kernel, int stride) implements Op {}

  record GlobalPool(Pooling pooling, Buffer in, Buffer out) implements Op {}

  /**
   * What recurrent layers with a matrix on their state share.
   *
   * @param gatesX scratch for the gates of every row from the input
   * @param gatesH scratch for the gates of one row from the state
   */
  record Gates(Buffer in, Buffer out, Panels weightX, Panels weightH, int gatesX, int gatesH) {}

  record Rnn(Gates gates, Function function, Ring h) implements Op {}

  record Gru(Gates gates, Ring h) implements Op {}

  record Lstm(Gates gates, Ring h, Ring c) implements Op {}

  /**
   * Gates of every row from the input, then one product and one sum a row.
   *
   * @param rate by how much a full gate multiplies the logarithm of each unit's decay, negated
   * @param gates scratch for three gates of every row
   */
  record LinearRecurrence(Buffer in, Buffer out, Panels weight, float[] rate, Ring h, int gates)
      implements Op {}

  /** A matrix for each of the four projections. */
  record Projections(Panels q, Panels k, Panels v, Panels o) {}

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
      return place < newest ? recent.keys().slot(place) : kept.keys().slot(place - newest);
    }

    int value(int place) {
      int newest = recent.values().part().rows();
      return place < newest ? recent.values().slot(place) : kept.values().slot(place - newest);
    }

    int valid(int place) {
      int newest = recent.valid().part().rows();
      return place < newest ? recent.valid().slot(place) : kept.valid().slot(place - newest);
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
   * @param noted scratch for what it sees, {@link #NOTED} numbers each
   * @param scores scratch for the scores of one head
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
      int noted,
      int scores)
      implements Op {
    static final int NOTED = 4;

    /** Numbers of a head. */
    int depth() {
      return weights.q().out() / layer.heads();
    }

    /** Where number i of what is seen is noted. */
    int seen(int i) {
      return noted + NOTED * i;
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
      Panels weight,
      float[] receive,
      float[] send,
      float[] edges,
      int scores)
      implements Op {
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
      implements Op {
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
      implements Op {
    int chains() {
      return layer.chains(in.size());
    }

    int states() {
      return layer.states(in.size());
    }
  }

  /** Adds the sinusoidal code of its index to each row. */
  record Sinusoids(Buffer in, Buffer out, Rope angles) implements Op {}

  /** Adds a row of a table that is read round and round. */
  record LearnedPositions(Buffer in, Buffer out, float[] table) implements Op {}

  /** {@code x + inner(x)}; valid where both are. */
  record Add(Buffer x, Buffer inner, Buffer out) implements Op {}

  record Concat(List<Buffer> in, Buffer out) implements Op {}

  /** With a weight for each stream. */
  record Combine(List<Buffer> in, Buffer out, Fusion.How how, float[] weights) implements Op {}

  /** Scratch for all streams and their validities side by side, and for units of each stream. */
  record Gated(
      List<Buffer> in,
      Buffer out,
      List<Panels> gates,
      List<Panels> values,
      int joint,
      int gate,
      int value)
      implements Op {}

  /** Scratch for one stream's factors and for the product of all. */
  record LowRank(
      List<Buffer> in,
      Buffer out,
      List<Panels> factors,
      float[] weights,
      float[] bias,
      int factor,
      int product)
      implements Op {}
}
