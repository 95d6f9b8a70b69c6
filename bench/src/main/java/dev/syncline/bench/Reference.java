package dev.syncline.bench;

import dev.syncline.event.EventDecoding;
import dev.syncline.json.InputException;
import dev.syncline.signal.AudioRows;
import dev.syncline.signal.ImageScale;
import dev.syncline.signal.LogMel;
import dev.syncline.signal.Normalization;
import dev.syncline.signal.SensorRows;
import dev.syncline.spec.Attention;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.spec.Recurrent.Gru;
import dev.syncline.spec.Span;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Models of usual sizes with random weights, to measure steps with. Their weights begin as those of
 * a training do, so that activations stay in range however long a stream is.
 */
public enum Reference {
  /** Six pre-norm blocks of attention over 60 rows and a feed-forward layer, width 512. */
  TRANSFORMER,
  /** One GRU of 512 units on rows of 640 numbers. */
  GRU,
  /** Six residual levels of two convolutions of 5 taps each, width 256, dilations 1 to 32. */
  TCN,
  /** Sound and pictures as in the demo: convolutions for each, concatenated, one GRU of 128. */
  SMALL;

  private static final long SEED = 1;
  private static final double TICK_MS = 100;
  private static final List<String> LABELS = List.of("a", "b", "c", "d", "e", "f");

  /** The model as data; it is called by its name in lower case. */
  public ModelSpec spec() {
    return switch (this) {
      case TRANSFORMER -> ofVectors(512, transformer(6, 2048));
      case GRU -> ofVectors(640, layers("gru", new Gru(512)));
      case TCN -> ofVectors(256, tcn());
      case SMALL -> small();
    };
  }

  String title() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The model with its weights, the same on every machine. */
  public Model model(Kernels kernels, Precision precision) {
    return model(spec(), kernels, precision);
  }

  private static Model model(ModelSpec spec, Kernels kernels, Precision precision) {
    return Model.of(
        spec,
        Weights.random(spec.parameters(), SEED),
        kernels,
        precision,
        Path.of("."),
        (file, encoder) -> {
          throw new InputException(file + ": reference models have no encoders");
        });
  }

  /** Writes every model into a folder of its name: {@code bin/bench references DIR}. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: bin/bench references DIR");
      System.exit(2);
    }
    for (Reference r : values()) {
      Path folder = Path.of(args[0]).resolve(r.title());
      try {
        r.model(Kernels.best(), Precision.FP32).write(folder);
      } catch (IOException e) {
        System.err.println(folder + ": cannot be written: " + InputException.reason(e));
        System.exit(1);
      }
      System.out.println(folder);
    }
  }

  /** Two blocks of attention of width 64, for what needs no size. */
  static Model narrow(Kernels kernels, Precision precision) {
    return model(TRANSFORMER.ofVectors(64, transformer(2, 256)), kernels, precision);
  }

  private static Map<String, Layer> transformer(int count, int hidden) {
    Attention attention = new Attention(8, 0, new Span.Window(60), new Attention.Position.None());
    Map<String, Layer> blocks = new LinkedHashMap<>();
    for (int i = 1; i <= count; i++) {
      blocks.put("attn" + i, normed(attention));
      blocks.put("ff" + i, normed(new FeedForward(hidden, Function.GELU)));
    }
    blocks.put("norm", new LayerNorm(1e-5f));
    return blocks;
  }

  private static Layer normed(Layer layer) {
    return new Residual(new Serial(layers("norm", new LayerNorm(1e-5f), "mix", layer)));
  }

  private static Map<String, Layer> tcn() {
    Map<String, Layer> levels = new LinkedHashMap<>();
    for (int dilation = 1; dilation <= 32; dilation *= 2) {
      Conv1d conv = new Conv1d(256, 5, 1, dilation, false, true);
      Activation act = new Activation(Function.RELU);
      levels.put(
          "level" + dilation,
          new Residual(new Serial(layers("conv1", conv, "act1", act, "conv2", conv, "act2", act))));
    }
    return levels;
  }

