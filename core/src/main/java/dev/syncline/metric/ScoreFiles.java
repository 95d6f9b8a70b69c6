package dev.syncline.metric;

import dev.syncline.json.Field;
import dev.syncline.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Reads the two JSON files that are scored, {@code syncline-truth/1} and {@code
 * syncline-predictions/1}. Whatever is wrong is an {@link dev.syncline.json.InputException} of one
 * line with file, clip id and field; unknown fields are refused, because a misspelt optional field
 * would change a score silently.
 */
public final class ScoreFiles {
  private static final double NO_TICKS = 1;

  private ScoreFiles() {}

  public static Truth readTruth(Path file) {
    Field root = document(Json.read(file), "syncline-truth/1");
    root.onlyKeys(
        "format",
        "classes",
        "modalities",
        "ticks_per_second",
        "background",
        "clips",
        "retrieval",
        "survival");
    List<String> classes = strings(root, "classes");
    double rate = rate(root);
    List<Truth.Clip> clips = new ArrayList<>();
    for (Field clip : clips(root)) {
      clips.add(truthClip(clip, classes, rate));
    }
    return new Truth(
        root.where(),
        classes,
        strings(root, "modalities"),
        rate,
        root.find("background")
            .map(f -> OptionalInt.of((int) f.integer(0, Integer.MAX_VALUE)))
            .orElse(OptionalInt.empty()),
        clips,
        root.find("retrieval").map(ScoreFiles::relevant),
        root.find("survival").map(ScoreFiles::survival));
  }

  public static Predictions readPredictions(Path file) {
    Field root = document(Json.read(file), "syncline-predictions/1");
    root.onlyKeys(
        "format",
        "classes",
        "ticks_per_second",
        "horizon_ticks",
        "psds_thresholds",
        "clips",
        "retrieval",
        "survival");
    List<String> classes = strings(root, "classes");
    List<Predictions.Clip> clips = new ArrayList<>();
    for (Field clip : clips(root)) {
      clips.add(predictedClip(clip, classes));
    }
    return new Predictions(
        root.where(),
        classes,
        rate(root),
        root.find("horizon_ticks").map(ScoreFiles::integers).orElse(new int[0]),
        root.find("psds_thresholds").map(ScoreFiles::numbers).orElse(new double[0]),
        clips,
        root.find("retrieval").map(ScoreFiles::retrievalScores),
        root.find("survival").map(ScoreFiles::predictedSurvival));
  }

  private static Field document(Field root, String format) {
    Field given = root.get("format");
    if (!given.string().equals(format)) {
      throw given.bad("must be \"" + format + "\", is \"" + given.string() + "\"");
    }
    return root;
  }

  /** Without clips, nothing that concerns clips need be declared. */
  private static List<String> strings(Field root, String name) {
    Optional<Field> field = needed(root, name);
    return field.isEmpty() ? List.of() : field.get().items().stream().map(Field::string).toList();
  }

  private static double rate(Field root) {
    return needed(root, "ticks_per_second").map(Field::number).orElse(NO_TICKS);
  }

  private static Optional<Field> needed(Field root, String name) {
    return root.find("clips").isPresent() ? Optional.of(root.get(name)) : root.find(name);
  }

  /** The clips, each as the root of its own place, so that complaints name file and clip. */
  private static List<Field> clips(Field root) {
    List<Field> clips = new ArrayList<>();
    for (Field f : root.find("clips").map(Field::items).orElse(List.of())) {
      String id = f.get("id").string();
      clips.add(new Field(root.where() + ": clip \"" + id + "\"", "", f.value()));
    }
    return clips;
  }

  private static Truth.Clip truthClip(Field clip, List<String> classes, double rate) {
    clip.onlyKeys("id", "ticks", "duration_s", "labels", "events", "ignore");
    int ticks = (int) clip.get("ticks").integer(1, Integer.MAX_VALUE);
    return new Truth.Clip(
        clip.get("id").string(),
        ticks,
        clip.find("duration_s").map(Field::number).orElse(ticks / rate),
        byModality(clip, "labels", f -> grid(f).toArray(boolean[][]::new)),
        clip.find("events").map(f -> events(f, classes, false)),
        clip.find("ignore").map(ScoreFiles::bits));
  }

  private static Predictions.Clip predictedClip(Field clip, List<String> classes) {
    clip.onlyKeys(
        "id",
        "probabilities",
        "clip_probabilities",
        "future_probabilities",
        "events",
        "captured_s",
        "emitted_s",
        "revisions");
    return new Predictions.Clip(
        clip.get("id").string(),
        byModality(clip, "probabilities", ScoreFiles::matrix),
        clip.find("clip_probabilities").map(ScoreFiles::numbers),
        byModality(
            clip,
            "future_probabilities",
            f -> f.items().stream().map(ScoreFiles::matrix).toArray(double[][][]::new)),
        clip.find("events").map(f -> events(f, classes, true)),
        clip.find("captured_s").map(ScoreFiles::numbers),
        clip.find("emitted_s").map(ScoreFiles::numbers),
        clip.find("revisions").map(f -> f.integer(0, 1L << 53)).orElse(0L));
  }

