package dev.syncline.data.synth;

import dev.syncline.data.synth.Scene.Thing;
import dev.syncline.data.synth.Scene.Voice;

/** The sound of a scene. */
final class SoundRenderer {
  static final int RATE = 16000;
  private static final int FADE = RATE / 50;

  private SoundRenderer() {}

  /** Mono samples of the whole clip. */
  static float[] render(Scene scene) {
    double[] mix = noise(scene);
    for (Thing thing : scene.things()) {
      thing.voice().ifPresent(voice -> add(mix, voice));
    }
    float[] out = new float[mix.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) limit(mix[i]);
    }
    return out;
  }

  private static double[] noise(Scene scene) {
    double[] noise = new double[(int) Math.rint(scene.durationS() * RATE)];
    Dice dice = new Dice(scene.seed());
    double low = 0;
    for (int i = 0; i < noise.length; i++) {
      low = scene.noiseTone() * low + dice.from(-1, 1);
      noise[i] = low;
    }
    scale(noise, scene.noiseDb());
    return noise;
  }

  private static void add(double[] mix, Voice voice) {
    int start = (int) Math.rint(voice.startS() * RATE);
    int n = Math.min((int) Math.rint(voice.endS() * RATE), mix.length) - start;
    double[] samples =
        voice.timbre().samples(voice.pitchHz(), voice.beatHz(), voice.seed(), n, RATE);
    for (int i = 0; i < n; i++) {
      samples[i] *= Math.min(1, Math.min(i, n - 1 - i) / (double) FADE);
    }
    scale(samples, voice.levelDb());
    for (int i = 0; i < n; i++) {
      mix[start + i] += samples[i];
    }
  }

  /** Brings samples to an RMS level. */
  private static void scale(double[] samples, double levelDb) {
    double sum = 0;
    for (double s : samples) {
      sum += s * s;
    }
    double factor = sum == 0 ? 0 : Math.sqrt(Perception.power(levelDb) * samples.length / sum);
    for (int i = 0; i < samples.length; i++) {
      samples[i] *= factor;
    }
  }

  /** As it is up to 0.7 of full scale, bent above it so that nothing is clipped. */
  private static double limit(double x) {
    double over = Math.abs(x) - 0.7;
    return over <= 0 ? x : Math.copySign(0.7 + 0.3 * over / (over + 0.3), x);
  }
}
