package dev.syncline.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreFilesTest {
  private static final String TRUTH =
      """
      {"format":"syncline-truth/1","classes":["speech","dog"],"modalities":["audio","visual"],
       "ticks_per_second":1.0,"background":null,
       "clips":[{"id":"x","ticks":2,"duration_s":2.0,
         "labels":{"audio":[[1,0],[1,0]],"visual":[[0,1],[0,0]]},
         "events":[{"modality":"audio","class":"speech","onset_s":0.0,"offset_s":2.0}],
         "ignore":[0,0]},
        {"id":"y","ticks":1,"events":[]}],
       "retrieval":{"relevant":[[0]]},
       "survival":{"time_s":[2.0],"event":[true],"train":{"time_s":[2.0],"event":[true]}}}
      """;
  private static final String PREDICTIONS =
      """
      {"format":"syncline-predictions/1","classes":["speech","dog"],"ticks_per_second":1.0,
       "horizon_ticks":[1],"psds_thresholds":[0.1,0.5],
       "clips":[{"id":"y","clip_probabilities":[0.9,0.3],
         "probabilities":{"audio":[[0,0]],"visual":[[0,0]]},
         "future_probabilities":{"audio":[[[0,0]]],"visual":[[[0,0]]]},
         "captured_s":[1],"emitted_s":[1],"events":[]},
        {"id":"x","probabilities":{"audio":[[0.9,0.1],[0.8,0.1]],"visual":[[0.1,0.7],[0.1,0.3]]},
         "clip_probabilities":[0.9,0.6],
         "future_probabilities":{"audio":[[[0.5,0.1]],[[0,0]]],"visual":[[[0.5,0.1]],[[0,0]]]},
         "events":[{"modality":"audio","class":"speech","onset_s":0.0,"offset_s":null,
           "confidence":0.8,"emitted_s":1.02}],
         "captured_s":[0.99,1.98],"emitted_s":[1.02,2.03],"revisions":2}],
       "retrieval":{"scores":[[0.3,0.2]]},
       "survival":{"risk":[0.9],"horizons_s":[1.0,2.0],"survival_prob":[[0.7,0.2]]}}
      """;

  @TempDir private Path folder;
  private Path truthFile;
  private Path predictionsFile;

  @BeforeEach
  void name() {
    truthFile = folder.resolve("truth.json");
    predictionsFile = folder.resolve("predictions.json");
  }

  private Scores score(String truth, String predictions, String keys) throws IOException {
    Files.writeString(truthFile, truth);
    Files.writeString(predictionsFile, predictions);
    Truth t = ScoreFiles.readTruth(truthFile);
    return Scorer.score(t, ScoreFiles.readPredictions(predictionsFile), List.of(keys), 0.5);
  }

  @Test
  void bothFilesAreReadWithEverythingThatTheyMayHold() throws IOException {
    Scores scores = score(TRUTH, PREDICTIONS, "all");
    assertThat(scores.metrics())
        .containsKeys(
            "segment_f1.av.micro",
            "event_f1.visual@mIoU0.1:0.1:0.9",
            "type_at_avg",
            "on_avep.pf_map.av",
            "oad.cmap.audio",
            "anticipation.map.av@1s",
            "anticipation.cmap.visual.mean",
            "collar_f1.audio.macro_sedeval@0.2/0.5",
            "ece.top1.visual@15",
            "retrieval.r_at_10",
            "survival.brier@1",
            "survival.ibs",
            "latency.total_s.p99",
            "latency.time_to_detect_s.audio.p90",
            "false_alarms_per_hour.visual")
        .doesNotContainKey("ave.accuracy.audio");
    assertThat(scores.value("revisions")).hasValue(2);
    assertThat(scores.value("segment_f1.audio")).hasValue(1);
    assertThat(scores.value("latency.time_to_detect_s.audio.max")).hasValue(1.02);
    assertThat(scores.value("latency.misses.visual")).hasValue(1);
    assertThat(scores.value("survival.brier@1")).hasValueCloseTo(0.09, Cases.EXACT);
    assertThat(scores.counts()).isEqualTo(new Scores.Counts(2, 3, 2));
  }

  @Test
  void listedEventsStandInForProbabilitiesByTheMiddleOfTheTick() throws IOException {
    String events =
        "\"events\":[{\"modality\":\"audio\",\"class\":\"speech\",\"onset_s\":0.5,\"offset_s\":1.5}],"
            + "\"revisions\":2";
    String predictions =
        """
        {"format":"syncline-predictions/1","classes":["speech","dog"],"ticks_per_second":1,
         "clips":[{"id":"x",%s},{"id":"y","events":[]}]}
        """
            .formatted(events);
    // the middle of tick 0 is on the onset, that of tick 1 on the offset
    assertThat(score(TRUTH, predictions, "segment_f1.audio.micro").value("segment_f1.audio.micro"))
        .hasValue(2 / 3.0);
  }

  @Test
  void clipsMayBeAbsentWhereOnlyRetrievalOrSurvivalIsScored() throws IOException {
    String truth = "{\"format\":\"syncline-truth/1\",\"retrieval\":{\"relevant\":[[0]]}}";
    String predictions =
        "{\"format\":\"syncline-predictions/1\",\"retrieval\":{\"scores\":[[-3,5]]}}";
    assertThat(score(truth, predictions, "retrieval").value("retrieval.mean_rank")).hasValue(2);
    String withClips =
        predictions.replace("\"retrieval\"", "\"classes\":[\"speech\",\"dog\"],\"retrieval\"");
    assertThat(score(TRUTH, withClips, "retrieval.mrr").value("retrieval.mrr")).hasValue(0.5);
    assertBad(TRUTH, withClips, "segment_f1.audio", "predictions.json: clip \"x\": clips: ");
  }

  private void assertBadTruth(String old, String replacement, String complaint) {
    assertThat(TRUTH).contains(old);
    assertBad(TRUTH.replace(old, replacement), PREDICTIONS, "all", "truth.json: " + complaint);
  }

  private void assertBadPredictions(String old, String replacement, String complaint) {
    assertThat(PREDICTIONS).contains(old);
    assertBad(
        TRUTH, PREDICTIONS.replace(old, replacement), "all", "predictions.json: " + complaint);
  }

  private void assertBad(String truth, String predictions, String keys, String complaint) {
    assertThatThrownBy(() -> score(truth, predictions, keys))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(folder + "/")
        .hasMessageContaining(complaint)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void refusesAWrongFormat() {
    assertBadTruth("truth/1", "truth/2", "format: must be \"syncline-truth/1\"");
    assertBadPredictions("predictions/1", "scores/1", "format: must be");
    assertBadTruth("\"format\":\"syncline-truth/1\",", "", "the field \"format\" is missing");
    assertBadTruth("\"ignore\"", "\"ignored\"", "clip \"x\": unknown key \"ignored\", did you");
  }

  @Test
  void refusesValuesThatAreNoNumbersOrOutsideZeroToOne() {
    assertBadPredictions(
        "[0.8,0.1]",
        "[NaN,0.1]",
        "bad JSON: no JSON stands here (NaN and Infinity are none) (line 7, column 50, at"
            + " clips[1].probabilities.audio[1][0])");
    assertBadPredictions(
        "[0.8,0.1]", "[1e999,0.1]", "clip \"x\": probabilities.audio[1][0]: must be from 0 to 1");
    assertBadPredictions(
        "[0.8,0.1]", "[0.8,-0.1]", "clip \"x\": probabilities.audio[1][1]: must be from 0 to 1");
    assertBadPredictions(
        "[0.8,0.1]", "[\"0.8\",0.1]", "clip \"x\": probabilities.audio[1][0]: must be a number");
    assertBadPredictions("[0.9,0.6]", "[0.9,1.6]", "clip \"x\": clip_probabilities[1]: must be");
    assertBadPredictions(
        "[[0.5,0.1]],[[0,0]]],\"visual\"",
        "[[2,0.1]],[[0,0]]],\"visual\"",
        "clip \"x\": future_probabilities.audio[0][0][0]: must be from 0 to 1, is 2.0");
    assertBadPredictions(
        "\"confidence\":0.8", "\"confidence\":8", "clip \"x\": events[0].confidence: must be");
    assertBadPredictions("[0.1,0.5]", "[0.1,5]", "psds_thresholds[1]: must be from 0 to 1");
    assertBadPredictions("[[0.7,0.2]]", "[[0.7,1.2]]", "survival.survival_prob[0][1]: must be");
    assertBadPredictions("[1.02,2.03]", "[1.02,1e999]", "clip \"x\": emitted_s[1]: must be a fin");
    assertBadPredictions("\"risk\":[0.9]", "\"risk\":[1e999]", "survival.risk[0]: must be a fin");
  }

  @Test
  void refusesWrongShapes() {
    assertBadTruth(
        "[1,0],[1,0]", "[1,0]", "clip \"x\": labels.audio: must have one item for each of the 2 t");
    assertBadTruth(
        "[1,0],[1,0]", "[1,0],[1]", "clip \"x\": labels.audio[1]: must have one item for each");
    assertBadTruth("[0,0]}", "[0]}", "clip \"x\": ignore: must have one item for each of the 2");
    assertBadTruth("\"ticks\":2", "\"ticks\":0", "clip \"x\": ticks: must be a whole number");
    assertBadTruth("\"ticks\":1", "\"ticks\":2000000000", "clip \"y\": ticks: more than");
    assertBadPredictions(
        "[0.9,0.1],[0.8,0.1]", "[0.9,0.1]", "clip \"x\": probabilities.audio: must have one item");
    assertBadPredictions(
        "[0.8,0.1]", "[0.8]", "clip \"x\": probabilities.audio[1]: must have one item for each");
    assertBadPredictions("[0.9,0.6]", "[0.9]", "clip \"x\": clip_probabilities: must have one");
    assertBadPredictions(
        "\"horizon_ticks\":[1]", "\"horizon_ticks\":[1,2]", "clip \"y\": future_probabilities.aud");
    assertBadPredictions("[1.02,2.03]", "[1.02]", "clip \"x\": emitted_s: must have one item");
    assertBadPredictions("[[0.3,0.2]]", "[[0.3],[0.2]]", "retrieval.scores: must have one item");
    assertBadTruth("[[0]]", "[[0,2]]", "retrieval.relevant[0]: has item 2 of 2");
    assertBadPredictions("\"risk\":[0.9]", "\"risk\":[0.9,1]", "survival.survival_prob: must have");
    assertBadTruth("\"event\":[true],", "\"event\":[],", "survival.event: must have one item");
    assertBadPredictions("[1.0,2.0]", "[2.0,1.0]", "survival.horizons_s[1]: must be later");
    assertBadPredictions("\"horizon_ticks\":[1]", "\"horizon_ticks\":[0]", "horizon_ticks: must");
  }

  @Test
  void refusesLabelsOtherThanZeroAndOne() {
    assertBadTruth("[0,1]", "[0,0.5]", "clip \"x\": labels.visual[0][1]: must be 0 or 1, is 0.5");
    assertBadTruth("[0,0]}", "[0,2]}", "clip \"x\": ignore[1]: must be 0 or 1, is 2");
  }

  @Test
  void refusesDuplicateMissingAndExtraClips() {
    assertBadTruth("\"id\":\"y\"", "\"id\":\"x\"", "clips: \"x\" is there twice");
    assertBadPredictions("\"id\":\"y\"", "\"id\":\"x\"", "clips: \"x\" is there twice");
    assertBadPredictions("\"id\":\"y\"", "\"id\":\"z\"", "clip \"y\": clips: this clip of ");
    assertBad(
        TRUTH.replace(",\n  {\"id\":\"y\",\"ticks\":1,\"events\":[]}", ""),
        PREDICTIONS,
        "all",
        "predictions.json: clip \"y\": clips: this clip is not in ");
  }

  @Test
  void refusesUnknownClassesAndModalities() {
    assertBadTruth(
        "\"class\":\"speech\"",
        "\"class\":\"speach\"",
        "clip \"x\": events[0].class: unknown class");
    assertBadPredictions(
        "\"class\":\"speech\"",
        "\"class\":\"speach\"",
        "clip \"x\": events[0].class: unknown class");
    assertBadTruth(
        "\"modality\":\"audio\"",
        "\"modality\":\"adio\"",
        "clip \"x\": events[0].modality: unknown modality \"adio\", did you mean \"audio\"?");
    assertBadTruth(
        "\"labels\":{\"audio\"", "\"labels\":{\"smell\"", "clip \"x\": labels.smell: unk");
    assertBadPredictions(
        "\"modality\":\"audio\"", "\"modality\":\"av\"", "clip \"x\": events[0].modality: unknown");
    assertBadPredictions(
        "{\"audio\":[[0.9,", "{\"av\":[[0.9,", "clip \"x\": probabilities.av: unknown modality");
    assertBadPredictions(
        "{\"audio\":[[[0.5,", "{\"av\":[[[0.5,", "clip \"x\": future_probabilities.av: unknown");
  }

  @Test
  void refusesAnEventThatEndsBeforeItStarts() {
    assertBadTruth(
        "\"offset_s\":2.0", "\"offset_s\":-1", "clip \"x\": events[0].offset_s: is -1.0");
    assertBadPredictions(
        "\"offset_s\":null", "\"offset_s\":-1", "clip \"x\": events[0].offset_s: is -1.0, before");
    assertBadTruth("\"offset_s\":2.0", "\"offset_s\":null", "clip \"x\": events[0]: the field");
    assertBadPredictions("\"offset_s\":null,", "", "clip \"x\": events[0]: the field \"offset_s\"");
  }

  @Test
  void refusesADecisionThatIsEmittedBeforeItsDataWereCaptured() {
    assertBadPredictions(
        "[1.02,2.03]", "[1.02,1.9]", "clip \"x\": emitted_s[1]: is 1.9, before captured_s");
  }

  @Test
  void refusesClipProbabilitiesInOnlySomeClips() {
    assertBadPredictions(
        "\"clip_probabilities\":[0.9,0.6],",
        "",
        "clip \"x\": clip_probabilities: must be in every clip or in none");
  }

  @Test
  void refusesOtherClassesAndAnotherTickRate() {
    assertBadPredictions("[\"speech\",\"dog\"]", "[\"speech\",\"cat\"]", "classes: must be those");
    assertBadPredictions("\"ticks_per_second\":1.0", "\"ticks_per_second\":2", "ticks_per_second");
    assertBadTruth("\"ticks_per_second\":1.0", "\"ticks_per_second\":0", "ticks_per_second: must");
    assertBadTruth("[\"speech\",\"dog\"]", "[\"speech\",\"speech\"]", "classes: \"speech\" is");
    assertBadTruth("\"background\":null", "\"background\":2", "background: must be the index");
    assertBadTruth("\"background\":null", "\"background\":-1", "background: must be");
  }

  @Test
  void refusesATrackWithoutLabelsAndEvents() {
    assertBadTruth(",\"events\":[]}", "}", "clip \"y\": labels.audio: is missing");
    assertBadTruth("\"relevant\":[[0]]", "\"relevant\":[[]]", "retrieval.relevant[0]: must name");
    assertBadTruth("\"duration_s\":2.0", "\"duration_s\":0", "clip \"x\": duration_s: must be");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThatThrownBy(() -> ScoreFiles.readTruth(folder.resolve("none.json")))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("none.json: no such file");
  }
}
