package dev.syncline.data;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A data set folder: {@code dataset.json} and the files that it names.
 *
 * @param classes the labels, in the order of a model's outputs
 * @param modalities what each modality's files are, in the order of the file
 * @param events the pattern of the clips' event files
 * @param splits clip ids by split
 */
public record Dataset(
    Path dir,
    String name,
    List<String> classes,
    Map<String, ModalityInfo> modalities,
    String events,
    Map<String, List<String>> splits) {
  /** Where our own data sets keep a clip's events. */
  public static final String EVENTS = "clips/<id>/events.json";

  private static final Pattern ID = Pattern.compile("[^/\\\\\\x00-\\x1f.][^/\\\\\\x00-\\x1f]*");

  /** Opens a folder; the first problem of {@code dataset.json} is thrown. */
  public static Dataset open(Path dir) {
    return read(dir, Dataset::refuse);
  }

  /**
   * Reads {@code dataset.json}. What can be passed over (a repeated class or clip) is handed to
   * {@code problems}; what cannot is an {@link InputException}. Keys that foreign data sets have
   * beside ours (their task, groups, clips, notes) are passed over.
   */
  static Dataset read(Path dir, Consumer<Problem> problems) {
    Path file = dir.resolve("dataset.json");
    Field root = Json.read(file);
    Optional<String> features = root.find("features").map(ModalityInfo::inside);
    Map<String, ModalityInfo> modalities = new LinkedHashMap<>();
    modalityFields(root.get("modalities"))
        .forEach((name, field) -> modalities.put(name, ModalityInfo.read(name, field, features)));
    if (modalities.isEmpty()) {
      throw root.get("modalities").bad("a data set needs at least one modality");
    }
    return new Dataset(
        dir,
        root.get("name").string(),
        classes(file, root.get("classes"), problems),
        modalities,
        root.find("events").map(ModalityInfo::inside).orElse(EVENTS),
        splits(file, root.get("splits"), problems));
  }

  /** The clip ids of a split in the order of the file. */
  public List<String> clips(String split) {
    List<String> ids = splits.get(split);
    if (ids == null) {
      throw new InputException(
          file() + ": splits: no split \"" + split + "\"" + Field.hint(split, splits.keySet()));
    }
    return ids;
  }

  /** Every clip id once, in the order of the splits. */
  public List<String> clips() {
    Set<String> all = new LinkedHashSet<>();
    splits.values().forEach(all::addAll);
    return List.copyOf(all);
  }

  /** Reads a clip's events; the first problem is thrown. */
  public Clip clip(String id) {
    return Clip.read(this, id, Dataset::refuse);
  }

  /** The declaration of a modality; the error names those that there are. */
  public ModalityInfo modality(String name) {
    ModalityInfo info = modalities.get(name);
    if (info == null) {
      throw new InputException(
          file() + ": no modality \"" + name + "\"" + Field.hint(name, modalities.keySet()));
    }
    return info;
  }

  /** The file of a clip's sound, sensor samples or features. */
  public Path file(String modality, String id) {
    return resolve(modality(modality).file(), id);
  }

  /** The pictures of a clip. */
  public FrameFiles frames(String modality, String id) {
    return FrameFiles.of(file(modality, id));
  }

  /** The content of {@code dataset.json}, with {@code more} about where the data came from. */
  public Json json(Map<String, Json> more) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", name);
    fields.putAll(more);
    fields.put("classes", classes);
    Map<String, Json> infos = new LinkedHashMap<>();
    modalities.forEach((modality, info) -> infos.put(modality, info.json()));
    fields.put("modalities", infos);
    fields.put("events", events);
    fields.put("splits", splits);
    return Json.of(fields);
  }

  Path file() {
    return dir.resolve("dataset.json");
  }

  Path eventsFile(String id) {
    return resolve(events, id);
  }

  Path resolve(String pattern, String id) {
    return dir.resolve(pattern.replace("<id>", id));
  }

  private static void refuse(Problem problem) {
    throw problem.exception();
  }

  /** Modalities come as an object by name or as a list of objects with a name. */
  private static Map<String, Field> modalityFields(Field field) {
    if (field.value() instanceof Json.Obj) {
      return field.fields();
    }
    Map<String, Field> named = new LinkedHashMap<>();
    for (Field item : field.items()) {
      if (named.put(item.get("name").string(), item) != null) {
        throw item.get("name").bad("a second modality of this name");
      }
    }
    return named;
  }

  private static List<String> classes(Path file, Field field, Consumer<Problem> problems) {
    Set<String> classes = new LinkedHashSet<>();
    for (Field item : field.items()) {
      if (!classes.add(item.string())) {
        String what = "the class \"" + item.string() + "\" is there twice";
        problems.accept(new Problem(file, item.path(), what, "remove one"));
      }
    }
    if (classes.isEmpty()) {
      throw field.bad("a data set needs at least one class");
    }
    return List.copyOf(classes);
  }

  private static Map<String, List<String>> splits(
      Path file, Field field, Consumer<Problem> problems) {
    Map<String, List<String>> splits = new LinkedHashMap<>();
    Map<String, String> home = new HashMap<>();
    for (Map.Entry<String, Field> split : field.fields().entrySet()) {
      List<String> ids = new ArrayList<>();
      for (Field item : split.getValue().items()) {
        String id = item.string();
        if (!ID.matcher(id).matches()) {
          throw item.bad("a clip id must be a plain file name, is \"" + id + "\"");
        }
        String other = home.putIfAbsent(id, split.getKey());
        if (other == null) {
          ids.add(id);
        } else if (other.equals(split.getKey())) {
          String what = "the clip \"" + id + "\" is there twice";
          problems.accept(new Problem(file, item.path(), what, "remove one"));
        } else {
          String what = "the clip \"" + id + "\" is also in the split \"" + other + "\"";
          problems.accept(new Problem(file, item.path(), what, "keep it in one of them"));
        }
      }
      splits.put(split.getKey(), List.copyOf(ids));
    }
    return splits;
  }
}
