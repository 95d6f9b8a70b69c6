package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.cli.study.Findings;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TemporalTest {
  @Test
  void theRankingIsThatOfTheStudyAndNamesAll() {
    Findings study =
        Records.read(Findings.class, Json.read(Path.of("../docs/studies/temporal/study.json")));
    assertThat(Temporal.RANKING.stream().map(Temporal::name))
        .containsExactlyElementsOf(
            study.ranked(Findings.Role.VARIANT).stream().map(Findings.Variant::name).toList());
    assertThat(Temporal.RANKING).containsExactlyInAnyOrder(Temporal.values());
  }
}
