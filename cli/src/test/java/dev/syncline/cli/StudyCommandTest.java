package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.cli.study.Findings;
import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.time.Tick;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyCommandTest {
  @TempDir static Path folder;
  private static Path world;

  @BeforeAll
  static void make() {
    world = folder.resolve("world");
    new SynthWorld(6, 4, 1, 16, 10, SynthWorld.split(0.5, 0.17, 0.33)).write(world, 2);
  }

  private static CommandLineRun study(String question, Path out, String only) {
    return CommandLineRun.of(
        "study",
        question,
        "--data",
        world,
        "--out",
        out,
        "--seeds",
        1,
        "--ticks",
        100,
        "--epochs",
        1,
        "--only",
        only,
        "--set",
        "batch=2",
        "--cache",
        folder.resolve("cache"));
  }

  @Test
  void variantsAndBaselinesAreTrainedScoredAndTimed() throws IOException {
    Path out = folder.resolve("fusion");
    String said = study("fusion", out, "concat,late_mean").passed();
    assertThat(said).contains("4 of 4").endsWith("study.md\n");
    Findings found = Records.read(Findings.class, Json.read(out.resolve("study.json")));
    assertThat(found.variants())
        .extracting(Findings.Variant::name)
        .containsExactly(
            "audio only",
            "visual only",
            "concat",
            "late_mean",
            Study.SIDE_BY_SIDE,
            "all negative",
            "all positive");
    assertThat(found.conditions())
        .containsExactly("clips", "one stream", "without audio", "without visual", "audio at 0 dB");
    assertThat(found.variants().get(2).scores().keySet())
        .containsExactlyElementsOf(found.conditions());
    assertThat(out.resolve("study.md")).content().contains("| concat |", "| *audio only* |");
    assertThat(out.resolve("runs/concat-0")).isDirectoryNotContaining("glob:**model");
  }

  @Test
  void aStudyThatWasStoppedGoesOnWhereItWas() throws IOException {
    Path out = folder.resolve("stopped");
    study("temporal", out, "gru,rnn").passed();
    String whole = Files.readString(out.resolve("outcomes/rnn-0.json"));
    Files.delete(out.resolve("outcomes/rnn-0.json"));
    Path kept = out.resolve("outcomes/gru-0.json");
    FileTime before = Files.getLastModifiedTime(kept);
    study("temporal", out, "gru,rnn").passed();
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(before);
    assertThat(out.resolve("outcomes/rnn-0.json")).hasContent(whole);
  }

  @Test
  void whatCannotBeStudiedIsRefused() throws IOException {
    Path out = folder.resolve("refused");
    assertThat(study("temporal", out, "grou").refused(1))
        .contains("no variant \"grou\"")
        .contains("gru");
    assertThat(
            CommandLineRun.of(
                    "study", "fusion", "--data", world, "--out", out, "--modalities", "audio")
                .refused(2))
        .contains("a study of fusion needs two modalities");
    Files.createDirectories(out);
    Files.writeString(out.resolve("mine.txt"), "mine");
    assertThat(study("temporal", out, "gru").refused(1))
        .contains("is not empty and no study's folder");
  }

  @Test
  void candidatesAreOfComparableSize() {
    Presets presets = new Presets(Dataset.open(world), Tick.ofMillis(100), Optional.empty());
    for (Candidates.Question question : Candidates.Question.values()) {
      Candidates all = new Candidates(presets, List.of("audio", "visual"), question);
      long usual = Candidates.parameters(presets.spec(Design.of(List.of("audio", "visual"))));
      all.variants()
          .forEach(
              (name, c) ->
                  assertThat(Candidates.parameters(c.spec()))
                      .as(name)
                      .isBetween(usual * 9 / 10, usual * 11 / 10));
    }
  }
}
