package dev.syncline.signal;

/**
 * The filter of a {@link Resample} by phases; one for all streams. With k the next output and i =
 * floor(k down / up) the newest input that it may see, the state is: how many inputs are to come
 * before i; the phase k down mod up; the last taps - 1 inputs.
 */
public final class ResamplePlan {
  private static final int CHUNK = 512;
  private static final int WAIT = 0;
  private static final int PHASE = 1;
  private static final int HISTORY = 2;

  private final Resample config;
  private final int up;
  private final int down;
  private final int taps;

  /** For each phase the weights of the inputs, the oldest first. */
  private final float[] filter;

  ResamplePlan(Resample config) {
    this.config = config;
    up = config.up();
    down = config.down();
    taps = config.taps();
    filter = new float[up * taps];
    double[] weights = new double[taps];
    for (int phase = 0; phase < up; phase++) {
      double sum = 0;
      for (int j = 0; j < taps; j++) {
        double age = ((double) phase / up + j) / config.fromHz();
        weights[j] = taps == 1 ? 1 : kaiserSinc(age - config.delaySeconds());
        sum += weights[j];
      }
      for (int j = 0; j < taps; j++) {
        filter[phase * taps + taps - 1 - j] = (float) (weights[j] / sum);
      }
    }
  }

  /** The low-pass filter at a time in seconds, up to a factor. */
  private double kaiserSinc(double t) {
    double u = t / config.delaySeconds();
    if (Math.abs(u) > 1) {
      return 0;
    }
    double cutoff = (config.passbandHz() + 0.5 * config.lowerHz()) / 2;
    double x = 2 * Math.PI * cutoff * t;
    double sinc = Math.abs(x) < 1e-9 ? 1 : StrictMath.sin(x) / x;
    return sinc * bessel0(config.beta() * Math.sqrt(1 - u * u));
  }

  /** The modified Bessel function of the first kind and order 0, by its power series. */
  private static double bessel0(double x) {
    double term = 1;
    double sum = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
      term *= (x / (2 * k)) * (x / (2 * k));
      sum += term;
    }
    return sum;
  }

  public Resample config() {
    return config;
  }

  public int stateSize() {
    return HISTORY + taps - 1;
  }

  public int scratchSize() {
    return taps - 1 + CHUNK;
  }

  /** Additions and multiplications of an output. */
  public long flops() {
    return 2L * taps;
  }

  /** The outputs that the next {@code count} inputs of a stream in this state give. */
  public int outputs(int count, float[] state, int stateOff) {
    // output k is due when input floor(k down / up) has come; the next is at wait + phase / up
    long open = (count - (long) state[stateOff + WAIT]) * up - (long) state[stateOff + PHASE];
    return open <= 0 ? 0 : Math.toIntExact((open + down - 1) / down);
  }

  /** The most outputs that {@code count} inputs can give. */
  public int maxOutputs(int count) {
    return Math.toIntExact(((long) count * up + down - 1) / down);
  }

  /**
   * Takes {@code count} inputs and writes the outputs that are due.
   *
   * @return the number of outputs written from outOff on
   */
  public int push(
      float[] in,
      int inOff,
      int count,
      float[] out,
      int outOff,
      float[] state,
      int stateOff,
      float[] scratch,
      int scratchOff) {
    int history = taps - 1;
    int written = 0;
    for (int done = 0; done < count; done += CHUNK) {
      int n = Math.min(CHUNK, count - done);
      System.arraycopy(state, stateOff + HISTORY, scratch, scratchOff, history);
      System.arraycopy(in, inOff + done, scratch, scratchOff + history, n);
      written += chunk(n, scratch, scratchOff, out, outOff + written, state, stateOff);
      System.arraycopy(scratch, scratchOff + n, state, stateOff + HISTORY, history);
    }
    return written;
  }

  private int chunk(
      int n, float[] window, int windowOff, float[] out, int outOff, float[] state, int stateOff) {
    int wait = (int) state[stateOff + WAIT];
    int phase = (int) state[stateOff + PHASE];
    int written = 0;
    while (wait < n) {
      out[outOff + written++] = dot(window, windowOff + wait, phase * taps);
      wait += (phase + down) / up;
      phase = (phase + down) % up;
    }
    state[stateOff + WAIT] = wait - n;
    state[stateOff + PHASE] = phase;
    return written;
  }

  /** Four sums, so that additions need not wait for each other; their order never varies. */
  private float dot(float[] x, int xOff, int filterOff) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int j = 0;
    for (; j + 3 < taps; j += 4) {
      a += x[xOff + j] * filter[filterOff + j];
      b += x[xOff + j + 1] * filter[filterOff + j + 1];
      c += x[xOff + j + 2] * filter[filterOff + j + 2];
      d += x[xOff + j + 3] * filter[filterOff + j + 3];
    }
    for (; j < taps; j++) {
      a += x[xOff + j] * filter[filterOff + j];
    }
    return (a + b) + (c + d);
  }
}
