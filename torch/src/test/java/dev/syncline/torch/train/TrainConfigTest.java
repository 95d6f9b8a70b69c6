package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainConfigTest {
  @Test
  void theRateRisesInAStraightLineThenFallsAlongHalfACosine() {
    TrainConfig config =
        TinyRun.config("{\"learning_rate\":0.1,\"warmup\":0.2,\"final_rate\":0.1}");
    // 100 steps: 20 of warm-up, the first at a twentieth; the cosine from step 20 to step 100.
    assertThat(config.rate(0, 100)).isCloseTo(0.005, within(1e-12));
    assertThat(config.rate(9, 100)).isCloseTo(0.05, within(1e-12));
    assertThat(config.rate(19, 100)).isCloseTo(0.1, within(1e-12));
    assertThat(config.rate(20, 100)).isCloseTo(0.1, within(1e-12));
    assertThat(config.rate(60, 100)).isCloseTo(0.1 * (0.1 + 0.9 / 2), within(1e-12));
    assertThat(config.rate(40, 100))
        .isCloseTo(0.1 * (0.1 + 0.9 * 0.5 * (1 + Math.sqrt(0.5))), within(1e-12));
    assertThat(config.rate(100, 100)).isCloseTo(0.01, within(1e-12));
  }

  @Test
  void withoutWarmUpTheFirstStepHasTheHighestRateAndWithWarmUpAloneTheLast() {
    assertThat(TinyRun.config("{\"warmup\":0,\"learning_rate\":0.1}").rate(0, 10)).isEqualTo(0.1);
    TrainConfig all = TinyRun.config("{\"warmup\":1,\"learning_rate\":0.1}");
    assertThat(all.rate(9, 10)).isEqualTo(0.1);
    assertThat(all.rate(0, 1)).isEqualTo(0.1);
  }

  @Test
  void everyFieldSurvivesAsJson() {
    TrainConfig config =
        TinyRun.config(
            """
            {"seed": 7, "epochs": 3, "batch": 5, "learning_rate": 0.01, "final_rate": 0.5,
             "warmup": 0.25, "weight_decay": 0.5, "clip_norm": 2, "average": 0.5, "crop_ticks": 8,
             "carry": 0.75, "patience": 2, "checkpoint_steps": 9, "prior": false,
             "outputs": {"heard": {"loss": {"type": "focal", "gamma": 1.5}, "weight": 2,
                         "balance": {"cap": 3}, "position": {"type": "ramp", "first": 0, "last": 1}},
                         "seen": {"loss": {"type": "cross_entropy", "smoothing": 0.1},
                         "position": {"type": "last", "rows": 4}}},
             "augmentation": {"gain_db": {"low": -6, "high": 6}}}
            """);
    Json json = Records.write(config);
    assertThat(Records.read(TrainConfig.class, Json.parse("again", json.compact())))
        .isEqualTo(config);
    TrainConfig fallback = TinyRun.config("{}");
    ((Json.Obj) json)
        .fields()
        .forEach(
            (key, value) ->
                assertThat(((Json.Obj) Records.write(fallback)).fields().get(key))
                    .as(key)
                    .isNotNull()
                    .isNotEqualTo(value));
    assertThat(config.objective("heard").weight()).isEqualTo(2);
    assertThat(config.objective("other")).isEqualTo(Objective.DEFAULT);
  }

  @Test
  void anUnknownKeyIsRefusedWithTheNearestKnownOne() {
    assertThatThrownBy(() -> TinyRun.config("{\"learning_rat\":1}"))
        .isInstanceOf(InputException.class)
        .hasMessage("config.json: unknown key \"learning_rat\", did you mean \"learning_rate\"?");
    assertThatThrownBy(() -> TinyRun.config("{\"outputs\":{\"heard\":{\"los\":{}}}}"))
        .hasMessage("config.json: outputs.heard: unknown key \"los\", did you mean \"loss\"?");
    assertThatThrownBy(() -> TinyRun.config("{\"outputs\":{\"a\":{\"loss\":{\"type\":\"focl\"}}}}"))
        .hasMessage("config.json: outputs.a.loss: unknown type \"focl\", did you mean \"focal\"?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "epochs | 0",
        "epochs | 2.5",
        "epochs | 1e12",
        "batch | 0",
        "learning_rate | 0",
        "learning_rate | -1",
        "learning_rate | \"fast\"",
        "final_rate | 1.5",
        "warmup | -0.1",
        "weight_decay | -1",
        "clip_norm | 0",
        "average | 1",
        "crop_ticks | -1",
        "carry | 1.01",
        "patience | -1",
        "checkpoint_steps | 0",
        "prior | 1",
        "seed | 1e30",
      })
  void impossibleValuesAreRefusedInOneLineThatNamesTheField(String key, String value) {
    assertThatThrownBy(() -> TinyRun.config("{\"" + key + "\":" + value + "}"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("config.json: ")
        .hasMessageContaining(key)
        .message()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "weight | \"weight\":-1",
        "smoothing | \"loss\":{\"type\":\"cross_entropy\",\"smoothing\":1}",
        "gamma | \"loss\":{\"type\":\"focal\",\"gamma\":-1}",
        "cap | \"balance\":{\"cap\":0}",
        "first | \"position\":{\"type\":\"ramp\",\"first\":-1,\"last\":1}",
        "rows | \"position\":{\"type\":\"last\",\"rows\":0}",
      })
  void impossibleObjectivesAreRefused(String field, String json) {
    assertThatThrownBy(() -> TinyRun.config("{\"outputs\":{\"heard\":{" + json + "}}}"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("config.json: outputs.heard")
        .hasMessageContaining(field);
  }
}
