package dev.syncline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FftTest {
  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512, 1024, 2048, 4096, 8192})
  void agreesWithTheDefinitionAtAnyOffset(int size) {
    Fft fft = new Fft(size);
    int off = 5;
    float[] x = Signals.noise(size + 2 * off, size);
    float[] re = new float[fft.bins() + off];
    float[] im = new float[fft.bins() + off];
    float[] power = new float[fft.bins() + off];
    float[] scratch = Signals.noise(fft.scratchSize() + off, 1);
    fft.forward(x, off, re, off, im, off, scratch, off);
    fft.power(x, off, power, off, scratch, off);
    double[] cos = new double[size];
    double[] sin = new double[size];
    for (int i = 0; i < size; i++) {
      cos[i] = Math.cos(2 * Math.PI * i / size);
      sin[i] = Math.sin(2 * Math.PI * i / size);
    }
    // noise of variance 1/3: the root mean square of a bin
    double scale = Math.sqrt(size / 3.0);
    double worst = 0;
    double worstPower = 0;
    for (int k = 0; k < fft.bins(); k += k < 66 || k > size / 2 - 66 ? 1 : 7) {
      double r = 0;
      double i = 0;
      for (int n = 0; n < size; n++) {
        r += x[off + n] * cos[(int) ((long) k * n % size)];
        i -= x[off + n] * sin[(int) ((long) k * n % size)];
      }
      worst = Math.max(worst, Math.max(Math.abs(re[off + k] - r), Math.abs(im[off + k] - i)));
      worstPower = Math.max(worstPower, Math.abs(power[off + k] - r * r - i * i));
    }
    assertThat(worst / scale).isLessThan(1e-5);
    assertThat(worstPower / (scale * scale)).isLessThan(2e-5);
  }

  @Test
  void anImpulseIsFlatAndASineIsOneLine() {
    Fft fft = new Fft(64);
    float[] power = new float[33];
    float[] impulse = new float[64];
    impulse[0] = 1;
    fft.power(impulse, 0, power, 0, new float[fft.scratchSize()], 0);
    assertThat(power).containsOnly(1f);
    fft.power(Signals.sine(64, 5, 64), 0, power, 0, new float[fft.scratchSize()], 0);
    for (int k = 0; k < 33; k++) {
      assertThat((double) power[k]).isBetween(k == 5 ? 1023.9 : 0, k == 5 ? 1024.1 : 1e-6);
    }
  }

  @Test
  void operationsAreCounted() {
    // 32 complex points: passes of 4, 4 and 2; 16 pairs to separate; 31 bins and the two ends
    assertThat(new Fft(64).flops()).isEqualTo(2 * 8 * 34 + 64 + 16 * 18 + 2 + 31 * 3 + 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 32, 100, 16384})
  void otherSizesAreRefused(int size) {
    assertThatThrownBy(() -> new Fft(size)).hasMessageContaining("power of two from 64 to 8192");
  }
}
