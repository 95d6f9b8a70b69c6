package dev.syncline.metric;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Truth and predictions side by side, clip by clip in the order of the truth: on the tick grid and
 * as events in seconds. The track {@code av}, unless it is given, is the AND of audio and visual
 * with the score {@code sqrt(p_audio * p_visual)}; in seconds it is their intersection.
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays; none of these is compared
final class Pairing {

  /**
   * One track of one clip on the tick grid; all arrays are [T][C].
   *
   * @param scores p, in [0, 1]
   * @param decisions z, 1 iff p reaches the threshold
   * @param gated decisions that also pass the clip gate, where there is one
   * @param ignored [T]
   */
  record Ticks(
      boolean[][] truth,
      double[][] scores,
      boolean[][] decisions,
      boolean[][] gated,
      boolean[] ignored) {}

  /** One track of one clip in seconds, events of no length dropped. */
  record Spans(String clip, double durationS, List<Event> truth, List<Event> predicted) {}

  private final Truth truth;
  private final List<Predictions.Clip> predicted;
  private final double threshold;
  private final boolean truthGivesAv;
  private final boolean predictionsGiveAv;
  private final Map<String, List<Ticks>> ticks = new LinkedHashMap<>();
  private final Map<String, List<Ticks>> eventTicks = new LinkedHashMap<>();
  private final Map<String, List<Spans>> spans = new LinkedHashMap<>();

  /** {@code predicted} is in the order of the truth's clips, or empty. */
  Pairing(Truth truth, List<Predictions.Clip> predicted, double threshold) {
    this.truth = truth;
    this.predicted = predicted;
    this.threshold = threshold;
    truthGivesAv =
        !truth.isAudioVisual()
            || truth.clips().stream()
                .anyMatch(c -> gives(c.labels().keySet().contains(Truth.AV), c.events()));
    predictionsGiveAv =
        !truth.isAudioVisual()
            || predicted.stream()
                .anyMatch(c -> gives(c.probabilities().containsKey(Truth.AV), c.events()));
  }

  private static boolean gives(boolean onGrid, Optional<List<Event>> events) {
    return onGrid || events.orElse(List.of()).stream().anyMatch(e -> e.modality().equals(Truth.AV));
  }

  Truth truth() {
    return truth;
  }

  List<Predictions.Clip> predicted() {
    return predicted;
  }

  /** Why a track cannot be scored, if so. */
  Optional<String> missing(String track) {
    if (predicted.isEmpty()) {
      return Optional.of("there are no clips");
    }
    for (Predictions.Clip clip : predicted) {
      for (String m : sources(track)) {
        if (!clip.probabilities().containsKey(m) && clip.events().isEmpty()) {
          return Optional.of(
              "clip \"" + clip.id() + "\" has neither probabilities." + m + " nor events");
        }
      }
    }
    return Optional.empty();
  }

  /** The predicted modalities that a track is made of. */
  List<String> sources(String track) {
    return track.equals(Truth.AV) && !predictionsGiveAv
        ? List.of("audio", "visual")
        : List.of(track);
  }

  List<Ticks> ticks(String track) {
    return ticks.computeIfAbsent(track, t -> each(i -> pairTicks(i, t)));
  }

  /** The same for scores of events: the class that means "nothing" is never on. */
  List<Ticks> eventTicks(String track) {
    return truth.background().isEmpty()
        ? ticks(track)
        : eventTicks.computeIfAbsent(track, t -> ticks(t).stream().map(this::events).toList());
  }

  private Ticks events(Ticks t) {
    return new Ticks(
        events(t.truth()), t.scores(), events(t.decisions()), events(t.gated()), t.ignored());
  }

  private boolean[][] events(boolean[][] grid) {
    boolean[][] result = new boolean[grid.length][];
    for (int k = 0; k < grid.length; k++) {
      result[k] = grid[k].clone();
      result[k][truth.background().getAsInt()] = false;
    }
    return result;
  }

  List<Spans> spans(String track) {
    return spans.computeIfAbsent(track, t -> each(i -> pairSpans(i, t)));
  }

  private interface AtClip<T> {
    T at(int clip);
  }

  private <T> List<T> each(AtClip<T> make) {
    List<T> result = new ArrayList<>();
    for (int i = 0; i < predicted.size(); i++) {
      result.add(make.at(i));
    }
    return result;
  }

  private Ticks pairTicks(int i, String track) {
    Truth.Clip clip = truth.clips().get(i);
    boolean[][] decisions = decisions(i, track);
    return new Ticks(
        truthTicks(clip, track),
        scores(i, track),
        decisions,
        predicted.get(i).clipProbabilities().map(gate -> gated(decisions, gate)).orElse(decisions),
        clip.ignore().orElseGet(() -> new boolean[clip.ticks()]));
  }

