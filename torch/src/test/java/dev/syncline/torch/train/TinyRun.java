package dev.syncline.torch.train;

import dev.syncline.data.Dataset;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** Trainings of a tiny model on {@link dev.syncline.data.ToneDataset}. */
final class TinyRun {
  /** Reads the vectors, which tell of the sounds. */
  static final ModelSpec VECTORS =
      spec(
          """
          "vectors": {"front_end": {"type": "vector", "rows": {"channels": 3},
                                    "rate_hz": 10, "source_hz": 10}}
          """,
          """
          "each": {"type": "each", "streams": {"vectors": {"type": "serial", "layers": {
            "std": {"type": "standardize"},
            "absent": {"type": "absent"}}}}},
          "up": {"type": "linear", "out": 12},
          "act": {"type": "activation", "function": "relu"},
          "drop": {"type": "dropout", "p": 0.1},
          "gru": {"type": "gru", "units": 12},
          "heads": {"type": "parallel", "branches": {"heard": {"type": "linear", "out": 2}}}
          """,
          """
          "heard": {"kind": "multi_label", "track": "audio", "labels": ["bell", "drum"]}
          """,
          0);

  /** The same, and its labels form chains that lag by a tick. */
  static final ModelSpec CHAINED =
      spec(
          """
          "vectors": {"front_end": {"type": "vector", "rows": {"channels": 3},
                                    "rate_hz": 10, "source_hz": 10}}
          """,
          """
          "each": {"type": "each", "streams": {"vectors": {"type": "serial", "layers": {
            "std": {"type": "standardize"},
            "absent": {"type": "absent"}}}}},
          "gru": {"type": "gru", "units": 12},
          "heads": {"type": "parallel", "branches": {"heard": {"type": "serial", "layers": {
            "logits": {"type": "linear", "out": 2},
            "chain": {"type": "chain", "kind": "multi_label", "decode": "viterbi", "lag": 1}}}}}
          """,
          """
          "heard": {"kind": "multi_label", "track": "audio", "labels": ["bell", "drum"]}
          """,
          1);

  /** Hears the sounds and sees the lights. */
  static final ModelSpec SOUND_AND_SIGHT =
      spec(
          """
          "audio": {"front_end": {"type": "audio", "rows": {"log_mel": {
            "rate_hz": 8000, "window": 200, "hop": 100, "fft": 256, "bands": 12,
            "low_hz": 100, "high_hz": 3900}}}},
          "visual": {"front_end": {"type": "image", "rate_hz": 10, "source_hz": 10,
                                   "scale": {"width": 4, "height": 4}}}
          """,
          """
          "each": {"type": "each", "streams": {
            "audio": {"type": "serial", "layers": {
              "std": {"type": "standardize"},
              "pool": {"type": "pool_rows", "pooling": "mean", "rows": 8},
              "absent": {"type": "absent"}}},
            "visual": {"type": "serial", "layers": {
              "pool": {"type": "global_pool", "pooling": "mean"},
              "absent": {"type": "absent"}}}}},
          "fuse": {"type": "concat"},
          "up": {"type": "linear", "out": 16},
          "act": {"type": "activation", "function": "relu"},
          "gru": {"type": "gru", "units": 16},
          "heads": {"type": "parallel", "branches": {
            "heard": {"type": "linear", "out": 2},
            "seen": {"type": "linear", "out": 2}}}
          """,
          """
          "heard": {"kind": "multi_label", "track": "audio", "labels": ["bell", "drum"]},
          "seen": {"kind": "multi_label", "track": "visual", "labels": ["bell", "drum"]}
          """,
          0);

  private TinyRun() {}

  private static ModelSpec spec(String modalities, String layers, String outputs, int delay) {
    String json =
        """
        {"format": "syncline-model/1", "name": "tiny", "tick_ms": 100, "delay": %d,
         "modalities": {%s}, "body": {"type": "serial", "layers": {%s}}, "outputs": {%s}}
        """
            .formatted(delay, modalities, layers, outputs);
    return Records.read(ModelSpec.class, Json.parse("spec", json));
  }

  /** The same model with decisions that wait. */
  static ModelSpec delayed(ModelSpec spec, int ticks) {
    return new ModelSpec(
        spec.format(),
        spec.name(),
        spec.tickMs(),
        ticks,
        spec.modalities(),
        spec.body(),
        spec.outputs());
  }

  /** The default configuration with the given fields. */
  static TrainConfig config(String json) {
    return Records.read(TrainConfig.class, Json.parse("config.json", json));
  }

  /** A model with weights that do not matter. */
  static Model model(ModelSpec spec, Path folder) {
    return Model.of(
        spec,
        Weights.random(spec.parameters(), 0),
        new PlainKernels(),
        folder,
        (file, encoder) -> {
          throw new IllegalStateException("there is no encoder");
        });
  }

  /** Trains in a run folder, with the feature cache beside it. */
  static Path train(
      Path data,
      Path run,
      ModelSpec spec,
      TrainConfig config,
      boolean resume,
      Trainer.Listener listener) {
    Json json = Json.object("model", spec.json(), "train", Records.write(config));
    try (RunFolder folder = RunFolder.open(run, json, resume);
        Trainer trainer =
            new Trainer(
                folder,
                config,
                model(spec, run),
                Dataset.open(data),
                run.resolveSibling("cache"),
                listener)) {
      return trainer.train();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path train(Path data, Path run, ModelSpec spec, TrainConfig config) {
    return train(data, run, spec, config, false, p -> {});
  }

  /** What a training leaves behind that must not depend on how often it was interrupted. */
  record Digests(String weights, String metrics, String checkpoint) {
    static Digests of(Path run) {
      return new Digests(
          sha(run.resolve("model/model.safetensors")),
          sha(run.resolve("metrics.jsonl")),
          sha(run.resolve("checkpoints/last.safetensors")));
    }

    private static String sha(Path file) {
      try {
        return HexFormat.of().formatHex(Weights.sha256().digest(Files.readAllBytes(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