  private static <T> Map<String, T> byModality(Field clip, String name, Function<Field, T> read) {
    Map<String, T> result = new LinkedHashMap<>();
    clip.find(name)
        .ifPresent(all -> all.fields().forEach((m, field) -> result.put(m, read.apply(field))));
    return result;
  }

  private static List<Event> events(Field list, List<String> classes, boolean predicted) {
    List<Event> events = new ArrayList<>();
    for (Field f : list.items()) {
      if (predicted) {
        f.onlyKeys("modality", "class", "onset_s", "offset_s", "confidence", "emitted_s");
        f.find("confidence").ifPresent(ScoreFiles::checkShare);
      } else {
        f.onlyKeys("modality", "class", "onset_s", "offset_s");
      }
      Field name = f.get("class");
      int index = classes.indexOf(name.string());
      if (index < 0) {
        throw name.bad(
            "unknown class \"" + name.string() + "\"" + Field.hint(name.string(), classes));
      }
      boolean open = predicted && f.object().get("offset_s") instanceof Json.Null;
      events.add(
          new Event(
              f.get("modality").string(),
              index,
              f.get("onset_s").number(),
              open ? Event.OPEN : f.get("offset_s").number(),
              f.find("emitted_s")
                  .map(e -> OptionalDouble.of(e.number()))
                  .orElse(OptionalDouble.empty())));
    }
    return events;
  }

  private static void checkShare(Field f) {
    if (f.number() < 0 || f.number() > 1) {
      throw f.bad("must be from 0 to 1, is " + f.number());
    }
  }

  private static int[][] relevant(Field retrieval) {
    retrieval.onlyKeys("relevant");
    return retrieval.get("relevant").items().stream()
        .map(ScoreFiles::integers)
        .toArray(int[][]::new);
  }

  private static double[][] retrievalScores(Field retrieval) {
    retrieval.onlyKeys("scores");
    return matrix(retrieval.get("scores"));
  }

  private static Truth.Survival survival(Field f) {
    f.onlyKeys("time_s", "event", "train");
    Truth.Outcomes outcomes = outcomes(f);
    Optional<Field> train = f.find("train");
    train.ifPresent(t -> t.onlyKeys("time_s", "event"));
    return new Truth.Survival(outcomes, train.map(ScoreFiles::outcomes).orElse(outcomes));
  }

  private static Truth.Outcomes outcomes(Field f) {
    List<Field> items = f.get("event").items();
    boolean[] event = new boolean[items.size()];
    for (int i = 0; i < event.length; i++) {
      event[i] = items.get(i).bool();
    }
    return new Truth.Outcomes(numbers(f.get("time_s")), event);
  }

  private static Predictions.Survival predictedSurvival(Field f) {
    f.onlyKeys("risk", "horizons_s", "survival_prob");
    double[] horizons = f.find("horizons_s").map(ScoreFiles::numbers).orElse(new double[0]);
    return new Predictions.Survival(
        numbers(f.get("risk")),
        horizons,
        horizons.length == 0 ? new double[0][] : matrix(f.get("survival_prob")));
  }

  private static double[][] matrix(Field f) {
    return f.items().stream().map(ScoreFiles::numbers).toArray(double[][]::new);
  }

  private static double[] numbers(Field f) {
    List<Json> items = list(f);
    double[] values = new double[items.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          items.get(i) instanceof Json.Num n ? n.value() : item(f, i, items.get(i)).number();
    }
    return values;
  }

  private static int[] integers(Field f) {
    return f.items().stream().mapToInt(i -> (int) i.integer(0, Integer.MAX_VALUE)).toArray();
  }

  private static List<boolean[]> grid(Field f) {
    return f.items().stream().map(ScoreFiles::bits).toList();
  }

  private static boolean[] bits(Field f) {
    List<Json> items = list(f);
    boolean[] bits = new boolean[items.size()];
    for (int i = 0; i < bits.length; i++) {
      if (!(items.get(i) instanceof Json.Num n && (n.value() == 0 || n.value() == 1))) {
        throw item(f, i, items.get(i)).bad("must be 0 or 1, is " + items.get(i).compact());
      }
      bits[i] = n.value() == 1;
    }
    return bits;
  }

  /** The bare items: a place is only made for one that is refused, for these lists are long. */
  private static List<Json> list(Field f) {
    if (f.value() instanceof Json.Arr a) {
      return a.items();
    }
    throw f.bad("must be a list");
  }

  private static Field item(Field f, int index, Json value) {
    return new Field(f.where(), f.path() + "[" + index + "]", value);
  }
}
