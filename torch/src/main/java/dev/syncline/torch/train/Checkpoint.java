package dev.syncline.torch.train;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Parameter;
import dev.syncline.weights.Safetensors;
import dev.syncline.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that a training has in hand between two steps, in one safetensors file: tensors by
 * kind and name, and where the training stands as JSON in the metadata. It is written aside, forced
 * to disk and renamed.
 *
 * @param tensors flat arrays; names are {@code kind/name}
 */
record Checkpoint(Standing standing, Map<String, float[]> tensors) {

  /**
   * @param step steps done
   * @param lossSum of the epoch at hand
   * @param bestScore of a validation so far, negative before the first
   * @param metricsBytes length of metrics.jsonl
   * @param carriedTicks ticks behind each carried state
   */
  record Standing(
      long step,
      double lossSum,
      double bestScore,
      int bestEpoch,
      long metricsBytes,
      boolean stopped,
      List<Long> carriedTicks) {}

  void write(Path file) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    writer.meta("standing", Records.write(standing).compact());
    tensors.forEach((name, values) -> writer.add(name, List.of(values.length), values));
    writer.write(file);
  }

  /**
   * Reads a checkpoint of a model with these parameters; a damaged one is refused, for there is no
   * other to go on with.
   */
  static Checkpoint read(Path file, List<Parameter> parameters) {
    try (Safetensors tensors = Safetensors.open(file)) {
      String text = tensors.metadata().getOrDefault("standing", "{}");
      Field standing = Json.parse(file.toString(), text);
      Map<String, float[]> values = new LinkedHashMap<>();
      tensors.entries().keySet().forEach(name -> values.put(name, tensors.floats(name)));
      for (Parameter p : parameters) {
        for (String kind : p.trainable() ? List.of("p", "m", "v") : List.of("p")) {
          float[] found = values.get(kind + "/" + p.name());
          if (found == null || found.length != p.size()) {
            throw new InputException(
                "%s: no tensor \"%s/%s\" of %d numbers".formatted(file, kind, p.name(), p.size()));
          }
        }
      }
      return new Checkpoint(Records.read(Standing.class, standing), values);
    } catch (InputException e) {
      throw new InputException(
          e.getMessage() + " (the checkpoint is damaged: remove the run folder and begin anew)", e);
    }
  }

  /** The tensors of one kind, by name. */
  Map<String, float[]> kind(String kind) {
    Map<String, float[]> part = new LinkedHashMap<>();
    tensors.forEach(
        (name, values) -> {
          if (name.startsWith(kind + "/")) {
            part.put(name.substring(kind.length() + 1), values);
          }
        });
    return part;
  }
}
