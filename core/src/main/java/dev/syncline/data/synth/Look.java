package dev.syncline.data.synth;

/**
 * The shapes, as functions of a point (u, v): u to the right and v down, in radii from the centre.
 * Each shape that two kinds share is what is left of theirs without the marks.
 */
enum Look {
  DOME(0.09, 0.15),
  BELL(0.09, 0.15),
  CHICK(0.09, 0.15),
  DISC(0.93, 1.07),
  DRUM(0.93, 1.07),
  BUTTON(0.93, 1.07),
  CART(0.35, 0.8),
  AMBULANCE(0.35, 0.8),
  TRACTOR(0.35, 0.8),
  STAR(0, 1),
  BLOCK(0, 1);

  /** The hues in which the shape comes, 0 to 1 (and over) round the colour circle. */
  final double lowHue;

  final double highHue;

  Look(double lowHue, double highHue) {
    this.lowHue = lowHue;
    this.highHue = highHue;
  }

  /** Shapes of things without a kind. */
  static final Look[] DISTRACTORS = {STAR, BLOCK};

  /** No paint at this point. */
  static final int CLEAR = 0;

  /** Whether the point belongs to the outline that the kinds of this shape have in common. */
  boolean covers(double u, double v) {
    return switch (this) {
      case DOME, BELL, CHICK -> dome(u, v);
      case DISC, DRUM, BUTTON -> u * u + v * v < 0.81;
      case CART, AMBULANCE, TRACTOR -> cart(u, v);
      case STAR -> star(u, v);
      case BLOCK -> Math.abs(u) < 0.7 && Math.abs(v) < 0.7;
    };
  }

  /**
   * The colour of a point as 0xAARRGGBB, or {@link #CLEAR}.
   *
   * @param base the colour of the body
   * @param beat where in its beat the thing is, 0 to 1; what moves in a shape moves by it
   */
  int colour(double u, double v, int base, double beat) {
    int mark =
        switch (this) {
          case BELL -> bellMark(u, v, base, beat);
          case CHICK -> chickMark(u, v, base, beat);
          case DRUM -> drumMark(u, v);
          case BUTTON -> buttonMark(u, v, beat);
          case AMBULANCE -> ambulanceMark(u, v, beat);
          case TRACTOR -> tractorMark(u, v, beat);
          case DOME, DISC, CART, STAR, BLOCK -> CLEAR;
        };
    if (mark != CLEAR) {
      return mark;
    }
    if (!covers(u, v)) {
      return CLEAR;
    }
    return switch (this) {
      case DOME, BELL, CHICK -> shade(base, 1.05 - 0.3 * u - 0.15 * v);
      case DISC, DRUM, BUTTON -> shade(base, u * u + v * v > 0.58 ? 0.55 : 1 - 0.2 * (u + v));
      case CART, AMBULANCE, TRACTOR -> cartColour(u, v, base);
      case STAR, BLOCK -> shade(base, 1 - 0.25 * (u + v));
    };
  }

  private static boolean dome(double u, double v) {
    double a = (v + 0.95) / 1.65;
    if (a <= 0 || a >= 1) {
      return false;
    }
    double width = 0.42 + 0.5 * a * a;
    double top = a < 0.3 ? Math.sqrt(1 - (0.3 - a) * (0.3 - a) / 0.09) : 1;
    return Math.abs(u) < width * top;
  }

  private static boolean cart(double u, double v) {
    return hull(u, v) || cabin(u, v) || wheel(u, v, 0.3);
  }

  private static boolean hull(double u, double v) {
    return Math.abs(u) < 0.98 && v > -0.25 && v < 0.42;
  }

  private static boolean cabin(double u, double v) {
    return v > -0.72 && v <= -0.25 && u > -0.35 && u < 0.55 + 0.4 * (v + 0.25);
  }

  private static boolean wheel(double u, double v, double radius) {
    double x = Math.abs(u) - 0.55;
    double y = v - 0.45;
    return x * x + y * y < radius * radius;
  }

  private static int cartColour(double u, double v, int base) {
    if (wheel(u, v, 0.12)) {
      return 0xFFC8C8C8;
    } else if (wheel(u, v, 0.3)) {
      return 0xFF202024;
    } else if (cabin(u, v) && v > -0.62 && v < -0.32 && u > -0.22 && u < 0.38) {
      return 0xFFBFE3F2; // the window
    }
    return shade(base, 1 - 0.35 * v);
  }

