package dev.syncline.cli;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Memory.Store;
import dev.syncline.spec.Positions;
import dev.syncline.spec.Recurrent;
import dev.syncline.spec.Span;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Ways to model time, of comparable size, under the names that are in use for them. */
enum Temporal {
  /** Each tick alone. */
  none,
  rnn,
  gru,
  lstm,
  /** Linear, norm, one GRU (An et al. 2023); its loss on the last rows is a matter of training. */
  miniroad,
  linear_recurrence,
  tcn,
  transformer,
  transformer_sinusoids,
  transformer_learned,
  transformer_relative,
  transformer_alibi,
  grouped_query,
  sinks,
  strided,
  blocks,
  /** The newest rows and means of all older ones, the longer the older. */
  summaries,
  /** A cache that forgets nothing for 10,000 rows. */
  unlimited,
  /** A long memory in slots and a short window (Xu et al. 2021). */
  lstr,
  /** The same with a memory that decays, in constant time (Zhao and Krähenbühl 2022). */
  testra,
  /** Latents that are the state. */
  latents;

  /** The best first: the order of docs/studies/temporal. */
  static final List<Temporal> RANKING =
      List.of(
          gru,
          grouped_query,
          transformer_sinusoids,
          rnn,
          transformer_learned,
          linear_recurrence,
          lstr,
          testra,
          transformer_relative,
          strided,
          sinks,
          transformer,
          blocks,
          summaries,
          unlimited,
          transformer_alibi,
          lstm,
          tcn,
          latents,
          miniroad,
          none);

  /** Rows that layers remember where nothing else is asked for. */
  static final int WINDOW = 64;

  /**
   * Layers from one stream of vectors of any width to one of {@code units}, a multiple of 8.
   *
   * @param rows that a layer remembers, where it is a matter of rows; at least 16
   */
  Map<String, Layer> layers(int units, int rows) {
    Span window = new Span.Window(rows);
    return switch (this) {
      case none -> in(units, "act", new Activation(Function.RELU));
      case rnn -> Map.of("rnn", new Recurrent.Rnn(units, Recurrent.Squash.TANH));
      case gru -> Map.of("gru", new Recurrent.Gru(units));
      case lstm -> Map.of("lstm", new Recurrent.Lstm(units));
      case miniroad -> {
        Map<String, Layer> layers = in(units, "norm", new LayerNorm(1e-5f));
        layers.put("act", new Activation(Function.RELU));
        layers.put("gru", new Recurrent.Gru(units));
        yield layers;
      }
      case linear_recurrence ->
          blocks(units, Optional.empty(), new Recurrent.LinearRecurrence(units));
      case tcn -> {
        Map<String, Layer> layers = in(units, "norm", new LayerNorm(1e-5f));
        for (int dilation = 1; dilation == 1 || 2 * dilation <= rows / 2; dilation *= 2) {
          Map<String, Layer> block = new LinkedHashMap<>();
          block.put("conv", new Conv1d(units, 3, 1, dilation, false, true));
          block.put("norm", new LayerNorm(1e-5f));
          block.put("act", new Activation(Function.RELU));
          layers.put("block" + dilation, new Residual(new Serial(block)));
        }
        yield layers;
      }
      case transformer -> attention(units, window, new Position.Rope());
      case transformer_sinusoids ->
          blocks(units, Optional.of(new Positions.Sinusoids()), plain(window));
      case transformer_learned ->
          blocks(units, Optional.of(new Positions.LearnedPositions(256)), plain(window));
      case transformer_relative -> attention(units, window, new Position.Relative(rows));
      case transformer_alibi -> attention(units, window, new Position.Alibi());
      case grouped_query ->
          blocks(units, Optional.empty(), new Attention(4, 1, window, new Position.Rope()));
      case sinks -> attention(units, new Span.Sinks(4, rows - 4), new Position.Rope());
      case strided ->
          attention(units, new Span.Strided(rows / 2, 2, rows / 2), new Position.Rope());
      case blocks -> attention(units, new Span.Blocks(rows / 4, 3), new Position.Rope());
      case summaries ->
          attention(units, new Span.Summaries(rows / 2, 2, rows / 8, 3), new Position.Rope());
      case unlimited -> attention(units, new Span.Window(10_000), new Position.Rope());
      case lstr -> twoLevels(units, new Store.Box(rows));
      case testra -> twoLevels(units, new Store.Decay(rows));
      case latents -> blocks(units, Optional.empty(), new Memory(4, 16, new Store.Competing()));
    };
  }

  private static Map<String, Layer> in(int units, String name, Layer next) {
    Map<String, Layer> layers = new LinkedHashMap<>();
    layers.put("in", new Linear(units, true));
    layers.put(name, next);
    return layers;
  }

  private static Attention plain(Span span) {
    return new Attention(4, 0, span, new Position.None());
  }

  private static Map<String, Layer> attention(int units, Span span, Position position) {
    return blocks(units, Optional.empty(), new Attention(4, 0, span, position));
  }

  private static Map<String, Layer> twoLevels(int units, Store store) {
    Attention near = Attention.over(4, new Span.Window(16));
    return blocks(units, Optional.empty(), new Memory(4, 16, store), near);
  }

  /** Pre-norm blocks, each a mixer in time and a feed-forward; one mixer alone comes twice. */
  private static Map<String, Layer> blocks(int units, Optional<Layer> where, Layer... mixers) {
    Map<String, Layer> layers = new LinkedHashMap<>();
    layers.put("in", new Linear(units, true));
    where.ifPresent(layer -> layers.put("where", layer));
    for (int i = 0; i < 2; i++) {
      layers.put("mix" + (i + 1), normed(mixers[i % mixers.length]));
      layers.put("ff" + (i + 1), normed(new FeedForward(2 * units, Function.GELU)));
    }
    layers.put("norm", new LayerNorm(1e-5f));
    return layers;
  }

  private static Layer normed(Layer layer) {
    Map<String, Layer> parts = new LinkedHashMap<>();
    parts.put("norm", new LayerNorm(1e-5f));
    parts.put("mix", layer);
    return new Residual(new Serial(parts));
  }
}
