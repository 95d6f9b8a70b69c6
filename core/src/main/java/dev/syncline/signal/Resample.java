package dev.syncline.signal;

import dev.syncline.json.Records.Default;
import java.math.BigInteger;

/**
 * From one sample rate to another, strictly causal: the output at time t depends on inputs at times
 * in [t - 2 D, t] only, and shows the input of time t - D, for all frequencies alike, with D =
 * {@link #delaySeconds}. The filter is a sinc under a Kaiser window (Kaiser 1974), evaluated at the
 * exact fractional times, each of its phases scaled to pass a constant unchanged. Its stop band
 * begins at half of the lower rate, so that nothing folds back above {@link #stopbandDb}. With
 * equal rates the samples pass unchanged and without delay.
 *
 * @param fromHz samples a second that come in, 1 to 1,000,000
 * @param toHz samples a second that go out, 1 to 1,000,000
 * @param zeroCrossings half the length of the filter in samples of the lower rate, 4 to 1024: more
 *     is a sharper edge and a longer delay
 * @param beta the shape of the Kaiser window, 5 to 16: more is a deeper stop band and a softer edge
 */
public record Resample(
    int fromHz, int toHz, @Default("64") int zeroCrossings, @Default("8") double beta) {
  private static final int MAX_TABLE = 1 << 22;

  public Resample {
    rate("from_hz", fromHz);
    rate("to_hz", toHz);
    if (zeroCrossings < 4 || zeroCrossings > 1024) {
      throw new IllegalArgumentException(
          "zero_crossings must be from 4 to 1024, is " + zeroCrossings);
    }
    if (!(beta >= 5 && beta <= 16)) {
      throw new IllegalArgumentException("beta must be from 5 to 16, is " + beta);
    }
    if (transition(zeroCrossings, beta) > 0.25) {
      throw new IllegalArgumentException(
          "the filter's edge takes more than half of the band: raise zero_crossings or lower beta");
    }
    long size = (long) up(fromHz, toHz) * taps(fromHz, toHz, zeroCrossings);
    if (size > MAX_TABLE) {
      throw new IllegalArgumentException(
          "from_hz "
              + fromHz
              + " to to_hz "
              + toHz
              + " needs a filter table of "
              + size
              + " numbers, more than "
              + MAX_TABLE
              + ": choose rates with a larger common divisor or fewer zero_crossings");
    }
  }

  private static void rate(String name, int hz) {
    if (hz < 1 || hz > 1_000_000) {
      throw new IllegalArgumentException(name + " must be from 1 to 1000000, is " + hz);
    }
  }

  private static int gcd(int a, int b) {
    return BigInteger.valueOf(a).gcd(BigInteger.valueOf(b)).intValue();
  }

  private static int up(int from, int to) {
    return to / gcd(from, to);
  }

  private static int taps(int from, int to, int zeroCrossings) {
    return from == to ? 1 : (int) (2L * zeroCrossings * from / Math.min(from, to)) + 1;
  }

  /** Width of the edge of the filter as a share of the lower rate (Kaiser's formula). */
  private static double transition(int zeroCrossings, double beta) {
    return (attenuation(beta) - 8) / (2.285 * 2 * Math.PI * 2 * zeroCrossings);
  }

  private static double attenuation(double beta) {
    return beta / 0.1102 + 8.7;
  }

  /** Output samples that {@link #down} input samples give. */
  int up() {
    return up(fromHz, toHz);
  }

  int down() {
    return fromHz / gcd(fromHz, toHz);
  }

  /** Input samples that an output depends on. */
  int taps() {
    return taps(fromHz, toHz, zeroCrossings);
  }

  int lowerHz() {
    return Math.min(fromHz, toHz);
  }

  /** The constant group delay: an event of the input appears so many seconds later. */
  public double delaySeconds() {
    return fromHz == toHz ? 0 : (double) zeroCrossings / lowerHz();
  }

  /** Frequencies up to here pass unchanged. */
  public double passbandHz() {
    return lowerHz() * (fromHz == toHz ? 0.5 : 0.5 - transition(zeroCrossings, beta));
  }

  /** Attenuation of what lies above half of the lower rate, in decibels. */
  public double stopbandDb() {
    return attenuation(beta);
  }

  /** Compiles the filter. */
  public ResamplePlan plan() {
    return new ResamplePlan(this);
  }
}
