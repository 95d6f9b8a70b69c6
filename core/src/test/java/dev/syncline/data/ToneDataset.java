package dev.syncline.data;

import dev.syncline.weights.SafetensorsWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * A correct data set that a tiny model learns in seconds: a high and a low tone are heard, a red
 * and a green light are seen, a sensor and vectors show the sounds too. Clips last 2 s or 1.5 s and
 * everything begins and ends on tenths of a second. The same arguments write the same bytes.
 */
public final class ToneDataset {
  public static final int RATE = 8000;
  private static final List<String> CLASSES = List.of("bell", "drum");

  public final Path dir;
  private final SafetensorsWriter vectors = new SafetensorsWriter();

  private ToneDataset(Path dir) {
    this.dir = dir;
  }

  /** Writes a data set of so many clips a split; they are named train0, val0 and so on. */
  public static ToneDataset write(Path dir, int train, int val, int test, long seed) {
    ToneDataset set = new ToneDataset(dir);
    Map<String, List<String>> splits = new LinkedHashMap<>();
    splits.put("train", ids("train", train));
    splits.put("val", ids("val", val));
    splits.put("test", ids("test", test));
    SplittableRandom random = new SplittableRandom(seed);
    try {
      Files.createDirectories(dir);
      Files.writeString(dir.resolve("dataset.json"), set.info(splits).json(Map.of()).pretty());
      for (List<String> ids : splits.values()) {
        for (int i = 0; i < ids.size(); i++) {
          set.clip(ids.get(i), i % 4 == 3 ? 15 : 20, random.split());
        }
      }
      set.vectors.write(dir.resolve("vectors.safetensors"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return set;
  }

  /** A file of a clip. */
  public Path file(String id, String name) {
    return dir.resolve("clips").resolve(id).resolve(name);
  }

  /** Replaces a text that must be in a file. */
  public static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    if (!text.contains(from)) {
      throw new AssertionError(from + " is not in " + text);
    }
    Files.writeString(file, text.replace(from, to));
  }

  /** Cuts a file down to half of its bytes. */
  public static void halve(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
  }

  private static List<String> ids(String split, int clips) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < clips; i++) {
      ids.add(split + i);
    }
    return ids;
  }

  private Dataset info(Map<String, List<String>> splits) {
    Map<String, ModalityInfo> modalities = new LinkedHashMap<>();
    modalities.put("audio", new ModalityInfo.Audio("clips/<id>/audio.wav", RATE, 1));
    modalities.put("visual", new ModalityInfo.Image("clips/<id>/frames/%05d.jpg", 10, 16, 8));
    modalities.put(
        "motion",
        new ModalityInfo.Sensor(
            "clips/<id>/motion.csv", 20, List.of("left", "right"), Optional.empty()));
    modalities.put(
        "vectors", new ModalityInfo.Features("vectors.safetensors", "<id>/vectors", 10, 3));
    return new Dataset(dir, "tones", CLASSES, modalities, Dataset.EVENTS, splits);
  }

  private void clip(String id, int tenths, SplittableRandom random) throws IOException {
    Files.createDirectories(file(id, "frames"));
    boolean[][] heard = new boolean[tenths][2];
    boolean[][] seen = new boolean[tenths][2];
    Map<String, List<Event>> events = new LinkedHashMap<>();
    events.put("audio", events(heard, random));
    events.put("visual", events(seen, random));
    Clip clip = new Clip(id, file(id, ""), tenths / 10.0, events);
    Files.writeString(file(id, "events.json"), clip.json(10).pretty());
    audio(id, heard, random);
    frames(id, seen);
    sensor(id, heard, random);
    float[] rows = new float[3 * tenths];
    for (int t = 0; t < tenths; t++) {
      rows[3 * t] = (heard[t][0] ? 1 : 0) + noise(random);
      rows[3 * t + 1] = (heard[t][1] ? 1 : 0) + noise(random);
      rows[3 * t + 2] = noise(random);
    }
    vectors.add(id + "/vectors", List.of(tenths, 3), rows);
  }

  /** One event of each class, somewhere, 0.3 to 1 s long. */
  private static List<Event> events(boolean[][] on, SplittableRandom random) {
    List<Event> events = new ArrayList<>();
    for (int c = 0; c < 2; c++) {
      int length = random.nextInt(3, 11);
      int start = random.nextInt(on.length - length + 1);
      events.add(new Event(CLASSES.get(c), start / 10.0, (start + length) / 10.0));
      for (int t = start; t < start + length; t++) {
        on[t][c] = true;
      }
    }
    return List.copyOf(events);
  }

  private static float noise(SplittableRandom random) {
    return (float) (0.05 * (2 * random.nextDouble() - 1));
  }

  private void audio(String id, boolean[][] on, SplittableRandom random) throws IOException {
    float[] samples = new float[on.length * RATE / 10];
    for (int i = 0; i < samples.length; i++) {
      boolean[] now = on[i * 10 / RATE];
      samples[i] = 0.1f * noise(random);
      for (int c = 0; c < 2; c++) {
        double hz = c == 0 ? 2400 : 500;
        samples[i] += now[c] ? 0.3f * (float) StrictMath.sin(2 * Math.PI * hz * i / RATE) : 0;
      }
    }
    Wav.write(file(id, "audio.wav"), samples, RATE);
  }

  private void frames(String id, boolean[][] on) throws IOException {
    for (int t = 0; t < on.length; t++) {
      BufferedImage image = new BufferedImage(16, 8, BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < 16 * 8; i++) {
        int red = on[t][0] ? 0xE00000 : 0x200000;
        int green = on[t][1] ? 0xE000 : 0x2000;
        image.setRGB(i % 16, i / 16, red | green | 0x20);
      }
      String name = "frames/%05d.jpg".formatted(t);
      ImageIO.write(image, "jpg", file(id, name).toFile());
    }
  }

  private void sensor(String id, boolean[][] on, SplittableRandom random) throws IOException {
    StringBuilder csv = new StringBuilder("left,right\n");
    for (int i = 0; i < 2 * on.length; i++) {
      float left = (on[i / 2][0] ? 1 : 0) + noise(random);
      float right = (on[i / 2][1] ? 1 : 0) + noise(random);
      csv.append(left).append(',').append(right).append('\n');
    }
    Files.writeString(file(id, "motion.csv"), csv.toString());
  }
}
