package dev.syncline.signal;

import dev.syncline.signal.Normalization.Fixed;
import dev.syncline.signal.Normalization.None;
import dev.syncline.signal.Normalization.Pcen;
import dev.syncline.signal.Normalization.RunningMeanVariance;
import java.util.Arrays;
import java.util.List;

/**
 * The tables of a {@link Normalization}; one for all streams. The state is, for running statistics,
 * the sum of the weights so far, the means and the variances; for PCEN, a mark that it has begun
 * and the smoothed energies.
 */
public final class NormalizationPlan {
  /**
   * Larger magnitudes are no measurements, and their squares would end as infinity in the state.
   */
  public static final float LARGEST = 1e18f;

  private final Normalization config;
  private final int channels;
  private final float[] gain;
  private final float[] bias;
  private final double decay;
  private final double root;

  NormalizationPlan(Normalization config, int channels) {
    if (channels < 1) {
      throw new IllegalArgumentException("channels must be at least 1, is " + channels);
    }
    this.config = config;
    this.channels = channels;
    gain = new float[config instanceof Fixed ? channels : 0];
    bias = new float[gain.length];
    if (config instanceof Fixed f) {
      for (int c = 0; c < channels; c++) {
        double deviation = of(f.deviation(), c, "deviation");
        gain[c] = (float) (1 / deviation);
        bias[c] = (float) of(f.mean(), c, "mean");
      }
    }
    decay =
        switch (config) {
          case None n -> 0;
          case Fixed f -> 0;
          case RunningMeanVariance m -> StrictMath.exp(-1 / m.timeConstantRows());
          case Pcen p -> 1 - p.smoothing();
        };
    root = config instanceof Pcen p ? StrictMath.pow(p.delta(), p.r()) : 0;
  }

  private double of(List<Double> numbers, int channel, String name) {
    if (numbers.size() != 1 && numbers.size() != channels) {
      throw new IllegalArgumentException(
          name
              + " holds "
              + numbers.size()
              + " numbers, must hold 1 or one for each of the "
              + channels
              + " channels");
    }
    return numbers.get(numbers.size() == 1 ? 0 : channel);
  }

  public int channels() {
    return channels;
  }

  public int stateSize() {
    return switch (config) {
      case None n -> 0;
      case Fixed f -> 0;
      case RunningMeanVariance m -> 1 + 2 * channels;
      case Pcen p -> 1 + channels;
    };
  }

  public int scratchSize() {
    return 0;
  }

  /** Operations of a row: each addition, multiplication, root, power and so on counts one. */
  public long flops() {
    return switch (config) {
      case None n -> 0;
      case Fixed f -> (f.clip().isPresent() ? 4L : 2L) * channels;
      case RunningMeanVariance m -> 3 + 12L * channels;
      case Pcen p -> 15L * channels;
    };
  }

  /**
   * Normalises {@code row[off, off + channels)} in place. A row that is not valid, or that holds a
   * NaN, an infinity or a magnitude above {@link #LARGEST}, becomes zeros and leaves the state as
   * it is.
   *
   * @return whether the row is valid
   */
  public boolean row(float[] row, int off, boolean valid, float[] state, int stateOff) {
    if (!valid || !measured(row, off)) {
      Arrays.fill(row, off, off + channels, 0f);
      return false;
    }
    switch (config) {
      case None n -> {}
      case Fixed f -> fixed(f, row, off);
      case RunningMeanVariance m -> running(m.epsilon(), row, off, state, stateOff);
      case Pcen p -> pcen(p, row, off, state, stateOff);
    }
    return true;
  }

  private boolean measured(float[] row, int off) {
    boolean all = true;
    for (int c = off; c < off + channels; c++) {
      all &= Math.abs(row[c]) <= LARGEST;
    }
    return all;
  }

  private void fixed(Fixed f, float[] row, int off) {
    for (int c = 0; c < channels; c++) {
      row[off + c] = (row[off + c] - bias[c]) * gain[c];
    }
    if (f.clip().isPresent()) {
      float clip = f.clip().get().floatValue();
      for (int c = off; c < off + channels; c++) {
        row[c] = Math.clamp(row[c], -clip, clip);
      }
    }
  }

  private void running(double epsilon, float[] row, int off, float[] state, int stateOff) {
    double weight = decay * state[stateOff] + (1 - decay);
    state[stateOff] = (float) weight;
    double g = (1 - decay) / weight;
    for (int c = 0; c < channels; c++) {
      int mean = stateOff + 1 + c;
      int variance = mean + channels;
      double x = row[off + c];
      double d = x - state[mean];
      double m = state[mean] + g * d;
      double v = (1 - g) * (state[variance] + g * d * d);
      state[mean] = (float) m;
      state[variance] = (float) v;
      row[off + c] = (float) ((x - m) / Math.sqrt(v + epsilon));
    }
  }

  private void pcen(Pcen p, float[] row, int off, float[] state, int stateOff) {
    double keep = state[stateOff] == 0 ? 0 : decay;
    state[stateOff] = 1;
    for (int c = 0; c < channels; c++) {
      double energy = Math.max(0, row[off + c]);
      double smooth = keep * state[stateOff + 1 + c] + (1 - keep) * energy;
      state[stateOff + 1 + c] = (float) smooth;
      double level = energy * FloatMath.exp(-p.alpha() * FloatMath.ln(p.epsilon() + smooth));
      row[off + c] = (float) (FloatMath.exp(p.r() * FloatMath.ln(level + p.delta())) - root);
    }
  }
}
