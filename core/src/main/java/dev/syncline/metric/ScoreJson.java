package dev.syncline.metric;

import dev.syncline.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Truth and predictions of clips as the files that {@link ScoreFiles} reads. */
public final class ScoreJson {
  private ScoreJson() {}

  /** {@code syncline-truth/1}. */
  public static Json of(Truth truth) {
    List<Json> clips = new ArrayList<>();
    for (Truth.Clip clip : truth.clips()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("id", clip.id());
      fields.put("ticks", clip.ticks());
      fields.put("duration_s", clip.durationS());
      Map<String, Object> labels = new LinkedHashMap<>();
      clip.labels().forEach((modality, rows) -> labels.put(modality, rows(rows)));
      fields.put("labels", labels);
      clip.events().ifPresent(events -> fields.put("events", events(events, truth.classes())));
      clips.add(Json.of(fields));
    }
    return Json.object(
        "format",
        "syncline-truth/1",
        "classes",
        truth.classes(),
        "modalities",
        truth.modalities(),
        "ticks_per_second",
        truth.ticksPerSecond(),
        "background",
        truth.background().isPresent() ? truth.background().getAsInt() : null,
        "clips",
        clips);
  }

  /** {@code syncline-predictions/1}. */
  public static Json of(Predictions predictions) {
    List<Json> clips = new ArrayList<>();
    for (Predictions.Clip clip : predictions.clips()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("id", clip.id());
      Map<String, Object> probabilities = new LinkedHashMap<>();
      clip.probabilities().forEach((modality, rows) -> probabilities.put(modality, rows(rows)));
      fields.put("probabilities", probabilities);
      clip.events()
          .ifPresent(events -> fields.put("events", events(events, predictions.classes())));
      clip.capturedS().ifPresent(times -> fields.put("captured_s", list(times)));
      clip.emittedS().ifPresent(times -> fields.put("emitted_s", list(times)));
      fields.put("revisions", clip.revisions());
      clips.add(Json.of(fields));
    }
    return Json.object(
        "format",
        "syncline-predictions/1",
        "classes",
        predictions.classes(),
        "ticks_per_second",
        predictions.ticksPerSecond(),
        "clips",
        clips);
  }

  private static List<Json> events(List<Event> events, List<String> classes) {
    List<Json> list = new ArrayList<>();
    for (Event e : events) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("modality", e.modality());
      fields.put("class", classes.get(e.classIndex()));
      fields.put("onset_s", e.onsetS());
      fields.put("offset_s", e.offsetS() == Event.OPEN ? null : e.offsetS());
      e.emittedS().ifPresent(t -> fields.put("emitted_s", t));
      list.add(Json.of(fields));
    }
    return list;
  }

  private static List<Object> rows(boolean[][] rows) {
    List<Object> list = new ArrayList<>();
    for (boolean[] row : rows) {
      List<Object> values = new ArrayList<>();
      for (boolean v : row) {
        values.add(v ? 1 : 0);
      }
      list.add(values);
    }
    return list;
  }

  private static List<Object> rows(double[][] rows) {
    List<Object> list = new ArrayList<>();
    for (double[] row : rows) {
      list.add(list(row));
    }
    return list;
  }

  private static List<Object> list(double[] values) {
    List<Object> list = new ArrayList<>();
    for (double v : values) {
      list.add(v);
    }
    return list;
  }
}
