package dev.syncline.torch;

import java.util.function.DoubleUnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** Sines and cosines of rows' indices times 10000^(-2i/width), made in double precision. */
final class Angles {
  private Angles() {}

  /** Cosines and sines, {@code [batch, rows, 1, depth/2]}, by which heads of a depth turn. */
  static Tensor[] rotary(long[] starts, int rows, int depth) {
    return new Tensor[] {
      table(starts, rows, depth, Math::cos).unsqueeze(2),
      table(starts, rows, depth, Math::sin).unsqueeze(2)
    };
  }

  /** {@code [batch, rows, width/2 rounded up]}. */
  static Tensor table(long[] starts, int rows, int width, DoubleUnaryOperator f) {
    int half = (width + 1) / 2;
    float[] values = new float[starts.length * rows * half];
    int at = 0;
    for (long start : starts) {
      for (int r = 0; r < rows; r++) {
        for (int i = 0; i < half; i++) {
          values[at++] = (float) f.applyAsDouble((start + r) * Math.pow(10_000, -2.0 * i / width));
        }
      }
    }
    return Tensors.of(values, starts.length, rows, half);
  }
}
