package dev.syncline.cli;

import dev.syncline.cli.report.ClassScores;
import dev.syncline.cli.report.Decision;
import dev.syncline.cli.report.EvalReport;
import dev.syncline.cli.report.Fact;
import dev.syncline.cli.report.Reliability;
import dev.syncline.cli.report.Score;
import dev.syncline.cli.report.Scored;
import dev.syncline.cli.report.Track;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.metric.Calibration;
import dev.syncline.metric.Event;
import dev.syncline.metric.Predictions;
import dev.syncline.metric.Scores;
import dev.syncline.metric.Truth;
import dev.syncline.spec.Parameter;
import dev.syncline.step.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Several systems on the same clips: as a table, and as the page that people look at. */
final class Trials {
  private static final int BINS = 15;

  private Trials() {}

  /** Models on a split, the first being the one that matters, and the two floors. */
  static List<Trial> of(Map<String, Model> models, Dataset data, String split, Path cache) {
    List<Clip> clips = data.clips(split).stream().map(data::clip).toList();
    List<Trial> trials = new ArrayList<>();
    models.forEach(
        (name, model) -> {
          Scored.Role role = trials.isEmpty() ? Scored.Role.MODEL : Scored.Role.BASELINE;
          trials.add(Trial.run(name, role, model, data, clips, Forms.Form.step, List.of(), cache));
        });
    trials.addAll(Trial.floors(trials.getFirst().spec(), data, clips));
    return trials;
  }

  /** The main scores side by side. */
  static String table(List<Trial> trials) {
    List<Headline> columns =
        Headline.of(trials.getFirst().tracks()).stream()
            .filter(h -> h.higherIsBetter() && !h.name().startsWith("event"))
            .toList();
    StringBuilder text = new StringBuilder("   %-14s".formatted(""));
    columns.forEach(h -> text.append("%18s".formatted(h.name())));
    for (Trial trial : trials) {
      Scores scores = trial.score(columns.stream().map(Headline::key).toList(), 0.5);
      text.append("%n   %-14s".formatted(trial.name()));
      columns.forEach(h -> text.append("%18s".formatted(number(scores.value(h.key())))));
    }
    return text.toString();
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? "%.3f".formatted(value.getAsDouble()) : "-";
  }

  /** The page: headline scores, classes, reliability, and some clips from best to worst. */
  static EvalReport report(List<Trial> trials, Model model, Dataset data, int clips) {
    Trial main = trials.getFirst();
    List<String> classes = main.evaluation().classes();
    List<String> tracks = main.tracks().stream().map(Presets::outputName).toList();
    return new EvalReport(
        model.spec().name(),
        facts(model, main),
        classes,
        tracks,
        trials.stream().map(t -> new Scored(t.name(), t.role())).toList(),
        headlines(trials),
        Optional.of(classes(main, classes)),
        main.tracks().stream().map(track -> reliability(main, track)).toList(),
        Optional.empty(),
        0.5,
        shown(main, data, clips));
  }

  private static List<Fact> facts(Model model, Trial main) {
    long parameters = model.spec().parameters().stream().mapToLong(Parameter::size).sum();
    Truth truth = main.evaluation().truth();
    return List.of(
        new Fact("data", truth.source()),
        new Fact("clips", "%,d".formatted(truth.clips().size())),
        new Fact("tick", "%s s".formatted(model.spec().tick().seconds())),
        new Fact("delay", "%d ticks".formatted(model.spec().delay())),
        new Fact("parameters", "%,d".formatted(parameters)),
        new Fact("digest", model.digest().substring(0, 12)));
  }

  private static List<Score> headlines(List<Trial> trials) {
    List<Headline> headlines = Headline.of(trials.getFirst().tracks());
    List<String> keys = headlines.stream().map(Headline::key).toList();
    List<Scores> scores = trials.stream().map(t -> t.score(keys, 0.5)).toList();
    List<Score> list = new ArrayList<>();
    for (Headline h : headlines) {
      List<Score.Value> values =
          scores.stream().map(s -> Score.Value.of(s.value(h.key()).orElse(Double.NaN))).toList();
      list.add(new Score(h.name(), h.note(), h.higherIsBetter(), values));
    }
    return list;
  }

  /** Segment F1 of each class, pooled over clips. */
  private static ClassScores classes(Trial trial, List<String> classes) {
    Truth truth = trial.evaluation().truth();
    Predictions said = trial.evaluation().predictions();
    List<ClassScores.Row> rows = new ArrayList<>();
    for (int c = 0; c < classes.size(); c++) {
      List<Double> scores = new ArrayList<>();
      List<Integer> support = new ArrayList<>();
      for (String track : trial.tracks()) {
        long[] counts = new long[3];
        int events = 0;
        for (int i = 0; i < truth.clips().size(); i++) {
          count(truth.clips().get(i), said.clips().get(i), track, c, counts);
          int label = c;
          events +=
              (int)
                  truth.clips().get(i).events().orElse(List.of()).stream()
                      .filter(e -> e.modality().equals(track) && e.classIndex() == label)
                      .count();
        }
        long all = 2 * counts[0] + counts[1] + counts[2];
        scores.add(all == 0 ? Double.NaN : 2.0 * counts[0] / all);
        support.add(events);
      }
      rows.add(new ClassScores.Row(c, scores, support));
    }
    return new ClassScores(
        "segment F1", trial.tracks().stream().map(Presets::outputName).toList(), rows);
  }

