package dev.syncline;

import dev.syncline.event.EventDecoding;
import dev.syncline.signal.AudioRows;
import dev.syncline.signal.ImageScale;
import dev.syncline.signal.LogMel;
import dev.syncline.signal.Normalization;
import dev.syncline.signal.SensorRows;
import dev.syncline.spec.Attention;
import dev.syncline.spec.Chain;
import dev.syncline.spec.Exchange;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.spec.Positions.*;
import dev.syncline.spec.Recurrent.*;
import dev.syncline.spec.Span;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Packet;
import dev.syncline.step.Precision;
import dev.syncline.time.Tick;
import dev.syncline.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Small models with random weights and sounds and pictures for them. The ticks last 100 ms; {@code
 * audio} is sound at 8 kHz, {@code visual} pictures at 10 a second, {@code symbols} whole numbers
 * from 0 to 4 at 20 a second.
 */
public final class TinyModel {
  public static final String AUDIO = "audio";
  public static final String VISUAL = "visual";
  public static final String SYMBOLS = "symbols";
  public static final int RATE = 8000;
  public static final int TICK_SAMPLES = 800;
  public static final Tick TICK = Tick.ofMillis(100);
  public static final int WIDTH = 8;
  public static final int HEIGHT = 6;

  private TinyModel() {}

  /** Sound and pictures; a convolution, attention and a GRU; labels heard and seen. */
  public static ModelSpec spec() {
    return spec(0);
  }

  /** The same with decisions that wait. */
  public static ModelSpec spec(int delay) {
    Layer hear =
        serial(
            "first", new Conv1d(12, 3, 2, 1, false, true),
            "relu", new Activation(Function.RELU),
            "second", new Conv1d(12, 6, 5, 1, false, true),
            "absent", new Absent());
    Layer look =
        serial(
            "conv", new Conv2d(6, 3, 2, 1, false, true),
            "act", new Activation(Function.GELU),
            "pool", new GlobalPool(Pooling.MEAN),
            "absent", new Absent());
    Layer attention =
        serial("norm", new LayerNorm(1e-5f), "attn", Attention.over(3, new Span.Window(6)));
    return spec(
        delay,
        senses(),
        "encoders",
        new Each(layers(AUDIO, hear, VISUAL, look)),
        "fuse",
        new Fusion.Concat(),
        "attention",
        new Residual(attention),
        "gru",
        new Gru(14));
  }

  /** Every layer that there is, in use. */
  public static ModelSpec everyLayer() {
    Layer hear =
        serial(
            "scale", new Standardize(6, 0.05f),
            "depthwise", new Conv1d(16, 3, 1, 2, true, true),
            "point", new Conv1d(12, 2, 2, 1, false, true),
            "silu", new Activation(Function.SILU),
            "pool", new PoolRows(Pooling.MAX, 5),
            "absent", new Absent());
    Layer look =
        serial(
            "conv", new Conv2d(6, 3, 1, 1, false, true),
            "norm", new LayerNorm(1e-5f),
            "depthwise", new Conv2d(6, 3, 1, 1, true, false),
            "max", new Pool2d(Pooling.MAX, 2, 2),
            "mean", new GlobalPool(Pooling.MEAN),
            "absent", new Absent());
    Layer read =
        serial(
            "embedding", new Embedding(5, 6),
            "pool", new PoolRows(Pooling.MEAN, 2),
            "absent", new Absent());
    Map<String, Modality> senses = senses();
    SensorRows symbols = new SensorRows(1, new Normalization.None());
    senses.put(SYMBOLS, new Modality(new FrontEnd.Vector(symbols, 20, 20), Optional.empty()));
    ModelSpec spec =
        spec(
            2,
            senses,
            "encoders",
            new Each(layers(AUDIO, hear, VISUAL, look, SYMBOLS, read)),
            "meet",
            new Each(layers(AUDIO, new Linear(6, true))),
            "merge",
            new Exchange.MergedAttention(Attention.over(3, new Span.Window(5)), true),
            "graph",
            new Exchange.GraphAttention(3, 4),
            "fork",
            new Parallel(
                layers(
                    "both",
                    new Fusion.Concat(),
                    "cross",
                    new Exchange.CrossAttention(
                        AUDIO, VISUAL, Attention.over(1, new Span.Sinks(2, 4)), false),
                    "gated",
                    new Fusion.Gated(7),
                    "low_rank",
                    new Fusion.LowRank(5, 2))),
            "more",
            new Parallel(
                layers(
                    "joined",
                    new Fusion.Concat(),
                    "mean",
                    serial(
                        "alike",
                        new Each(
                            layers(
                                "both", new Linear(4, true),
                                "cross", new Linear(4, true),
                                "gated", new Linear(4, true),
                                "low_rank", new Linear(4, true))),
                        "mean",
                        new Fusion.Combine(Fusion.How.WEIGHTED)))),
            "fuse",
            serial("concat", new Fusion.Concat(), "width", new Linear(24, true)),
            "attention",
            new Residual(
                serial(
                    "norm",
                    new RmsNorm(1e-5f),
                    "attn",
                    Attention.over(2, new Span.Summaries(4, 2, 2, 2)))),
            "memory",
            new Residual(new Memory(2, 3, new Memory.Store.Decay(20))),
            "where",
            serial("sinusoids", new Sinusoids(), "learned", new LearnedPositions(7)),
            "mlp",
            new Residual(
                serial("ff", new FeedForward(40, Function.GELU), "drop", new Dropout(0.1f))),
            "rnn",
            new Rnn(11, Squash.TANH),
            "lstm",
            new Lstm(9),
            "linear",
            new LinearRecurrence(12),
            "gru",
            new Gru(20));
    return chained(
        spec,
        new Chain(Output.Kind.MULTI_LABEL, Chain.Decode.MARGINALS, 2),
        new Chain(Output.Kind.ONE_LABEL, Chain.Decode.VITERBI, 1));
  }

