package dev.syncline.data;

import dev.syncline.json.InputException;
import dev.syncline.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Lists everything that is wrong with a data set, each fault in the words of its exception. */
public final class DatasetCheck {
  /** How much shorter or longer than its clip a sound may be: encoders pad and cut, in seconds. */
  public static final double TOLERANCE_S = 0.1;

  /** How many problems a refusal tells. */
  private static final int SHOWN = 3;

  private DatasetCheck() {}

  /** All problems of a data set folder, in the order of its clips. */
  public static List<Problem> check(Path dir) {
    List<Problem> problems = new ArrayList<>();
    Dataset data;
    try {
      data = Dataset.read(dir, problems::add);
    } catch (InputException e) {
      return List.of(Problem.of(dir.resolve("dataset.json"), e, ""));
    }
    problems.addAll(check(data, data.clips(), data.modalities().keySet()));
    return problems;
  }

  /**
   * Refuses clips that have problems before work begins that would meet them later.
   *
   * @param modalities those that the work reads
   * @throws InputException if there are problems: the first ones, and how many there are
   */
  public static void require(Dataset data, List<String> ids, Set<String> modalities) {
    List<Problem> problems = check(data, ids, modalities);
    if (problems.size() == 1) {
      throw problems.getFirst().exception();
    } else if (!problems.isEmpty()) {
      throw new InputException(
          problems.stream()
              .limit(SHOWN)
              .map(Problem::message)
              .collect(
                  Collectors.joining(
                      " | ",
                      data.dir() + ": " + problems.size() + " problems: ",
                      problems.size() > SHOWN ? " | ... (data check lists all)" : "")));
    }
  }

  /** The problems of some clips and some of their modalities. */
  static List<Problem> check(Dataset data, List<String> ids, Set<String> modalities) {
    List<Problem> problems = new ArrayList<>();
    ids.parallelStream().map(id -> check(data, id, modalities)).toList().forEach(problems::addAll);
    return problems;
  }

  /** All problems of one clip: its events, then its media in the order of the modalities. */
  public static List<Problem> check(Dataset data, String id) {
    return check(data, id, data.modalities().keySet());
  }

  private static List<Problem> check(Dataset data, String id, Set<String> modalities) {
    List<Problem> problems = new ArrayList<>();
    Clip clip;
    try {
      clip = Clip.read(data, id, problems::add);
    } catch (InputException e) {
      problems.add(Problem.of(data.eventsFile(id), e, ""));
      return problems;
    }
    for (Map.Entry<String, ModalityInfo> entry : data.modalities().entrySet()) {
      if (!modalities.contains(entry.getKey())) {
        continue;
      }
      Path file = data.file(entry.getKey(), id);
      try {
        switch (entry.getValue()) {
          case ModalityInfo.Audio audio -> audio(audio, clip, file, problems);
          case ModalityInfo.Image image -> images(image, clip, FrameFiles.of(file), problems);
          case ModalityInfo.Sensor sensor -> sensor(data, sensor, clip, problems);
          case ModalityInfo.Features features -> features(features, clip, file, problems);
        }
      } catch (InputException e) {
        problems.add(Problem.of(file, e, ""));
      }
    }
    return problems;
  }

  private static void audio(ModalityInfo.Audio info, Clip clip, Path file, List<Problem> problems) {
    try (Wav wav = Wav.open(file)) {
      if (wav.rate() != info.rateHz()) {
        String what = wav.rate() + " samples a second, dataset.json says " + info.rateHz();
        problems.add(new Problem(file, "rate_hz", what, "resample the file or correct rate_hz"));
      }
      if (wav.channels() != info.channels()) {
        String what = wav.channels() + " channels, dataset.json says " + info.channels();
        problems.add(new Problem(file, "channels", what, "convert the file or correct channels"));
      }
      length(file, wav.durationS(), TOLERANCE_S, clip, problems);
    }
  }

  private static void length(
      Path file, double seconds, double tolerance, Clip clip, List<Problem> problems) {
    if (Math.abs(seconds - clip.durationS()) > tolerance + 1e-9) {
      String what = "lasts " + seconds + " s, events.json says " + clip.durationS() + " s";
      problems.add(new Problem(file, "duration_s", what, "correct duration_s or cut the file"));
    }
  }

  private static void images(
      ModalityInfo.Image info, Clip clip, FrameFiles frames, List<Problem> problems) {
    BitSet present = frames.present();
    int count = present.length();
    length(frames.folder(), count / info.rateHz(), 1 / info.rateHz(), clip, problems);
    for (int gap = present.nextClearBit(0); gap < count; ) {
      int next = present.nextSetBit(gap);
      String what =
          next == gap + 1
              ? "this frame is missing"
              : (next - gap) + " frames are missing from here";
      String at = gap / info.rateHz() + " s";
      problems.add(new Problem(frames.file(gap), at, what, "copy them or number them anew"));
      gap = present.nextClearBit(next);
    }
    for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
      Path file = frames.file(i);
      try {
        Images.Size size = Images.check(file);
        if (size.width() != info.width() || size.height() != info.height()) {
          String what =
              size.width()
                  + " x "
                  + size.height()
                  + " pixels, dataset.json says "
                  + info.width()
                  + " x "
                  + info.height();
          problems.add(new Problem(file, "", what, "scale it or correct width and height"));
        }
      } catch (InputException e) {
        problems.add(Problem.of(file, e, ""));
      }
    }
  }

  private static void sensor(
      Dataset data, ModalityInfo.Sensor info, Clip clip, List<Problem> problems) {
    SensorFile samples = SensorFile.read(data, info, clip.id());
    length(samples.path(), samples.rows() / info.rateHz(), TOLERANCE_S, clip, problems);
  }

  private static void features(
      ModalityInfo.Features info, Clip clip, Path file, List<Problem> problems) {
    if (!Files.isRegularFile(file)) {
      problems.add(new Problem(file, "", "no such file", "compute the features or correct file"));
      return;
    }
    String key = info.key().replace("<id>", clip.id());
    try (Safetensors tensors = Safetensors.open(file)) {
      Safetensors.Entry entry = tensors.entries().get(key);
      if (entry == null) {
        String fix = "compute the features or correct key";
        problems.add(new Problem(file, key, "there is no tensor of this name", fix));
      } else if (entry.type() != Safetensors.Type.F32
          || entry.shape().size() != 2
          || entry.shape().get(1) != info.width()) {
        String what = "is " + entry.type() + " " + entry.shape() + ", not F32 [rows, ";
        problems.add(
            new Problem(file, key, what + info.width() + "]", "correct width or the tensor"));
      }
    }
  }
}
