package dev.syncline.torch;

import java.util.function.DoubleUnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Sines and cosines of rows' times, a row's own index where there is one rate, times
 * 10000^(-2i/width), made in double precision.
 */
final class Angles {
  private Angles() {}

  /** {@code [batch, rows, width/2 rounded up]}. */
  static Tensor table(AttentionForm.Clock clock, int width, DoubleUnaryOperator f) {
    int half = (width + 1) / 2;
    float[] values = new float[clock.starts().length * clock.rows() * half];
    int at = 0;
    for (long start : clock.starts()) {
      for (int r = 0; r < clock.rows(); r++) {
        long time = (start + r + 1) * clock.unit() - 1;
        for (int i = 0; i < half; i++) {
          values[at++] = (float) f.applyAsDouble(time * Math.pow(10_000, -2.0 * i / width));
        }
      }
    }
    return Tensors.of(values, clock.starts().length, clock.rows(), half);
  }
}
