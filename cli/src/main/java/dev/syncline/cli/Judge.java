package dev.syncline.cli;

import dev.syncline.cli.report.Scored;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.json.InputException;
import dev.syncline.metric.Predictions;
import dev.syncline.metric.Scorer;
import dev.syncline.metric.Scores;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.torch.train.Augmentation;
import dev.syncline.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Scores models on the test clips under the conditions of a study. */
final class Judge implements AutoCloseable {
  /**
   * In which way clips are met.
   *
   * @param without modalities that are missing throughout
   * @param noise in what is heard
   */
  private record Condition(String name, Forms.Form form, List<String> without, Noise noise) {}

  /** A figure of the tables: the mean of several keys. */
  private record Metric(String name, List<String> keys) {
    double of(Scores scores) {
      return keys.stream().mapToDouble(k -> scores.value(k).orElse(0)).average().orElseThrow();
    }
  }

  private static final double THRESHOLD = 0.5;

  private final Dataset data;
  private final Path cache;
  private final List<Clip> clips;
  private final ModelSpec all;
  private final Path folder;
  private final Map<String, Block> noisy = new LinkedHashMap<>();
  private final Map<Noise, ClipInputs> hearing = new LinkedHashMap<>();
  private final List<Metric> metrics = new ArrayList<>();
  private final List<Condition> conditions = new ArrayList<>();

  /**
   * @param spec one of the models, with all modalities
   * @param folder in which its encoders are
   * @param cache folder of the feature cache
   */
  Judge(Dataset data, ModelSpec spec, Path folder, Path cache) {
    this.folder = folder;
    this.data = data;
    this.cache = cache;
    clips = data.clips("test").stream().map(data::clip).toList();
    if (clips.isEmpty()) {
      throw new InputException(data.dir() + ": the split \"test\" is empty");
    }
    List<String> keys =
        Trial.constant("", spec, data, clips.subList(0, 1), true).evaluation().mainKeys();
    all = spec;
    boolean both = keys.contains("segment_f1.av.micro");
    metrics.add(both ? new Metric("Type@Avg", List.of("type_at_avg")) : new Metric("score", keys));
    for (String key : keys) {
      metrics.add(new Metric(named(key), List.of(key)));
    }
    conditions.add(new Condition("clips", Forms.Form.step, List.of(), Noise.NONE));
    conditions.add(new Condition("one stream", Forms.Form.stream, List.of(), Noise.NONE));
    if (spec.modalities().size() > 1) {
      for (String m : spec.modalities().keySet()) {
        conditions.add(new Condition("without " + m, Forms.Form.step, List.of(m), Noise.NONE));
      }
    }
    spec.modalities()
        .forEach(
            (name, m) -> {
              if (m.frontEnd() instanceof FrontEnd.Audio) {
                noisy(name);
              }
            });
  }

  /** The noise is as loud as the sound. */
  private void noisy(String modality) {
    Noise noise = new Noise(Map.of(modality, 0.0), Augmentation.Colour.WHITE, 0);
    conditions.add(new Condition(modality + " at 0 dB", Forms.Form.step, List.of(), noise));
  }

  private static String named(String key) {
    String accuracy = "ave.accuracy.";
    return key.startsWith(accuracy)
        ? "accuracy, " + Headline.named(key.substring(accuracy.length()))
        : Headline.named(key.substring(key.indexOf('.') + 1, key.lastIndexOf('.')));
  }

  List<String> metrics() {
    return metrics.stream().map(Metric::name).toList();
  }

  List<String> conditions() {
    return conditions.stream().map(Condition::name).toList();
  }

  /** A model's figures by condition and metric. */
  Map<String, Map<String, Double>> scores(Model model) {
    Map<String, Map<String, Double>> found = new LinkedHashMap<>();
    for (Condition condition : conditions) {
      found.put(condition.name(), figures(run(model, condition).score(keys(), THRESHOLD)));
    }
    return found;
  }

  /** Every track as the model says that hears or sees it alone. */
  Map<String, Map<String, Double>> sideBySide(Map<String, Model> byTrack) {
    Map<String, Map<String, Double>> found = new LinkedHashMap<>();
    for (Condition condition : conditions) {
      Map<String, Trial> trials = new LinkedHashMap<>();
      byTrack.forEach((track, model) -> trials.put(track, run(model, condition)));
      Trial first = trials.values().iterator().next();
      Predictions joined = joined(first.evaluation().predictions(), trials);
      found.put(
          condition.name(),
          figures(Scorer.score(first.evaluation().truth(), joined, keys(), THRESHOLD)));
    }
    return found;
  }

  private static Predictions joined(Predictions first, Map<String, Trial> trials) {
    List<Predictions.Clip> joined = new ArrayList<>();
    for (int i = 0; i < first.clips().size(); i++) {
      Map<String, double[][]> probabilities = new LinkedHashMap<>();
      for (Map.Entry<String, Trial> e : trials.entrySet()) {
        Predictions.Clip said = e.getValue().evaluation().predictions().clips().get(i);
        probabilities.put(e.getKey(), said.probabilities().get(e.getKey()));
      }
      joined.add(new Predictions.Clip(first.clips().get(i).id(), probabilities));
    }
    return new Predictions("side by side", first.classes(), first.ticksPerSecond(), joined);
  }

  /** The floors' figures by their names. */
  Map<String, Map<String, Double>> floors(ModelSpec spec) {
    Map<String, Map<String, Double>> found = new LinkedHashMap<>();
    for (Trial floor : Trial.floors(spec, data, clips)) {
      found.put(floor.name(), figures(floor.score(keys(), THRESHOLD)));
    }
    return found;
  }

  private Trial run(Model model, Condition condition) {
    try (ClipInputs clean = new ClipInputs(model, data, condition.without(), Noise.NONE, cache)) {
      return Trial.run(
          "",
          Scored.Role.MODEL,
          model,
          data,
          clips,
          condition.form(),
          clip -> {
            Map<String, Block> rows = clean.rows(clip);
            rows.replaceAll((name, block) -> noised(name, clip, condition.noise(), block));
            return rows;
          });
    }
  }

  /** A modality's rows under noise, made once for all models: their front ends are the same. */
  private Block noised(String modality, Clip clip, Noise noise, Block clean) {
    if (!noise.in(modality)) {
      return clean;
    }
    synchronized (noisy) {
      return noisy.computeIfAbsent(
          modality + "/" + clip.id(),
          ignored -> hearing.computeIfAbsent(noise, this::inputs).rows(clip).get(modality));
    }
  }

  private ClipInputs inputs(Noise noise) {
    Weights any = Weights.random(all.parameters(), 0);
    Model model = Model.of(all, any, new PlainKernels(), folder, Models::encoder);
    return new ClipInputs(model, data, List.of(), noise, cache);
  }

  private List<String> keys() {
    return metrics.stream().flatMap(m -> m.keys().stream()).distinct().toList();
  }

  private Map<String, Double> figures(Scores scores) {
    Map<String, Double> values = new LinkedHashMap<>();
    metrics.forEach(m -> values.put(m.name(), m.of(scores)));
    return values;
  }

  @Override
  public void close() {
    hearing.values().forEach(ClipInputs::close);
  }
}
