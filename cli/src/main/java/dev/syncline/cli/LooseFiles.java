package dev.syncline.cli;

import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.FrameFiles;
import dev.syncline.data.Images;
import dev.syncline.data.ModalityInfo;
import dev.syncline.data.Rgb;
import dev.syncline.data.Wav;
import dev.syncline.json.InputException;
import dev.syncline.spec.FrontEnd;
import dev.syncline.step.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A WAV file, numbered pictures or both, that are in no data set: as the one clip of one. Read
 * without ffmpeg.
 *
 * @param frames a path whose name has a number in it, such as {@code frames/%05d.jpg}
 * @param fps pictures a second; the first has number 0
 */
record LooseFiles(Optional<Path> wav, Optional<Path> frames, double fps) {
  private static final String ID = "files";

  static boolean isWav(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".wav");
  }

  /** Whether a file is a WAV file whose samples a model takes as they are. */
  static boolean suits(Path file, Session session) {
    if (!isWav(file)) {
      return false;
    }
    try (Wav wav = Wav.open(file)) {
      return session.model().spec().modalities().values().stream()
          .anyMatch(m -> m.frontEnd() instanceof FrontEnd.Audio a && a.sourceHz() == wav.rate());
    }
  }

  PacketSource source(Session session) {
    Map<String, ModalityInfo> infos = new LinkedHashMap<>();
    double seconds = 0;
    if (wav.isPresent()) {
      try (Wav sound = Wav.open(wav.get())) {
        infos.put(
            modality(session, FrontEnd.Audio.class, wav.get()),
            new ModalityInfo.Audio(absolute(wav.get()), sound.rate(), sound.channels()));
        seconds = sound.durationS();
      }
    }
    if (frames.isPresent()) {
      infos.put(modality(session, FrontEnd.Image.class, frames.get()), pictures(frames.get()));
      FrameFiles files = FrameFiles.of(frames.get());
      seconds = Math.max(seconds, files.present().length() / fps);
    }
    PacketSource.requireAll(session, infos.keySet());
    Path here = Path.of("");
    Dataset data = new Dataset(here, ID, List.of(), infos, Dataset.EVENTS, Map.of());
    Clip clip = new Clip(ID, here, seconds, Map.of());
    return new PacketSource.Clips(data, List.of(clip), session);
  }

  private ModalityInfo pictures(Path pattern) {
    FrameFiles files = FrameFiles.of(pattern);
    int first = files.present().nextSetBit(0);
    if (first < 0) {
      throw new InputException(pattern + ": no such pictures");
    }
    Rgb picture = Images.read(files.file(first));
    return new ModalityInfo.Image(absolute(pattern), fps, picture.width(), picture.height());
  }

  private static String absolute(Path file) {
    return file.toAbsolutePath().toString();
  }

  private static String modality(Session session, Class<?> kind, Path file) {
    return PacketSource.first(session, kind)
        .orElseThrow(() -> new InputException(file + ": is nothing that the model takes"));
  }
}