  private boolean[][] truthTicks(Truth.Clip clip, String track) {
    if (track.equals(Truth.AV) && !truthGivesAv) {
      return TickGrid.and(truthTicks(clip, "audio"), truthTicks(clip, "visual"));
    }
    boolean[][] labels = clip.labels().get(track);
    return labels != null ? labels : rasterised(clip, of(track, clip.events()));
  }

  private boolean[][] decisions(int i, String track) {
    if (track.equals(Truth.AV) && !predictionsGiveAv) {
      return TickGrid.and(decisions(i, "audio"), decisions(i, "visual"));
    }
    double[][] p = predicted.get(i).probabilities().get(track);
    return p == null
        ? rasterised(truth.clips().get(i), of(track, predicted.get(i).events()))
        : TickGrid.atLeast(p, threshold);
  }

  private double[][] scores(int i, String track) {
    if (track.equals(Truth.AV) && !predictionsGiveAv) {
      return TickGrid.geometricMean(scores(i, "audio"), scores(i, "visual"));
    }
    double[][] p = predicted.get(i).probabilities().get(track);
    return p != null ? p : TickGrid.asScores(decisions(i, track));
  }

  /** Forecasts [T][H][C] of a track, or null where the clip has none. */
  double[][][] forecasts(int i, String track) {
    Map<String, double[][][]> given = predicted.get(i).futureProbabilities();
    if (given.containsKey(track) || !track.equals(Truth.AV) || !truth.isAudioVisual()) {
      return given.get(track);
    }
    double[][][] audio = given.get("audio");
    double[][][] visual = given.get("visual");
    if (audio == null || visual == null) {
      return null;
    }
    double[][][] both = new double[audio.length][][];
    for (int k = 0; k < both.length; k++) {
      both[k] = TickGrid.geometricMean(audio[k], visual[k]);
    }
    return both;
  }

  private boolean[][] gated(boolean[][] decisions, double[] gate) {
    boolean[][] result = new boolean[decisions.length][gate.length];
    for (int k = 0; k < decisions.length; k++) {
      for (int c = 0; c < gate.length; c++) {
        result[k][c] = decisions[k][c] && gate[c] >= threshold;
      }
    }
    return result;
  }

  private Spans pairSpans(int i, String track) {
    Truth.Clip clip = truth.clips().get(i);
    return new Spans(
        clip.id(),
        clip.durationS(),
        events(truthSpans(clip, track)),
        events(predictedSpans(i, track)));
  }

  /** Without the class that means "nothing". */
  List<Event> events(List<Event> spans) {
    int background = truth.background().orElse(-1);
    return spans.stream().filter(e -> e.classIndex() != background).toList();
  }

  /**
   * The truth of a track in seconds: its listed events, or the runs of labels where it has none.
   */
  List<Event> truthSpans(Truth.Clip clip, String track) {
    if (track.equals(Truth.AV) && !truthGivesAv) {
      return TickGrid.intersection(truthSpans(clip, "audio"), truthSpans(clip, "visual"));
    }
    List<Event> listed = of(track, clip.events());
    boolean[][] labels = clip.labels().get(track);
    return listed.isEmpty() && labels != null
        ? TickGrid.events(labels, track, truth.ticksPerSecond(), Optional.empty())
        : closed(listed, clip.durationS());
  }

  private List<Event> predictedSpans(int i, String track) {
    Predictions.Clip clip = predicted.get(i);
    if (clip.events().isEmpty()) {
      return TickGrid.events(decisions(i, track), track, truth.ticksPerSecond(), clip.emittedS());
    }
    double durationS = truth.clips().get(i).durationS();
    return track.equals(Truth.AV) && !predictionsGiveAv
        ? TickGrid.intersection(
            closed(of("audio", clip.events()), durationS),
            closed(of("visual", clip.events()), durationS))
        : closed(of(track, clip.events()), durationS);
  }

  private boolean[][] rasterised(Truth.Clip clip, List<Event> events) {
    return TickGrid.rasterise(events, clip.ticks(), truth.classes().size(), truth.ticksPerSecond());
  }

  private static List<Event> of(String modality, Optional<List<Event>> events) {
    return events.orElse(List.of()).stream().filter(e -> e.modality().equals(modality)).toList();
  }

  private static List<Event> closed(List<Event> events, double durationS) {
    return events.stream()
        .map(
            e ->
                e.offsetS() == Event.OPEN
                    ? new Event(e.modality(), e.classIndex(), e.onsetS(), durationS, e.emittedS())
                    : e)
        .filter(e -> e.length() > 0)
        .toList();
  }
}
