package dev.syncline.cli;

import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Chain;
import dev.syncline.spec.ModelSpec;
import dev.syncline.torch.train.Objective;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which of the preset models.
 *
 * @param modalities that it learns from
 * @param units width of what fuses and of what models time, a multiple of 8; without it the usual
 * @param window rows that a layer in time remembers, where it is a matter of rows
 * @param chain behind each head; decisions wait for its lag
 */
record Design(
    List<String> modalities,
    Joining joining,
    Temporal temporal,
    Optional<Integer> units,
    int window,
    Optional<Chain> chain) {

  /** Concatenated, then one GRU. */
  static Design of(List<String> modalities) {
    return new Design(
        modalities,
        Joining.concat,
        Temporal.gru,
        Optional.empty(),
        Temporal.WINDOW,
        Optional.empty());
  }

  Design joined(Joining by) {
    return new Design(modalities, by, temporal, units, window, chain);
  }

  Design timed(Temporal by) {
    return new Design(modalities, joining, by, units, window, chain);
  }

  Design wide(int width) {
    return new Design(modalities, joining, temporal, Optional.of(width), window, chain);
  }

  Design remembering(int rows) {
    return new Design(modalities, joining, temporal, units, rows, chain);
  }

  Design chained(Optional<Chain> by) {
    return new Design(modalities, joining, temporal, units, window, by);
  }

  /**
   * What of a training belongs to the design: a chain is trained by its likelihood, MiniROAD on
   * stretches of which only the end counts (An et al. 2023, section 3.3).
   *
   * @param clipTicks length of a training clip
   */
  Map<String, Json> training(ModelSpec model, int clipTicks) {
    Map<String, Json> fields = new LinkedHashMap<>();
    int stretch = Math.min(window, clipTicks);
    if (temporal == Temporal.miniroad) {
      fields.put("crop_ticks", Json.of(stretch));
    }
    if (temporal == Temporal.unlimited) {
      fields.put("carry", Json.of(0)); // a cache of 10,000 rows for every clip of a batch
    }
    if (temporal == Temporal.miniroad || chain.isPresent()) {
      Objective objective =
          chain.isPresent()
              ? objective(new Objective.Loss.Chain(), new Objective.Position.Uniform())
              : objective(
                  new Objective.Loss.CrossEntropy(0),
                  new Objective.Position.Last(Math.max(1, stretch / 2)));
      Map<String, Objective> outputs = new LinkedHashMap<>();
      model.outputs().keySet().forEach(name -> outputs.put(name, objective));
      fields.put("outputs", Records.write(outputs));
    }
    return fields;
  }

  private static Objective objective(Objective.Loss loss, Objective.Position position) {
    return new Objective(loss, 1, Optional.empty(), position);
  }
}
