package dev.syncline.torch.train;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The noise of one clip.
 *
 * @param snrDb mean power of the clip's sound above that of the noise, -200 to 200 dB
 * @param seed at most 53 bits; each modality, having a microphone of its own, has noise of its own
 */
public record DrawnNoise(Augmentation.Colour colour, double snrDb, long seed) {
  public DrawnNoise {
    if (!(Math.abs(snrDb) <= 200)) {
      throw new IllegalArgumentException("snr_db must be from -200 to 200, is " + snrDb);
    }
  }

  /**
   * The sound with the noise, clipped to [-1, 1] as in any recording.
   *
   * @param sound mono samples; they stay as they are
   * @param rateHz samples a second
   */
  public float[] in(float[] sound, int rateHz) {
    double[] noisy = new double[sound.length];
    Arrays.setAll(noisy, i -> sound[i]);
    addTo(noisy, rateHz, 0);
    float[] result = new float[sound.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) Math.clamp(noisy[i], -1, 1);
    }
    return result;
  }

  /** Adds it to the sound of the modality with this number; digital silence stays silent. */
  void addTo(double[] sound, int rateHz, int modality) {
    SplittableRandom random =
        new SplittableRandom(new SplittableRandom(seed).nextLong() + modality);
    double[] noise =
        switch (colour) {
          case WHITE -> white(sound.length, random);
          case PINK -> pink(sound.length, rateHz, random);
        };
    double power = power(noise);
    if (power == 0) {
      return;
    }
    double scale = Math.sqrt(power(sound) / power * StrictMath.pow(10, -snrDb / 10));
    for (int i = 0; i < sound.length; i++) {
      sound[i] += scale * noise[i];
    }
  }

  private static double power(double[] sound) {
    double sum = 0;
    for (double s : sound) {
      sum += s * s;
    }
    return sum;
  }

  private static double[] white(int n, SplittableRandom random) {
    double[] noise = new double[n];
    Arrays.setAll(noise, i -> level(random));
    return noise;
  }

  /**
   * The sum of sources of which each changes half as often as the one before (Voss and Clarke 1978,
   * "1/f noise in music", with one change a sample as by McCartney 1999), down to about 20 changes
   * a second.
   */
  private static double[] pink(int n, int rateHz, SplittableRandom random) {
    double[] held = new double[Math.max(1, 32 - Integer.numberOfLeadingZeros(rateHz / 20))];
    double sum = 0;
    for (int k = 0; k < held.length; k++) {
      held[k] = level(random);
      sum += held[k];
    }
    double[] noise = new double[n];
    for (int i = 0; i < n; i++) {
      int k = Math.min(Integer.numberOfTrailingZeros(i + 1), held.length - 1);
      double next = level(random);
      sum += next - held[k];
      held[k] = next;
      noise[i] = sum + level(random);
    }
    return noise;
  }

  /**
   * Nearly normal: the sum of four whole numbers of 16 bits, less its mean; so the bits are the
   * same on every machine.
   */
  private static double level(SplittableRandom random) {
    long r = random.nextLong();
    long sum = (r & 0xFFFF) + ((r >>> 16) & 0xFFFF) + ((r >>> 32) & 0xFFFF) + (r >>> 48);
    return sum - 2 * 65535.0;
  }
}
