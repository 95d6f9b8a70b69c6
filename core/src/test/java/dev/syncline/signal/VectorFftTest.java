package dev.syncline.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vector FFT against the plain one: the same bits in every log-mel row. */
class VectorFftTest {
  private static LogMel config(int window, int fft, int bands, LogMel.Spectrum s, LogMel.Log log) {
    LogMel y = LogMel.of(16000, window, 1, fft, bands, 0, 8000);
    return new LogMel(
        y.rateHz(),
        window,
        1,
        fft,
        bands,
        y.lowHz(),
        y.highHz(),
        y.mel(),
        y.triangles(),
        false,
        y.windowShape(),
        s,
        log,
        y.logOffset());
  }

  private static void same(LogMel config, float[] samples) {
    float[][] rows = new float[2][config.bands() + 7];
    for (int set = 0; set < 2; set++) {
      LogMelPlan plan = config.plan(set == 1);
      float[] scratch = Signals.noise(plan.scratchSize() + 3, 5);
      Arrays.fill(rows[set], 42);
      plan.row(samples, 3, rows[set], 4, scratch, 3);
    }
    assertThat(bits(rows[1])).as("%s", config).isEqualTo(bits(rows[0]));
    assertThat(Arrays.copyOf(rows[1], 4)).containsOnly(42f);
    assertThat(Arrays.copyOfRange(rows[1], 4 + config.bands(), rows[1].length)).containsOnly(42f);
  }

  private static int[] bits(float[] a) {
    int[] bits = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      bits[i] = Float.floatToIntBits(a[i]);
    }
    return bits;
  }

  @ParameterizedTest
  @CsvSource({
    "64,64,8",
    "100,128,20",
    "255,256,31",
    "256,256,128",
    "400,512,64",
    "401,512,65",
    "2,512,1",
    "1024,1024,80",
    "2048,2048,128",
    "3000,4096,64",
    "8192,8192,129"
  })
  void aRowHasTheSameBits(int window, int fft, int bands) {
    for (LogMel.Spectrum spectrum : LogMel.Spectrum.values()) {
      for (LogMel.Log log : LogMel.Log.values()) {
        same(config(window, fft, bands, spectrum, log), Signals.noise(window + 6, fft));
      }
    }
  }

  @Test
  void soDoSilenceAndSamplesAsLargeAndAsSmallAsCanBe() {
    for (float loudness : new float[] {0, Float.MIN_VALUE, 1e-30f, 1e18f, 1e19f, Float.MAX_VALUE}) {
      float[] samples = Signals.noise(406, 1);
      for (int i = 0; i < samples.length; i++) {
        samples[i] *= loudness;
      }
      for (LogMel.Log log : LogMel.Log.values()) {
        same(config(400, 512, 64, LogMel.Spectrum.MAGNITUDE, log), samples);
        same(config(400, 512, 64, LogMel.Spectrum.POWER, log), samples);
      }
    }
  }
}
