package dev.syncline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class AudioRowsTest {
  private static final int ROWS = 30;
  private static final AudioRows CONFIG =
      read("{\"normalization\":{\"type\":\"running_mean_variance\",\"time_constant_rows\":20}}");

  private static AudioRows read(String json) {
    return Records.read(AudioRows.class, Json.parse("t", json));
  }

  /** A stream at work on one of several places in shared arrays. */
  private static final class Stream {
    private final AudioRowsPlan plan;
    private final float[] state;
    private final float[] scratch;

    Stream(AudioRowsPlan plan, float[] state, float[] scratch) {
      this.plan = plan;
      this.state = state;
      this.scratch = scratch;
    }

    static Stream fresh(AudioRowsPlan plan) {
      return new Stream(
          plan, new float[plan.stateSize() + 7], Signals.noise(plan.scratchSize() + 3, 9));
    }

    float[] row(float[] samples, int r, boolean valid) {
      float[] out = new float[plan.channels() + 2];
      boolean result = plan.row(samples, (r - 1) * plan.hop(), valid, out, 2, state, 7, scratch, 3);
      return result ? Arrays.copyOfRange(out, 2, out.length) : null;
    }
  }

  @Property(tries = 30)
  void rowREndsAtSampleRTimesHopAndHasZerosBeforeTheStart(@ForAll long seed) {
    float[] samples = Signals.noise(ROWS * 160, seed);
    float[] padded = new float[240 + samples.length];
    System.arraycopy(samples, 0, padded, 240, samples.length);
    LogMelPlan mel = LogMel.yamnet().plan();
    float[] expected = new float[64];
    Stream stream = Stream.fresh(new AudioRows(LogMel.yamnet(), new Normalization.None()).plan());
    for (int r = 1; r <= ROWS; r++) {
      mel.row(padded, 240 + r * 160 - 400, expected, 0, new float[mel.scratchSize()], 0);
      assertThat(stream.row(samples, r, true)).isEqualTo(expected);
    }
  }

  @Property(tries = 30)
  void noRowDependsOnLaterSamplesHoweverTheyAreSpoilt(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int cut = random.nextInt(1, ROWS);
    float[] samples = Signals.noise(ROWS * 160, seed);
    float[] spoilt = samples.clone();
    Arrays.fill(spoilt, cut * 160, spoilt.length, Float.NaN);
    AudioRowsPlan plan = CONFIG.plan();
    Stream a = Stream.fresh(plan);
    Stream b = Stream.fresh(plan);
    for (int r = 1; r <= cut; r++) {
      assertThat(b.row(spoilt, r, true)).isEqualTo(a.row(samples, r, true)).isNotNull();
    }
    assertThat(b.row(spoilt, cut + 1, true)).isNull();
    assertThat(a.row(spoilt, cut + 1, false)).isNull();
  }

  @Property(tries = 30)
  void aStreamGoesOnFromACopyOfItsStateBitForBitBesideOthers(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] samples = Signals.noise(ROWS * 160, seed);
    float[] other = Signals.noise(ROWS * 160, ~seed);
    AudioRowsPlan plan = CONFIG.plan();
    Stream alone = Stream.fresh(plan);
    Stream neighbour = Stream.fresh(plan);
    Stream moved = Stream.fresh(plan);
    for (int r = 1; r <= ROWS; r++) {
      boolean valid = random.nextInt(4) > 0;
      assertThat(moved.row(samples, r, valid)).isEqualTo(alone.row(samples, r, valid));
      neighbour.row(other, r, true);
      if (random.nextInt(5) == 0) {
        moved = new Stream(plan, moved.state.clone(), neighbour.scratch);
      }
    }
  }

  @Property(tries = 20)
  void lostSamplesAreNotReadAndStandAsSilence(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] garbage = Signals.noise(ROWS * 160, seed);
    float[] silent = garbage.clone();
    boolean[] valid = new boolean[ROWS + 1];
    for (int r = 1; r <= ROWS; r++) {
      valid[r] = random.nextInt(3) > 0;
      if (!valid[r]) {
        Arrays.fill(garbage, (r - 1) * 160, r * 160, Float.NaN);
        Arrays.fill(silent, (r - 1) * 160, r * 160, 0f);
      }
    }
    AudioRowsPlan plan = new AudioRows(LogMel.yamnet(), new Normalization.None()).plan();
    Stream a = Stream.fresh(plan);
    Stream b = Stream.fresh(plan);
    for (int r = 1; r <= ROWS; r++) {
      float[] heard = b.row(silent, r, true);
      assertThat(a.row(garbage, r, valid[r])).isEqualTo(valid[r] ? heard : null);
    }
  }

  @Example
  void aBrokenSampleSpoilsOnlyTheRowsThatCoverIt() {
    float[] samples = Signals.noise(10 * 160, 1);
    samples[3 * 160 + 5] = Float.NaN;
    Stream stream = Stream.fresh(CONFIG.plan());
    for (int r = 1; r <= 10; r++) {
      // sample 485 lies in the windows of rows 4 (240 to 640), 5 (400 to 800), but not 6 (560 ...)
      assertThat(stream.row(samples, r, true) == null).as("row %d", r).isEqualTo(r == 4 || r == 5);
    }
  }

  @Example
  void operationsOfARowAreCounted() {
    LogMelPlan mel = LogMel.yamnet().plan();
    long weights = 0;
    for (int band = 0; band < 64; band++) {
      for (int bin = 0; bin < 257; bin++) {
        weights += mel.weight(band, bin) > 0 ? 1 : 0;
      }
    }
    long row = 400 + new Fft(512).flops() + 257 + 2 * weights + 2 * 64;
    assertThat(mel.flops()).isEqualTo(row);
    assertThat(CONFIG.plan().flops()).isEqualTo(row + 3 + 12 * 64);
  }

  @Example
  void normalizationIsApplied() {
    float[] samples = Signals.noise(160, 1);
    assertThat(Stream.fresh(CONFIG.plan()).row(samples, 1, true)).containsOnly(0f);
    assertThat(Stream.fresh(read("{}").plan()).row(samples, 1, true)).doesNotContain(0f);
  }

  @Example
  void pcenOfLogarithmsAndConstantsOfAnotherWidthAreRefused() {
    assertThatThrownBy(() -> read("{\"normalization\":{\"type\":\"pcen\"}}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("set log_mel.log to \"none\"");
    assertThat(read("{\"log_mel\":{\"log\":\"none\"},\"normalization\":{\"type\":\"pcen\"}}"))
        .isNotNull();
    assertThatThrownBy(
            () -> read("{\"normalization\":{\"type\":\"fixed\",\"mean\":[1,2],\"deviation\":[1]}}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("mean holds 2 numbers, must hold 1 or one for each of the 64");
  }
}
