package dev.syncline.data;

import dev.syncline.json.InputException;
import dev.syncline.json.Records;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Shape;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import dev.syncline.weights.Safetensors;
import dev.syncline.weights.SafetensorsWriter;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rows of clips on disk, so that front ends and frozen encoders run once. A file's name is the
 * SHA-256 of everything that its rows depend on: the clip's own files and what the data set says of
 * them, the front end, the encoder and its file, the tick. Files are written aside and renamed, so
 * any number of processes may share a folder, and nothing in it is ever stale; a damaged one is
 * made again.
 */
public final class FeatureCache implements AutoCloseable {
  private final Path folder;
  private final Dataset data;
  private final ModelSpec spec;
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  private final Map<String, byte[]> recipes = new LinkedHashMap<>();
  private final Map<String, Path> files = new LinkedHashMap<>();

  /** Digests of files that may hold the vectors of all clips. */
  private final Map<Path, byte[]> shared = new LinkedHashMap<>();

  /**
   * @param folder where the files are; made if it is not there
   * @param model whose front ends and encoders make the rows; its weights do not matter
   */
  public FeatureCache(Path folder, Dataset data, Model model) {
    this.folder = folder;
    this.data = data;
    spec = model.spec();
    spec.modalities()
        .forEach(
            (name, m) -> {
              MessageDigest sha = Weights.sha256();
              sha.update(
                  (Records.write(m).compact() + spec.tickMs() + "/1")
                      .getBytes(StandardCharsets.UTF_8));
              m.encoder().ifPresent(e -> hash(model.folder().resolve(e.file()), sha));
              recipes.put(name, sha.digest());
              sessions.put(
                  name, new Session(model, Set.of(name), Session.SILENT, System::nanoTime));
            });
  }

  /** The rows of one modality of a clip: read, or made and kept. Not thread-safe. */
  public Block rows(Clip clip, String modality) {
    Path file =
        files.computeIfAbsent(clip.id() + "/" + modality, k -> folder.resolve(key(clip, modality)));
    return read(file, spec.inputs().get(modality), ClipPackets.ticks(clip, spec.tick()))
        .orElseGet(
            () -> {
              Block made =
                  ClipRows.rows(sessions.get(modality), data, clip, (m, s) -> s).get(modality);
              write(file, made);
              return made;
            });
  }

  /** The rows of all modalities of a clip. */
  public Map<String, Block> rows(Clip clip) {
    Map<String, Block> rows = new LinkedHashMap<>();
    sessions.keySet().forEach(name -> rows.put(name, rows(clip, name)));
    return rows;
  }

  /** What a file holds; nothing if it is not there or damaged, so that it is made again. */
  private static Optional<Block> read(Path file, Shape shape, int ticks) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (Safetensors tensors = Safetensors.open(file)) {
      return Optional.of(
          new Block(shape, ticks, tensors.floats("values"), tensors.floats("valid")));
    } catch (InputException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void write(Path file, Block block) {
    try {
      Files.createDirectories(folder);
      new SafetensorsWriter()
          .add("values", List.of(block.values().length), block.values())
          .add("valid", List.of(block.valid().length), block.valid())
          .write(file);
    } catch (IOException e) {
      throw new InputException(
          "%s: the feature cache cannot be written: %s: make room, or choose another folder with --cache"
              .formatted(folder, InputException.reason(e)),
          e);
    }
  }

  private String key(Clip clip, String modality) {
    MessageDigest sha = Weights.sha256();
    ModalityInfo info = data.modality(modality);
    sha.update(recipes.get(modality));
    sha.update((info.json().compact() + clip.durationS()).getBytes(StandardCharsets.UTF_8));
    switch (info) {
      case ModalityInfo.Image ignored -> {
        FrameFiles frames = data.frames(modality, clip.id());
        frames.present().stream()
            .forEach(
                k -> {
                  sha.update(Integer.toString(k).getBytes(StandardCharsets.UTF_8));
                  hash(frames.file(k), sha);
                });
      }
      case ModalityInfo.Features f -> {
        sha.update(f.key().replace("<id>", clip.id()).getBytes(StandardCharsets.UTF_8));
        sha.update(shared.computeIfAbsent(data.file(modality, clip.id()), FeatureCache::digest));
      }
      case ModalityInfo.Audio ignored -> hash(data.file(modality, clip.id()), sha);
      case ModalityInfo.Sensor s -> {
        s.header().ifPresent(header -> hash(data.resolve(header, clip.id()), sha));
        hash(data.file(modality, clip.id()), sha);
      }
    }
    return HexFormat.of().formatHex(sha.digest()) + ".safetensors";
  }

  private static byte[] digest(Path file) {
    MessageDigest sha = Weights.sha256();
    hash(file, sha);
    return sha.digest();
  }

  private static void hash(Path file, MessageDigest sha) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    sessions.values().forEach(Session::close);
  }
}
