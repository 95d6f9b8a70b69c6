package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.json.Field;
import dev.syncline.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScoreCommandTest {
  /** Ten seconds: heard speech [0,6); seen speech [2,8), dog [8,10). */
  private static final String TRUTH =
      """
      {"format":"syncline-truth/1","classes":["speech","dog"],"modalities":["audio","visual"],
       "ticks_per_second":1,"clips":[{"id":"w","ticks":10,"events":[
         {"modality":"audio","class":"speech","onset_s":0,"offset_s":6},
         {"modality":"visual","class":"speech","onset_s":2,"offset_s":8},
         {"modality":"visual","class":"dog","onset_s":8,"offset_s":10}]}]}
      """;

  /** Heard speech [0,4), dog [9,10); seen speech [2,6), dog [8,10). */
  private static final String PREDICTIONS =
      """
      {"format":"syncline-predictions/1","classes":["speech","dog"],"ticks_per_second":1,
       "clips":[{"id":"w","probabilities":{
         "audio":[[0.9,0],[0.9,0],[0.9,0],[0.9,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0.6]],
         "visual":[[0,0],[0,0],[0.9,0],[0.9,0],[0.9,0],[0.9,0],[0,0],[0,0],[0,0.9],[0,0.9]]}}]}
      """;

  @TempDir private Path folder;
  private Path truth;
  private Path predictions;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void write() throws IOException {
    truth = Files.writeString(folder.resolve("truth.json"), TRUTH);
    predictions = Files.writeString(folder.resolve("predictions.json"), PREDICTIONS);
  }

  private int score(String... more) {
    String[] args = new String[more.length + 4];
    args[0] = "--truth";
    args[1] = truth.toString();
    args[2] = "--predictions";
    args[3] = predictions.toString();
    System.arraycopy(more, 0, args, 4, more.length);
    return execute(args);
  }

  private int execute(String... args) {
    return Exit.install(new CommandLine(new ScoreCommand()))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private void assertOneLine(String... parts) {
    assertThat(err.toString()).contains(parts).endsWith(System.lineSeparator());
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void printsOneJsonObjectInFullPrecision() {
    String keys = "segment_f1.audio.micro,type_at_avg,segment_f1.audio.macro,oad.map.audio,mrr";
    assertThat(score("--json", "--metrics", keys.replace("mrr", "retrieval.mrr"))).isZero();
    assertThat(err.toString()).isEmpty();
    Field json = Json.parse("stdout", out.toString());
    assertThat(json.get("format").string()).isEqualTo("syncline-scores/1");
    assertThat(json.get("threshold").number()).isEqualTo(0.5);
    Field metrics = json.get("metrics");
    assertThat(metrics.object().keySet())
        .containsExactly(
            "segment_f1.audio.micro",
            "type_at_avg",
            "segment_f1.audio.macro",
            "oad.map.audio",
            "retrieval.mrr");
    assertThat(metrics.get("segment_f1.audio.micro").number()).isEqualTo(8 / 11.0);
    assertThat(metrics.object().get("retrieval.mrr")).isEqualTo(new Json.Null());
    assertThat(json.get("undefined").get("retrieval.mrr").string())
        .isEqualTo("the truth has no retrieval");
    Field perClass = json.get("per_class").get("segment_f1.audio.macro");
    assertThat(perClass.get("speech").number()).isEqualTo(0.8);
    assertThat(perClass.get("dog").number()).isZero();
    assertThat(json.get("counts").value())
        .isEqualTo(Json.object("clips", 1, "ticks", 10, "truth_events", 3));
  }

  @Test
  void printsAnAlignedTableForPeople() {
    assertThat(score("--metrics", "segment_f1.audio.micro,segment_f1.visual,survival.ibs"))
        .isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "segment_f1.audio.micro  0.727273",
            "segment_f1.visual       0.9",
            "survival.ibs            null  (the truth has no survival)");
  }

  @Test
  void theThresholdDecides() {
    assertThat(score("--metrics", "segment_f1.audio", "--threshold", "0.7")).isZero();
    assertThat(out.toString()).isEqualTo("segment_f1.audio  0.8" + System.lineSeparator());
  }

  @Test
  void aRefusedFileIsOneLineAndExitOne() throws IOException {
    Files.writeString(predictions, PREDICTIONS.replace("0.6", "1.6"));
    assertThat(score("--json", "--metrics", "all")).isEqualTo(1);
    assertOneLine(
        predictions.toString(), "clip \"w\"", "probabilities.audio[9][1]", "must be from 0 to 1");
  }

  @Test
  void aMissingFileIsExitOne() throws IOException {
    Files.delete(truth);
    assertThat(score("--metrics", "all")).isEqualTo(1);
    assertOneLine(truth + ": no such file");
  }

  @Test
  void anUnknownKeyOrTrackIsExitTwo() {
    assertThat(score("--metrics", "segment_f1.audio,segmnt_f1.audio")).isEqualTo(2);
    assertOneLine("--metrics: unknown key \"segmnt_f1.audio\", did you mean", "score --help");
  }

  @Test
  void anUnknownTrackIsExitTwo() {
    assertThat(score("--metrics", "segment_f1.smell")).isEqualTo(2);
    assertOneLine("unknown track \"smell\"");
  }

  @Test
  void aWrongCommandLineIsExitTwo() {
    assertThat(score("--metric", "all")).isEqualTo(2);
    assertOneLine("score --help");
  }

  @Test
  void aMissingOptionIsExitTwo() {
    assertThat(execute("--metrics", "all")).isEqualTo(2);
    assertOneLine("--truth", "--predictions", "score --help");
  }

  @Test
  void aThresholdOutOfRangeIsExitTwo() {
    assertThat(score("--metrics", "all", "--threshold", "1.5")).isEqualTo(2);
    assertOneLine("--threshold must be from 0 to 1, is 1.5");
  }

  @Test
  void helpIsExitZero() {
    assertThat(execute("--help")).isZero();
    assertThat(out.toString()).contains("--truth", "on_avep", "syncline-scores/1");
  }
}
