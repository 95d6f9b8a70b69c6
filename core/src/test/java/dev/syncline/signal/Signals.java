package dev.syncline.signal;

import java.util.SplittableRandom;

/** Inputs for the tests of this package. */
final class Signals {
  private Signals() {}

  /** Noise in [-1, 1). */
  static float[] noise(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
    return x;
  }

  static float[] sine(int count, double hz, double rateHz) {
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) Math.sin(2 * Math.PI * hz * i / rateHz);
    }
    return x;
  }

  static byte[] image(int width, int height, long seed) {
    byte[] rgb = new byte[3 * width * height];
    new SplittableRandom(seed).nextBytes(rgb);
    return rgb;
  }
}
