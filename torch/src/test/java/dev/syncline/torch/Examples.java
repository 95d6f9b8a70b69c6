package dev.syncline.torch;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Attention.Position;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Chain.Decode;
import dev.syncline.spec.Exchange.*;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output.Kind;
import dev.syncline.spec.Positions.*;
import dev.syncline.spec.Recurrent.*;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small trees that between them hold every layer in every way it can be set. */
final class Examples {
  /**
   * @param ticks length of the streams that it is tried on
   */
  record Example(String name, Layer layer, Map<String, Shape> in, int ticks) {
    Node node() {
      return Node.resolve(layer, in);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final List<Example> list = new ArrayList<>();

  static List<Example> all() {
    Examples examples = new Examples();
    examples.pointwise();
    examples.rows();
    examples.convolutions();
    examples.images();
    examples.recurrent();
    examples.memory();
    examples.chains();
    examples.composition();
    return examples.list;
  }

  private void pointwise() {
    one("linear", new Linear(13, true), Shape.vector(2, 7));
    one("linear without bias, wide", new Linear(70, false), Shape.vector(5, 33));
    for (Function f : Function.values()) {
      one("activation " + f, new Activation(f), Shape.vector(2, 11));
    }
    one("layer norm", new LayerNorm(1e-5f), Shape.vector(2, 9));
    one("layer norm of pictures", new LayerNorm(1e-5f), Shape.image(1, 3, 4, 5));
    one("rms norm", new RmsNorm(1e-5f), Shape.vector(3, 9));
    one("embedding", new Embedding(6, 5), Shape.vector(2, 1));
    one("standardize", new Standardize(1.5f, 0.01f), Shape.vector(2, 6));
    one("dropout", new Dropout(0.5f), Shape.vector(2, 6));
    one("absent", new Absent(), Shape.vector(3, 6));
    one("feed forward", new FeedForward(12, Function.GELU), Shape.vector(2, 5));
  }

  private void rows() {
    one("conv1d", new Conv1d(6, 3, 1, 1, false, true), Shape.vector(4, 5));
    one("conv1d of one tap", new Conv1d(6, 1, 1, 1, false, true), Shape.vector(2, 5));
    one("conv1d dilated", new Conv1d(6, 3, 1, 4, false, false), Shape.vector(2, 5));
    one("conv1d strided", new Conv1d(6, 5, 2, 1, false, true), Shape.vector(4, 5));
    one("conv1d strided by its kernel", new Conv1d(6, 4, 4, 1, false, true), Shape.vector(4, 5));
    one("conv1d strided and dilated", new Conv1d(6, 3, 2, 3, false, true), Shape.vector(6, 5));
    one("conv1d depthwise", new Conv1d(5, 4, 1, 2, true, true), Shape.vector(3, 5));
    one("conv1d depthwise strided", new Conv1d(5, 4, 2, 1, true, false), Shape.vector(4, 5));
    one("mean of rows", new PoolRows(Pooling.MEAN, 2), Shape.vector(4, 5));
    one("maximum of rows", new PoolRows(Pooling.MAX, 4), Shape.vector(4, 5));
  }

  /** Dilated convolutions and residuals, as they stand in a TCN (Bai et al. 2018). */
  private void convolutions() {
    for (int width : WIDTHS) {
      Shape x = Shape.vector(1, width);
      temporal("conv1d " + width, new Conv1d(width, 3, 1, 4, false, true), x);
      temporal("conv1d depthwise " + width, new Conv1d(width, 4, 1, 3, true, true), x);
      Map<String, Layer> blocks = new LinkedHashMap<>();
      for (int dilation : new int[] {1, 2, 4}) {
        Layer conv = new Conv1d(width, 3, 1, dilation, false, true);
        Layer act = new Activation(Function.RELU);
        blocks.put("block" + dilation, new Residual(serial("conv", conv, "act", act)));
      }
      temporal("tcn " + width, new Serial(blocks), x);
    }
  }

  private void images() {
    one("conv2d", new Conv2d(4, 3, 1, 1, false, true), Shape.image(2, 6, 5, 3));
    one("conv2d strided", new Conv2d(9, 3, 2, 1, false, false), Shape.image(1, 8, 7, 3));
    one("conv2d depthwise", new Conv2d(3, 3, 2, 1, true, true), Shape.image(1, 7, 8, 3));
    one("mean pooling", new Pool2d(Pooling.MEAN, 2, 2), Shape.image(1, 6, 5, 3));
    one("max pooling", new Pool2d(Pooling.MAX, 3, 2), Shape.image(2, 7, 7, 3));
    one("global mean", new GlobalPool(Pooling.MEAN), Shape.image(2, 3, 4, 5));
    one("global max", new GlobalPool(Pooling.MAX), Shape.image(1, 3, 4, 5));
  }

  /** Widths of one number, of an odd count, and of a full panel. */
  private static final int[] WIDTHS = {1, 13, 64};

  private void recurrent() {
    for (int width : WIDTHS) {
      Shape x = Shape.vector(1, width);
      temporal("rnn " + width, new Rnn(width, Squash.TANH), x);
      temporal("gru " + width, new Gru(width), x);
      temporal("lstm " + width, new Lstm(width), x);
      temporal("linear recurrence " + width, new LinearRecurrence(width), x);
    }
    one("rnn with relu", new Rnn(6, Squash.RELU), Shape.vector(2, 5));
    one("gru of several rows a tick", new Gru(8), Shape.vector(2, 5));
    one("lstm of several rows a tick", new Lstm(7), Shape.vector(3, 5));
    one("linear recurrence of several rows", new LinearRecurrence(7), Shape.vector(3, 5));
  }

  private static List<Memory.Store> stores() {
    return List.of(
        new Memory.Store.Box(10),
        new Memory.Store.Decay(5),
        new Memory.Store.Competing(),
        new Memory.Store.KeyValue());
  }

  private void memory() {
    one("gru after absent", serial("absent", new Absent(), "gru", new Gru(9)), Shape.vector(1, 5));
    for (int width : WIDTHS) {
      Shape x = Shape.vector(1, width);
      int heads = width == 64 ? 4 : 1;
      Span window = new Span.Window(10);
      for (Position p :
          List.of(new Position.None(), new Position.Alibi(), new Position.Relative(6))) {
        temporal("attention " + p + " " + width, new Attention(heads, 0, window, p), x);
      }
      for (Span span :
          List.of(
              new Span.Window(100),
              new Span.Sinks(3, 7),
              new Span.Strided(5, 4, 3),
              new Span.Blocks(6, 2))) {
        temporal(
            "attention over " + span + " " + width,
            new Attention(heads, 0, span, new Position.Alibi()),
            x);
      }
      for (Position p :
          List.of(new Position.None(), new Position.Rope(), new Position.Relative(4))) {
        boolean turns = p instanceof Position.Rope;
        temporal(
            "attention over summaries " + p + " " + width,
            new Attention(turns ? 1 : heads, 0, new Span.Summaries(5, 2, 3, 2), p),
            turns ? Shape.vector(1, width + width % 2) : x);
      }
      for (Memory.Store store : stores()) {
        temporal("memory " + store + " " + width, new Memory(heads, 3, store), x);
      }
      temporal("sinusoids " + width, new Sinusoids(), x);
      temporal("learned positions " + width, new LearnedPositions(11), x);
    }
    for (int width : new int[] {2, 14, 64}) {
      int heads = width == 64 ? 4 : 1;
      for (Span span :
          List.of(
              new Span.Window(10),
              new Span.Sinks(3, 7),
              new Span.Strided(5, 4, 3),
              new Span.Blocks(6, 2))) {
        temporal(
            "attention with rope over " + span + " " + width,
            new Attention(heads, heads / 2, span, new Position.Rope()),
            Shape.vector(1, width));
      }
    }
    for (Span span : List.of(new Span.Strided(5, 2, 3), new Span.Blocks(6, 2))) {
      Layer attention = Attention.over(2, span);
      temporal("twice over " + span, serial("a", attention, "b", attention), Shape.vector(1, 8));
    }
    temporal(
        "attention over summaries of one place a level",
        new Attention(2, 1, new Span.Summaries(1, 3, 1, 3), new Position.None()),
        Shape.vector(2, 6));
    for (Span span :
        List.of(
            new Span.Sinks(3, 7),
            new Span.Strided(5, 2, 3),
            new Span.Blocks(6, 2),
            new Span.Summaries(3, 2, 2, 1))) {
      one(
          "grouped with rope over " + span,
          new Attention(4, 2, span, new Position.Rope()),
          Shape.vector(2, 16));
      one(
          "one key head over " + span,
          new Attention(4, 1, span, new Position.Relative(most(span))),
          Shape.vector(3, 12));
    }
    for (Memory.Store store : stores()) {
      one("memory of several rows " + store, new Memory(2, 5, store), Shape.vector(3, 6));
    }
    one("attention", Attention.over(2, new Span.Window(7)), Shape.vector(2, 12));
    one(
        "attention without rope",
        new Attention(3, 0, new Span.Window(5), new Attention.Position.None()),
        Shape.vector(1, 9));
    one("attention to one row", Attention.over(1, new Span.Window(1)), Shape.vector(2, 4));
    one("attention over several ticks", Attention.over(2, new Span.Window(40)), Shape.vector(4, 8));
  }

  /** Distances up to which vectors differ: no further than the newest rows before summaries. */
  private static int most(Span span) {
    return span instanceof Span.Summaries s ? s.recent() : 50;
  }

  private void chains() {
    for (Kind kind : Kind.values()) {
      for (Decode decode : Decode.values()) {
        for (int width : WIDTHS) {
          int labels = kind == Kind.ONE_LABEL ? Math.max(2, width) : width;
          String name = "chain " + kind + " " + decode + " " + labels;
          temporal(name, new Chain(kind, decode, 3), Shape.vector(1, labels));
        }
        String name = "chain " + kind + " " + decode;
        one(name + " that does not lag", new Chain(kind, decode, 0), Shape.vector(1, 5));
        one(name + " of several rows", new Chain(kind, decode, 4), Shape.vector(3, 5));
      }
    }
  }

  private void composition() {
    one("residual", new Residual(new Conv1d(5, 3, 1, 1, false, true)), Shape.vector(2, 5));
    one(
        "serial",
        serial("a", new Linear(6, true), "b", new Activation(Function.RELU)),
        Shape.vector(1, 5));
    one(
        "parallel",
        new Parallel(layers("a", new Linear(3, true), "b", new Gru(4))),
        Shape.vector(2, 5));
    Map<String, Shape> two = new LinkedHashMap<>();
    two.put("audio", Shape.vector(4, 6));
    two.put("visual", Shape.vector(2, 5));
    Map<String, Shape> three = new LinkedHashMap<>();
    for (String name : List.of("audio", "visual", "text")) {
      three.put(name, Shape.vector(2, 5));
    }
    for (Fusion.How how : Fusion.How.values()) {
      list.add(new Example("combine " + how, new Fusion.Combine(how), three, 9));
    }
    list.add(new Example("gated", new Fusion.Gated(7), two(2), 9));
    list.add(new Example("gated of three", new Fusion.Gated(13), three, 9));
    list.add(new Example("low rank", new Fusion.LowRank(7, 3), two(2), 9));
    list.add(new Example("low rank of three", new Fusion.LowRank(13, 1), three, 9));
    for (int width : WIDTHS) {
      fusions(width);
    }
    graphs(three);
    examples(new Span.Window(5), new Position.Rope());
    examples(new Span.Sinks(2, 5), new Position.Alibi());
    examples(new Span.Strided(3, 2, 2), new Position.Relative(9));
    examples(new Span.Summaries(3, 2, 2, 2), new Position.Relative(3));
    examples(new Span.Summaries(2, 3, 1, 1), new Position.Rope());
    Layer audio = new Conv1d(7, 3, 2, 1, false, true);
    list.add(
        new Example(
            "each and concat",
            serial("each", new Each(layers("audio", audio)), "fuse", new Fusion.Concat()),
            two,
            9));
    Layer encoders =
        new Each(
            layers(
                "audio", serial("conv", audio, "absent", new Absent()),
                "visual", serial("absent", new Absent(), "up", new Linear(9, true))));
    Layer block =
        new Residual(
            serial("norm", new LayerNorm(1e-5f), "attn", Attention.over(4, new Span.Window(6))));
    Layer heads = new Parallel(layers("heard", new Linear(3, true), "seen", new Linear(2, true)));
    list.add(
        new Example(
            "a whole model",
            serial(
                "enc",
                encoders,
                "fuse",
                new Fusion.Concat(),
                "block",
                block,
                "gru",
                new Gru(6),
                "heads",
                heads),
            two,
            9));
  }

  /** Streams of different rates that attend to each other, one way, both ways, and all to all. */
  private void examples(Span span, Position position) {
    Map<String, Shape> streams = rates();
    Attention attention = new Attention(2, 1, span, position);
    Layer up = new CrossAttention("fast", "slow", attention, true);
    Layer down = new CrossAttention("slow", "fast", attention, false);
    Layer across = new CrossAttention("other", "fast", attention, true);
    list.add(new Example("fast to slow " + span, up, streams, 9));
    list.add(new Example("slow to fast " + span, down, streams, 9));
    list.add(new Example("two to three " + span, across, streams, 9));
    list.add(
        new Example(
            "co-attention " + span, new Parallel(layers("up", up, "down", down)), streams, 9));
    list.add(new Example("merged " + span, new MergedAttention(attention, true), streams, 9));
  }

  /** Every fusion of two streams of a width. */
  private void fusions(int width) {
    Map<String, Shape> streams = new LinkedHashMap<>();
    streams.put("audio", Shape.vector(1, width));
    streams.put("visual", Shape.vector(1, width));
    for (Fusion.How how : Fusion.How.values()) {
      list.add(new Example("combine " + how + " " + width, new Fusion.Combine(how), streams, 64));
    }
    list.add(new Example("gated " + width, new Fusion.Gated(width), streams, 64));
    list.add(new Example("low rank " + width, new Fusion.LowRank(width, 3), streams, 64));
    Layer gru = new Each(layers("audio", new Gru(width)));
    Layer concat = serial("each", gru, "fuse", new Fusion.Concat());
    list.add(new Example("each and concat " + width, concat, streams, 64));
    Attention attention =
        new Attention(width == 64 ? 4 : 1, 0, new Span.Window(10), new Position.Alibi());
    Layer cross = new CrossAttention("audio", "visual", attention, true);
    Layer back = new CrossAttention("visual", "audio", attention, true);
    list.add(new Example("cross attention " + width, cross, streams, 64));
    Layer both = new Parallel(layers("audio", cross, "visual", back));
    list.add(new Example("co-attention " + width, both, streams, 64));
    list.add(new Example("merged " + width, new MergedAttention(attention, true), streams, 64));
  }

  /** Messages in graphs: of each width, of one rate and several, in one round and in two. */
  private void graphs(Map<String, Shape> three) {
    for (int width : WIDTHS) {
      Map<String, Shape> streams = new LinkedHashMap<>();
      streams.put("audio", Shape.vector(1, width));
      streams.put("visual", Shape.vector(1, width));
      Layer graph = new GraphAttention(width == 64 ? 4 : 1, 5);
      list.add(new Example("graph " + width, graph, streams, 64));
    }
    Layer newest = new GraphAttention(5, 1);
    list.add(new Example("graph of the newest rows", newest, three, 9));
    Layer twice = serial("first", new GraphAttention(5, 2), "second", new GraphAttention(1, 3));
    list.add(new Example("graph in two rounds", twice, three, 9));
    list.add(new Example("graph of several rates", new GraphAttention(2, 4), rates(), 9));
    list.add(new Example("graph beyond the start", new GraphAttention(4, 40), rates(), 9));
  }

  private static Map<String, Shape> rates() {
    Map<String, Shape> streams = new LinkedHashMap<>();
    streams.put("fast", Shape.vector(3, 8));
    streams.put("slow", Shape.vector(1, 8));
    streams.put("other", Shape.vector(2, 8));
    return streams;
  }

  private static Map<String, Shape> two(int rows) {
    Map<String, Shape> streams = new LinkedHashMap<>();
    streams.put("audio", Shape.vector(rows, 6));
    streams.put("visual", Shape.vector(rows, 5));
    return streams;
  }

  static Layer serial(Object... namesAndLayers) {
    return new Serial(layers(namesAndLayers));
  }

  static Map<String, Layer> layers(Object... namesAndLayers) {
    Map<String, Layer> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndLayers.length; i += 2) {
      map.put((String) namesAndLayers[i], (Layer) namesAndLayers[i + 1]);
    }
    return map;
  }

  private void temporal(String name, Layer layer, Shape shape) {
    list.add(new Example(name, layer, Map.of("x", shape), 64));
  }

  private void one(String name, Layer layer, Shape shape) {
    list.add(new Example(name, layer, Map.of("x", shape), 9));
  }
}
