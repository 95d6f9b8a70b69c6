package dev.syncline.signal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FloatMathTest {
  @Test
  void theLogarithmRoundedToFloatIsWithinOneUlpOverAllMagnitudes() {
    // a stride through the bit patterns of all positive normal floats, dense around 1
    for (int bits = 0x00800000; bits < 0x7f800000; bits += 4099) {
      checkLn(Float.intBitsToFloat(bits));
    }
    for (int bits = 0x3f700000; bits < 0x3f880000; bits += 7) {
      checkLn(Float.intBitsToFloat(bits));
    }
  }

  private static void checkLn(float x) {
    double exact = StrictMath.log(x);
    double actual = FloatMath.ln(x);
    boolean close = Math.abs(actual - exact) <= 3e-9 * Math.abs(exact);
    if (!close || Math.abs((float) actual - (float) exact) > Math.ulp((float) exact)) {
      assertThat(actual).as("ln(%s)", x).isEqualTo(exact);
    }
  }

  @Test
  void theLogarithmOfWhatHasNoneIsWhatStrictMathSays() {
    for (double x :
        new double[] {
          0, -0.0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-310
        }) {
      assertThat(FloatMath.ln(x)).isEqualTo(Double.valueOf(StrictMath.log(x)));
    }
    assertThat(FloatMath.ln(1)).isZero();
  }

  @Test
  void theExponentialIsWithinARelativeErrorOfOneInABillion() {
    for (double x = -700; x <= 700; x += 0.00731) {
      double expected = StrictMath.exp(x);
      if (!(Math.abs(FloatMath.exp(x) - expected) <= 1e-9 * expected)) {
        assertThat(FloatMath.exp(x)).as("exp(%s)", x).isEqualTo(expected);
      }
    }
    assertThat(FloatMath.exp(0)).isEqualTo(1);
    assertThat(FloatMath.exp(-1e9)).isEqualTo(FloatMath.exp(-700));
    assertThat(FloatMath.exp(Double.NaN)).isNaN();
  }
}
