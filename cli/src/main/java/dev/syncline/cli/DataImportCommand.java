package dev.syncline.cli;

import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.Event;
import dev.syncline.data.ModalityInfo;
import dev.syncline.json.InputException;
import dev.syncline.json.WholeFile;
import dev.syncline.weights.Safetensors;
import dev.syncline.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code data import}: makes a data set of tables of features with a label for each row. */
@Command(
    name = "import",
    description = {
      "Makes a data set of vectors that were computed beforehand, with a label for each row.",
      "DIR holds a dataset.json with classes, modalities (dim), splits and features: a safetensors"
          + " file with <id>/<modality>, F32 [rows, dim], and <id>/label, I32 [rows]: the number of"
          + " a class, or -1 for none. Rows without times are one second each."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DataImportCommand implements Callable<Integer> {
  private static final String FILE = "features.safetensors";

  @Parameters(paramLabel = "DIR", description = "The folder with the tables.")
  private Path from;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
  private Path out;

  @Option(
      names = "--track",
      paramLabel = "NAME",
      description = "The modality that the labels belong to (default: the first).")
  private String track;

  @Option(
      names = "--reverse",
      description =
          "Last row first, for a reference that knows what comes after. A model of it is not causal.")
  private boolean reverse;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Dataset given = Dataset.open(from);
    String labelled = track != null ? track : given.modalities().keySet().iterator().next();
    ModalityInfo.Features first = features(given, labelled);
    Map<String, ModalityInfo> infos = new LinkedHashMap<>();
    for (String name : given.modalities().keySet()) {
      ModalityInfo.Features info = features(given, name);
      if (info.rateHz() != first.rateHz()) {
        throw new InputException(
            "%s: modality %s has %s rows a second, %s has %s: labels are for rows of one rate"
                .formatted(from, name, info.rateHz(), labelled, first.rateHz()));
      }
      infos.put(name, new ModalityInfo.Features(FILE, "<id>/" + name, info.rateHz(), info.width()));
    }
    Dataset made =
        new Dataset(out, given.name(), given.classes(), infos, Dataset.EVENTS, given.splits());
    refuseUsed();
    SafetensorsWriter tables = new SafetensorsWriter();
    List<Clip> clips = new ArrayList<>();
    for (String id : given.clips()) {
      clips.add(clip(given, made, id, labelled, first.rateHz(), tables));
    }
    Files.createDirectories(out);
    tables.write(out.resolve(FILE));
    for (Clip clip : clips) {
      WholeFile.write(clip.dir().resolve("events.json"), clip.json(first.rateHz()).pretty() + "\n");
    }
    WholeFile.write(out.resolve("dataset.json"), made.json(Map.of()).pretty() + "\n");
    spec.commandLine()
        .getOut()
        .printf(
            "%d sequences, %d labelled rows in %s%n",
            clips.size(), clips.stream().mapToInt(c -> c.events(labelled).size()).sum(), out);
    return 0;
  }

  private static ModalityInfo.Features features(Dataset data, String name) {
    if (data.modality(name) instanceof ModalityInfo.Features f) {
      return f;
    }
    throw new InputException(
        data.dir() + ": modality " + name + " is no table of features: only those are imported");
  }

  private void refuseUsed() throws IOException {
    if (Files.isDirectory(out)) {
      try (Stream<Path> inside = Files.list(out)) {
        if (inside.findAny().isPresent()) {
          throw new InputException(out + ": is not empty: choose another --out");
        }
      }
    }
  }

  /** Copies a sequence's tables and gives its labels as events, one a row. */
  private Clip clip(
      Dataset given,
      Dataset made,
      String id,
      String labelled,
      double rateHz,
      SafetensorsWriter tables) {
    int[] labels = labels(given, labelled, id);
    for (String name : given.modalities().keySet()) {
      ModalityInfo.Features info = features(given, name);
      Path file = given.file(name, id);
      String key = info.key().replace("<id>", id);
      try (Safetensors tensors = Safetensors.open(file)) {
        float[] values = tensors.floats(key);
        List<Integer> shape = List.of(labels.length, info.width());
        if (!tensors.entries().get(key).shape().equals(shape)) {
          throw new InputException(
              "%s: tensor %s is %s, the labels and dataset.json ask for %s"
                  .formatted(file, key, tensors.entries().get(key).shape(), shape));
        }
        for (int i = 0; i < values.length; i++) {
          if (!Float.isFinite(values[i])) {
            throw new InputException(
                "%s: tensor %s: row %d: number %d is %s"
                    .formatted(file, key, i / info.width(), i % info.width(), values[i]));
          }
        }
        tables.add(id + "/" + name, shape, reverse ? reversed(values, info.width()) : values);
      }
    }
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      int label = labels[reverse ? labels.length - 1 - i : i];
      if (label >= 0) {
        events.add(new Event(given.classes().get(label), i / rateHz, (i + 1) / rateHz));
      }
    }
    Path dir = made.dir().resolve("clips").resolve(id);
    return new Clip(id, dir, labels.length / rateHz, Map.of(labelled, events));
  }

  private static int[] labels(Dataset given, String labelled, String id) {
    Path file = given.file(labelled, id);
    String key = id + "/label";
    try (Safetensors tensors = Safetensors.open(file)) {
      int[] labels = tensors.ints(key);
      if (labels.length == 0) {
        throw new InputException(file + ": tensor " + key + ": a sequence needs at least one row");
      }
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] < -1 || labels[i] >= given.classes().size()) {
          throw new InputException(
              "%s: tensor %s: row %d: %d is neither the number of one of %d classes nor -1"
                  .formatted(file, key, i, labels[i], given.classes().size()));
        }
      }
      return labels;
    }
  }

  private static float[] reversed(float[] values, int width) {
    float[] result = new float[values.length];
    for (int from = 0; from < values.length; from += width) {
      System.arraycopy(values, from, result, values.length - width - from, width);
    }
    return result;
  }
}
