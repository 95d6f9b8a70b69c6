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
      Matrix w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    for (int r = 0; r < rows; r++) {
      int from = xAt + r * xStride;
      int to = yAt + r * yStride;
      switch (w) {
        case Panels p -> product(p, x, from, y, to);
        case Halves h -> product(h, x, from, y, to);
        case Quantized q -> product(q, x, from, y, to);
      }
    }
  }

  private static void product(Matrix w, float[] x, int xAt, float[] y, int yAt) {
    for (int o = 0; o < w.out(); o++) {
      float sum = w.bias()[o];
      for (int k = 0; k < w.in(); k++) {
        sum += w.weight(o, k) * x[xAt + k];
      }
      y[yAt + o] = sum;
    }
  }

  private void product(Quantized w, float[] x, int xAt, float[] y, int yAt) {
    roundInputs(w, x, xAt);
    for (int o = 0; o < w.out(); o++) {
      float sum = w.bias()[o];
      for (int from = 0; from < w.inputs(); from += w.group()) {
        int whole = 0;
        for (int k = from; k < Math.min(w.inputs(), from + w.group()); k += w.block()) {
          whole += block(w, o, k, x);
        }
        float scale = w.scales()[w.scaleAt(o, from)] * x[w.inputScales() + from / w.group()];
        sum += scale * whole;
      }
      y[yAt + o] = sum;
    }
  }

  /** The inputs from {@code k} on whose weights share shorts. */
  private static int block(Quantized w, int o, int k, float[] x) {
    short[] stream = w.stream(o);
    int rows = w.block() / w.perShort();
    int at = w.at(o, k);
    int mask = (1 << w.bits()) - 1;
    int sum = 0;
    for (int row = 0; row < rows; row++, at += Quantized.STRIP) {
      for (int i = 0; i < w.perShort(); i++) {
        int weight = (stream[at] >>> (i * w.bits()) & mask) - w.offset();
        sum += weight * Kernels.whole(x, k + i * rows + row);
      }
    }
    return sum;
  }

  @Override
  public float sum(float[] a, int at, int n) {
    double sum = 0;
    for (int i = at; i < at + n; i++) {
      sum += a[i];
    }
    return (float) sum;
  }

  @Override
  public float squares(float[] a, int at, int n, float mean) {
    double sum = 0;
    for (int i = at; i < at + n; i++) {
      float d = a[i] - mean;
      sum += d * d;
    }
    return (float) sum;
  }

  @Override
  public float largest(float[] a, int at, int n) {
    float largest = 0;
    for (int i = at; i < at + n; i++) {
      largest = Math.max(largest, Math.abs(a[i]));
    }
    return largest;
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
