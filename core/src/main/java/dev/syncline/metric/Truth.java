package dev.syncline.metric;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What really happened, as annotated. Made from a file by {@link ScoreFiles} or in memory. The
 * constructor refuses, with an {@link dev.syncline.json.InputException} that names source, clip and
 * field, whatever does not fit together.
 *
 * @param source where this comes from, for complaints: the file's name, as a rule
 * @param classes names; a class index is a place in this list
 * @param modalities declared tracks: {@code audio}, {@code visual}, any other, also {@code av}
 * @param ticksPerSecond R; tick k covers [k/R, (k+1)/R) seconds
 * @param background index of the class that means "nothing", no event: left out of detection
 *     averages and of whatever counts segments or events
 * @param retrieval the relevant items of each query
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays; none of these is compared
public record Truth(
    String source,
    List<String> classes,
    List<String> modalities,
    double ticksPerSecond,
    OptionalInt background,
    List<Clip> clips,
    Optional<int[][]> retrieval,
    Optional<Survival> survival) {

  /** The most cells (ticks by classes, over all clips) of one track. */
  public static final long MAX_CELLS = 1L << 28;

  /** The track that is the AND of audio and visual unless it is given itself. */
  static final String AV = "av";

  /**
   * One clip. Every modality needs labels or events; tick metrics prefer labels, metrics in seconds
   * prefer events.
   *
   * @param ticks T, at least 1
   * @param labels by modality, [T][C]
   * @param events of all modalities; empty where the clip lists none at all
   * @param ignore [T], ticks that detection and calibration leave out
   */
  public record Clip(
      String id,
      int ticks,
      double durationS,
      Map<String, boolean[][]> labels,
      Optional<List<Event>> events,
      Optional<boolean[]> ignore) {}

  /**
   * Times to an event, or to the end of observation (censored).
   *
   * @param timeS [N], seconds
   * @param event [N], false where censored
   */
  public record Outcomes(double[] timeS, boolean[] event) {}

  /** The outcomes to score, and those from which the censoring distribution is estimated. */
  public record Survival(Outcomes outcomes, Outcomes train) {}

  /** A truth of clips alone, without background, retrieval and survival. */
  public Truth(
      String source,
      List<String> classes,
      List<String> modalities,
      double ticksPerSecond,
      List<Clip> clips) {
    this(
        source,
        classes,
        modalities,
        ticksPerSecond,
        OptionalInt.empty(),
        clips,
        Optional.empty(),
        Optional.empty());
  }

  public Truth {
    classes = List.copyOf(classes);
    modalities = List.copyOf(modalities);
    clips = List.copyOf(clips);
    Place place = new Place(source, "");
    place.distinct("classes", classes);
    place.distinct("modalities", modalities);
    place.distinct("clips", clips.stream().map(Clip::id).toList());
    if (!(ticksPerSecond > 0 && ticksPerSecond < Double.POSITIVE_INFINITY)) {
      throw place.bad("ticks_per_second", "must be above 0, is " + ticksPerSecond);
    }
    if (background.isPresent()
        && (background.getAsInt() < 0 || background.getAsInt() >= classes.size())) {
      throw place.bad("background", "must be the index of a class, is " + background.getAsInt());
    }
    if (!clips.isEmpty() && (classes.isEmpty() || modalities.isEmpty())) {
      throw place.bad(classes.isEmpty() ? "classes" : "modalities", "must not be empty");
    }
    long cells = 0;
    for (Clip clip : clips) {
      check(clip, new Place(source, clip.id()), classes, modalities);
      cells += (long) clip.ticks() * classes.size();
      if (cells > MAX_CELLS) {
        throw new Place(source, clip.id())
            .bad("ticks", "more than " + MAX_CELLS + " ticks x classes in all: score in parts");
      }
    }
    retrieval.ifPresent(relevant -> checkRetrieval(relevant, place));
    survival.ifPresent(s -> check(s.outcomes(), "survival", place));
    survival.ifPresent(s -> check(s.train(), "survival.train", place));
  }

  private static void check(Clip clip, Place place, List<String> classes, List<String> modalities) {
    if (clip.ticks() < 1) {
      throw place.bad("ticks", "must be at least 1, is " + clip.ticks());
    }
    if (!(clip.durationS() > 0 && clip.durationS() < Double.POSITIVE_INFINITY)) {
      throw place.bad("duration_s", "must be above 0, is " + clip.durationS());
    }
    clip.ignore().ifPresent(v -> place.length("ignore", v.length, clip.ticks(), "ticks"));
    clip.labels()
        .forEach(
            (modality, rows) -> {
              String field = "labels." + modality;
              place.known(field, "modality", modality, modalities);
              place.length(field, rows.length, clip.ticks(), "ticks");
              for (int k = 0; k < rows.length; k++) {
                place.length(field + "[" + k + "]", rows[k].length, classes.size(), "classes");
              }
            });
    List<Event> events = clip.events().orElse(List.of());
    place.events(events, classes.size());
    for (int i = 0; i < events.size(); i++) {
      place.known("events[" + i + "].modality", "modality", events.get(i).modality(), modalities);
      if (events.get(i).offsetS() == Event.OPEN) {
        throw place.bad("events[" + i + "].offset_s", "must be a number in the truth");
      }
    }
    for (String modality : modalities) {
      boolean derived = modality.equals(AV) && hasBoth(modalities);
      if (clip.events().isEmpty() && !clip.labels().containsKey(modality) && !derived) {
        throw place.bad("labels." + modality, "is missing, and the clip has no events either");
      }
    }
  }

  private static void checkRetrieval(int[][] relevant, Place place) {
    for (int q = 0; q < relevant.length; q++) {
      if (relevant[q].length == 0) {
        throw place.bad("retrieval.relevant[" + q + "]", "must name at least one item");
      }
      for (int item : relevant[q]) {
        if (item < 0) {
          throw place.bad("retrieval.relevant[" + q + "]", "must be places from 0, has " + item);
        }
      }
    }
  }

  private static void check(Outcomes outcomes, String field, Place place) {
    place.length(field + ".event", outcomes.event().length, outcomes.timeS().length, "times");
    place.finite(field + ".time_s", outcomes.timeS());
  }

  private static boolean hasBoth(List<String> modalities) {
    return modalities.contains("audio") && modalities.contains("visual");
  }

  /** Whether both audio and visual are declared, so that their AND is a track. */
  boolean isAudioVisual() {
    return hasBoth(modalities);
  }
}
