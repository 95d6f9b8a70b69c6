package dev.syncline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.signal.Normalization.Fixed;
import dev.syncline.signal.Normalization.None;
import dev.syncline.signal.Normalization.Pcen;
import dev.syncline.signal.Normalization.RunningMeanVariance;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalizationTest {
  private static final List<Normalization> ALL =
      List.of(
          new None(),
          new Fixed(List.of(1.0, 2.0, 3.0), List.of(2.0), Optional.of(1.5)),
          new RunningMeanVariance(10, 1e-5),
          new Pcen(0.98, 2, 0.5, 0.05, 1e-6));

  private static Normalization read(String json) {
    return Records.read(Normalization.class, Json.parse("t", json));
  }

  /** The normalised rows of a fresh stream; null where a row came out as not valid. */
  private static float[][] run(Normalization config, float[][] rows, boolean[] valid) {
    NormalizationPlan plan = config.plan(rows[0].length);
    float[] state = new float[plan.stateSize()];
    float[][] result = new float[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      float[] row = rows[i].clone();
      result[i] = plan.row(row, 0, valid[i], state, 0) ? row : null;
      if (result[i] == null) {
        assertThat(row).containsOnly(0f);
      }
    }
    return result;
  }

  private static float[][] rows(int count, long seed) {
    float[][] rows = new float[count][];
    Arrays.setAll(rows, i -> Signals.noise(3, seed + i));
    for (float[] row : rows) {
      for (int c = 0; c < 3; c++) {
        row[c] = 5 + 3 * row[c];
      }
    }
    return rows;
  }

  private static boolean[] all(int count) {
    boolean[] valid = new boolean[count];
    Arrays.fill(valid, true);
    return valid;
  }

  @Test
  void configsSurviveTheRoundTrip() {
    for (Normalization config : ALL) {
      assertThat(read(Records.write(config).compact())).isEqualTo(config);
    }
    assertThat(read("{\"type\":\"pcen\"}")).isEqualTo(new Pcen(0.98, 2, 0.5, 0.025, 1e-6));
    assertThat(read("{\"type\":\"running_mean_variance\"}"))
        .isEqualTo(new RunningMeanVariance(300, 1e-5));
  }

  @Test
  void everyPermittedKindIsTested() {
    assertThat(ALL.stream().map(Object::getClass))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Normalization.class.getPermittedSubclasses()).toList());
  }

  @Test
  void noneLeavesTheRow() {
    assertThat(run(new None(), new float[][] {{1, -2}}, all(1))[0]).containsExactly(1, -2);
  }

  @Test
  void fixedSubtractsDividesAndClips() {
    float[][] rows = {{4, 4, -9}};
    Fixed fixed = new Fixed(List.of(1.0, 2.0, 3.0), List.of(2.0), Optional.empty());
    assertThat(run(fixed, rows, all(1))[0]).containsExactly(1.5f, 1, -6);
    assertThat(run(ALL.get(1), rows, all(1))[0]).containsExactly(1.5f, 1, -1.5f);
    fixed = new Fixed(List.of(1.0), List.of(1.0, 2.0, 4.0), Optional.empty());
    assertThat(run(fixed, rows, all(1))[0]).containsExactly(3, 1.5f, -2.5f);
  }

  @Test
  void runningStatisticsAreTheExponentiallyWeightedOnesOfAllRowsSoFar() {
    double time = 7;
    double epsilon = 0.01;
    float[][] rows = rows(60, 4);
    float[][] out = run(new RunningMeanVariance(time, epsilon), rows, all(60));
    for (int t = 0; t < 60; t++) {
      for (int c = 0; c < 3; c++) {
        double weight = 0;
        double sum = 0;
        for (int i = 0; i <= t; i++) {
          weight += Math.exp(-(t - i) / time);
          sum += Math.exp(-(t - i) / time) * rows[i][c];
        }
        double mean = sum / weight;
        double squares = 0;
        for (int i = 0; i <= t; i++) {
          squares += Math.exp(-(t - i) / time) * (rows[i][c] - mean) * (rows[i][c] - mean);
        }
        double expected = (rows[t][c] - mean) / Math.sqrt(squares / weight + epsilon);
        assertThat((double) out[t][c]).isCloseTo(expected, within(1e-5));
      }
    }
  }

  @Test
  void pcenIsTheFormulaOfThePaper() {
    float[][] rows = rows(60, 5);
    float[][] out = run(new Pcen(0.8, 1.5, 0.3, 0.1, 1e-3), rows, all(60));
    for (int c = 0; c < 3; c++) {
      double m = rows[0][c];
      for (int t = 0; t < 60; t++) {
        m = 0.9 * m + 0.1 * rows[t][c];
        double expected =
            Math.pow(rows[t][c] / Math.pow(1e-3 + m, 0.8) + 1.5, 0.3) - Math.pow(1.5, 0.3);
        assertThat((double) out[t][c]).isCloseTo(expected, within(1e-6));
      }
    }
  }

  @Test
  void pcenOfSilenceIsZeroAndNegativeEnergiesCountAsSilence() {
    float[][] out = run(ALL.get(3), new float[][] {{0, 0}, {-1, 0}}, all(2));
    assertThat(out[1][0]).isEqualTo(out[1][1]).isCloseTo(0, within(1e-8f));
    out = run(new Pcen(0.98, 0, 0.5, 0.05, 1e-6), new float[][] {{0, 1}}, all(1));
    assertThat(out[0][0]).isCloseTo(0, within(1e-8f));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'pcen'}|'alpha':0.5",
        "{'type':'pcen'}|'delta':3",
        "{'type':'pcen'}|'r':0.25",
        "{'type':'pcen'}|'smoothing':0.5",
        "{'type':'pcen'}|'epsilon':0.5",
        "{'type':'running_mean_variance'}|'time_constant_rows':5",
        "{'type':'running_mean_variance'}|'epsilon':0.5",
      })
  void eachOptionChangesTheRow(String base, String option) {
    float[][] rows = rows(5, 1);
    String changed = base.replace("}", "," + option + "}");
    assertThat(run(read(changed.replace('\'', '"')), rows, all(5))[4])
        .isNotEqualTo(run(read(base.replace('\'', '"')), rows, all(5))[4]);
  }

  @Property(tries = 50)
  void absentAndBrokenRowsAreZeroAndLeaveNoTrace(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] broken = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, -1.1e18f
    };
    float[][] rows = rows(40, seed);
    boolean[] valid = all(40);
    for (int i = 0; i < 40; i++) {
      switch (random.nextInt(4)) {
        case 0 -> valid[i] = false;
        case 1 -> rows[i][random.nextInt(3)] = broken[random.nextInt(broken.length)];
        default -> {}
      }
    }
    for (Normalization config : ALL) {
      float[][] out = run(config, rows, valid);
      float[][] kept =
          Stream.iterate(0, i -> i < 40, i -> i + 1)
              .filter(i -> out[i] != null)
              .map(i -> rows[i])
              .toArray(float[][]::new);
      if (kept.length > 0) {
        float[][] expected = run(config, kept, all(kept.length));
        assertThat(Stream.of(out).filter(r -> r != null).toArray(float[][]::new))
            .isDeepEqualTo(expected);
      }
    }
  }

  @Test
  void magnitudesThatAreNoMeasurementsAreRefused() {
    float largest = NormalizationPlan.LARGEST;
    for (Normalization config : ALL) {
      float[][] out =
          run(config, new float[][] {{largest, -largest, 0}, {Math.nextUp(largest), 0, 0}}, all(2));
      assertThat(out[0]).isNotNull();
      assertThat(out[1]).isNull();
      for (float value : out[0]) {
        assertThat(value).isFinite();
      }
    }
  }

  @Property(tries = 30)
  void aStreamGoesOnFromACopyOfItsStateAnywhereInAnArray(@ForAll long seed) {
    int cut = new SplittableRandom(seed).nextInt(1, 20);
    float[][] rows = rows(20, seed);
    for (Normalization config : ALL) {
      float[][] expected = run(config, rows, all(20));
      NormalizationPlan plan = config.plan(3);
      float[] state = new float[plan.stateSize()];
      float[] moved = new float[plan.stateSize() + 4];
      for (int t = 0; t < 20; t++) {
        float[] row = {9, rows[t][0], rows[t][1], rows[t][2], 9};
        if (t < cut) {
          plan.row(row, 1, true, state, 0);
          System.arraycopy(state, 0, moved, 4, state.length);
        } else {
          plan.row(row, 1, true, moved, 4);
        }
        assertThat(row).containsExactly(9, expected[t][0], expected[t][1], expected[t][2], 9);
      }
    }
  }

  @Test
  void aConstantStreamIsZeroAndStaysZeroForAMillionRows() {
    NormalizationPlan plan = new RunningMeanVariance(1000, 1e-5).plan(1);
    float[] state = new float[plan.stateSize()];
    float[] row = new float[1];
    for (int i = 0; i < 1_000_000; i++) {
      row[0] = 7.7f;
      plan.row(row, 0, true, state, 0);
    }
    assertThat(row[0]).isZero();
    assertThat(state[0]).isCloseTo(1, within(1e-4f));
  }

  @Test
  void operationsOfARowAreCounted() {
    assertThat(ALL.stream().map(config -> config.plan(3).flops()))
        .containsExactly(0L, 4 * 3L, 3 + 12 * 3L, 15 * 3L);
    Fixed unclipped = new Fixed(List.of(0.0), List.of(1.0), Optional.empty());
    assertThat(unclipped.plan(3).flops()).isEqualTo(2 * 3);
  }

  @Test
  void sensorRowsAreNormalisedRows() {
    SensorRows config =
        Records.read(
            SensorRows.class,
            Json.parse(
                "t",
                """
                {"channels":2,"normalization":{"type":"fixed","mean":[1],"deviation":[2,4]}}"""));
    float[] row = {5, 5};
    assertThat(config.plan().row(row, 0, true, new float[0], 0)).isTrue();
    assertThat(row).containsExactly(2, 1);
    assertThat(Records.read(SensorRows.class, Json.parse("t", "{\"channels\":2}")).normalization())
        .isEqualTo(new None());
    assertThatThrownBy(
            () -> new SensorRows(3, new Fixed(List.of(1.0), List.of(1.0, 2.0), Optional.empty())))
        .hasMessage("deviation holds 2 numbers, must hold 1 or one for each of the 3 channels");
    assertThatThrownBy(() -> new SensorRows(0, new None())).hasMessageContaining("channels must");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'pcen','alpha':1.1}|alpha must be from 0 to 1, is 1.1",
        "{'type':'pcen','delta':-1}|delta must be from 0 to 1e6, is -1.0",
        "{'type':'pcen','r':0}|r must be above 0 and at most 1, is 0.0",
        "{'type':'pcen','smoothing':0}|smoothing must be above 0 and at most 1, is 0.0",
        "{'type':'pcen','epsilon':0}|epsilon must be from 1e-20 to 1e6, is 0.0",
        "{'type':'running_mean_variance','epsilon':0}|epsilon must be from 1e-20 to 1e6, is 0.0",
        "{'type':'running_mean_variance','time_constant_rows':0}|time_constant_rows must be from 1",
        "{'type':'fixed','mean':[],'deviation':[1]}|mean and deviation must hold one number",
        "{'type':'fixed','mean':[0],'deviation':[0]}|deviation must be from 1e-12 to 1e12, is 0.0",
        "{'type':'fixed','mean':[1e13],'deviation':[1]}|mean must be at most 1e12 in magnitude",
        "{'type':'fixed','mean':[0],'deviation':[1],'clip':0}|clip must be positive",
      })
  void impossibleValuesAreRefusedWithTheRule(String json, String message) {
    assertThatThrownBy(() -> read(json.replace('\'', '"')))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("t: " + message);
  }
}