  private static boolean star(double u, double v) {
    double r = Math.sqrt(u * u + v * v);
    double turns = StrictMath.atan2(v, u) / (2 * StrictMath.PI);
    return r < 0.62 + 0.33 * Tables.sine(5 * turns + 0.5);
  }

  private static boolean spot(double u, double v, double x, double y, double radius) {
    return (u - x) * (u - x) + (v - y) * (v - y) < radius * radius;
  }

  private static int bellMark(double u, double v, int base, double beat) {
    if (v > 0.48 && dome(u, v)) {
      return shade(base, 0.5);
    } else if (spot(u, v, 0.35 * Tables.sine(beat), 0.82, 0.2)) {
      return 0xFF5A3A10;
    }
    return spot(u, v, 0, -0.95, 0.14) ? shade(base, 0.6) : CLEAR;
  }

  private static int chickMark(double u, double v, int base, double beat) {
    if (spot(u, v, 0.25, -0.42, 0.09)) {
      return 0xFF101010;
    } else if (spot(u, v, 0.22, -0.42, 0.2)) {
      return 0xFFFFFFFF;
    } else if (u > 0.42 && u < 1 && Math.abs(v + 0.18) < 0.4 * (1 - u)) {
      return 0xFFE8541C;
    }
    double y = v - 0.2 - 0.18 * Tables.sine(beat);
    double x = u + 0.4;
    return x * x / 0.16 + y * y / 0.06 < 1 ? shade(base, 0.65) : CLEAR;
  }

  private static int drumMark(double u, double v) {
    boolean inside = u * u + v * v < 0.9;
    return inside && Math.abs(Math.abs(u) - Math.abs(v)) < 0.11 ? 0xFFF2EAD8 : CLEAR;
  }

  private static int buttonMark(double u, double v, double beat) {
    double r2 = u * u + v * v;
    if (r2 < 0.07) {
      return beat < 0.5 ? 0xFFFFF3A0 : 0xFF401010;
    }
    return r2 > 0.2 && r2 < 0.36 ? 0xFFF6F6F6 : CLEAR;
  }

  private static int ambulanceMark(double u, double v, double beat) {
    if (v > -1 && v <= -0.72 && Math.abs(u - 0.05) < 0.2) {
      return beat < 0.5 ? 0xFF2B5BFF : 0xFFFF3030;
    }
    return hull(u, v) && !wheel(u, v, 0.3) && Math.abs(v - 0.02) < 0.12 ? 0xFFFFFFFF : CLEAR;
  }

  private static int tractorMark(double u, double v, double beat) {
    if (u > -0.82 && u < -0.6 && v > -0.72 && v <= -0.25) {
      return 0xFF3A3A3A;
    } else if (spot(u, v, -0.7 - 0.2 * beat, -0.85 - 0.15 * beat, 0.16 + 0.1 * beat)) {
      return 0xFFA8A8A8;
    }
    boolean grille = hull(u, v) && u < -0.5 && v < 0.2 && Tables.fraction(7 * u) < 0.5;
    return grille ? 0xFF26262A : CLEAR;
  }

  /** A colour made darker (below 1) or lighter. */
  static int shade(int colour, double factor) {
    int r = (int) Math.clamp(((colour >> 16) & 0xFF) * factor, 0, 255);
    int g = (int) Math.clamp(((colour >> 8) & 0xFF) * factor, 0, 255);
    int b = (int) Math.clamp((colour & 0xFF) * factor, 0, 255);
    return 0xFF000000 | (r << 16) | (g << 8) | b;
  }

  /** A colour from hue (turns), saturation and value. */
  static int hsv(double hue, double saturation, double value) {
    int rgb = 0;
    for (int channel = 0; channel < 3; channel++) {
      double k = Tables.fraction(hue + (3 - channel) / 3.0) * 6;
      double x = Math.clamp(Math.abs(k - 3) - 1, 0, 1);
      rgb = (rgb << 8) | (int) (255 * value * (1 - saturation + saturation * x));
    }
    return 0xFF000000 | rgb;
  }
}
