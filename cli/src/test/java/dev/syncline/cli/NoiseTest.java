package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.ModalityInfo;
import dev.syncline.torch.train.Augmentation.Colour;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NoiseTest {
  private static final int RATE = 8000;
  private static final Dataset DATA =
      new Dataset(
          Path.of("."),
          "tones",
          List.of("a"),
          Map.of("audio", new ModalityInfo.Audio("clips/<id>/audio.wav", RATE, 1)),
          Dataset.EVENTS,
          Map.of());

  private static float[] tone() {
    float[] tone = new float[RATE];
    for (int i = 0; i < RATE; i++) {
      tone[i] = 0.05f * (float) StrictMath.sin(2 * Math.PI * 440 * i / RATE);
    }
    return tone;
  }

  private static float[] added(Noise noise, String clip) {
    float[] samples = tone();
    float[] noisy =
        noise.on(DATA, new Clip(clip, Path.of("."), 1, Map.of())).apply("audio", samples);
    assertThat(samples).isEqualTo(tone());
    for (int i = 0; i < RATE; i++) {
      noisy[i] -= samples[i];
    }
    return noisy;
  }

  private static double power(float[] sound) {
    double sum = 0;
    for (float s : sound) {
      sum += (double) s * s;
    }
    return sum / sound.length;
  }

  @Test
  void theNoiseIsAsFarBelowTheClipsOwnPowerAsIsAskedFor() {
    for (Colour colour : Colour.values()) {
      for (double snr : new double[] {-10, 0, 20}) {
        float[] noise = added(new Noise(Map.of("audio", snr), colour, 0), "x");
        assertThat(10 * Math.log10(power(tone()) / power(noise))).isCloseTo(snr, within(0.01));
      }
    }
  }

  @Test
  void itDependsOnTheClipTheSeedAndTheColourAlone() {
    Noise noise = new Noise(Map.of("audio", 0.0), Colour.WHITE, 0);
    assertThat(added(noise, "x")).isEqualTo(added(noise, "x"));
    assertThat(added(noise, "y")).isNotEqualTo(added(noise, "x"));
    assertThat(added(new Noise(Map.of("audio", 0.0), Colour.WHITE, 1), "x"))
        .isNotEqualTo(added(noise, "x"));
    assertThat(added(new Noise(Map.of("audio", 0.0), Colour.PINK, 0), "x"))
        .isNotEqualTo(added(noise, "x"));
  }

  @Test
  void otherModalitiesStayAsTheyAre() {
    assertThat(power(added(new Noise(Map.of("other", 0.0), Colour.WHITE, 0), "x"))).isZero();
    assertThat(power(added(Noise.NONE, "x"))).isZero();
  }

  @Test
  void whatIsNoSignalToNoiseRatioIsRefused() {
    for (double snr : new double[] {-41, 101, Double.NaN}) {
      assertThatThrownBy(() -> new Noise(Map.of("audio", snr), Colour.WHITE, 0))
          .hasMessageContaining("audio must be from -40 to 100 dB");
    }
  }
}
