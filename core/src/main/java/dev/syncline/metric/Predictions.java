package dev.syncline.metric;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a system said. Made from a file by {@link ScoreFiles} or in memory. The constructor refuses,
 * with an {@link dev.syncline.json.InputException} that names source, clip and field, whatever does
 * not fit together; {@link #inOrderOf} does so for what does not fit the truth.
 *
 * @param source where this comes from, for complaints: the file's name, as a rule
 * @param horizonTicks [H], how many ticks ahead each forecast looks, at least 1
 * @param psdsThresholds the operating points of PSDS, each in [0, 1]
 * @param retrieval scores [queries][items], higher is more similar
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays; none of these is compared
public record Predictions(
    String source,
    List<String> classes,
    double ticksPerSecond,
    int[] horizonTicks,
    double[] psdsThresholds,
    List<Clip> clips,
    Optional<double[][]> retrieval,
    Optional<Survival> survival) {

  /**
   * What a system said of one clip. Tick metrics use probabilities, else the events on the tick
   * grid; metrics in seconds use events where the clip lists any or says that there are none, else
   * the runs of decisions.
   *
   * @param probabilities by modality, [T][C], each in [0, 1]
   * @param clipProbabilities [C], the gate of audio-visual video parsing
   * @param futureProbabilities by modality, [T][H][C]
   * @param events of all modalities
   * @param capturedS [T], capture time of the last sample used for the decision of each tick
   * @param emittedS [T], when that decision left the system, on the same clock; clip start is 0
   * @param revisions emitted decisions that were changed afterwards
   */
  public record Clip(
      String id,
      Map<String, double[][]> probabilities,
      Optional<double[]> clipProbabilities,
      Map<String, double[][][]> futureProbabilities,
      Optional<List<Event>> events,
      Optional<double[]> capturedS,
      Optional<double[]> emittedS,
      long revisions) {

    /** A clip with nothing but probabilities. */
    public Clip(String id, Map<String, double[][]> probabilities) {
      this(
          id,
          probabilities,
          Optional.empty(),
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          0);
    }
  }

  /**
   * Predicted times to an event.
   *
   * @param risk [N], higher is earlier
   * @param horizonsS [H], strictly increasing; may be empty
   * @param survivalProb [N][H], probability that the event comes after each horizon
   */
  public record Survival(double[] risk, double[] horizonsS, double[][] survivalProb) {}

  /** Predictions of clips alone, without forecasts, operating points, retrieval and survival. */
  public Predictions(String source, List<String> classes, double ticksPerSecond, List<Clip> clips) {
    this(
        source,
        classes,
        ticksPerSecond,
        new int[0],
        new double[0],
        clips,
        Optional.empty(),
        Optional.empty());
  }

  public Predictions {
    classes = List.copyOf(classes);
    clips = List.copyOf(clips);
    Place place = new Place(source, "");
    place.distinct("clips", clips.stream().map(Clip::id).toList());
    place.probabilities("psds_thresholds", psdsThresholds);
    if (IntStream.of(horizonTicks).anyMatch(h -> h < 1)
        || IntStream.of(horizonTicks).distinct().count() < horizonTicks.length) {
      throw place.bad("horizon_ticks", "must be different whole numbers from 1");
    }
    for (Clip clip : clips) {
      check(clip, new Place(source, clip.id()), classes.size(), horizonTicks.length);
      if (clip.clipProbabilities().isPresent()
          != clips.getFirst().clipProbabilities().isPresent()) {
        throw new Place(source, clip.id())
            .bad("clip_probabilities", "must be in every clip or in none");
      }
    }
    if (retrieval.isPresent()) {
      double[][] scores = retrieval.get();
      for (int q = 0; q < scores.length; q++) {
        place.length("retrieval.scores[" + q + "]", scores[q].length, scores[0].length, "items");
        place.finite("retrieval.scores[" + q + "]", scores[q]);
      }
    }
    survival.ifPresent(s -> check(s, place));
  }

  private static void check(Clip clip, Place place, int classes, int horizons) {
    clip.probabilities()
        .forEach((m, p) -> place.probabilities("probabilities." + m, p, classes, "classes"));
    clip.futureProbabilities()
        .forEach(
            (m, p) -> {
              String field = "future_probabilities." + m;
              for (int k = 0; k < p.length; k++) {
                place.length(field + "[" + k + "]", p[k].length, horizons, "horizon_ticks");
                place.probabilities(field + "[" + k + "]", p[k], classes, "classes");
              }
            });
    clip.clipProbabilities()
        .ifPresent(
            p -> {
              place.length("clip_probabilities", p.length, classes, "classes");
              place.probabilities("clip_probabilities", p);
            });
    place.events(clip.events().orElse(List.of()), classes);
    clip.capturedS().ifPresent(t -> place.finite("captured_s", t));
    clip.emittedS().ifPresent(t -> place.finite("emitted_s", t));
    if (clip.revisions() < 0) {
      throw place.bad("revisions", "must not be negative, is " + clip.revisions());
    }
    if (clip.capturedS().isPresent() && clip.emittedS().isPresent()) {
      double[] captured = clip.capturedS().get();
      double[] emitted = clip.emittedS().get();
      place.length("emitted_s", emitted.length, captured.length, "ticks of captured_s");
      for (int k = 0; k < captured.length; k++) {
        if (emitted[k] < captured[k]) {
          throw place.bad(
              "emitted_s[" + k + "]",
              "is " + emitted[k] + ", before captured_s, which is " + captured[k]);
        }
      }
    }
  }

  private static void check(Survival s, Place place) {
    place.finite("survival.risk", s.risk());
    place.finite("survival.horizons_s", s.horizonsS());
    for (int h = 1; h < s.horizonsS().length; h++) {
      if (s.horizonsS()[h] <= s.horizonsS()[h - 1]) {
        throw place.bad("survival.horizons_s[" + h + "]", "must be later than the one before");
      }
    }
    if (s.horizonsS().length > 0) {
      place.length(
          "survival.survival_prob", s.survivalProb().length, s.risk().length, "values of risk");
    }
    place.probabilities(
        "survival.survival_prob", s.survivalProb(), s.horizonsS().length, "horizons_s");
  }

  /**
   * The clips in the order of the truth.
   *
   * @throws dev.syncline.json.InputException when classes, tick rate, set of clips, modalities or
   *     shapes are not those of the truth
   */
  List<Clip> inOrderOf(Truth truth) {
    Place place = new Place(source, "");
    if (!classes.equals(truth.classes())) {
      throw place.bad("classes", "must be those of " + truth.source() + ": " + truth.classes());
    }
    if (ticksPerSecond != truth.ticksPerSecond()) {
      throw place.bad(
          "ticks_per_second",
          "is " + ticksPerSecond + ", " + truth.source() + " has " + truth.ticksPerSecond());
    }
    Map<String, Clip> byId = new LinkedHashMap<>();
    clips.forEach(clip -> byId.put(clip.id(), clip));
    List<Clip> ordered = new ArrayList<>();
    for (Truth.Clip wanted : truth.clips()) {
      Clip clip = byId.remove(wanted.id());
      Place at = new Place(source, wanted.id());
      if (clip == null) {
        throw at.bad("clips", "this clip of " + truth.source() + " is missing");
      }
      checkAgainst(wanted, clip, at, truth.modalities());
      ordered.add(clip);
    }
    for (String extra : byId.keySet()) {
      throw new Place(source, extra).bad("clips", "this clip is not in " + truth.source());
    }
    return ordered;
  }

  private static void checkAgainst(
      Truth.Clip truth, Clip clip, Place place, List<String> modalities) {
    int ticks = truth.ticks();
    clip.probabilities()
        .forEach(
            (m, p) -> {
              place.known("probabilities." + m, "modality", m, modalities);
              place.length("probabilities." + m, p.length, ticks, "ticks");
            });
    clip.futureProbabilities()
        .forEach(
            (m, p) -> {
              place.known("future_probabilities." + m, "modality", m, modalities);
              place.length("future_probabilities." + m, p.length, ticks, "ticks");
            });
    clip.capturedS().ifPresent(t -> place.length("captured_s", t.length, ticks, "ticks"));
    clip.emittedS().ifPresent(t -> place.length("emitted_s", t.length, ticks, "ticks"));
    List<Event> events = clip.events().orElse(List.of());
    for (int i = 0; i < events.size(); i++) {
      place.known("events[" + i + "].modality", "modality", events.get(i).modality(), modalities);
    }
  }
}
