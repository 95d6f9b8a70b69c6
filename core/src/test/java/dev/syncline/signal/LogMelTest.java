package dev.syncline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.SharedData;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogMelTest {
  private static LogMel read(String json) {
    return Records.read(LogMel.class, Json.parse("t", json));
  }

  private static float[] row(LogMel config, float[] samples) {
    LogMelPlan plan = config.plan();
    float[] out = new float[config.bands()];
    plan.row(samples, 0, out, 0, new float[plan.scratchSize()], 0);
    return out;
  }

  @Test
  void theDefaultsAreYamnetAndSurviveTheRoundTrip() {
    assertThat(read("{}")).isEqualTo(LogMel.yamnet());
    assertThat(read(Records.write(LogMel.yamnet()).compact())).isEqualTo(LogMel.yamnet());
  }

  @Test
  void theFiltersAreThoseOfYamnet() {
    float[] golden = SharedData.floats(SharedData.require("encoders/golden/yamnet_mel_64x257.f32"));
    LogMelPlan plan = LogMel.yamnet().plan();
    for (int band = 0; band < 64; band++) {
      for (int bin = 0; bin < 257; bin++) {
        assertThat((double) Math.abs(plan.weight(band, bin) - golden[band * 257 + bin]))
            .as("band %d, bin %d", band, bin)
            .isLessThan(1e-6);
      }
    }
  }

  @Test
  void theRowsAreThoseOfYamnet() {
    Path dir = SharedData.require("encoders/golden");
    float[] waveforms = SharedData.floats(dir.resolve("yamnet_waveform.f32"));
    float[] golden = SharedData.floats(dir.resolve("yamnet_logmel.f32"));
    AudioRowsPlan plan = new AudioRows(LogMel.yamnet(), new Normalization.None()).plan();
    double worst = 0;
    for (int clip = 0; clip < 4; clip++) {
      // YAMNet's first window begins with the recording; ours ends 80 samples after a row's end
      float[] samples = new float[80 + 15600];
      System.arraycopy(waveforms, clip * 15600, samples, 80, 15600);
      float[] state = new float[plan.stateSize()];
      float[] scratch = new float[plan.scratchSize()];
      float[] out = new float[64];
      for (int r = 1; r <= 98; r++) {
        assertThat(plan.row(samples, (r - 1) * 160, true, out, 0, state, 0, scratch, 0)).isTrue();
        for (int band = 0; r >= 3 && band < 64; band++) {
          float expected = golden[(clip * 96 + r - 3) * 64 + band];
          worst = Math.max(worst, Math.abs(out[band] - expected));
        }
      }
    }
    assertThat(worst).isLessThan(1e-3);
  }

  @Test
  void aBandIsTheDefinitionWrittenOut() {
    LogMel config =
        read(
            """
            {"rate_hz":8000,"window":50,"hop":20,"fft":64,"bands":3,"low_hz":100,"high_hz":4000,
             "mel":"slaney","triangles":"hz","area_normalized":true,"window_shape":"hamming_symmetric",
             "spectrum":"power","log":"log10_max","log_offset":1e-10}""");
    float[] x = Signals.noise(50, 3);
    double[] edges = new double[5];
    double top = 15 + 27 * Math.log(4) / Math.log(6.4);
    for (int i = 0; i < 5; i++) {
      double mel = 1.5 + (top - 1.5) * i / 4;
      edges[i] = mel < 15 ? mel * 200 / 3 : 1000 * Math.pow(6.4, (mel - 15) / 27);
    }
    double[] bands = new double[3];
    for (int k = 0; k <= 32; k++) {
      double re = 0;
      double im = 0;
      for (int n = 0; n < 50; n++) {
        double w = x[n] * (0.54 - 0.46 * Math.cos(2 * Math.PI * n / 49));
        re += w * Math.cos(2 * Math.PI * k * n / 64);
        im += w * Math.sin(2 * Math.PI * k * n / 64);
      }
      double hz = k * 125.0;
      for (int b = 0; b < 3; b++) {
        double up = (hz - edges[b]) / (edges[b + 1] - edges[b]);
        double down = (edges[b + 2] - hz) / (edges[b + 2] - edges[b + 1]);
        bands[b] +=
            Math.max(0, Math.min(up, down)) * 2 / (edges[b + 2] - edges[b]) * (re * re + im * im);
      }
    }
    float[] out = row(config, x);
    for (int b = 0; b < 3; b++) {
      assertThat((double) Math.abs(out[b] - (float) Math.log10(bands[b]))).isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"rate_hz\":22050",
        "\"window\":300",
        "\"fft\":1024",
        "\"bands\":40",
        "\"low_hz\":0",
        "\"high_hz\":8000",
        "\"mel\":\"slaney\"",
        "\"triangles\":\"hz\"",
        "\"area_normalized\":true",
        "\"window_shape\":\"hann_symmetric\"",
        "\"window_shape\":\"hamming\"",
        "\"window_shape\":\"hamming_symmetric\"",
        "\"spectrum\":\"power\"",
        "\"log\":\"none\"",
        "\"log\":\"ln_max\"",
        "\"log\":\"log10_add\"",
        "\"log\":\"log10_max\"",
        "\"log_offset\":0.1"
      })
  void eachOptionChangesTheRow(String option) {
    float[] samples = Signals.noise(400, 1);
    LogMel config = read("{" + option + "}");
    assertThat(config).isNotEqualTo(LogMel.yamnet());
    assertThat(row(config, samples)).isNotEqualTo(row(LogMel.yamnet(), samples));
  }

  @Test
  void theHopDecidesHowManyRowsASecondHas() {
    assertThat(new AudioRows(read("{\"hop\":100}"), new Normalization.None()).plan().hop())
        .isEqualTo(100);
    assertThat(read("{\"hop\":100}").plan().historySamples()).isEqualTo(300);
    assertThat(LogMel.yamnet().plan().historySamples()).isEqualTo(240);
  }

  @Test
  void silenceIsTheLogarithmOfTheOffset() {
    float[] silence = new float[400];
    assertThat(row(LogMel.yamnet(), silence)).containsOnly((float) Math.log(0.001f + 0.0));
    assertThat(row(read("{\"log\":\"log10_max\"}"), silence)).containsOnly(-3f);
    assertThat(row(read("{\"log\":\"none\"}"), silence)).containsOnly(0f);
  }

  @Test
  void noBandEverHearsTheMean() {
    LogMelPlan plan = read("{\"low_hz\":0}").plan();
    for (int band = 0; band < 64; band++) {
      assertThat(plan.weight(band, 0)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'rate_hz':50}|rate_hz must be from 100 to 1000000, is 50",
        "{'fft':500}|fft must be a power of two from 64 to 8192, is 500",
        "{'window':600}|window must be from 2 to fft (512), is 600",
        "{'hop':401}|hop must be from 1 to window (400), is 401",
        "{'hop':0}|hop must be from 1 to window (400), is 0",
        "{'bands':0}|bands must be from 1 to fft / 2 (256), is 0",
        "{'low_hz':7500}|low_hz must be at least 0 and below high_hz (7500.0), is 7500",
        "{'low_hz':-1}|low_hz must be at least 0 and below high_hz (7500.0), is -1",
        "{'high_hz':8000.5}|high_hz must be at most half of rate_hz (8000.0), is 8000.5",
        "{'log_offset':0}|log_offset must be positive (at least 1.2e-38) and at most 1e6, is 0"
      })
  void impossibleValuesAreRefusedWithTheRule(String json, String message) {
    assertThatThrownBy(() -> read(json.replace('\'', '"')))
        .isInstanceOf(InputException.class)
        .hasMessage("t: " + message);
  }
}