  private ModelSpec small() {
    LogMel mel = LogMel.of(16_000, 640, 320, 1024, 48, 50, 8000);
    AudioRows rows = new AudioRows(mel, new Normalization.None());
    ImageScale scale =
        new ImageScale(48, 48, 3, List.of(127.5), List.of(64.0), ImageScale.Antialias.AREA);
    Map<String, Modality> senses = new LinkedHashMap<>();
    senses.put("audio", new Modality(new FrontEnd.Audio(rows, Optional.empty()), Optional.empty()));
    senses.put("visual", new Modality(new FrontEnd.Image(scale, 10, 10), Optional.empty()));
    Map<String, Layer> body =
        layers(
            "enc",
            new Each(layers("audio", new Serial(sound()), "visual", new Serial(pictures()))),
            "fuse",
            new Fusion.Concat(),
            "gru",
            new Gru(128));
    return spec(senses, body, Map.of("heard", "audio", "seen", "visual"));
  }

  private static Map<String, Layer> sound() {
    Map<String, Layer> layers = layers("std", new Standardize(8, 0.05f));
    for (int i = 1; i <= 2; i++) {
      layers.put("conv" + i, new Conv1d(64, 5, 1, i, false, true));
      layers.put("norm" + i, new LayerNorm(1e-5f));
      layers.put("act" + i, new Activation(Function.RELU));
    }
    layers.put("rows", new PoolRows(Pooling.MAX, 5));
    layers.put("conv3", new Conv1d(96, 3, 1, 1, false, true));
    layers.put("act3", new Activation(Function.RELU));
    layers.put("absent", new Absent());
    return layers;
  }

  private static Map<String, Layer> pictures() {
    Map<String, Layer> layers = layers("conv1", new Conv2d(12, 5, 2, 2, false, true));
    layers.put("norm1", new LayerNorm(1e-5f));
    layers.put("act1", new Activation(Function.RELU));
    layers.put("conv2", new Conv2d(24, 3, 2, 1, false, true));
    layers.put("norm2", new LayerNorm(1e-5f));
    layers.put("act2", new Activation(Function.RELU));
    layers.put("conv3", new Conv2d(48, 3, 2, 1, false, true));
    layers.put("act3", new Activation(Function.RELU));
    layers.put("conv4", new Conv2d(64, 3, 2, 1, false, true));
    layers.put("act4", new Activation(Function.RELU));
    layers.put("pool", new GlobalPool(Pooling.MAX));
    layers.put("norm", new LayerNorm(1e-5f));
    layers.put("absent", new Absent());
    return layers;
  }

  private ModelSpec ofVectors(int width, Map<String, Layer> layers) {
    double rate = 1000 / TICK_MS;
    SensorRows rows = new SensorRows(width, new Normalization.None());
    Modality sense = new Modality(new FrontEnd.Vector(rows, rate, rate), Optional.empty());
    return spec(Map.of("x", sense), layers, Map.of("y", "x"));
  }

  /** With a linear head for each output. */
  private ModelSpec spec(
      Map<String, Modality> senses, Map<String, Layer> layers, Map<String, String> tracks) {
    Map<String, Layer> heads = new LinkedHashMap<>();
    Map<String, Output> outputs = new LinkedHashMap<>();
    new java.util.TreeMap<>(tracks)
        .forEach(
            (name, track) -> {
              heads.put(name, new Linear(LABELS.size(), true));
              EventDecoding decoding = EventDecoding.DEFAULT;
              outputs.put(name, new Output(Output.Kind.MULTI_LABEL, track, LABELS, decoding));
            });
    Map<String, Layer> body = new LinkedHashMap<>(layers);
    body.put("heads", new Parallel(heads));
    return new ModelSpec(ModelSpec.FORMAT, title(), TICK_MS, 0, senses, new Serial(body), outputs);
  }

  private static Map<String, Layer> layers(Object... namesAndLayers) {
    Map<String, Layer> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndLayers.length; i += 2) {
      map.put((String) namesAndLayers[i], (Layer) namesAndLayers[i + 1]);
    }
    return map;
  }
}
