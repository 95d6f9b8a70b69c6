package dev.syncline.signal;

import dev.syncline.json.Records.Default;

/**
 * Log-mel rows from mono samples in [-1, 1]. Row r (r = 1, 2, ...) ends at sample r * hop and
 * covers the {@code window} samples before it, zeros before the start of the stream; there is no
 * centring. The windowed samples, padded with zeros to {@code fft}, give a spectrum; triangular
 * filters sum it into bands. The defaults are the front end of YAMNet.
 *
 * @param rateHz samples a second, 100 to 1,000,000
 * @param window samples of a window, from 2 to {@code fft}
 * @param hop samples from one row to the next, from 1 to {@code window}
 * @param fft a power of two from 64 to 8192
 * @param bands the values of a row, from 1 to {@code fft / 2}
 * @param lowHz lower edge of the first band, at least 0; hence bin 0 (DC) never has any weight
 * @param highHz upper edge of the last band, at most half the rate
 * @param mel the scale on which the band edges are equally spaced
 * @param triangles where the flanks of a filter are straight lines
 * @param areaNormalized whether a filter is scaled to unit area over Hz (as librosa's "slaney")
 * @param windowShape the weights of the samples of a window
 * @param spectrum what the bands sum
 * @param log what is taken of the sums
 * @param logOffset the positive number that {@code log} adds to, or at least takes for, a sum
 */
public record LogMel(
    @Default("16000") int rateHz,
    @Default("400") int window,
    @Default("160") int hop,
    @Default("512") int fft,
    @Default("64") int bands,
    @Default("125") double lowHz,
    @Default("7500") double highHz,
    @Default("\"htk\"") Mel mel,
    @Default("\"mel\"") Triangles triangles,
    @Default("false") boolean areaNormalized,
    @Default("\"hann\"") WindowShape windowShape,
    @Default("\"magnitude\"") Spectrum spectrum,
    @Default("\"ln_add\"") Log log,
    @Default("0.001") double logOffset) {

  /** Magnitudes in HTK bands, their natural logarithm after adding 0.001: the other defaults. */
  public static LogMel of(
      int rateHz, int window, int hop, int fft, int bands, double lowHz, double highHz) {
    return new LogMel(
        rateHz,
        window,
        hop,
        fft,
        bands,
        lowHz,
        highHz,
        Mel.HTK,
        Triangles.MEL,
        false,
        WindowShape.HANN,
        Spectrum.MAGNITUDE,
        Log.LN_ADD,
        0.001);
  }

  /** A scale of perceived pitch. */
  public enum Mel {
    /**
     * 1127 ln(1 + f/700), the same as 2595 log10(1 + f/700) (O'Shaughnessy 1987): only ratios count
     * here, so the factor does not matter.
     */
    HTK {
      @Override
      double of(double hz) {
        return 1127 * StrictMath.log1p(hz / 700);
      }

      @Override
      double toHz(double mel) {
        return 700 * StrictMath.expm1(mel / 1127);
      }
    },
    /** Linear to 1 kHz, logarithmic above (Slaney, Auditory Toolbox, 1998). */
    SLANEY {
      private static final double KNEE_HZ = 1000;
      private static final double KNEE = 15;
      private static final double STEPS = 27 / StrictMath.log(6.4);

      @Override
      double of(double hz) {
        return hz < KNEE_HZ ? hz * KNEE / KNEE_HZ : KNEE + STEPS * StrictMath.log(hz / KNEE_HZ);
      }

      @Override
      double toHz(double mel) {
        return mel < KNEE ? mel * KNEE_HZ / KNEE : KNEE_HZ * StrictMath.exp((mel - KNEE) / STEPS);
      }
    };

    abstract double of(double hz);

    abstract double toHz(double mel);
  }

  /** The axis on which the flanks of a filter are straight. */
  public enum Triangles {
    /** Over mel, as TensorFlow, YAMNet and Kaldi have it. */
    MEL,
    /** Over Hz, as librosa, torchaudio and Whisper have it. */
    HZ
  }

  /** a - (1 - a) cos(2 pi n / N), N = window (periodic) or window - 1 (symmetric). */
  public enum WindowShape {
    HANN(0.5, false),
    HANN_SYMMETRIC(0.5, true),
    HAMMING(0.54, false),
    HAMMING_SYMMETRIC(0.54, true);

    private final double a;
    private final boolean symmetric;

    WindowShape(double a, boolean symmetric) {
      this.a = a;
      this.symmetric = symmetric;
    }

    double at(int n, int length) {
      int period = symmetric ? length - 1 : length;
      return a - (1 - a) * StrictMath.cos(2 * Math.PI * n / period);
    }
  }

  /** |X| or |X| squared. */
  public enum Spectrum {
    MAGNITUDE,
    POWER
  }

  /** What is taken of the sum x of a band, with o = {@code log_offset}. */
  public enum Log {
    /** x itself, as PCEN needs it. */
    NONE,
    /** ln(x + o). */
    LN_ADD,
    /** ln(max(x, o)). */
    LN_MAX,
    /** log10(x + o). */
    LOG10_ADD,
    /** log10(max(x, o)). */
    LOG10_MAX
  }

  public LogMel {
    check(rateHz >= 100 && rateHz <= 1_000_000, "rate_hz must be from 100 to 1000000", rateHz);
    check(
        fft >= Fft.MIN_SIZE && fft <= Fft.MAX_SIZE && Integer.bitCount(fft) == 1,
        "fft must be a power of two from 64 to 8192",
        fft);
    check(window >= 2 && window <= fft, "window must be from 2 to fft (" + fft + ")", window);
    check(hop >= 1 && hop <= window, "hop must be from 1 to window (" + window + ")", hop);
    check(
        bands >= 1 && bands <= fft / 2, "bands must be from 1 to fft / 2 (" + fft / 2 + ")", bands);
    check(
        lowHz >= 0 && lowHz < highHz,
        "low_hz must be at least 0 and below high_hz (" + highHz + ")",
        lowHz);
    check(
        highHz <= rateHz / 2.0,
        "high_hz must be at most half of rate_hz (" + rateHz / 2.0 + ")",
        highHz);
    check(
        logOffset >= Float.MIN_NORMAL && logOffset <= 1e6,
        "log_offset must be positive (at least 1.2e-38) and at most 1e6",
        logOffset);
  }

  private static void check(boolean holds, String rule, double value) {
    if (!holds) {
      throw new IllegalArgumentException(
          rule + ", is " + (value == (long) value ? Long.toString((long) value) : "" + value));
    }
  }

  /** The front end of YAMNet: 96 rows of 64 bands from 15,600 samples at 16 kHz. */
  public static LogMel yamnet() {
    return new LogMel(
        16000,
        400,
        160,
        512,
        64,
        125,
        7500,
        Mel.HTK,
        Triangles.MEL,
        false,
        WindowShape.HANN,
        Spectrum.MAGNITUDE,
        Log.LN_ADD,
        0.001);
  }

  /** Compiles the tables, for the fastest loops that this machine has. */
  public LogMelPlan plan() {
    return plan(PowerSpectrum.vectors());
  }

  /** Compiles the tables, for vector or plain loops; both give the same bits. */
  public LogMelPlan plan(boolean vectors) {
    return new LogMelPlan(this, vectors);
  }
}
