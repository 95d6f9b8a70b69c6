package dev.syncline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResampleTest {
  private static final int[][] RATES = {
    {48000, 16000},
    {44100, 16000},
    {16000, 44100},
    {8000, 16000},
    {22050, 16000},
    {16000, 16000},
    {100, 30},
    {11025, 8000}
  };

  private static Resample config(int from, int to) {
    return new Resample(from, to, 64, 8);
  }

  private static float[] whole(ResamplePlan plan, float[] in) {
    float[] out = new float[plan.maxOutputs(in.length)];
    int n =
        plan.push(
            in,
            0,
            in.length,
            out,
            0,
            new float[plan.stateSize()],
            0,
            new float[plan.scratchSize()],
            0);
    return Arrays.copyOf(out, n);
  }

  @Test
  void theConfigHasDefaultsAndSurvivesTheRoundTrip() {
    Resample config =
        Records.read(Resample.class, Json.parse("t", "{\"from_hz\":48000,\"to_hz\":16000}"));
    assertThat(config).isEqualTo(config(48000, 16000));
    assertThat(Records.read(Resample.class, Json.parse("t", Records.write(config).compact())))
        .isEqualTo(config);
  }

  @Property(tries = 40)
  void anyCutIntoBlocksGivesTheSameBits(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] rates = RATES[random.nextInt(RATES.length)];
    ResamplePlan plan = config(rates[0], rates[1]).plan();
    float[] in = Signals.noise(4000, seed);
    float[] expected = whole(plan, in);
    float[] out = new float[expected.length + 10];
    float[] state = new float[plan.stateSize() + 3];
    float[] scratch = Signals.noise(plan.scratchSize() + 2, 1);
    int written = 5;
    for (int at = 0; at < in.length; ) {
      int n = Math.min(in.length - at, random.nextInt(random.nextBoolean() ? 5 : 1500));
      int due = plan.outputs(n, state, 3);
      assertThat(due).isLessThanOrEqualTo(plan.maxOutputs(n));
      int got = plan.push(in, at, n, out, written, state, 3, scratch, 2);
      assertThat(got).isEqualTo(due);
      written += got;
      at += n;
    }
    assertThat(Arrays.copyOfRange(out, 5, written)).isEqualTo(expected);
  }

  @Property(tries = 40)
  void anOutputDependsOnNoLaterInput(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] rates = RATES[random.nextInt(RATES.length)];
    ResamplePlan plan = config(rates[0], rates[1]).plan();
    float[] in = Signals.noise(4000, seed);
    float[] expected = whole(plan, in);
    int cut = random.nextInt(in.length);
    Arrays.fill(in, cut, in.length, Float.NaN);
    float[] out = whole(plan, in);
    for (int k = 0; k < out.length; k++) {
      // output k is due at k / to; input n comes at n / from
      boolean before = (long) k * rates[0] < (long) cut * rates[1];
      if (before) {
        assertThat(out[k]).isEqualTo(expected[k]);
      }
    }
    int first = (int) (((long) cut * rates[1] + rates[0] - 1) / rates[0]);
    if (first < out.length) {
      assertThat(out[first]).isNaN();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "48000,16000,4800,1600",
    "44100,16000,4410,1600",
    "16000,44100,1600,4410",
    "8000,16000,800,1600"
  })
  void everyTickGivesTheSameNumberOfOutputsFromTheFirstOn(int from, int to, int in, int out) {
    ResamplePlan plan = config(from, to).plan();
    float[] state = new float[plan.stateSize()];
    float[] scratch = new float[plan.scratchSize()];
    for (int tick = 0; tick < 20; tick++) {
      assertThat(plan.push(new float[in], 0, in, new float[out], 0, state, 0, scratch, 0))
          .isEqualTo(out);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "48000,16000",
    "44100,16000",
    "16000,44100",
    "8000,16000",
    "22050,16000",
    "16000,16000"
  })
  void thePassbandComesThroughUnchangedAfterTheStatedDelay(int from, int to) {
    Resample config = config(from, to);
    ResamplePlan plan = config.plan();
    for (double share : new double[] {0.01, 0.3, 0.7, 0.95}) {
      double hz = share * config.passbandHz();
      float[] out = whole(plan, Signals.sine(from / 10, hz, from));
      for (int k = (int) (2 * config.delaySeconds() * to) + 1; k < out.length; k++) {
        double t = (double) k / to - config.delaySeconds();
        assertThat((double) out[k])
            .as("%s Hz at output %d", hz, k)
            .isCloseTo(Math.sin(2 * Math.PI * hz * t), within(3e-4));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"48000,16000", "44100,16000", "22050,16000", "11025,8000"})
  void whatTheLowerRateCannotCarryIsRejected(int from, int to) {
    Resample config = config(from, to);
    assertThat(config.stopbandDb()).isGreaterThan(80);
    for (double hz = to / 2.0 * 1.001; hz < from / 2.0; hz += to / 40.0) {
      float[] out = whole(config.plan(), Signals.sine(from / 5, hz, from));
      double sum = 0;
      int start = (int) (2 * config.delaySeconds() * to) + 1;
      for (int k = start; k < out.length; k++) {
        sum += out[k] * (double) out[k];
      }
      double db = 10 * Math.log10(2 * sum / (out.length - start));
      assertThat(db).as("%s Hz", hz).isLessThan(-75);
    }
  }

  @Test
  void imagesOfALowerRateAreRejectedToo() {
    float[] out = whole(config(8000, 16000).plan(), Signals.sine(4000, 1000, 8000));
    Fft fft = new Fft(4096);
    float[] tapered = new float[4096];
    for (int n = 0; n < 4096; n++) {
      double u = 2 * Math.PI * n / 4096;
      tapered[n] = (float) (out[2000 + n] * (0.42 - 0.5 * Math.cos(u) + 0.08 * Math.cos(2 * u)));
    }
    float[] power = new float[fft.bins()];
    fft.power(tapered, 0, power, 0, new float[fft.scratchSize()], 0);
    // the sine at 1 kHz is bin 256; its image would be at 7 kHz, bin 1792
    assertThat(10 * Math.log10(power[1792] / power[256])).isLessThan(-75);
  }

  @Test
  void zeroCrossingsAndBetaTradeDelayEdgeAndDepth() {
    Resample base = config(48000, 16000);
    Resample shorter = new Resample(48000, 16000, 32, 8);
    Resample deeper = new Resample(48000, 16000, 64, 12);
    assertThat(base.delaySeconds()).isEqualTo(0.004);
    assertThat(shorter.delaySeconds()).isEqualTo(0.002);
    assertThat(shorter.passbandHz()).isLessThan(base.passbandHz());
    assertThat(deeper.passbandHz()).isLessThan(base.passbandHz());
    assertThat(deeper.stopbandDb()).isGreaterThan(base.stopbandDb());
    float[] in = Signals.noise(1000, 1);
    assertThat(whole(shorter.plan(), in)).isNotEqualTo(whole(base.plan(), in));
    assertThat(whole(deeper.plan(), in)).isNotEqualTo(whole(base.plan(), in));
  }

  @Test
  void anOutputIsAWeightedSumOverTwiceTheDelay() {
    assertThat(config(48000, 16000).plan().flops()).isEqualTo(2 * (2 * 64 * 3 + 1));
    assertThat(config(8000, 16000).plan().flops()).isEqualTo(2 * (2 * 64 + 1));
  }

  @Test
  void equalRatesPassTheSamplesWithoutDelay() {
    float[] in = Signals.noise(1000, 1);
    assertThat(whole(config(16000, 16000).plan(), in)).isEqualTo(in);
    assertThat(config(16000, 16000).delaySeconds()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|16000|64|8|from_hz must be from 1 to 1000000, is 0",
        "16000|2000000|64|8|to_hz must be from 1 to 1000000, is 2000000",
        "48000|16000|3|8|zero_crossings must be from 4 to 1024, is 3",
        "48000|16000|64|4|beta must be from 5 to 16, is 4.0",
        "48000|16000|4|16|raise zero_crossings or lower beta",
        "999983|16000|64|8|choose rates with a larger common divisor",
        "1000000|1|1024|8|choose rates with a larger common divisor",
      })
  void impossibleValuesAreRefusedWithTheRule(
      int from, int to, int crossings, double beta, String message) {
    String json =
        "{\"from_hz\":%d,\"to_hz\":%d,\"zero_crossings\":%d,\"beta\":%s}"
            .formatted(from, to, crossings, beta);
    assertThatThrownBy(() -> Records.read(Resample.class, Json.parse("t", json)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