  /** Adds a clip's true positives, false positives and false negatives of one class. */
  private static void count(
      Truth.Clip truth, Predictions.Clip said, String track, int c, long[] counts) {
    boolean[][] on = truth.labels().get(track);
    double[][] p = said.probabilities().get(track);
    for (int t = 0; t < on.length; t++) {
      boolean decided = p[t][c] >= 0.5;
      counts[0] += on[t][c] && decided ? 1 : 0;
      counts[1] += !on[t][c] && decided ? 1 : 0;
      counts[2] += on[t][c] && !decided ? 1 : 0;
    }
  }

  private static Reliability reliability(Trial trial, String track) {
    Truth truth = trial.evaluation().truth();
    Predictions said = trial.evaluation().predictions();
    int cells = truth.clips().stream().mapToInt(c -> c.ticks() * truth.classes().size()).sum();
    double[] scores = new double[cells];
    boolean[] hits = new boolean[cells];
    int at = 0;
    for (int i = 0; i < truth.clips().size(); i++) {
      boolean[][] on = truth.clips().get(i).labels().get(track);
      double[][] p = said.clips().get(i).probabilities().get(track);
      for (int t = 0; t < on.length; t++) {
        for (int c = 0; c < on[t].length; c++, at++) {
          scores[at] = p[t][c];
          hits[at] = on[t][c];
        }
      }
    }
    List<Reliability.Bin> bins =
        Calibration.bins(scores, hits, BINS).stream()
            .map(
                b ->
                    new Reliability.Bin(
                        b.count() == 0 ? Double.NaN : b.scores() / b.count(),
                        b.count() == 0 ? Double.NaN : (double) b.hits() / b.count(),
                        b.count()))
            .toList();
    String ece = "ece.binary." + track + "@" + BINS;
    String brier = "brier.binary." + track;
    Scores s = trial.score(List.of(ece, brier), 0.5);
    return new Reliability(
        Presets.outputName(track),
        bins,
        s.value(ece).orElse(Double.NaN),
        s.value(brier).orElse(Double.NaN));
  }

  /** Clips evenly from the best to the worst by the F1 of their ticks. */
  private static List<dev.syncline.cli.report.Clip> shown(Trial trial, Dataset data, int wanted) {
    Truth truth = trial.evaluation().truth();
    Predictions said = trial.evaluation().predictions();
    double[] f1 = new double[truth.clips().size()];
    for (int i = 0; i < f1.length; i++) {
      long[] counts = new long[3];
      for (String track : trial.tracks()) {
        for (int c = 0; c < truth.classes().size(); c++) {
          count(truth.clips().get(i), said.clips().get(i), track, c, counts);
        }
      }
      f1[i] = 2.0 * counts[0] / Math.max(1, 2 * counts[0] + counts[1] + counts[2]);
    }
    List<Integer> order =
        IntStream.range(0, f1.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -f1[i]))
            .toList();
    int n = Math.min(wanted, f1.length);
    List<dev.syncline.cli.report.Clip> clips = new ArrayList<>();
    for (int k = 0; k < n; k++) {
      int place = n == 1 ? 0 : k * (f1.length - 1) / (n - 1);
      int i = order.get(place);
      String note = "segment F1 %.2f, number %d of %d".formatted(f1[i], place + 1, f1.length);
      clips.add(clip(trial, data, truth.clips().get(i), said.clips().get(i), note));
    }
    return clips;
  }

  private static dev.syncline.cli.report.Clip clip(
      Trial trial, Dataset data, Truth.Clip truth, Predictions.Clip said, String note) {
    Clip clip = data.clip(truth.id());
    List<String> classes = trial.evaluation().classes();
    List<Track> tracks = new ArrayList<>();
    for (String track : trial.tracks()) {
      List<float[]> rows = new ArrayList<>();
      for (double[] row : said.probabilities().get(track)) {
        float[] p = new float[row.length];
        for (int c = 0; c < p.length; c++) {
          p[c] = (float) row[c];
        }
        rows.add(p);
      }
      List<Decision> decisions =
          said.events().orElse(List.of()).stream()
              .filter(e -> e.modality().equals(track))
              .map(Trials::decision)
              .toList();
      tracks.add(
          new Track(
              Presets.outputName(track), Exhibit.marks(clip, track, classes), rows, decisions));
    }
    return new Exhibit(data, clip).shown(note, trial.spec().tick().seconds(), tracks);
  }

  private static Decision decision(Event e) {
    OptionalDouble offset =
        e.offsetS() == Event.OPEN ? OptionalDouble.empty() : OptionalDouble.of(e.offsetS());
    return new Decision(e.classIndex(), e.onsetS(), offset, e.emittedS().orElse(e.onsetS()), 1);
  }
}
