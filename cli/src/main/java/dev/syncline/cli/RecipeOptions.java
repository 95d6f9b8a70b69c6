package dev.syncline.cli;

import dev.syncline.data.ClipPackets;
import dev.syncline.data.Dataset;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.time.Tick;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a model of a data set is made from, and how it is trained. */
final class RecipeOptions {
  @Option(
      names = "--encoders",
      paramLabel = "DIR",
      description =
          "folder with yamnet.onnx and mobilenetv2.onnx; without it everything is learnt from scratch")
  private Path encoders;

  @Option(
      names = "--tick-ms",
      paramLabel = "MS",
      description = "length of a tick (default 1000 with encoders, 100 without)")
  private Double tickMs;

  @Option(
      names = "--modalities",
      split = ",",
      paramLabel = "NAME",
      description = "modalities to learn from (default all)")
  private List<String> modalities;

  @Option(
      names = "--one-label",
      description = "labels of a track exclude each other: one at a time, or none")
  private boolean oneLabel;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "any field of the training configuration, e.g. learning_rate=0.002")
  private Map<String, String> set = Map.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  Optional<Path> encoders() {
    return Optional.ofNullable(encoders);
  }

  Tick tick() {
    double ms = tickMs != null ? tickMs : encoders != null ? 1000 : 100;
    if (!(ms >= 1 && ms <= 3_600_000)) {
      throw new ParameterException(
          spec.commandLine(), "--tick-ms must be from 1 to 3600000, is " + ms);
    }
    return Tick.ofMillis(ms);
  }

  Output.Kind kind() {
    return oneLabel ? Output.Kind.ONE_LABEL : Output.Kind.MULTI_LABEL;
  }

  Presets presets(Dataset data) {
    return new Presets(data, tick(), encoders(), kind());
  }

  List<String> modalities(Dataset data) {
    if (modalities == null) {
      return List.copyOf(data.modalities().keySet());
    }
    if (Set.copyOf(modalities).size() < modalities.size()) {
      throw new ParameterException(
          spec.commandLine(), "--modalities names one twice: " + String.join(",", modalities));
    }
    return modalities;
  }

  /** Whether an option was given that shapes a model. */
  boolean shapes() {
    return tickMs != null || modalities != null || oneLabel;
  }

  /** The model of a design for a data set. */
  ModelSpec spec(Dataset data, Design design) {
    try {
      return presets(data).spec(design);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "%s: no model fits this data set with a tick of %s ms: %s"
              .formatted(data.dir(), tick().ns() / 1e6, e.getMessage()),
          e);
    }
  }

  /** Length of a training clip; the first is as good as any. */
  int clipTicks(Dataset data) {
    List<String> clips = data.clips("train");
    if (clips.isEmpty()) {
      throw new InputException(data.dir() + ": the split \"train\" is empty");
    }
    return ClipPackets.ticks(data.clip(clips.getFirst()), tick());
  }

  /** Fields of the training configuration. */
  Map<String, Json> set() {
    Map<String, Json> fields = new LinkedHashMap<>();
    set.forEach((key, value) -> fields.put(key, parsed(key, value)));
    return fields;
  }

  /** A value as JSON, or as the string that it is where it is no JSON. */
  private static Json parsed(String key, String value) {
    try {
      return Json.parse("--set " + key, value).value();
    } catch (InputException e) {
      return new Json.Str(value);
    }
  }
}
