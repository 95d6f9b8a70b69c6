package dev.syncline.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeysTest {
  private static final Truth TWO = SegmentAndEventF1Test.W;
  private static final Predictions OF_TWO = SegmentAndEventF1Test.OF_W;
  private static final boolean[][] LABELS = {{true}, {false}};
  private static final Truth ONE =
      Cases.truth(List.of("a"), Cases.clip("x", Map.of("audio", LABELS)));
  private static final Predictions OF_ONE =
      Cases.predictions(
          List.of("a"), new Predictions.Clip("x", Map.of("audio", Cases.sure(LABELS))));

  private static void assertBad(Truth truth, String key, String complaint) {
    assertThatThrownBy(() -> Keys.of(List.of(key), truth, OF_TWO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(complaint);
  }

  @Test
  void theTrackMayBeLeftOutOnlyWhereThereIsOneModality() {
    for (String key :
        List.of(
            "segment_f1", "segment_f1.micro", "event_f1@mIoU0.5", "oad.map", "latency.misses")) {
      assertThat(Scorer.score(ONE, OF_ONE, List.of(key), 0.5).metrics()).containsOnlyKeys(key);
      assertBad(TWO, key, key.endsWith("micro") ? "unknown track \"micro\"" : "name a track");
    }
    assertBad(ONE, "segment_f1.visual", "unknown key");
    assertBad(ONE, "type_at_avg", "needs the tracks audio and visual");
    assertBad(TWO, "segment_f1.smell", "unknown track \"smell\"; known are audio, visual, av");
    assertBad(TWO, "collar_f1.vsual.micro@0.2/0.5", "did you mean \"visual\"?");
  }

  @Test
  void anUnknownKeyIsRefusedWithTheNearestKnownOne() {
    assertBad(TWO, "segmnt_f1.audio", "did you mean \"segment_f1\"?");
    assertBad(TWO, "segment_f1.audio.weighted", "unknown key");
    assertBad(TWO, "segment_f1.audio.", "unknown key");
    assertBad(TWO, "segment_f1.audio@mIoU0.5", "unknown key");
    assertBad(TWO, "survival.cindx", "did you mean \"survival.cindex\"?");
    assertBad(ONE, "anticipation.mean", "unknown key");
    assertBad(TWO, "onlin", "did you mean \"online\"?");
    assertThatThrownBy(() -> Keys.of(List.of("oad", " "), ONE, OF_ONE))
        .hasMessageContaining("empty key");
  }

  @Test
  void parametersMustBeThereAndDecimalAndInRange() {
    assertBad(TWO, "event_f1.audio", "for example @mIoU0.5");
    assertBad(TWO, "event_f1.audio@0.5", "for example @mIoU0.5");
    assertBad(TWO, "event_f1.audio@mIoU0", "0 is out of range");
    assertBad(TWO, "event_f1.audio@mIoU1.1", "1.1 is out of range");
    assertBad(TWO, "event_f1.audio@mIoU0.5f", "\"0.5f\" is not a decimal number");
    assertBad(TWO, "event_f1.audio@mIoU0.1:0.9", "must be 3 numbers with : between");
    assertBad(TWO, "event_f1.audio@mIoU0.9:0.1:0.1", "first:step:last");
    assertBad(TWO, "event_f1.audio@mIoU0.1:0.000001:0.9", "up to 10000 thresholds");
    assertBad(TWO, "collar_f1.audio.micro@0.2", "must be 2 numbers with / between");
    assertBad(TWO, "collar_f1.audio.micro@-1/0.5", "-1 is out of range");
    assertBad(TWO, "psds.audio@0/0.5/0.3/0/0/100", "must be above 0");
    assertBad(TWO, "ece.binary.audio", "for example @15");
    assertBad(TWO, "ece.binary.audio@1.5", "1.5 is out of range");
    assertBad(TWO, "anticipation.map.audio@1", "in seconds");
    assertBad(TWO, "retrieval.r_at_0", "0 is out of range");
    assertBad(TWO, "latency.misses.audio@2", "for example @grace1");
    assertBad(TWO, "survival.brier", "for example @10");
  }

  @Test
  void aKeyIsRepeatedAsTyped() {
    List<String> typed = List.of("event_f1@mIoU.50", "event_f1@mIoU5e-1", "event_f1.audio@mIoU0.5");
    assertThat(Scorer.score(ONE, OF_ONE, typed, 0.5).metrics())
        .containsOnlyKeys(typed)
        .allSatisfy((key, value) -> assertThat(value).hasValue(1.0));
  }

  @Test
  void aGroupIsTheKeysThatTheFilesAllow() {
    assertThat(group(ONE, OF_ONE, "llp"))
        .containsExactlyInAnyOrder(
            "segment_f1.audio",
            "segment_f1.audio.micro",
            "segment_f1.audio.macro",
            "event_f1.audio@mIoU0.5",
            "event_f1.audio@mIoU0.1:0.1:0.9",
            "event_f1.audio.micro@mIoU0.5",
            "event_f1.audio.micro@mIoU0.1:0.1:0.9",
            "event_f1.audio.macro@mIoU0.5",
            "event_f1.audio.macro@mIoU0.1:0.1:0.9");
    assertThat(group(TWO, OF_TWO, "llp")).contains("segment_f1.av", "event_at_avg.event@mIoU0.5");
    assertThat(group(ONE, OF_ONE, "on_avep"))
        .containsExactlyInAnyOrder(
            "segment_f1.audio",
            "event_f1.audio@mIoU0.5",
            "event_f1.audio@mIoU0.1:0.1:0.9",
            "on_avep.pf_map.audio");
    assertThat(group(ONE, OF_ONE, "oad")).containsExactly("oad.map", "oad.cmap");
    assertThat(group(TWO, OF_TWO, "oad")).contains("oad.map.audio", "oad.cmap.av").hasSize(6);
    assertThat(group(ONE, OF_ONE, "collar")).hasSize(3);
    assertThat(group(ONE, OF_ONE, "calibration"))
        .containsExactly("ece.binary@15", "ece.top1@15", "brier.binary", "brier.multiclass");
    assertThat(group(ONE, OF_ONE, "online"))
        .contains("latency.misses", "false_alarms_per_hour", "revisions")
        .doesNotContain("latency.decision_s.mean");
    assertThat(group(ONE, OF_ONE, "all"))
        .contains("oad.map", "revisions")
        .doesNotContain("retrieval.mrr", "survival.cindex", "anticipation.map.mean");
  }

  private static List<String> group(Truth truth, Predictions predictions, String name) {
    return List.copyOf(Scorer.score(truth, predictions, List.of(name), 0.5).metrics().keySet());
  }

  @Test
  void aGroupOfWhichTheFilesAllowNothingIsNullWithTheReason() {
    Scores scores = Scorer.score(ONE, OF_ONE, List.of("survival", "anticipation", "oad"), 0.5);
    assertThat(scores.metrics())
        .containsOnlyKeys("oad.map", "oad.cmap", "survival", "anticipation");
    assertThat(scores.undefined())
        .containsEntry("survival", "the truth has no survival")
        .containsEntry("anticipation", "the predictions have no horizon_ticks");
  }

  @Test
  void aTrackThatThePredictionsLackIsUndefined() {
    Predictions audioOnly =
        Cases.predictions(
            TWO.classes(),
            new Predictions.Clip(
                "w", Map.of("audio", OF_TWO.clips().getFirst().probabilities().get("audio"))));
    Cases.assertUndefined(TWO, audioOnly, "segment_f1.visual", "clip \"w\" has neither");
    Cases.assertUndefined(TWO, audioOnly, "type_at_avg", "clip \"w\" has neither");
    assertThat(group(TWO, audioOnly, "oad")).containsExactly("oad.map.audio", "oad.cmap.audio");
  }

  @Test
  void theOnlineParsingGroupLeavesGatedKeysOut() {
    Predictions gated =
        Cases.predictions(
            List.of("a"),
            new Predictions.Clip(
                "x",
                Map.of("audio", Cases.sure(LABELS)),
                Optional.of(new double[] {1}),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0));
    assertThat(group(ONE, gated, "on_avep")).containsExactly("on_avep.pf_map.audio");
  }

  @Test
  void theTableAlignsAndGivesReasons() {
    Scores scores = Scorer.score(ONE, OF_ONE, List.of("segment_f1", "ece", "survival.ibs"), 0.5);
    assertThat(scores.table())
        .containsExactly(
            "segment_f1    1",
            "ece           0.1",
            "survival.ibs  null  (the truth has no survival)");
    assertThatThrownBy(() -> scores.value("oad.map")).hasMessageContaining("no score of");
  }
}