  /** The same model with a chain behind each of its heads. */
  public static ModelSpec chained(ModelSpec spec, Chain heard, Chain seen) {
    Map<String, Layer> layers = new LinkedHashMap<>(((Serial) spec.body()).layers());
    Layer hears = serial("logits", new Linear(3, true), "chain", heard);
    Layer sees = serial("logits", new Linear(2, false), "chain", seen);
    layers.put("heads", new Parallel(layers("heard", hears, "seen", sees)));
    return new ModelSpec(
        spec.format(),
        spec.name(),
        spec.tickMs(),
        spec.delay(),
        spec.modalities(),
        new Serial(layers),
        spec.outputs());
  }

  /** The spec's model with random weights. */
  public static Model model(ModelSpec spec, long seed) {
    return model(spec, seed, Kernels.best());
  }

  public static Model model(ModelSpec spec, long seed, Kernels kernels) {
    return model(spec, seed, kernels, Precision.FP32);
  }

  public static Model model(ModelSpec spec, long seed, Kernels kernels, Precision precision) {
    return Model.of(
        spec,
        Weights.random(spec.parameters(), seed),
        kernels,
        precision,
        Path.of("."),
        (file, encoder) -> {
          throw new AssertionError("there is no encoder");
        });
  }

  public static Model model(long seed) {
    return model(spec(), seed);
  }

  /** Sound of some ticks that rises and falls, in [-1, 1]. */
  public static float[] sound(int ticks, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] samples = new float[ticks * TICK_SAMPLES];
    for (int i = 0; i < samples.length; i++) {
      double loud = 0.5 + 0.5 * StrictMath.sin(i * 2e-3 + seed);
      double tone = StrictMath.sin(i * 0.3 * (1 + i / TICK_SAMPLES % 5));
      samples[i] = (float) (loud * (0.7 * tone + 0.3 * random.nextDouble(-1, 1)));
    }
    return samples;
  }

  /** A picture of 8 x 6 pixels. */
  public static byte[] picture(long seed) {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    new SplittableRandom(seed).nextBytes(rgb);
    return rgb;
  }

  /** Samples {@code [from, to)} of a sound as a packet. */
  public static Packet.Samples samples(float[] sound, int from, int to) {
    float[] part = java.util.Arrays.copyOfRange(sound, from, to);
    return new Packet.Samples(AUDIO, Tick.startOf(from, RATE), part);
  }

  /** The picture of a tick, captured at its start. */
  public static Packet.Picture picture(int tick, long seed) {
    return new Packet.Picture(VISUAL, tick * TICK.ns(), picture(seed + tick), WIDTH, HEIGHT);
  }

  /** A layer after the other, from names and layers in turn. */
  public static Layer serial(Object... namesAndLayers) {
    return new Serial(layers(namesAndLayers));
  }

  public static Map<String, Layer> layers(Object... namesAndLayers) {
    Map<String, Layer> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndLayers.length; i += 2) {
      map.put((String) namesAndLayers[i], (Layer) namesAndLayers[i + 1]);
    }
    return map;
  }

  /** Samples with running normalisation and pictures, from the sources themselves. */
  public static Map<String, Modality> senses() {
    LogMel y = LogMel.yamnet();
    LogMel mel =
        new LogMel(
            RATE,
            200,
            80,
            256,
            16,
            60,
            3800,
            y.mel(),
            y.triangles(),
            false,
            y.windowShape(),
            y.spectrum(),
            y.log(),
            y.logOffset());
    Normalization running = new Normalization.RunningMeanVariance(30, 1e-3);
    FrontEnd audio = new FrontEnd.Audio(new AudioRows(mel, running), Optional.empty());
    FrontEnd visual = new FrontEnd.Image(ImageScale.signedUnit(WIDTH, HEIGHT), 10, 10);
    Map<String, Modality> senses = new LinkedHashMap<>();
    senses.put(AUDIO, new Modality(audio, Optional.empty()));
    senses.put(VISUAL, new Modality(visual, Optional.empty()));
    return senses;
  }

  /** A spec of given senses whose tree ends with the heads. */
  public static ModelSpec spec(int delay, Map<String, Modality> senses, Object... body) {
    Map<String, Layer> layers = layers(body);
    layers.put(
        "heads", new Parallel(layers("heard", new Linear(3, true), "seen", new Linear(2, false))));
    EventDecoding decoding = new EventDecoding(0.5f, 0.48f, 2, 1);
    Map<String, Output> outputs = new LinkedHashMap<>();
    outputs.put(
        "heard",
        new Output(Output.Kind.MULTI_LABEL, AUDIO, List.of("bell", "drum", "horn"), decoding));
    outputs.put(
        "seen",
        new Output(Output.Kind.ONE_LABEL, VISUAL, List.of("ball", "cube"), EventDecoding.DEFAULT));
    return new ModelSpec(ModelSpec.FORMAT, "tiny", 100, delay, senses, new Serial(layers), outputs);
  }
}
