package dev.syncline.data.synth;

import java.util.SplittableRandom;

/** Random draws that depend on nothing but a seed and the order of the calls. */
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Dice of their own for the {@code index}-th of many things under one seed. */
  static Dice of(long seed, long index) {
    return new Dice(new SplittableRandom(seed ^ (index * 0xD1342543DE82EF95L)).nextLong());
  }

  /** Evenly from {@code low} up to but not including {@code high}. */
  double from(double low, double high) {
    return low + (high - low) * ((random.nextLong() >>> 11) * 0x1p-53);
  }

  boolean chance(double probability) {
    return from(0, 1) < probability;
  }

  <T> T oneOf(T[] values) {
    return values[(int) from(0, values.length)];
  }

  long seed() {
    return random.nextLong();
  }
}
