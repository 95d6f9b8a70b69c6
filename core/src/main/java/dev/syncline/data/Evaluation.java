package dev.syncline.data;

import dev.syncline.metric.Predictions;
import dev.syncline.metric.Scorer;
import dev.syncline.metric.Scores;
import dev.syncline.metric.Truth;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A model's decisions on clips beside their annotations, as the metrics take them. */
public final class Evaluation {
  private final ModelSpec spec;
  private final String source;
  private final List<String> classes;
  private final List<Truth.Clip> truths = new ArrayList<>();
  private final List<Predictions.Clip> predictions = new ArrayList<>();

  /** What was said of one clip beside the probabilities; all optional. */
  public record Told(
      Optional<List<dev.syncline.metric.Event>> events,
      Optional<double[]> capturedS,
      Optional<double[]> emittedS) {
    public static final Told NOTHING =
        new Told(Optional.empty(), Optional.empty(), Optional.empty());
  }

  public Evaluation(ModelSpec spec, Dataset data) {
    this.spec = spec;
    source = data.dir().toString();
    List<String> all = new ArrayList<>(data.classes());
    for (Output output : spec.outputs().values()) {
      output.labels().stream().filter(label -> !all.contains(label)).forEach(all::add);
    }
    classes = List.copyOf(all);
  }

  /**
   * Adds a clip.
   *
   * @param probabilities [ticks][labels] by output
   */
  public void add(Clip clip, Map<String, double[][]> probabilities, Told told) {
    int ticks = ClipPackets.ticks(clip, spec.tick());
    Map<String, boolean[][]> labels = new LinkedHashMap<>();
    Map<String, double[][]> scores = new LinkedHashMap<>();
    List<dev.syncline.metric.Event> events = new ArrayList<>();
    spec.outputs()
        .forEach(
            (name, output) -> {
              boolean[][] on = new boolean[ticks][classes.size()];
              double[][] p = new double[ticks][classes.size()];
              boolean[][] from = ClipRows.labels(clip, output, ticks, spec.tick());
              for (int c = 0; c < output.labels().size(); c++) {
                int to = classes.indexOf(output.labels().get(c));
                for (int t = 0; t < ticks; t++) {
                  on[t][to] = from[t][c];
                  p[t][to] = probabilities.get(name)[t][c];
                }
              }
              labels.put(output.track(), on);
              scores.put(output.track(), p);
              for (Event e : clip.events(output.track())) {
                events.add(
                    new dev.syncline.metric.Event(
                        output.track(), classes.indexOf(e.label()), e.startS(), e.endS()));
              }
            });
    truths.add(
        new Truth.Clip(
            clip.id(), ticks, clip.durationS(), labels, Optional.of(events), Optional.empty()));
    predictions.add(
        new Predictions.Clip(
            clip.id(),
            scores,
            Optional.empty(),
            Map.of(),
            told.events(),
            told.capturedS(),
            told.emittedS(),
            0));
  }

  public List<String> classes() {
    return classes;
  }

  public Truth truth() {
    List<String> tracks = spec.outputs().values().stream().map(Output::track).distinct().toList();
    return new Truth(
        source,
        classes,
        tracks,
        1 / spec.tick().seconds(),
        background(),
        truths,
        Optional.empty(),
        Optional.empty());
  }

  private OptionalInt background() {
    boolean any =
        spec.outputs().values().stream()
            .anyMatch(
                o -> o.kind() == Output.Kind.ONE_LABEL && o.labels().contains(ClipRows.BACKGROUND));
    return any ? OptionalInt.of(classes.indexOf(ClipRows.BACKGROUND)) : OptionalInt.empty();
  }

  public Predictions predictions() {
    return new Predictions(source, classes, 1 / spec.tick().seconds(), predictions);
  }

  public Scores score(List<String> keys, double threshold) {
    return Scorer.score(truth(), predictions(), keys, threshold);
  }

  /**
   * The keys by which training chooses an epoch: accuracy of tracks with one label at a time;
   * pooled segment F1 of every other, and of both together where there is sound and sight.
   */
  public List<String> mainKeys() {
    List<String> keys = new ArrayList<>();
    Map<String, Output.Kind> tracks = new LinkedHashMap<>();
    spec.outputs().values().forEach(o -> tracks.put(o.track(), o.kind()));
    tracks.forEach(
        (track, kind) ->
            keys.add(
                switch (kind) {
                  case ONE_LABEL -> "ave.accuracy." + track;
                  case MULTI_LABEL -> "segment_f1." + track + ".micro";
                }));
    if (tracks.get("audio") == Output.Kind.MULTI_LABEL
        && tracks.get("visual") == Output.Kind.MULTI_LABEL) {
      keys.add("segment_f1.av.micro");
    }
    return keys;
  }
}
