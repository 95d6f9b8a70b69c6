package dev.syncline.cli;

import dev.syncline.cli.report.Scored;
import dev.syncline.data.Clip;
import dev.syncline.data.ClipPackets;
import dev.syncline.data.Dataset;
import dev.syncline.data.Evaluation;
import dev.syncline.metric.Event;
import dev.syncline.metric.Scores;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** What one system decided about some clips, beside the truth. */
record Trial(String name, Scored.Role role, ModelSpec spec, Evaluation evaluation) {

  /**
   * Runs a model over clips.
   *
   * @param without modalities that are missing throughout
   * @param noise in what is heard
   * @param cache folder of the feature cache
   */
  static Trial run(
      String name,
      Scored.Role role,
      Model model,
      Dataset data,
      List<Clip> clips,
      Forms.Form form,
      List<String> without,
      Noise noise,
      Path cache) {
    try (ClipInputs inputs = new ClipInputs(model, data, without, noise, cache)) {
      return run(name, role, model, data, clips, form, inputs::rows);
    }
  }

  /** Runs a model over the rows of clips. */
  static Trial run(
      String name,
      Scored.Role role,
      Model model,
      Dataset data,
      List<Clip> clips,
      Forms.Form form,
      Function<Clip, Map<String, Block>> rows) {
    Evaluation evaluation = new Evaluation(model.spec(), data);
    try (Forms forms = new Forms(model, form, evaluation.classes())) {
      for (Clip clip : clips) {
        Forms.Decisions decisions = forms.run(rows.apply(clip));
        evaluation.add(clip, decisions.probabilities(), decisions.told());
      }
    }
    return new Trial(name, role, model.spec(), evaluation);
  }

  /** A system that says the same of every class at every tick; where it is on, from tick 0 on. */
  static Trial constant(String name, ModelSpec spec, Dataset data, List<Clip> clips, boolean on) {
    Evaluation evaluation = new Evaluation(spec, data);
    for (Clip clip : clips) {
      int ticks = ClipPackets.ticks(clip, spec.tick());
      Map<String, double[][]> probabilities = new LinkedHashMap<>();
      List<Event> events = new ArrayList<>();
      spec.outputs()
          .forEach(
              (output, o) -> {
                double[][] rows = new double[ticks][o.labels().size()];
                Arrays.stream(rows).forEach(row -> Arrays.fill(row, on ? 1 : 0));
                probabilities.put(output, rows);
                if (on) {
                  events.addAll(always(o, evaluation.classes(), spec.tick().seconds()));
                }
              });
      evaluation.add(
          clip,
          probabilities,
          new Evaluation.Told(Optional.of(events), Optional.empty(), Optional.empty()));
    }
    return new Trial(name, Scored.Role.FLOOR, spec, evaluation);
  }

  private static List<Event> always(Output output, List<String> classes, double toldS) {
    return output.labels().stream()
        .map(
            label ->
                new Event(
                    output.track(),
                    classes.indexOf(label),
                    0,
                    Event.OPEN,
                    OptionalDouble.of(toldS)))
        .toList();
  }

  /** Both floors of a model: what is reached without looking. */
  static List<Trial> floors(ModelSpec spec, Dataset data, List<Clip> clips) {
    return List.of(
        constant("all negative", spec, data, clips, false),
        constant("all positive", spec, data, clips, true));
  }

  /** The annotated modalities that it decides about. */
  List<String> tracks() {
    return spec.outputs().values().stream().map(Output::track).distinct().toList();
  }

  Scores score(List<String> keys, double threshold) {
    return evaluation.score(keys, threshold);
  }
}
