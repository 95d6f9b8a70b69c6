package dev.syncline.cli;

import dev.syncline.data.ClipRows;
import dev.syncline.data.Dataset;
import dev.syncline.data.ModalityInfo;
import dev.syncline.event.EventDecoding;
import dev.syncline.json.InputException;
import dev.syncline.signal.AudioRows;
import dev.syncline.signal.ImageScale;
import dev.syncline.signal.LogMel;
import dev.syncline.signal.Normalization;
import dev.syncline.signal.SensorRows;
import dev.syncline.spec.Chain;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.FrozenEncoder;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.time.Tick;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The model that {@code train} makes for a data set when no configuration is given. */
final class Presets {
  private final Dataset data;
  private final Tick tick;
  private final Optional<Path> encoders;
  private final Output.Kind kind;

  /**
   * @param encoders a folder with {@code yamnet.onnx} and {@code mobilenetv2.onnx}; without it,
   *     sound and pictures are learnt from scratch
   */
  Presets(Dataset data, Tick tick, Optional<Path> encoders) {
    this(data, tick, encoders, Output.Kind.MULTI_LABEL);
  }

  /**
   * The same with a say in what is decided.
   *
   * @param kind whether the labels of a track exclude each other
   */
  Presets(Dataset data, Tick tick, Optional<Path> encoders, Output.Kind kind) {
    this.data = data;
    this.tick = tick;
    this.encoders = encoders;
    this.kind = kind;
  }

  /** The model of a design. */
  ModelSpec spec(Design design) {
    Map<String, Modality> senses = new LinkedHashMap<>();
    Map<String, Layer> streams = new LinkedHashMap<>();
    for (String name : design.modalities()) {
      Modality sense = sense(name, data.modality(name));
      senses.put(name, sense);
      streams.put(name, stream(sense));
    }
    Map<String, Integer> heads = new LinkedHashMap<>();
    Map<String, Output> outputs = new LinkedHashMap<>();
    for (String track : tracks()) {
      String name = outputName(track);
      List<String> labels =
          switch (kind) {
            case MULTI_LABEL -> data.classes();
            case ONE_LABEL -> ClipRows.exclusive(data, track, tick);
          };
      heads.put(name, labels.size());
      outputs.put(name, new Output(kind, track, labels, decoding()));
    }
    int units = design.units().orElse(units());
    Body body = new Body(streams, design.temporal(), units, design.window(), heads);
    Serial joined = body.joined(design.joining());
    return new ModelSpec(
        ModelSpec.FORMAT,
        data.name(),
        tick.ns() / 1e6,
        design.chain().map(Chain::lag).orElse(0),
        senses,
        design.chain().map(c -> Tagging.chained(joined, c)).orElse(joined),
        outputs);
  }

  Tick tick() {
    return tick;
  }

  private int units() {
    return encoders.isPresent() ? 256 : 128;
  }

  /** Where ticks are short, single ones neither make nor break an event. */
  private EventDecoding decoding() {
    return tick.seconds() < 0.25 ? new EventDecoding(0.5f, 0.3f, 2, 2) : EventDecoding.DEFAULT;
  }

  /** The modalities that are annotated in the first clip of the training split. */
  private List<String> tracks() {
    List<String> clips = data.clips("train");
    if (clips.isEmpty()) {
      throw new InputException(data.dir() + ": the split \"train\" is empty");
    }
    var annotated = data.clip(clips.getFirst()).events().keySet();
    List<String> tracks = data.modalities().keySet().stream().filter(annotated::contains).toList();
    if (tracks.isEmpty()) {
      throw new InputException(
          data.dir() + ": no modality is annotated in clip " + clips.getFirst());
    }
    return tracks;
  }

  static String outputName(String track) {
    return switch (track) {
      case "audio" -> "heard";
      case "visual" -> "seen";
      default -> track;
    };
  }

  private Modality sense(String name, ModalityInfo info) {
    return switch (info) {
      case ModalityInfo.Audio a -> encoders.isPresent() ? yamnet(name, a) : sound(a);
      case ModalityInfo.Image i -> encoders.isPresent() ? mobileNet(i) : pictures(i);
      case ModalityInfo.Sensor s ->
          vectors(
              s.channels().size(), s.rateHz(), new Normalization.RunningMeanVariance(300, 1e-5));
      case ModalityInfo.Features f -> vectors(f.width(), f.rateHz(), new Normalization.None());
    };
  }

  private Modality yamnet(String name, ModalityInfo.Audio info) {
    if (info.rateHz() != 16_000) {
      throw new InputException(
          data.dir()
              + ": "
              + name
              + " has "
              + info.rateHz()
              + " samples a second, yamnet.onnx wants 16000");
    }
    LogMel mel = LogMel.yamnet();
    int rows = tick.rows((double) mel.rateHz() / mel.hop());
    FrozenEncoder encoder =
        new FrozenEncoder(
            "encoders/yamnet.onnx",
            "patch",
            List.of(1, 96, 64),
            "embedding",
            1024,
            96,
            rows,
            0.5,
            List.of());
    AudioRows audio = new AudioRows(mel, new Normalization.None());
    return new Modality(new FrontEnd.Audio(audio, Optional.empty()), Optional.of(encoder));
  }

