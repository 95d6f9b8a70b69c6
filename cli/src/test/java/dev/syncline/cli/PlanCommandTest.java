package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Cost;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
  @TempDir Path folder;

  private CommandLineRun plan(Path out, String latency, String memory, String history) {
    return CommandLineRun.of(
        "plan", "--latency", latency, "--memory", memory, "--history", history, "--out", out);
  }

  @Test
  void aModelWithinTheBudgetIsWrittenAsAConfiguration() throws IOException {
    Path out = folder.resolve("plan.json");
    String said = plan(out, "10s", "3MB", "30s").passed();
    assertThat(said).contains("budget   99 of 100 ticks within 10 s, 3 MB").contains("chosen   ");
    RunConfig config = Records.read(RunConfig.class, Json.read(out));
    Cost cost = Cost.of(config.model().node());
    assertThat(cost.weightBytes() + cost.stateBytes()).isLessThanOrEqualTo(3_000_000);
    assertThat(Study.reach(config.model()).orElse(1e9)).isGreaterThanOrEqualTo(30);
  }

  @Test
  void lessMemoryMeansANarrowerModel() throws IOException {
    Path small = folder.resolve("small.json");
    Path large = folder.resolve("large.json");
    plan(small, "10s", "1MB", "1s").passed();
    plan(large, "10s", "20MB", "1s").passed();
    assertThat(size(small)).isLessThanOrEqualTo(1_000_000);
    assertThat(size(large)).isGreaterThan(size(small));
  }

  private static long size(Path config) {
    return Cost.of(Records.read(RunConfig.class, Json.read(config)).model().node()).weightBytes();
  }

  @Test
  void whatCannotBeMetAndWhatCannotBeReadIsSaid() {
    CommandLineRun none = plan(folder.resolve("none.json"), "10s", "10kB", "1s");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("no model fits this budget");
    assertThat(folder.resolve("none.json")).doesNotExist();
    assertThat(plan(folder.resolve("x"), "10", "1MB", "1s").refused(2))
        .contains("a time such as 10ms");
    assertThat(plan(folder.resolve("x"), "10ms", "1QB", "1s").refused(2))
        .contains("a size such as 64MB");
  }
}
