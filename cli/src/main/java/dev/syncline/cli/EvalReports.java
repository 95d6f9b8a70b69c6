package dev.syncline.cli;

import dev.syncline.cli.report.ClassScores;
import dev.syncline.cli.report.Decision;
import dev.syncline.cli.report.EvalReport;
import dev.syncline.cli.report.Fact;
import dev.syncline.cli.report.Latency;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Makes the page about a model from what it decided. */
final class EvalReports {
  private static final int BINS = 15;

  private final Dataset data;
  private final List<Clip> clips;
  private final List<Trial> trials;
  private final double threshold;
  private final Trial own;
  private final Truth truth;
  private final Predictions predictions;

  /**
   * @param clips those of the trials, in their order
   * @param trials the model's own first, then those it is compared with
   * @param threshold of a decision
   */
  EvalReports(Dataset data, List<Clip> clips, List<Trial> trials, double threshold) {
    this.data = data;
    this.clips = clips;
    this.trials = trials;
    this.threshold = threshold;
    own = trials.getFirst();
    truth = own.evaluation().truth();
    predictions = own.evaluation().predictions();
  }

  /** A clip and how well it went. */
  private record Ranked(int clip, double f1) {}

  /** A clip and why it is shown. */
  private record Place(int clip, String note) {}

  /**
   * The page.
   *
   * @param shown clips to show in full: the best, the worst, and others evenly between
   * @param explained on what the decisions about some of them rest
   */
  EvalReport report(
      Model model,
      String split,
      Optional<Latency> latency,
      int shown,
      Optional<Explained> explained) {
    return new EvalReport(
        own.name(),
        facts(model, split),
        truth.classes(),
        own.tracks().stream().map(Headline::named).toList(),
        trials.stream().map(t -> new Scored(t.name(), t.role())).toList(),
        headlines(),
        Optional.of(classScores()),
        own.tracks().stream().map(this::reliability).toList(),
        latency,
        threshold,
        inFull(shown, explained));
  }

  private List<Fact> facts(Model model, String split) {
    double minutes = clips.stream().mapToDouble(Clip::durationS).sum() / 60;
    long parameters = model.spec().parameters().stream().mapToLong(Parameter::size).sum();
    return List.of(
        new Fact("data", data.name()),
        new Fact("split", split),
        new Fact("clips", number("%,d", clips.size())),
        new Fact("minutes", number("%,.1f", minutes)),
        new Fact("tick", number("%,.0f ms", model.spec().tickMs())),
        new Fact("delay", model.spec().delay() + " ticks"),
        new Fact("senses", String.join(", ", model.spec().modalities().keySet())),
        new Fact("parameters", number("%,d", parameters)),
        new Fact("model", model.digest().substring(0, 12)));
  }

