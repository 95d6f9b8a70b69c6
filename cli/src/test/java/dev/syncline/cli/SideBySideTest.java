package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.ModelSpec;
import dev.syncline.time.Tick;
import dev.syncline.torch.train.TrainConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SideBySideTest {
  private static final TrainConfig CONFIG =
      Records.read(TrainConfig.class, Json.parse("test", "{\"epochs\": 2, \"batch\": 2}"));

  @TempDir static Path folder;
  private static Dataset data;
  private static final Map<String, ModelSpec> MODELS = new LinkedHashMap<>();

  @BeforeAll
  static void make() {
    new SynthWorld(4, 3, 1, 16, 10, SynthWorld.split(0.75, 0.25, 0))
        .write(folder.resolve("data"), 2);
    data = Dataset.open(folder.resolve("data"));
    Presets presets = new Presets(data, Tick.ofMillis(100), Optional.empty());
    MODELS.put("both", presets.spec(Design.of(List.of("audio", "visual"))));
    MODELS.put("audio", presets.spec(Design.of(List.of("audio"))));
    MODELS.put("visual", presets.spec(Design.of(List.of("visual"))));
  }

  private SideBySide side() {
    return new SideBySide(data, folder.resolve("cache"));
  }

  @Test
  void eachTrainingEndsInTheBytesThatItEndsInAlone() throws Exception {
    Set<String> heard = new ConcurrentSkipListSet<>();
    side().train(MODELS, CONFIG, folder.resolve("beside"), (name, p) -> heard.add(name));
    assertThat(heard).containsExactlyInAnyOrderElementsOf(MODELS.keySet());
    for (String name : MODELS.keySet()) {
      side().train(Map.of(name, MODELS.get(name)), CONFIG, folder.resolve("alone"), (n, p) -> {});
      assertThat(folder.resolve("beside").resolve(name).resolve("model/model.safetensors"))
          .hasSameBinaryContentAs(
              folder.resolve("alone").resolve(name).resolve("model/model.safetensors"));
    }
  }

  @Test
  void theRowsOfAllClipsAreMadeOnce() throws Exception {
    Path cache = folder.resolve("rows");
    Set<Integer> done = new ConcurrentSkipListSet<>();
    new SideBySide(data, cache).makeRows(MODELS.get("both"), data.dir(), done::add);
    assertThat(done).containsExactly(1, 2, 3, 4);
    try (var files = Files.list(cache)) {
      assertThat(files).hasSize(2 * 4);
    }
  }

  @Test
  void oneThatFailsEndsTheOthers() throws Exception {
    Path runs = folder.resolve("failing");
    Files.createDirectories(runs);
    Files.writeString(runs.resolve("audio"), "a file where a run should be");
    TrainConfig endless =
        Records.read(TrainConfig.class, Json.parse("test", "{\"epochs\": 100000, \"batch\": 2}"));
    assertThatThrownBy(() -> side().train(MODELS, endless, runs, (name, p) -> {}))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("audio");
    assertThat(runs.resolve("both/model")).doesNotExist();
  }
}
