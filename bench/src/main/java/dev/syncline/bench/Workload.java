package dev.syncline.bench;

import dev.syncline.event.EventDecoding;
import dev.syncline.signal.AudioRows;
import dev.syncline.signal.ImageScale;
import dev.syncline.signal.LogMel;
import dev.syncline.signal.Normalization;
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
import dev.syncline.step.Session;
import dev.syncline.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** An audio-visual model of native layers with random weights, and packets for it. */
final class Workload {
  private static final int RATE = 16_000;
  private static final int SIDE = 48;
  private static final long TICK_NS = 100_000_000;

  private final Session session;
  private final float[][] sounds = new float[16][RATE / 10];
  private final byte[][] pictures = new byte[16][64 * 64 * 3];
  private long tick;

  Workload(Kernels kernels) {
    ModelSpec spec = spec();
    Weights weights = Weights.random(spec.parameters(), 1);
    Model model =
        Model.of(
            spec,
            weights,
            kernels,
            Path.of("."),
            (file, encoder) -> {
              throw new IllegalStateException("no encoders here");
            });
    session = model.open(Session.SILENT);
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < sounds.length; i++) {
      for (int j = 0; j < sounds[i].length; j++) {
        sounds[i][j] = (float) random.nextGaussian() * 0.1f;
      }
      random.nextBytes(pictures[i]);
    }
  }

  private static ModelSpec spec() {
    LogMel mel = LogMel.of(RATE, 640, 320, 1024, 48, 50, 8000);
    AudioRows rows = new AudioRows(mel, new Normalization.RunningMeanVariance(300, 1e-5));
    ImageScale scale =
        new ImageScale(SIDE, SIDE, 3, List.of(127.5), List.of(64.0), ImageScale.Antialias.AREA);
    Map<String, Modality> senses = new LinkedHashMap<>();
    senses.put("audio", new Modality(new FrontEnd.Audio(rows, Optional.empty()), Optional.empty()));
    senses.put("visual", new Modality(new FrontEnd.Image(scale, 10, 10), Optional.empty()));
    Layer audio =
        serial(
            "conv1",
            new Conv1d(64, 5, 1, 1, false, true),
            "act1",
            new Activation(Function.RELU),
            "rows",
            new PoolRows(Pooling.MAX, 5),
            "absent",
            new Absent());
    Layer visual =
        serial(
            "conv1",
            new Conv2d(16, 5, 2, 2, false, true),
            "act1",
            new Activation(Function.RELU),
            "conv2",
            new Conv2d(32, 3, 2, 1, false, true),
            "act2",
            new Activation(Function.RELU),
            "pool",
            new GlobalPool(Pooling.MAX),
            "absent",
            new Absent());
    Layer block =
        new Residual(
            serial("norm", new LayerNorm(1e-5f), "attn", Attention.over(4, new Span.Window(50))));
    Layer body =
        serial(
            "enc", new Each(layers("audio", audio, "visual", visual)),
            "fuse", new Fusion.Concat(),
            "block", block,
            "gru", new Gru(128),
            "heads",
                new Parallel(layers("heard", new Linear(6, true), "seen", new Linear(6, true))));
    List<String> labels = List.of("a", "b", "c", "d", "e", "f");
    Map<String, Output> outputs = new LinkedHashMap<>();
    outputs.put(
        "heard", new Output(Output.Kind.MULTI_LABEL, "audio", labels, EventDecoding.DEFAULT));
    outputs.put(
        "seen", new Output(Output.Kind.MULTI_LABEL, "visual", labels, EventDecoding.DEFAULT));
    return new ModelSpec(ModelSpec.FORMAT, "bench", 100, 0, senses, body, outputs);
  }

  private static Layer serial(Object... namesAndLayers) {
    return new Serial(layers(namesAndLayers));
  }

  private static Map<String, Layer> layers(Object... namesAndLayers) {
    Map<String, Layer> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndLayers.length; i += 2) {
      map.put((String) namesAndLayers[i], (Layer) namesAndLayers[i + 1]);
    }
    return map;
  }

  /**
   * One tick from samples and a picture to events; gives a probability so that nothing is dropped.
   */
  float tick() {
    int i = (int) (tick & 15);
    session.push("audio", tick * TICK_NS, sounds[i], 0, sounds[i].length);
    session.push("visual", tick * TICK_NS, pictures[i], 64, 64);
    tick++;
    session.advance();
    return session.probabilities("heard")[0];
  }

  /** Nanoseconds that a stage of the last tick took. */
  long stageNs(Session.Stage stage) {
    return session.stageNs(stage);
  }

  long ticks() {
    return session.state().tick();
  }
}
