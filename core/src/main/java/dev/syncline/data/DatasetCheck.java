package dev.syncline.data;

import dev.syncline.json.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** Lists everything that is wrong with a data set, each fault in the words of its exception. */
public final class DatasetCheck {
  /** How much shorter or longer than its clip a sound may be: encoders pad and cut, in seconds. */
  public static final double TOLERANCE_S = 0.1;

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
    data.clips().parallelStream().map(id -> check(data, id)).toList().forEach(problems::addAll);
    return problems;
  }

  /** All problems of one clip: its events, then its media in the order of the modalities. */
  public static List<Problem> check(Dataset data, String id) {
    List<Problem> problems = new ArrayList<>();
    Clip clip;
    try {
      clip = Clip.read(data, id, problems::add);
    } catch (InputException e) {
      problems.add(Problem.of(data.eventsFile(id), e, ""));
      return problems;
    }
    for (Map.Entry<String, ModalityInfo> entry : data.modalities().entrySet()) {
      Path file = data.file(entry.getKey(), id);
      try {
        switch (entry.getValue()) {
          case ModalityInfo.Audio audio -> audio(audio, clip, file, problems);
          case ModalityInfo.Image image -> images(image, clip, FrameFiles.of(file), problems);
          case ModalityInfo.Sensor sensor -> sensor(data, sensor, clip, problems);
          case ModalityInfo.Features ignored -> exists(file, problems);
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

  private static void exists(Path file, List<Problem> problems) {
    if (!Files.isRegularFile(file)) {
      problems.add(new Problem(file, "", "no such file", "compute the features or correct file"));
    }
  }
}
