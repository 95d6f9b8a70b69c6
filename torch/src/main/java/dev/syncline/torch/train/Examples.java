package dev.syncline.torch.train;

import dev.syncline.data.Clip;
import dev.syncline.data.ClipPackets;
import dev.syncline.data.ClipRows;
import dev.syncline.data.Dataset;
import dev.syncline.data.FeatureCache;
import dev.syncline.json.InputException;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The clips of one split with their rows and labels. Rows come from the cache, or fresh from the
 * samples where sound is augmented.
 */
final class Examples implements AutoCloseable {
  /** One clip or a stretch of it: rows by modality, labels [ticks][labels] by output. */
  record Example(String id, int ticks, Map<String, Block> rows, Map<String, boolean[][]> labels) {}

  private final Dataset data;
  private final ModelSpec spec;
  private final FeatureCache cache;
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  final List<Clip> clips = new ArrayList<>();

  Examples(Dataset data, String split, Model model, Path cacheFolder) {
    this.data = data;
    spec = model.spec();
    data.clips(split).forEach(id -> clips.add(data.clip(id)));
    if (clips.isEmpty()) {
      throw new InputException(
          data.dir()
              + ": the split \""
              + split
              + "\" is empty: training needs clips in train and in val");
    }
    for (int i = 0; i < size(); i++) {
      labels(i); // What cannot be labelled is refused now, not after an epoch.
    }
    cache = new FeatureCache(cacheFolder, data, model);
    spec.modalities()
        .forEach(
            (name, m) -> {
              if (m.frontEnd() instanceof FrontEnd.Audio && m.encoder().isEmpty()) {
                sessions.put(
                    name, new Session(model, Set.of(name), Session.SILENT, System::nanoTime));
              }
            });
  }

  int size() {
    return clips.size();
  }

  int ticks(int clip) {
    return ClipPackets.ticks(clips.get(clip), spec.tick());
  }

  Map<String, boolean[][]> labels(int clip) {
    Map<String, boolean[][]> labels = new LinkedHashMap<>();
    spec.outputs()
        .forEach(
            (name, o) ->
                labels.put(name, ClipRows.labels(clips.get(clip), o, ticks(clip), spec.tick())));
    return labels;
  }

  /** A clip as it is. */
  Example plain(int clip) {
    Clip c = clips.get(clip);
    return new Example(c.id(), ticks(clip), cache.rows(c), labels(clip));
  }

  /** A clip with an augmentation drawn for it. */
  Example augmented(int clip, Augmentation augmentation, long seed) {
    Clip c = clips.get(clip);
    Drawn drawn = augmentation.draw(spec, ticks(clip), seed);
    Map<String, Block> rows = new LinkedHashMap<>();
    spec.modalities().forEach((name, m) -> rows.put(name, augmented(c, name, m, drawn)));
    return new Example(c.id(), ticks(clip), rows, labels(clip));
  }

  private Block augmented(Clip clip, String name, Modality m, Drawn drawn) {
    if (m.encoder().isPresent()) {
      return drawn.missing(name, cache.rows(clip, name));
    }
    Session session = sessions.get(name);
    boolean fresh = session != null && drawn.changesSamples();
    Block block =
        fresh
            ? ClipRows.rows(session, data, clip, (k, s) -> drawn.samples(k, s, rate(k))).get(name)
            : cache.rows(clip, name);
    return drawn.rows(name, block, m.frontEnd());
  }

  private int rate(String modality) {
    return ((FrontEnd.Audio) spec.modalities().get(modality).frontEnd()).sourceHz();
  }

  /** The stretch of {@code length} ticks that begins at tick {@code from}. */
  static Example crop(Example e, int from, int length) {
    if (length >= e.ticks) {
      return e;
    }
    Map<String, Block> rows = new LinkedHashMap<>();
    e.rows.forEach((name, block) -> rows.put(name, block.slice(from, from + length)));
    Map<String, boolean[][]> labels = new LinkedHashMap<>();
    e.labels.forEach(
        (name, on) -> labels.put(name, java.util.Arrays.copyOfRange(on, from, from + length)));
    return new Example(e.id, length, rows, labels);
  }

  @Override
  public void close() {
    cache.close();
    sessions.values().forEach(Session::close);
  }
}
