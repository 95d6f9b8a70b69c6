package dev.syncline.cli.report;

import java.util.Locale;

/**
 * Colours as 0xRRGGBB. Scales and shades are made in OKLCH (Björn Ottosson, "A perceptual color
 * space for image processing", 2020: lightness in [0,1], chroma, hue in degrees), where equal steps
 * look equal. Names always stand beside a class's colour, so colour alone never carries a meaning.
 */
final class Colors {
  /** Hues of classes, in order of first use. */
  private static final double[] HUE = {250, 50, 155, 310, 85, 205, 20, 345};

  /**
   * Lightness of each hue on a light and on a dark page: the values with the largest least distance
   * between any two of the eight under normal, protanopic and deuteranopic vision (tested).
   */
  private static final double[] ON_LIGHT = {.62, .54, .76, .42, .66, .70, .42, .56};

  private static final double[] ON_DARK = {.58, .56, .90, .76, .80, .88, .70, .56};

  private Colors() {}

  /** The colour of class {@code index}; hues come again after eight classes in other shades. */
  static int ofClass(int index, boolean dark) {
    int hue = index % HUE.length;
    int round = index / HUE.length % 3;
    double shade = new double[] {0, .13, -.11}[round] * (hue % 2 == 0 ? -1 : 1);
    double lightness = (dark ? ON_DARK : ON_LIGHT)[hue] + shade;
    return oklch(
        Math.clamp(lightness, dark ? .5 : .36, dark ? .94 : .8), round == 0 ? .16 : .09, HUE[hue]);
  }

  /**
   * A perceptually uniform scale of {@code n} colours from near black through violet and orange to
   * pale yellow: lightness rises evenly, hue turns once, chroma stays inside the sRGB gamut.
   */
  static int[] sequential(int n) {
    int[] colors = new int[n];
    for (int i = 0; i < n; i++) {
      double x = n == 1 ? 0 : i / (double) (n - 1);
      double hue = 285 + 180 * x; // violet, magenta, red, orange, yellow
      double chroma = .06 + .15 * StrictMath.sin(StrictMath.PI * StrictMath.pow(x, .85));
      colors[i] = oklch(.13 + .84 * x, chroma, hue);
    }
    return colors;
  }

  static String hex(int rgb) {
    return String.format(Locale.ROOT, "#%06x", rgb);
  }

  /** The colour, with its chroma reduced as far as sRGB demands. */
  static int oklch(double lightness, double chroma, double hueDegrees) {
    double radians = StrictMath.toRadians(hueDegrees);
    double a = StrictMath.cos(radians);
    double b = StrictMath.sin(radians);
    double c = chroma;
    while (c > 0 && !inGamut(linear(lightness, c * a, c * b))) {
      c -= .004;
    }
    c = Math.max(0, c);
    double[] rgb = linear(lightness, c * a, c * b);
    return channel(rgb[0]) << 16 | channel(rgb[1]) << 8 | channel(rgb[2]);
  }

  private static boolean inGamut(double[] rgb) {
    for (double v : rgb) {
      if (v < -1e-4 || v > 1.0001) {
        return false;
      }
    }
    return true;
  }

  /** OKLab to linear sRGB. */
  private static double[] linear(double lightness, double a, double b) {
    double l = cube(lightness + .3963377774 * a + .2158037573 * b);
    double m = cube(lightness - .1055613458 * a - .0638541728 * b);
    double s = cube(lightness - .0894841775 * a - 1.2914855480 * b);
    return new double[] {
      4.0767416621 * l - 3.3077115913 * m + .2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - .3413193965 * s,
      -.0041960863 * l - .7034186147 * m + 1.7076147010 * s
    };
  }

  private static double cube(double x) {
    return x * x * x;
  }

  /** Linear to gamma-coded, 0 to 255. */
  private static int channel(double linear) {
    double v = Math.clamp(linear, 0, 1);
    double coded = v <= .0031308 ? 12.92 * v : 1.055 * StrictMath.pow(v, 1 / 2.4) - .055;
    return (int) Math.round(255 * coded);
  }
}
