package dev.syncline.torch.train;

import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.signal.AudioRows;
import dev.syncline.signal.ImageScale;
import dev.syncline.signal.LogMel;
import dev.syncline.signal.Normalization;
import dev.syncline.signal.SensorRows;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.spec.Shape;
import dev.syncline.step.Block;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** A model with two microphones, a camera and a sensor, and random rows for them. */
final class Clips {
  static final ModelSpec SPEC = spec();

  private Clips() {}

  private static ModelSpec spec() {
    Map<String, Modality> modalities = new LinkedHashMap<>();
    modalities.put("near", modality(new FrontEnd.Audio(rows("{}"), Optional.empty())));
    modalities.put(
        "far", modality(new FrontEnd.Audio(rows("{\"hop\":320,\"bands\":20}"), Optional.empty())));
    ImageScale scale =
        new ImageScale(6, 8, 3, List.of(127.5), List.of(127.5), ImageScale.Antialias.NONE);
    modalities.put("camera", modality(new FrontEnd.Image(scale, 10, 25)));
    SensorRows sensor = new SensorRows(4, new Normalization.None());
    modalities.put("sensor", modality(new FrontEnd.Vector(sensor, 20, 20)));
    Map<String, Layer> encoders = new LinkedHashMap<>();
    encoders.put("near", new Layer.PoolRows(Layer.Pooling.MEAN, 10));
    encoders.put("far", new Layer.PoolRows(Layer.Pooling.MEAN, 5));
    encoders.put("camera", new Layer.GlobalPool(Layer.Pooling.MEAN));
    encoders.put("sensor", new Layer.PoolRows(Layer.Pooling.MEAN, 2));
    Map<String, Layer> layers = new LinkedHashMap<>();
    layers.put("each", new Layer.Each(encoders));
    layers.put("fuse", new Fusion.Concat());
    layers.put("heads", new Layer.Parallel(Map.of("heard", new Layer.Linear(1, true))));
    Output heard =
        Records.read(
            Output.class,
            Json.parse(
                "test", "{\"kind\":\"multi_label\",\"track\":\"near\",\"labels\":[\"bell\"]}"));
    return new ModelSpec(
        ModelSpec.FORMAT,
        "test",
        100,
        0,
        modalities,
        new Layer.Serial(layers),
        Map.of("heard", heard));
  }

  private static AudioRows rows(String logMel) {
    return new AudioRows(
        Records.read(LogMel.class, Json.parse("test", logMel)), new Normalization.None());
  }

  private static Modality modality(FrontEnd frontEnd) {
    return new Modality(frontEnd, Optional.empty());
  }

  static FrontEnd frontEnd(String modality) {
    return SPEC.modalities().get(modality).frontEnd();
  }

  /** Random values from -0.8 to 0.8; all rows are valid. */
  static Block block(String modality, int ticks, long seed) {
    Shape shape = SPEC.inputs().get(modality);
    Block block = Block.empty(shape, ticks);
    float[] values = samples(block.values().length, seed, 0.8);
    System.arraycopy(values, 0, block.values(), 0, values.length);
    java.util.Arrays.fill(block.valid(), 1);
    return block;
  }

  static float[] samples(int n, long seed, double level) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] samples = new float[n];
    for (int i = 0; i < n; i++) {
      samples[i] = (float) (level * (2 * random.nextDouble() - 1));
    }
    return samples;
  }
}
