package dev.syncline.signal;

import java.util.Arrays;

/** The tables of a {@link LogMel}; one for all streams. */
public final class LogMelPlan {
  private static final double LOG10_E = 1 / StrictMath.log(10);

  private final LogMel config;
  private final Fft fft;
  private final PowerSpectrum spectrum;
  private final float[] taper;

  /** For each band: its first bin, and where its weights begin (one more entry for the end). */
  private final int[] firstBin;

  private final int[] weightStart;
  private final float[] weights;

  LogMelPlan(LogMel config, boolean vectors) {
    this.config = config;
    fft = new Fft(config.fft());
    spectrum = vectors && config.fft() >= VectorFft.MIN_SIZE ? new VectorFft(fft) : fft;
    taper = new float[config.window()];
    for (int n = 0; n < taper.length; n++) {
      taper[n] = (float) config.windowShape().at(n, taper.length);
    }
    firstBin = new int[config.bands()];
    weightStart = new int[config.bands() + 1];
    // at most two triangles lie over any bin
    float[] all = new float[2 * fft.bins()];
    int end = 0;
    for (int band = 0; band < config.bands(); band++) {
      weightStart[band] = end;
      for (int bin = 1; bin < fft.bins(); bin++) {
        float w = (float) filter(band, bin);
        if (w > 0) {
          if (end == weightStart[band]) {
            firstBin[band] = bin;
          }
          all[end++] = w;
        }
      }
    }
    weightStart[config.bands()] = end;
    weights = Arrays.copyOf(all, end);
  }

  private double filter(int band, int bin) {
    double hz = bin * (double) config.rateHz() / config.fft();
    double left = edge(band);
    double middle = edge(band + 1);
    double right = edge(band + 2);
    double area =
        config.areaNormalized() ? 2 / (config.mel().toHz(right) - config.mel().toHz(left)) : 1;
    double x = hz;
    if (config.triangles() == LogMel.Triangles.MEL) {
      x = config.mel().of(hz);
    } else {
      left = config.mel().toHz(left);
      middle = config.mel().toHz(middle);
      right = config.mel().toHz(right);
    }
    return area
        * Math.max(0, Math.min((x - left) / (middle - left), (right - x) / (right - middle)));
  }

  /** The i-th of the bands + 2 equally spaced points, in mel. */
  private double edge(int i) {
    double low = config.mel().of(config.lowHz());
    double high = config.mel().of(config.highHz());
    return low + (high - low) * i / (config.bands() + 1);
  }

  public LogMel config() {
    return config;
  }

  /** The weight of a frequency bin in a band. */
  public float weight(int band, int bin) {
    int i = bin - firstBin[band];
    boolean inside = i >= 0 && i < weightStart[band + 1] - weightStart[band];
    return inside ? weights[weightStart[band] + i] : 0;
  }

  /** The samples before a block of new ones that must be kept for its first row: window - hop. */
  public int historySamples() {
    return config.window() - config.hop();
  }

  /** Nothing is remembered here; {@link AudioRowsPlan} keeps the history. */
  public int stateSize() {
    return 0;
  }

  public int scratchSize() {
    return config.fft() + fft.bins() + spectrum.scratchSize();
  }

  /** Operations of a row: each addition, multiplication, root and logarithm counts one. */
  public long flops() {
    int roots = config.spectrum() == LogMel.Spectrum.MAGNITUDE ? fft.bins() : 0;
    int logs = config.log() == LogMel.Log.NONE ? 0 : 2 * config.bands();
    return taper.length + fft.flops() + roots + 2L * weights.length + logs;
  }

  /**
   * One row.
   *
   * @param samples holds the window's samples in [windowStart, windowStart + window)
   * @param out receives {@code bands} values from outOff on
   */
  public void row(
      float[] samples, int windowStart, float[] out, int outOff, float[] scratch, int scratchOff) {
    int window = taper.length;
    for (int n = 0; n < window; n++) {
      scratch[scratchOff + n] = samples[windowStart + n] * taper[n];
    }
    Arrays.fill(scratch, scratchOff + window, scratchOff + config.fft(), 0f);
    int bins = scratchOff + config.fft();
    spectrum.power(scratch, scratchOff, scratch, bins, scratch, bins + fft.bins());
    if (config.spectrum() == LogMel.Spectrum.MAGNITUDE) {
      for (int k = bins; k < bins + fft.bins(); k++) {
        scratch[k] = (float) Math.sqrt(scratch[k]);
      }
    }
    for (int band = 0; band < config.bands(); band++) {
      out[outOff + band] = sum(band, scratch, bins);
    }
    logarithm(out, outOff);
  }

  private float sum(int band, float[] scratch, int bins) {
    int end = weightStart[band + 1];
    int shift = bins + firstBin[band] - weightStart[band];
    float sum = 0;
    for (int i = weightStart[band]; i < end; i++) {
      sum += weights[i] * scratch[shift + i];
    }
    return sum;
  }

  private void logarithm(float[] out, int off) {
    int end = off + config.bands();
    double o = config.logOffset();
    switch (config.log()) {
      case NONE -> {}
      case LN_ADD -> {
        for (int i = off; i < end; i++) {
          out[i] = (float) FloatMath.ln(out[i] + o);
        }
      }
      case LN_MAX -> {
        for (int i = off; i < end; i++) {
          out[i] = (float) FloatMath.ln(Math.max(out[i], o));
        }
      }
      case LOG10_ADD -> {
        for (int i = off; i < end; i++) {
          out[i] = (float) (FloatMath.ln(out[i] + o) * LOG10_E);
        }
      }
      case LOG10_MAX -> {
        for (int i = off; i < end; i++) {
          out[i] = (float) (FloatMath.ln(Math.max(out[i], o)) * LOG10_E);
        }
      }
    }
  }
}
