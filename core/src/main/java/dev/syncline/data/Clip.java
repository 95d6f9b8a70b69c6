package dev.syncline.data;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One recording and what is known to happen in it.
 *
 * @param dir the folder of the clip's own files
 * @param durationS length in seconds
 * @param events by modality, what is perceptible there; a modality that nobody annotated is absent,
 *     one where nothing happens has an empty list
 */
public record Clip(String id, Path dir, double durationS, Map<String, List<Event>> events) {
  /** Times are written with so many decimals that this much is rounding, in seconds. */
  private static final double ROUNDING_S = 1e-6;

  /** The events of one modality, empty if it was not annotated. */
  public List<Event> events(String modality) {
    return events.getOrDefault(modality, List.of());
  }

  /** The content of {@code events.json}; {@code fps} is written for readers that expect it. */
  public Json json(double fps) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", id);
    fields.put("duration_s", durationS);
    fields.put("fps", fps);
    events.forEach(
        (modality, list) ->
            fields.put(
                modality,
                list.stream()
                    .map(
                        e ->
                            Json.object(
                                "label", e.label(), "start_s", e.startS(), "end_s", e.endS()))
                    .toList()));
    return Json.of(fields);
  }

  /**
   * Reads a clip's {@code events.json}. Events that cannot be are handed to {@code problems} and
   * left out; a file that cannot be read at all is an {@link InputException}. Keys of other data
   * sets (their speakers, seeds, trials) are passed over; a list under an unknown name is not, for
   * it looks like the events of a misspelt modality.
   */
  static Clip read(Dataset data, String id, Consumer<Problem> problems) {
    Path file = data.eventsFile(id);
    Field root = Json.read(file);
    double duration = root.get("duration_s").number();
    if (duration <= 0 || duration > 1e7) {
      throw root.get("duration_s").bad("must be above 0 and at most 10000000 s, is " + duration);
    }
    Optional<Field> named = root.find("id");
    if (named.isPresent() && !named.get().string().equals(id)) {
      String what =
          "the clip says it is \"" + named.get().string() + "\", its folder \"" + id + "\"";
      problems.accept(new Problem(file, "id", what, "two clips with one id? correct either"));
    }
    Map<String, List<Event>> events = new LinkedHashMap<>();
    for (Map.Entry<String, Field> entry : root.fields().entrySet()) {
      if (data.modalities().containsKey(entry.getKey())) {
        List<Event> list = new ArrayList<>();
        for (Field item : entry.getValue().items()) {
          event(data, file, item, duration, problems).ifPresent(list::add);
        }
        events.put(entry.getKey(), List.copyOf(list));
      } else if (entry.getValue().value() instanceof Json.Arr) {
        String hint = Field.hint(entry.getKey(), data.modalities().keySet());
        throw root.bad("events of an unknown modality \"" + entry.getKey() + "\"" + hint);
      }
    }
    return new Clip(id, file.resolveSibling(""), duration, events);
  }

  private static Optional<Event> event(
      Dataset data, Path file, Field item, double duration, Consumer<Problem> problems) {
    String label = item.get("label").string();
    double start = item.get("start_s").number();
    double end = item.get("end_s").number();
    String at = item.path() + " \"" + label + "\" " + start + " to " + end + " s";
    if (!data.classes().contains(label)) {
      String what = "unknown label \"" + label + "\"" + Field.hint(label, data.classes());
      problems.accept(new Problem(file, at, what, "correct it or add it to the classes"));
    } else if (end <= start) {
      String what = "the event ends at or before its start";
      problems.accept(new Problem(file, at, what, "correct start_s or end_s"));
    } else if (start < 0 || start >= duration || end > duration + ROUNDING_S) {
      String what = "the event lies outside its clip of " + duration + " s";
      problems.accept(new Problem(file, at, what, "correct start_s, end_s or duration_s"));
    } else {
      return Optional.of(new Event(label, start, Math.min(end, duration)));
    }
    return Optional.empty();
  }
}
