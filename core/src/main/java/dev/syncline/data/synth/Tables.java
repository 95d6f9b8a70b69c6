package dev.syncline.data.synth;

/** A sine by table, the same bits everywhere and fast enough for every sample of every voice. */
final class Tables {
  private static final int SIZE = 4096;
  private static final double[] SINE = new double[SIZE + 1];

  static {
    for (int i = 0; i <= SIZE; i++) {
      SINE[i] = StrictMath.sin(2 * StrictMath.PI * i / SIZE);
    }
  }

  private Tables() {}

  /** The sine of an angle in whole turns, to about 3e-7. */
  static double sine(double turns) {
    double at = fraction(turns) * SIZE;
    int i = (int) at;
    return SINE[i] + (at - i) * (SINE[i + 1] - SINE[i]);
  }

  /** What is left after the whole part, 0 up to but not including 1. */
  static double fraction(double x) {
    double f = x - Math.floor(x);
    return f < 1 ? f : 0;
  }
}
