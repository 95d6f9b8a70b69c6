package dev.syncline.data;

import dev.syncline.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A correct data set of two clips of 1 s, to be spoiled by tests. */
final class TinyDataset {
  static final int RATE = 8000;
  final Path dir;

  TinyDataset(Path dir) {
    this.dir = dir;
    write("dataset.json", dataset().json(Map.of("seed", Json.of(7))).pretty());
    clip("one");
    clip("two");
  }

  private Dataset dataset() {
    return new Dataset(
        dir,
        "tiny",
        List.of("bell", "drum"),
        Map.of(
            "audio", new ModalityInfo.Audio("clips/<id>/audio.wav", RATE, 1),
            "visual", new ModalityInfo.Image("clips/<id>/frames/%05d.png", 4, 8, 6)),
        Dataset.EVENTS,
        Map.of("train", List.of("one"), "test", List.of("two")));
  }

  private void clip(String id) {
    Clip clip =
        new Clip(
            id,
            dir,
            1,
            Map.of(
                "audio", List.of(new Event("bell", 0.125, 0.5)),
                "visual", List.of(new Event("drum", 0, 1))));
    try {
      Files.createDirectories(file(id, "frames"));
      Wav.write(file(id, "audio.wav"), new float[RATE], RATE);
      for (int k = 0; k < 4; k++) {
        Images.writePng(frame(id, k), new Rgb(8, 6, new byte[8 * 6 * 3]));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    write("clips/" + id + "/events.json", clip.json(4).pretty());
  }

  Path file(String id, String name) {
    return dir.resolve("clips").resolve(id).resolve(name);
  }

  Path frame(String id, int k) {
    return file(id, "frames").resolve("0000" + k + ".png");
  }

  void write(String name, String text) {
    try {
      Files.createDirectories(dir.resolve(name).getParent());
      Files.writeString(dir.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void edit(String name, String from, String to) throws IOException {
    String text = Files.readString(dir.resolve(name));
    if (!text.contains(from)) {
      throw new AssertionError(from + " is not in " + text);
    }
    write(name, text.replace(from, to));
  }

  /** Cuts a file so that {@code keep} of its bytes are left. */
  static void cut(Path file, double keep) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, (int) (keep * bytes.length)));
  }
}
