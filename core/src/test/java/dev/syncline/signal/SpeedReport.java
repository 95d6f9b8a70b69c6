package dev.syncline.signal;

import java.util.Locale;

/** Prints what one row, block or image of each front end costs; run by hand, asserts nothing. */
final class SpeedReport {
  private SpeedReport() {}

  /** A sink, so that no work can be left out. */
  static volatile float sink;

  public static void main(String[] args) {
    float[] samples = Signals.noise(16000, 1);
    Fft fft = new Fft(512);
    float[] spectrum = new float[fft.bins()];
    float[] fftScratch = new float[fft.scratchSize()];
    time("FFT of 512 samples", () -> fft.power(samples, 0, spectrum, 0, fftScratch, 0), spectrum);
    for (boolean vectors : new boolean[] {false, true, false, true}) {
      AudioRowsPlan mel = new AudioRows(LogMel.yamnet(), new Normalization.None()).plan(vectors);
      float[] row = new float[64];
      float[] state = new float[mel.stateSize()];
      float[] scratch = new float[mel.scratchSize()];
      time(
          "log-mel row (512, 64 bands), " + (vectors ? "vector" : "plain"),
          () -> mel.row(samples, 320, true, row, 0, state, 0, scratch, 0),
          row);
    }
    normalization("running mean and variance", new Normalization.RunningMeanVariance(300, 1e-5));
    normalization("PCEN", new Normalization.Pcen(0.98, 2, 0.5, 0.025, 1e-6));
    ResamplePlan resample = new Resample(48000, 16000, 64, 8).plan();
    float[] out = new float[1600];
    float[] rs = new float[resample.stateSize()];
    float[] rx = new float[resample.scratchSize()];
    time("48 to 16 kHz, 100 ms", () -> resample.push(samples, 0, 4800, out, 0, rs, 0, rx, 0), out);
    image(128, 128, ImageScale.Antialias.NONE);
    image(1920, 1080, ImageScale.Antialias.NONE);
    image(1920, 1080, ImageScale.Antialias.AREA);
  }

  private static void normalization(String name, Normalization config) {
    NormalizationPlan plan = config.plan(64);
    float[] source = Signals.noise(64, 1);
    float[] row = new float[64];
    float[] state = new float[plan.stateSize()];
    time(
        name + " of 64",
        () -> {
          System.arraycopy(source, 0, row, 0, 64);
          plan.row(row, 0, true, state, 0);
        },
        row);
  }

  private static void image(int width, int height, ImageScale.Antialias antialias) {
    ImageScale base = ImageScale.signedUnit(224, 224);
    ImageScalePlan plan =
        new ImageScale(224, 224, 3, base.mean(), base.deviation(), antialias).plan();
    byte[] rgb = Signals.image(width, height, 1);
    float[] out = new float[plan.outputSize()];
    float[] scratch = new float[plan.scratchSize()];
    time(
        width + " x " + height + " to 224 x 224, antialias " + antialias,
        () -> plan.scale(rgb, 0, width, height, out, 0, scratch, 0),
        out);
  }

  private static void time(String name, Runnable call, float[] result) {
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      int calls = 0;
      long start = System.nanoTime();
      long elapsed = 0;
      for (; elapsed < 150_000_000; calls++) {
        call.run();
        sink = result[calls % result.length];
        elapsed = System.nanoTime() - start;
      }
      best = Math.min(best, elapsed / calls);
    }
    System.out.printf(Locale.ROOT, "%-50s %10.2f us%n", name, best / 1e3);
  }
}
