package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rounded weights: what a product makes of them in both sets, against sums in FP64. */
class PrecisionTest {
  private static final int[] SIZES = {1, 2, 7, 13, 31, 32, 33, 64, 65, 130, 1021};
  private static final float MARK = -12345.5f;
  private final PlainKernels plain = new PlainKernels();
  private final VectorKernels vector = new VectorKernels();

  private static float[] random(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
    return x;
  }

  /** Relative error of one rounded weight. */
  private static float unit(Precision precision) {
    return switch (precision) {
      case FP32 -> 0x1p-24f;
      case BF16 -> 0x1p-8f;
      case FP16 -> 0x1p-11f;
      case INT8, INT8_G32, INT4_G32, INT4_G64 -> 0.5f / precision.most();
    };
  }

  @ParameterizedTest
  @EnumSource
  void weightsAreRoundedToTheNearest(Precision precision) {
    for (int in : SIZES) {
      float[] weight = random(70 * in, in);
      Matrix m = Matrix.pack(precision, 70, in, weight, null);
      for (int o = 0; o < 70; o++) {
        for (int k = 0; k < in; k++) {
          float w = weight[o * in + k];
          // a weight of 16 bits has an error of its own size, one of fewer bits that of the largest
          float most = unit(precision) * (precision.most() == 0 ? Math.abs(w) : 1) + 1e-7f;
          assertThat(m.weight(o, k)).as("%s[%d,%d]", precision, o, k).isCloseTo(w, within(most));
        }
      }
    }
  }

  @Test
  void weightsOf16BitsAreNoSubnormalNumbers() {
    float[] weight = random(64 * 33, 2);
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= Math.scalb(1f, -i % 12); // many below 2^-14, where FP16 lose bits
    }
    Matrix m = Matrix.pack(Precision.FP16, 64, 33, weight, null);
    for (int i = 0; i < weight.length; i++) {
      float w = weight[i];
      assertThat(m.weight(i / 33, i % 33)).isCloseTo(w, within(Math.abs(w) * 0x1p-11f));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "FP16"})
  void weightsOf16BitsStayFinite(Precision precision) {
    float[] weight = {Float.MAX_VALUE, -Float.MAX_VALUE};
    Matrix m = Matrix.pack(precision, 1, 2, weight, null);
    assertThat(m.weight(0, 0)).isFinite().isGreaterThan(65_000);
    assertThat(m.weight(0, 1)).isFinite().isLessThan(-65_000);
  }

  @ParameterizedTest
  @EnumSource
  void bothSetsMultiplyWithTheRoundedWeights(Precision precision) {
    for (int out : new int[] {1, 17, 64, 65, 130}) {
      for (int in : SIZES) {
        Matrix m = Matrix.pack(precision, out, in, random(out * in, in), random(out, out));
        for (int rows : new int[] {1, 3, 8, 9, 17}) {
          agree(precision, m, rows);
        }
      }
    }
  }

  private void agree(Precision precision, Matrix m, int rows) {
    int work = Matrix.work(m.in());
    int xStride = m.in() + rows % 4;
    int yStride = m.out() + rows % 2;
    float[] x = random(work + rows * xStride, rows);
    float[] a = new float[2 + (rows - 1) * yStride + m.out()];
    Arrays.fill(a, MARK);
    float[] b = a.clone();
    plain.matmul(m, rows, x.clone(), work, xStride, a, 2, yStride);
    vector.matmul(m, rows, x.clone(), work, xStride, b, 2, yStride);
    float[] exact = a.clone();
    // inputs of whole-number products are rounded too
    float most = precision.most() == 0 ? 2e-6f * m.in() + 1e-6f : 0.5f / 127 * m.in() + 1e-5f;
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < m.out(); o++) {
        double sum = m.bias()[o];
        for (int k = 0; k < m.in(); k++) {
          sum += (double) m.weight(o, k) * x[work + r * xStride + k];
        }
        exact[2 + r * yStride + o] = (float) sum;
      }
    }
    String what = "%s %dx%d, %d rows".formatted(precision, m.out(), m.in(), rows);
    assertThat(a).as("plain " + what).containsExactly(exact, within(most));
    assertThat(b).as("vector " + what).containsExactly(a, within(3e-6f * m.in() + 1e-6f));
  }

  @ParameterizedTest
  @EnumSource
  void aRowHasTheSameBitsAloneAndAmongOthers(Precision precision) {
    Matrix m = Matrix.pack(precision, 130, 77, random(130 * 77, 1), random(130, 2));
    int work = Matrix.work(77);
    float[] x = random(work + 19 * 77, 3);
    float[] full = new float[19 * 130];
    vector.matmul(m, 19, x.clone(), work, 77, full, 0, 130);
    for (int r = 0; r < 19; r++) {
      float[] alone = new float[130];
      vector.matmul(m, 1, x.clone(), work + 77 * r, 77, alone, 0, 130);
      assertThat(Arrays.copyOfRange(full, 130 * r, 130 * r + 130)).isEqualTo(alone);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "INT8_G32", "INT4_G32", "INT4_G64"})
  void theLargestWholeNumbersDoNotOverflow(Precision precision) {
    int in = 4096;
    for (int sign : new int[] {1, -1}) {
      float[] weight = new float[64 * in];
      Arrays.fill(weight, sign);
      Matrix m = Matrix.pack(precision, 64, in, weight, null);
      int work = Matrix.work(in);
      float[] x = new float[work + in];
      Arrays.fill(x, work, work + in, 1);
      for (Kernels kernels : new Kernels[] {plain, vector}) {
        float[] y = new float[64];
        kernels.matmul(m, 1, x.clone(), work, in, y, 0, 64);
        assertThat(y).containsOnly(new float[] {y[0]}[0]);
        assertThat(y[0]).isCloseTo(sign * in, within(0.01f));
      }
    }
  }

  /** With inputs of whole groups and outputs of whole panels nothing is filled up. */
  @ParameterizedTest
  @EnumSource
  void bytesAreThoseThatAProductReads(Precision precision) {
    int out = 2 * Matrix.WIDTH;
    int in = 128;
    int groups = precision.group() == 0 ? 1 : in / precision.group();
    int scales = precision.bits() < 16 ? 4 * out * groups : 0;
    assertThat(Matrix.pack(precision, out, in, random(out * in, 1), null).bytes())
        .isEqualTo(out * in * precision.bits() / 8 + scales + 4 * out);
  }

  @Test
  void whatIsNotANumberStaysSo() {
    for (Precision precision : Precision.values()) {
      Matrix m = Matrix.pack(precision, 64, 64, random(64 * 64, 1), null);
      int work = Matrix.work(64);
      float[] x = random(work + 64, 2);
      x[work + 13] = Float.NaN;
      float[] y = new float[64];
      vector.matmul(m, 1, x, work, 64, y, 0, 64);
      assertThat(y).as(precision.toString()).containsOnly(Float.NaN);
    }
  }
}
