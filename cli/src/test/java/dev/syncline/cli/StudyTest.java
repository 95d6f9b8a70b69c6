package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.SharedData;
import dev.syncline.data.Dataset;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Output;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configurations that the studies in docs train with. */
class StudyTest {
  private static RunConfig config(String name) {
    Path file = Path.of("..", "docs", "studies", "grid", name + ".json");
    return Records.read(RunConfig.class, Json.read(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"audio", "visual", "both"})
  void aConfigurationIsReadAndFitsItsData(String name) {
    RunConfig config = config(name);
    assertThat(config.model().tickMs()).isEqualTo(40);
    Output said = config.model().outputs().get("said");
    assertThat(said.kind()).isEqualTo(Output.Kind.ONE_LABEL);
    assertThat(config.model().modalities().keySet())
        .hasSize(name.equals("both") ? 2 : 1)
        .allMatch(m -> name.equals("both") || m.equals(name));
    Dataset grid = Dataset.open(SharedData.require("grid"));
    assertThat(said.labels()).startsWith(grid.classes().toArray(String[]::new));
    config
        .model()
        .modalities()
        .forEach(
            (m, sense) -> {
              double rate =
                  switch (sense.frontEnd()) {
                    case FrontEnd.Audio a -> a.sourceHz();
                    case FrontEnd.Image i -> i.sourceHz();
                    case FrontEnd.Vector v -> v.sourceHz();
                  };
              assertThat(rate).isEqualTo(grid.modality(m).rateHz());
            });
  }
}
