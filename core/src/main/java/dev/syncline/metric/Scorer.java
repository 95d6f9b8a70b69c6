package dev.syncline.metric;

import dev.syncline.metric.Pairing.Ticks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Scores predictions against the truth. */
public final class Scorer {
  private static final double HORIZON_TOLERANCE = 1e-9;

  private final Truth truth;
  private final Predictions predictions;
  private final Pairing pairing;
  private final int classes;

  private Scorer(Truth truth, Predictions predictions, boolean clips, double threshold) {
    this.truth = truth;
    this.predictions = predictions;
    classes = truth.classes().size();
    pairing = new Pairing(truth, clips ? predictions.inOrderOf(truth) : List.of(), threshold);
  }

  /**
   * Scores keys and groups.
   *
   * @throws IllegalArgumentException when there is no such key or track
   * @throws dev.syncline.json.InputException when the predictions do not fit the truth
   */
  public static Scores score(
      Truth truth, Predictions predictions, List<String> keys, double threshold) {
    return score(truth, predictions, Keys.of(keys, truth, predictions), threshold);
  }

  /**
   * Scores keys that were made for these very files.
   *
   * @param threshold in [0, 1]; a score that equals it counts as on
   */
  public static Scores score(Truth truth, Predictions predictions, Keys keys, double threshold) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("the threshold must be from 0 to 1, is " + threshold);
    }
    boolean clips = keys.needClips() || !predictions.clips().isEmpty();
    return new Scorer(truth, predictions, clips, threshold).all(keys.requests(), threshold);
  }

  private Scores all(List<Keys.Request> requests, double threshold) {
    Map<String, Optional<Double>> metrics = new LinkedHashMap<>();
    Map<String, String> undefined = new LinkedHashMap<>();
    Map<String, Map<String, Double>> perClass = new LinkedHashMap<>();
    Map<String, String> emptyGroups = new LinkedHashMap<>();
    Set<String> filledGroups = new LinkedHashSet<>();
    for (Keys.Request request : requests) {
      Score score = score(request);
      if (score instanceof Score.Missing m && !request.group().isEmpty()) {
        emptyGroups.putIfAbsent(request.group(), m.reason());
        continue;
      }
      filledGroups.add(request.group());
      switch (score) {
        case Score.Value v -> {
          metrics.put(request.typed(), Optional.of(v.value()));
          if (!v.perClass().isEmpty()) {
            perClass.put(request.typed(), named(v.perClass()));
          }
        }
        case Score.Undefined u -> {
          metrics.put(request.typed(), Optional.empty());
          undefined.put(request.typed(), u.reason());
        }
        case Score.Missing m -> {
          metrics.put(request.typed(), Optional.empty());
          undefined.put(request.typed(), m.reason());
        }
      }
    }
    emptyGroups.keySet().removeAll(filledGroups);
    emptyGroups.keySet().forEach(group -> metrics.put(group, Optional.empty()));
    undefined.putAll(emptyGroups);
    return new Scores("syncline-scores/1", threshold, metrics, undefined, perClass, counts());
  }

  private Map<String, Double> named(Map<Integer, Double> byIndex) {
    Map<String, Double> named = new LinkedHashMap<>();
    byIndex.forEach((c, value) -> named.put(truth.classes().get(c), value));
    return named;
  }

  private Scores.Counts counts() {
    long ticks = 0;
    long events = 0;
    for (Truth.Clip clip : truth.clips()) {
      ticks += clip.ticks();
      for (String modality : truth.modalities()) {
        events += pairing.events(pairing.truthSpans(clip, modality)).size();
      }
    }
    return new Scores.Counts(truth.clips().size(), ticks, events);
  }

  private Score score(Keys.Request request) {
    return switch (request.key()) {
      case Key.SegmentF1 k ->
          on(
              k.track(),
              () -> SegmentAndEventF1.segment(pairing.eventTicks(k.track()), k.average()));
      case Key.EventF1 k ->
          on(
              k.track(),
              () ->
                  SegmentAndEventF1.event(
                      pairing.eventTicks(k.track()), k.average(), k.thresholds()));
      case Key.TypeAtAvg k -> typeAtAvg(k.thresholds());
      case Key.EventAtAvg k -> eventAtAvg(k.thresholds());
      case Key.Ave k -> on(k.track(), () -> ave(k.track(), request.group()));
      case Key.PerFrameMap k ->
          on(k.track(), () -> AveragePrecision.perFrame(pairing.ticks(k.track())));
      case Key.Detection k ->
          on(k.track(), () -> AveragePrecision.detection(pairing, k.track(), k.calibrated()));
      case Key.Anticipation k -> anticipation(k);
      case Key.Collar k ->
          on(
              k.track(),
              () -> CollarF1.of(pairing.spans(k.track()), classes, k.average(), k.tolerance()));
      case Key.PsdScore k -> on(k.track(), () -> psds(k));
      case Key.Ece k -> on(k.track(), () -> ece(pairing.ticks(k.track()), k));
      case Key.Brier k -> on(k.track(), () -> brier(pairing.ticks(k.track()), k.multiclass()));
      case Key.RetrievalRank k -> Retrieval.of(truth, predictions, k.statistic());
      case Key.OfSurvival k -> SurvivalAnalysis.of(truth, predictions, k);
      case Key.DecisionLatency k ->
          unless(
              TickLatency.missing(pairing.predicted()),
              () ->
                  TickLatency.of(
                      pairing.predicted(), truth.ticksPerSecond(), k.part(), k.statistic()));
      case Key.TimeToDetect k ->
          timed(k.track(), () -> timing(k.track(), k.graceS()).timeToDetect(k.statistic()));
      case Key.TimingCount k ->
          timed(k.track(), () -> tally(timing(k.track(), k.graceS()), k.tally()));
      case Key.FalseAlarms k ->
          on(k.track(), () -> EventTiming.falseAlarmsPerHour(pairing.spans(k.track()), classes));
      case Key.Revisions k -> revisions();
    };
  }

  private static Score unless(Optional<String> missing, Supplier<Score> score) {
    return missing.<Score>map(Score.Missing::new).orElseGet(score);
  }

  private Score on(String track, Supplier<Score> score) {
    return unless(pairing.missing(track), score);
  }

  private Score timed(String track, Supplier<Score> score) {
    return on(track, () -> unless(EventTiming.missing(pairing, track), score));
  }

  private Score onAudioAndVisual(Supplier<Score> score) {
    return on("audio", () -> on("visual", () -> on(Truth.AV, score)));
  }

  private Score typeAtAvg(double[] thresholds) {
    return onAudioAndVisual(
        () -> {
          List<Score> scores = new ArrayList<>();
          for (String track : List.of("audio", "visual", Truth.AV)) {
            List<Ticks> clips = pairing.eventTicks(track);
            scores.add(
                thresholds.length == 0
                    ? SegmentAndEventF1.segment(clips, SegmentAndEventF1.Average.CLIP)
                    : SegmentAndEventF1.event(clips, SegmentAndEventF1.Average.CLIP, thresholds));
          }
          return SegmentAndEventF1.mean(scores);
        });
  }

  private Score eventAtAvg(double[] thresholds) {
    return on(
        "audio",
        () ->
            on(
                "visual",
                () -> {
                  List<Ticks> audio = pairing.eventTicks("audio");
                  List<Ticks> visual = pairing.eventTicks("visual");
                  return thresholds.length == 0
                      ? SegmentAndEventF1.eventAtAvg(audio, visual)
                      : SegmentAndEventF1.eventAtAvg(audio, visual, thresholds);
                }));
  }

  /** A truth that is not one-hot is refused, but "all" just does not include this key then. */
  private Score ave(String track, String group) {
    int[] at = AveAccuracy.notOneHot(pairing.ticks(track));
    if (at == null) {
      return AveAccuracy.of(pairing.ticks(track));
    }
    if (group.equals("all")) {
      return new Score.Missing("the truth of " + track + " is not one-hot");
    }
    throw new Place(truth.source(), truth.clips().get(at[0]).id())
        .bad(
            "labels." + track + "[" + at[1] + "]",
            "ave.accuracy needs exactly one class at every tick (declare a background class)");
  }

  private Score anticipation(Key.Anticipation k) {
    int[] horizons = predictions.horizonTicks();
    Optional<String> missing = AveragePrecision.missingForecasts(pairing, k.track(), horizons);
    if (missing.isPresent()) {
      return new Score.Missing(missing.get());
    }
    double sum = 0;
    for (int h = 0; h < horizons.length; h++) {
      if (k.seconds().isPresent() && !isHorizon(k.seconds().getAsDouble(), horizons[h])) {
        continue;
      }
      Score score =
          AveragePrecision.anticipation(pairing, k.track(), k.calibrated(), h, horizons[h]);
      if (k.seconds().isPresent() || !(score instanceof Score.Value v)) {
        return score;
      }
      sum += v.value();
    }
    return k.seconds().isPresent()
        ? new Score.Missing("horizon_ticks has no horizon of " + k.seconds().getAsDouble() + " s")
        : Score.of(sum / horizons.length);
  }

  private boolean isHorizon(double seconds, int ticks) {
    return Math.abs(seconds * truth.ticksPerSecond() - ticks) <= HORIZON_TOLERANCE * ticks;
  }

  private Score psds(Key.PsdScore k) {
    double[] thresholds = predictions.psdsThresholds();
    return unless(
        Psds.missing(pairing, k.track(), thresholds),
        () -> Psds.of(pairing, k.track(), thresholds, k.parameters()));
  }

  private static Score ece(List<Ticks> clips, Key.Ece k) {
    return Calibration.ece(k.top1() ? Calibration.top1(clips) : Calibration.cells(clips), k.bins());
  }

  private Score brier(List<Ticks> clips, boolean multiclass) {
    Score binary = Calibration.brier(Calibration.cells(clips));
    return multiclass && binary instanceof Score.Value v ? Score.of(v.value() * classes) : binary;
  }

  private EventTiming timing(String track, double graceS) {
    return EventTiming.of(pairing.spans(track), graceS);
  }

  private static Score tally(EventTiming timing, Key.Tally tally) {
    return switch (tally) {
      case MISSES -> Score.of(timing.misses());
      case MISS_RATE -> Score.ratio(timing.misses(), timing.truths(), "the truth has no events");
      case EARLY -> Score.of(timing.early());
      case LATE -> Score.of(timing.late());
      case DUPLICATES -> Score.of(timing.duplicates());
    };
  }

  private Score revisions() {
    return pairing.predicted().isEmpty()
        ? new Score.Missing("there are no clips")
        : Score.of(pairing.predicted().stream().mapToLong(Predictions.Clip::revisions).sum());
  }
}
