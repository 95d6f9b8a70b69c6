package dev.syncline.step;

/** The reference set: one loop after the other. */
public record PlainKernels() implements Kernels {
  static final float LOW = -87.3f;
  static final float HIGH = 88.3f;
  static final float LOG2E = 1.442695f;
  static final float LN2_HIGH = 0.6933594f;
  static final float LN2_LOW = -2.1219444e-4f;

  /** Rounds to the nearest whole number when added and taken away again: 1.5·2^23. */
  static final float ROUND = 12582912f;

  /** Taylor's series of e^r up to r^6 on |r| <= ln(2)/2: relative error below 2e-7. */
  static final float[] SERIES = {1f / 720, 1f / 120, 1f / 24, 1f / 6, 0.5f, 1, 1};

  @Override
  public void matmul(
      Panels w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < w.out(); o++) {
        int panel = o / Panels.WIDTH * Panels.WIDTH;
        int width = Math.min(Panels.WIDTH, w.bias().length - panel);
        int at = panel * w.in() + o - panel;
        float sum = w.bias()[o];
        for (int k = 0; k < w.in(); k++) {
          sum += w.data()[at + k * width] * x[xAt + r * xStride + k];
        }
        y[yAt + r * yStride + o] = sum;
      }
    }
  }

  @Override
  public void exp(float[] a, int at, int n) {
    for (int i = at; i < at + n; i++) {
      a[i] = exp(a[i]);
    }
  }

  /** e^x for x clamped to the range of normal floats. */
  static float exp(float x) {
    float v = Math.min(HIGH, Math.max(LOW, x));
    float n = v * LOG2E + ROUND - ROUND;
    float r = v - n * LN2_HIGH - n * LN2_LOW;
    float sum = SERIES[0];
    for (int i = 1; i < SERIES.length; i++) {
      sum = sum * r + SERIES[i];
    }
    return sum * Float.intBitsToFloat(((int) n + 127) << 23);
  }

  @Override
  public float dot(float[] a, int aAt, float[] b, int bAt, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) {
      sum += a[aAt + i] * b[bAt + i];
    }
    return sum;
  }
}
