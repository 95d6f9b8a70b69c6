package dev.syncline.cli;

import dev.syncline.data.Clip;
import dev.syncline.data.ClipPackets;
import dev.syncline.data.ClipRows;
import dev.syncline.data.Dataset;
import dev.syncline.data.FeatureCache;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a model reads of clips: rows of the feature cache; made afresh past the cache where there is
 * noise in the sound; none where a modality is missing. Not thread-safe.
 */
final class ClipInputs implements AutoCloseable {
  private final Dataset data;
  private final Model model;
  private final List<String> without;
  private final Noise noise;
  private final FeatureCache cache;
  private final Map<String, Session> noisy = new LinkedHashMap<>();

  /**
   * @param without modalities that are missing throughout
   * @param cache folder of the feature cache
   */
  ClipInputs(Model model, Dataset data, List<String> without, Noise noise, Path cache) {
    this.model = model;
    this.data = data;
    this.without = without;
    this.noise = noise;
    this.cache = new FeatureCache(cache, data, model);
    for (String name : model.spec().modalities().keySet()) {
      if (noise.in(name)) {
        noisy.put(name, new Session(model, Set.of(name), Session.SILENT, System::nanoTime));
      }
    }
  }

  Map<String, Block> rows(Clip clip) {
    int ticks = ClipPackets.ticks(clip, model.spec().tick());
    Map<String, Block> rows = new LinkedHashMap<>();
    model
        .spec()
        .inputs()
        .forEach(
            (name, shape) ->
                rows.put(
                    name,
                    without.contains(name) ? Block.empty(shape, ticks) : present(clip, name)));
    return rows;
  }

  private Block present(Clip clip, String name) {
    return noisy.containsKey(name)
        ? ClipRows.rows(noisy.get(name), data, clip, noise.on(data, clip)).get(name)
        : cache.rows(clip, name);
  }

  @Override
  public void close() {
    noisy.values().forEach(Session::close);
    cache.close();
  }
}