  private Modality mobileNet(ModalityInfo.Image info) {
    FrozenEncoder encoder =
        new FrozenEncoder(
            "encoders/mobilenetv2.onnx",
            "image",
            List.of(1, 3, 224, 224),
            "embedding",
            1280,
            1,
            1,
            0.5,
            List.of());
    double rate = 1 / tick.seconds();
    var front =
        new FrontEnd.Image(ImageScale.signedUnit(224, 224), rate, Math.max(rate, info.rateHz()));
    return new Modality(front, Optional.of(encoder));
  }

  private Modality sound(ModalityInfo.Audio info) {
    int rate = (int) info.rateHz();
    int hop = rate / 50;
    int fft = Integer.highestOneBit(2 * hop - 1) * 2;
    LogMel mel = LogMel.of(rate, 2 * hop, hop, fft, 48, 50, Math.min(8000, rate / 2.0));
    AudioRows rows = new AudioRows(mel, new Normalization.None());
    return new Modality(new FrontEnd.Audio(rows, Optional.empty()), Optional.empty());
  }

  /** One picture a tick of up to 250 ms, four a second where ticks are longer. */
  private Modality pictures(ModalityInfo.Image info) {
    double rate = Math.min(info.rateHz(), Math.max(4, 1 / tick.seconds()));
    rate = Math.floor(rate * tick.seconds() + 1e-9) / tick.seconds();
    var scale = new ImageScale(48, 48, 3, List.of(127.5), List.of(64.0), ImageScale.Antialias.AREA);
    return new Modality(new FrontEnd.Image(scale, rate, info.rateHz()), Optional.empty());
  }

  private static Modality vectors(int width, double rateHz, Normalization normalization) {
    return new Modality(
        new FrontEnd.Vector(new SensorRows(width, normalization), rateHz, rateHz),
        Optional.empty());
  }

  /** What is learnt of one modality before fusion; one row a tick comes out. */
  private Layer stream(Modality sense) {
    Map<String, Layer> layers = new LinkedHashMap<>();
    int rows = sense.frontEnd().shape(tick).rows();
    if (sense.encoder().isPresent()) {
      layers.put("std", new Standardize(8, 0.05f));
      layers.put("drop", new Dropout(0.3f));
      layers.put("project", new Linear(units(), true));
      layers.put("act", new Activation(Function.RELU));
      layers.put("drop2", new Dropout(0.3f));
      layers.put("absent", new Absent());
      return new Serial(layers);
    }
    switch (sense.frontEnd()) {
      case FrontEnd.Audio ignored -> sound(layers, rows);
      case FrontEnd.Image ignored -> pictures(layers, rows);
      case FrontEnd.Vector ignored -> {
        layers.put("std", new Standardize(8, 0.001f));
        layers.put("up", new Linear(64, true));
        layers.put("act", new Activation(Function.RELU));
        pool(layers, rows);
      }
    }
    layers.put("drop", new Dropout(0.2f));
    layers.put("absent", new Absent());
    return new Serial(layers);
  }

  /** Rows see 260 ms of sound, ticks then three of them. */
  private static void sound(Map<String, Layer> layers, int rows) {
    layers.put("std", new Standardize(8, 0.05f));
    layers.put("conv1", new Conv1d(64, 5, 1, 1, false, true));
    layers.put("norm1", new LayerNorm(1e-5f));
    layers.put("act1", new Activation(Function.RELU));
    layers.put("conv2", new Conv1d(64, 5, 1, 2, false, true));
    layers.put("norm2", new LayerNorm(1e-5f));
    layers.put("act2", new Activation(Function.RELU));
    pool(layers, rows);
    layers.put("conv3", new Conv1d(96, 3, 1, 1, false, true));
    layers.put("act3", new Activation(Function.RELU));
  }

  private static void pictures(Map<String, Layer> layers, int rows) {
    layers.put("conv1", new Conv2d(12, 5, 2, 2, false, true));
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
    pool(layers, rows);
  }

  private static void pool(Map<String, Layer> layers, int rows) {
    if (rows > 1) {
      layers.put("rows", new PoolRows(Pooling.MAX, rows));
    }
  }

  /**
   * Copies the encoders that a spec names to where its model looks for them; without a folder to
   * copy from, they must be there.
   */
  static void placeEncoders(ModelSpec spec, Optional<Path> from, Path model) {
    for (Modality m : spec.modalities().values()) {
      if (m.encoder().isPresent()) {
        Path to = model.resolve(m.encoder().get().file());
        Path file = from.map(folder -> folder.resolve(to.getFileName())).orElse(to);
        if (!Files.isRegularFile(file)) {
          throw new InputException(file + ": no such encoder (--encoders names the folder)");
        }
        from.ifPresent(ignored -> copy(file, to));
      }
    }
  }

  private static void copy(Path file, Path to) {
    try {
      Files.createDirectories(to.getParent());
      Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new InputException(
          to + ": the encoder cannot be copied: " + InputException.reason(e), e);
    }
  }
}
