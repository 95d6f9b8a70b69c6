package dev.syncline.data.synth;

import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.Event;
import dev.syncline.data.Images;
import dev.syncline.data.ModalityInfo;
import dev.syncline.data.Wav;
import dev.syncline.json.InputException;
import dev.syncline.json.Records;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * A set of scenes and how it is written as a data set folder. The same record gives the same bytes,
 * whatever the number of threads; clip k depends on the seed, k, and the length alone.
 *
 * @param seconds the length of a clip, a whole number of frames
 * @param size width and height of the pictures in pixels
 * @param fps pictures a second
 * @param split the share of each split, in order; they add up to 1
 */
public record SynthWorld(
    int clips,
    long seed,
    double seconds,
    int size,
    double fps,
    SequencedMap<String, Double> split) {
  public SynthWorld {
    split = new LinkedHashMap<>(split);
    require(clips >= 1 && clips <= 1_000_000, "clips must be 1 to 1000000, are " + clips);
    require(seconds >= 1 && seconds <= 3600, "seconds must be 1 to 3600, are " + seconds);
    require(size >= 16 && size <= 1024, "size must be 16 to 1024, is " + size);
    require(fps >= 1 && fps <= 120, "fps must be 1 to 120, are " + fps);
    require(
        Math.abs(seconds * fps - Math.rint(seconds * fps)) < 1e-6,
        seconds + " seconds are no whole number of frames at " + fps + " fps");
    require(!split.isEmpty(), "there must be a split");
    split.forEach(
        (name, share) ->
            require(
                name.matches("[A-Za-z0-9_-]+") && share >= 0,
                "not a split: " + name + ":" + share + " (a name and a share of 0 or more)"));
    double sum = split.values().stream().mapToDouble(Double::doubleValue).sum();
    require(Math.abs(sum - 1) < 1e-6, "the shares of the splits add up to " + sum + ", not to 1");
  }

  /** Shares of the three usual splits, in this order. */
  public static SequencedMap<String, Double> split(double train, double val, double test) {
    SequencedMap<String, Double> split = new LinkedHashMap<>();
    split.put("train", train);
    split.put("val", val);
    split.put("test", test);
    return split;
  }

  /**
   * Renders everything to {@code folder}. It is written aside and renamed at the end, so that there
   * is never half a data set of that name.
   *
   * @throws InputException if there is already something, or it cannot be written
   */
  public void write(Path folder, int threads) {
    Path dir = folder.toAbsolutePath().normalize();
    Path partial = dir.resolveSibling(dir.getFileName() + ".partial");
    requireFree(dir, partial);
    boolean done = false;
    try {
      Files.createDirectories(partial);
      Dataset data = dataset(partial);
      renderAll(data, threads);
      Files.writeString(
          partial.resolve("dataset.json"),
          data.json(Map.of("synth", Records.write(this))).pretty());
      Files.deleteIfExists(dir);
      Files.move(partial, dir);
      done = true;
    } catch (IOException e) {
      throw new InputException(partial + ": cannot be written: " + InputException.reason(e), e);
    } finally {
      if (!done) {
        delete(partial);
      }
    }
  }

  private static void requireFree(Path dir, Path partial) {
    try {
      if (Files.isDirectory(dir)) {
        try (Stream<Path> files = Files.list(dir)) {
          if (files.findAny().isPresent()) {
            throw new InputException(dir + ": is not empty: remove it or name another folder");
          }
        }
      } else if (Files.exists(dir)) {
        throw new InputException(dir + ": is a file: name a folder");
      }
    } catch (IOException e) {
      throw new InputException(dir + ": cannot be read: " + e.getMessage(), e);
    }
    if (Files.exists(partial)) {
      throw new InputException(
          partial + ": is being written, or was left by a run that was killed: remove it");
    }
  }

  private Dataset dataset(Path dir) {
    Map<String, ModalityInfo> modalities = new LinkedHashMap<>();
    modalities.put("audio", new ModalityInfo.Audio("clips/<id>/audio.wav", SoundRenderer.RATE, 1));
    modalities.put("visual", new ModalityInfo.Image("clips/<id>/frames/%05d.png", fps, size, size));
    return new Dataset(dir, "synth", Kind.labels(), modalities, Dataset.EVENTS, splits());
  }

  /** Clips by number: the first share to the first split, and so on. */
  private Map<String, List<String>> splits() {
    Map<String, List<String>> splits = new LinkedHashMap<>();
    double share = 0;
    int next = 0;
    for (Map.Entry<String, Double> entry : split.entrySet()) {
      share += entry.getValue();
      List<String> ids = new ArrayList<>();
      for (; next < Math.rint(share * clips); next++) {
        ids.add(id(next));
      }
      splits.put(entry.getKey(), ids);
    }
    return splits;
  }

  private static String id(int index) {
    return String.format(Locale.ROOT, "scene%05d", index);
  }

  private void renderAll(Dataset data, int threads) throws IOException {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> jobs = new ArrayList<>();
      for (int k = 0; k < clips; k++) {
        int index = k;
        jobs.add(
            pool.submit(
                () -> {
                  render(data, index);
                  return null;
                }));
      }
      try {
        for (Future<?> job : jobs) {
          job.get();
        }
      } catch (ExecutionException e) {
        pool.shutdownNow();
        if (e.getCause() instanceof IOException cause) {
          throw cause;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        pool.shutdownNow();
        Thread.currentThread().interrupt();
        throw new InputException("interrupted: nothing was kept", e);
      }
    }
  }

  private void render(Dataset data, int index) throws IOException {
    Scene scene = Sampler.scene(seed, index, seconds);
    Map<String, List<Event>> events = new LinkedHashMap<>();
    events.put("audio", Perception.heard(scene));
    events.put("visual", Perception.seen(scene));
    Path file = data.dir().resolve(data.events().replace("<id>", id(index)));
    Clip clip = new Clip(id(index), file.getParent(), seconds, events);
    Files.createDirectories(data.frames("visual", clip.id()).folder());
    Files.writeString(file, clip.json(fps).pretty());
    Wav.write(data.file("audio", clip.id()), SoundRenderer.render(scene), SoundRenderer.RATE);
    PictureRenderer pictures = new PictureRenderer(scene, size);
    for (int k = 0; k < Math.rint(seconds * fps); k++) {
      Path frame = data.frames("visual", clip.id()).file(k);
      Images.writePng(frame, pictures.render(k / fps, k));
    }
  }

  private static void delete(Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      // The write has failed and says so; what is left has a name that says what it is.
    }
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
