package dev.syncline.signal;

/**
 * Elementary functions for features: accurate to a float, computed in double from additions,
 * multiplications and one division. Unlike {@link Math#log}, whose last bit may differ between
 * machines, they give the same bits everywhere; unlike {@link StrictMath}, they are fast.
 */
final class FloatMath {
  private static final double LN2 = 0.6931471805599453;
  private static final long SQRT_HALF = Double.doubleToRawLongBits(StrictMath.sqrt(0.5));
  private static final long MIN_NORMAL = Double.doubleToRawLongBits(Double.MIN_NORMAL);
  private static final long INFINITY = Double.doubleToRawLongBits(Double.POSITIVE_INFINITY);
  private static final double EXP_RANGE = 700;

  private FloatMath() {}

  /**
   * The natural logarithm, relative error below 3e-9. With x = 2^k m and m in [sqrt(1/2), sqrt(2)),
   * ln m = 2 artanh(s), s = (m - 1) / (m + 1), by five terms of the series of artanh.
   */
  static double ln(double x) {
    long bits = Double.doubleToRawLongBits(x);
    if (bits < MIN_NORMAL || bits >= INFINITY) {
      return StrictMath.log(x);
    }
    long k = (bits - SQRT_HALF) >> 52;
    double m = Double.longBitsToDouble(bits - (k << 52));
    double s = (m - 1) / (m + 1);
    double z = s * s;
    return k * LN2 + 2 * s * (1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9)))));
  }

  /**
   * The exponential, relative error below 1e-9 for |x| up to 700 (beyond, the value at 700). With x
   * = k ln 2 + r and |r| at most half of ln 2, e^r by the Taylor polynomial of degree 8.
   */
  static double exp(double x) {
    double bounded = Math.clamp(x, -EXP_RANGE, EXP_RANGE);
    double k = Math.rint(bounded * (1 / LN2));
    double r = bounded - k * LN2;
    double p = 1.0 / 5040 + r * (1.0 / 40320);
    p = 1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * p));
    p = 1 + r * (1 + r * (1.0 / 2 + r * (1.0 / 6 + r * p)));
    return p * Double.longBitsToDouble(((long) k + 1023) << 52);
  }
}