  private static String number(String format, Object value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** Each headline of the model, with the value of every trial that decides about its tracks. */
  private List<Score> headlines() {
    List<Headline> headlines = Headline.of(own.tracks());
    List<Map<String, Double>> values = trials.stream().map(this::values).toList();
    return headlines.stream()
        .map(
            h ->
                new Score(
                    h.name(),
                    h.note(),
                    h.higherIsBetter(),
                    values.stream()
                        .map(v -> Score.Value.of(v.getOrDefault(h.key(), Double.NaN)))
                        .toList()))
        .toList();
  }

  private Map<String, Double> values(Trial trial) {
    List<String> shared = own.tracks().stream().filter(trial.tracks()::contains).toList();
    List<String> keys = Headline.of(shared).stream().map(Headline::key).toList();
    Scores scores = trial.score(keys, threshold);
    Map<String, Double> values = new LinkedHashMap<>();
    keys.forEach(key -> values.put(key, scores.value(key).orElse(Double.NaN)));
    return values;
  }

  private ClassScores classScores() {
    List<String> tracks = Headline.withBoth(own.tracks());
    List<String> keys = tracks.stream().map(t -> "segment_f1." + t + ".macro").toList();
    Map<String, Map<String, Double>> scores = own.score(keys, threshold).perClass();
    List<ClassScores.Row> rows = new ArrayList<>();
    for (int c = 0; c < truth.classes().size(); c++) {
      String label = truth.classes().get(c);
      List<Double> values =
          keys.stream()
              .map(k -> scores.getOrDefault(k, Map.of()).getOrDefault(label, Double.NaN))
              .toList();
      rows.add(
          new ClassScores.Row(c, values, tracks.stream().map(t -> support(t, label)).toList()));
    }
    return new ClassScores("segment F1", tracks.stream().map(Headline::named).toList(), rows);
  }

  /** Annotated events of a class; of both, the pairs of a heard and a seen one that overlap. */
  private int support(String track, String label) {
    long n = 0;
    for (Clip clip : clips) {
      for (dev.syncline.data.Event e : clip.events(track.equals("av") ? "audio" : track)) {
        if (e.label().equals(label)) {
          n += track.equals("av") ? overlapping(e, clip.events("visual")) : 1;
        }
      }
    }
    return (int) n;
  }

  private static long overlapping(
      dev.syncline.data.Event heard, List<dev.syncline.data.Event> seen) {
    return seen.stream()
        .filter(e -> e.label().equals(heard.label()))
        .filter(e -> e.startS() < heard.endS() && heard.startS() < e.endS())
        .count();
  }

  /** Every (tick, class) cell of a track in bins by its probability. */
  private Reliability reliability(String track) {
    int classes = truth.classes().size();
    int ticks = truth.clips().stream().mapToInt(Truth.Clip::ticks).sum();
    double[] scores = new double[ticks * classes];
    boolean[] hits = new boolean[ticks * classes];
    int n = 0;
    for (int i = 0; i < truth.clips().size(); i++) {
      double[][] p = predictions.clips().get(i).probabilities().get(track);
      boolean[][] on = truth.clips().get(i).labels().get(track);
      for (int t = 0; t < p.length; t++) {
        System.arraycopy(p[t], 0, scores, n, classes);
        System.arraycopy(on[t], 0, hits, n, classes);
        n += classes;
      }
    }
    List<Reliability.Bin> bins = new ArrayList<>();
    for (Calibration.Bin b : Calibration.bins(scores, hits, BINS)) {
      double count = Math.max(1, b.count());
      bins.add(new Reliability.Bin(b.scores() / count, b.hits() / count, b.count()));
    }
    String ece = "ece.binary." + track + "@" + BINS;
    String brier = "brier.binary." + track;
    Scores values = own.score(List.of(ece, brier), threshold);
    return new Reliability(
        Headline.named(track),
        bins,
        values.value(ece).orElse(Double.NaN),
        values.value(brier).orElse(Double.NaN));
  }

  /** Clips from the best to the worst; those that are equal in the order of the split. */
  private List<Place> places(int shown) {
    List<Ranked> ranked = new ArrayList<>();
    for (int i = 0; i < clips.size(); i++) {
      ranked.add(new Ranked(i, f1(i)));
    }
    ranked.sort(Comparator.comparingDouble((Ranked r) -> -r.f1()).thenComparingInt(Ranked::clip));
    List<Place> list = new ArrayList<>();
    int n = Math.min(shown, clips.size());
    for (int i = 0; i < n; i++) {
      int rank = n == 1 ? 0 : (int) ((long) i * (clips.size() - 1) / (n - 1));
      Ranked r = ranked.get(rank);
      String note =
          String.format(Locale.ROOT, "%s of %d clips, F1 %.3f", place(rank), clips.size(), r.f1());
      list.add(new Place(r.clip(), note));
    }
    return list;
  }

  /** The clips that are shown in full. */
  List<Clip> chosen(int shown) {
    return places(shown).stream().map(p -> clips.get(p.clip())).toList();
  }

  private List<dev.syncline.cli.report.Clip> inFull(int shown, Optional<Explained> explained) {
    List<dev.syncline.cli.report.Clip> list = new ArrayList<>();
    for (Place p : places(shown)) {
      Clip clip = clips.get(p.clip());
      var plain =
          new Exhibit(data, clip).shown(p.note(), own.spec().tick().seconds(), lanes(p.clip()));
      list.add(
          explained
              .flatMap(e -> e.basis(clip.id(), own.tracks()))
              .map(plain::resting)
              .orElse(plain));
    }
    return list;
  }

  private String place(int rank) {
    int last = clips.size() - 1;
    return rank == 0
        ? "best"
        : rank == last ? "worst" : rank == last / 2 ? "median" : "rank " + (rank + 1);
  }

  /** F1 of a clip over the ticks and classes of all tracks; 1 where nothing is or is said. */
  private double f1(int clip) {
    long right = 0;
    long wrong = 0;
    for (String track : own.tracks()) {
      double[][] p = predictions.clips().get(clip).probabilities().get(track);
      boolean[][] on = truth.clips().get(clip).labels().get(track);
      for (int t = 0; t < p.length; t++) {
        for (int c = 0; c < p[t].length; c++) {
          boolean said = p[t][c] >= threshold;
          right += said && on[t][c] ? 1 : 0;
          wrong += said != on[t][c] ? 1 : 0;
        }
      }
    }
    return right + wrong == 0 ? 1 : 2.0 * right / (2.0 * right + wrong);
  }

  private List<Track> lanes(int clip) {
    return own.tracks().stream()
        .map(
            track ->
                new Track(
                    Headline.named(track),
                    Exhibit.marks(clips.get(clip), track, truth.classes()),
                    probabilities(clip, track),
                    decisions(clip, track)))
        .toList();
  }

  private List<float[]> probabilities(int clip, String track) {
    List<float[]> rows = new ArrayList<>();
    for (double[] p : predictions.clips().get(clip).probabilities().get(track)) {
      float[] row = new float[p.length];
      for (int c = 0; c < p.length; c++) {
        row[c] = (float) p[c];
      }
      rows.add(row);
    }
    return rows;
  }

  private List<Decision> decisions(int clip, String track) {
    double[][] p = predictions.clips().get(clip).probabilities().get(track);
    double tickS = own.spec().tick().seconds();
    List<Decision> list = new ArrayList<>();
    for (Event e : predictions.clips().get(clip).events().orElse(List.of())) {
      if (e.modality().equals(track)) {
        double told = e.emittedS().orElse(e.onsetS());
        int tick = (int) Math.round(told / tickS) - 1 - own.spec().delay();
        list.add(
            new Decision(
                e.classIndex(),
                e.onsetS(),
                e.offsetS() == Event.OPEN ? OptionalDouble.empty() : OptionalDouble.of(e.offsetS()),
                told,
                p[Math.clamp(tick, 0, p.length - 1)][e.classIndex()]));
      }
    }
    return list;
  }
}
