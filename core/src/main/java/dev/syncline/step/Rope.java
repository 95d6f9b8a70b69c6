package dev.syncline.step;

/**
 * Rotary positions (Su et al. 2021, section 3.4.2): row n turns pair i of every head, numbers i and
 * i + depth/2, by n·10000^(-2i/depth). Turned keys are state, which has the same bits on every
 * machine: hence sine and cosine from additions and multiplications, here (those of StrictMath
 * allocate).
 *
 * @param angles by how much each pair of a head turns from row to row; none: nothing turns
 */
public record Rope(double[] angles) {
  /**
   * Pi/2 in two parts (Cody and Waite 1980); products of the first with small numbers are exact.
   */
  private static final double QUARTER = 0x1.921fb544p0;

  private static final double QUARTER_REST = 0x1.0b4611a626331p-34;

  static Rope of(int depth) {
    double[] angles = new double[(depth + 1) / 2];
    for (int i = 0; i < angles.length; i++) {
      angles[i] = StrictMath.pow(10_000, -2.0 * i / depth);
    }
    return new Rope(angles);
  }

  static Rope none() {
    return new Rope(new double[0]);
  }

  /** Turns all heads of row n, which begin at {@code at}. */
  void turn(float[] a, int at, int heads, long n) {
    int half = angles.length;
    for (int i = 0; i < half; i++) {
      float sin = (float) sin(n * angles[i]);
      float cos = (float) cos(n * angles[i]);
      for (int head = 0; head < heads; head++) {
        int p = at + 2 * head * half + i;
        float first = a[p];
        float second = a[p + half];
        a[p] = first * cos - second * sin;
        a[p + half] = second * cos + first * sin;
      }
    }
  }

  /**
   * Adds the sines of row n to the first half of a row, rounded up, and the cosines to the rest.
   */
  void add(float[] a, int at, int width, long n) {
    int half = (width + 1) / 2;
    for (int i = 0; i < width; i++) {
      double angle = n * angles[i < half ? i : i - half];
      a[at + i] += (float) (i < half ? sin(angle) : cos(angle));
    }
  }

  private static double sin(double angle) {
    double quarters = Math.rint(angle * (2 / Math.PI));
    double r = (angle - quarters * QUARTER) - quarters * QUARTER_REST;
    int q = (int) ((long) quarters & 3);
    double s = q % 2 == 0 ? sine(r) : cosine(r);
    return q < 2 ? s : -s;
  }

  private static double cos(double angle) {
    double quarters = Math.rint(angle * (2 / Math.PI));
    double r = (angle - quarters * QUARTER) - quarters * QUARTER_REST;
    int q = (int) ((long) quarters & 3);
    double c = q % 2 == 0 ? cosine(r) : sine(r);
    return q == 0 || q == 3 ? c : -c;
  }

  /** Taylor's series up to r^11: error below 1e-11 for |r| up to pi/4. */
  private static double sine(double r) {
    double z = r * r;
    double p = 1.0 / 362_880 - z * (1.0 / 39_916_800);
    return r * (1 - z * (1.0 / 6 - z * (1.0 / 120 - z * (1.0 / 5040 - z * p))));
  }

  /** Taylor's series up to r^12. */
  private static double cosine(double r) {
    double z = r * r;
    double p = 1.0 / 40_320 - z * (1.0 / 3_628_800 - z * (1.0 / 479_001_600));
    return 1 - z * (1.0 / 2 - z * (1.0 / 24 - z * (1.0 / 720 - z * p)));
  }
}
