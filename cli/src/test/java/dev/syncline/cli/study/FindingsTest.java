package dev.syncline.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.cli.study.Findings.Role;
import dev.syncline.cli.study.Findings.Size;
import dev.syncline.cli.study.Findings.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingsTest {
  @TempDir Path folder;

  private static Variant variant(
      String name, double score, double deviation, double us, double end) {
    Pace pace =
        new Pace(
            List.of(
                new Pace.At(10, us, 400),
                new Pace.At(100, us, 4000),
                new Pace.At(10_000, end, 4000)),
            us,
            2 * us);
    Size size = new Size(64, 1000, 4000, 2000, 4000, Optional.of(6.4), pace);
    return new Variant(
        name,
        Role.VARIANT,
        Optional.of(size),
        Map.of(
            "clips", Map.of("score", new Spread(score, deviation)),
            "without audio", Map.of("score", new Spread(score / 2, deviation))));
  }

  private static Findings findings(Variant... variants) {
    List<Variant> all = new ArrayList<>(List.of(variants));
    all.add(
        new Variant(
            "all positive",
            Role.FLOOR,
            Optional.empty(),
            Map.of("clips", Map.of("score", new Spread(0.1, 0)))));
    return new Findings(
        Findings.FORMAT,
        "temporal",
        Map.of("data", "tiny"),
        List.of("score"),
        List.of("clips", "without audio"),
        all,
        Map.of("cross", "joins two modalities"));
  }

  private final Findings found =
      findings(
          variant("quick", 0.5, 0.01, 10, 10),
          variant("good", 0.8, 0.01, 50, 51),
          variant("as_good", 0.79, 0.01, 60, 400),
          variant("bad", 0.4, 0.01, 70, 70));

  @Test
  void aSpreadIsTheMeanAndTheDeviationOfTheSample() {
    Spread s = Spread.of(List.of(1.0, 2.0, 3.0));
    assertThat(s.mean()).isEqualTo(2);
    assertThat(s.deviation()).isCloseTo(1, within(1e-12));
    assertThat(Spread.of(List.of(5.0)).deviation()).isZero();
    assertThat(new Spread(1, 0.1).overlaps(new Spread(1.2, 0.1))).isTrue();
    assertThat(new Spread(1, 0.1).overlaps(new Spread(1.21, 0.1))).isFalse();
  }

  @Test
  void onTheFrontAreThoseThatNothingBeatsInBoth() {
    assertThat(found.front()).extracting(Variant::name).containsExactly("quick", "good");
  }

  @Test
  void thePageNamesTheBestThoseWithinItsSpreadAndThoseThatSlowDown() throws IOException {
    new StudyPage(found).write(folder);
    String page = Files.readString(folder.resolve("study.md"));
    assertThat(page)
        .contains(
            "Best by score: **good**, 0.800 ± 0.010. Within the seeds' deviations of it: as_good.")
        .contains("Slower by more than 10 % from tick 100 on: as_good.")
        .contains("| as_good | 60.0 | 60.0 | 400 | 6.67 |")
        .contains("| *all positive* | 0.100 ± 0.000 |")
        .contains("- cross: joins two modalities");
  }

  @Test
  void thePlotsAreWellFormedAndNameEveryVariant() throws Exception {
    new StudyPage(found).write(folder);
    for (String plot : List.of("front.svg", "latency.svg", "state.svg")) {
      Path file = folder.resolve(plot);
      DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
      assertThat(Files.readString(file)).contains(">quick<", ">good<", ">as good<", ">bad<");
    }
  }
}
