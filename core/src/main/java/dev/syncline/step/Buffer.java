package dev.syncline.step;

import dev.syncline.spec.Shape;

/**
 * One tick of a stream in the scratch array: rows one after another, and one float a row that is 1
 * where the row is valid and 0 where it is not. Invalid rows are zero.
 *
 * @param at first float of the rows
 * @param valid first float of the validity
 */
public record Buffer(Shape shape, int at, int valid) {
  public int rows() {
    return shape.rows();
  }

  public int size() {
    return shape.size();
  }

  public int width() {
    return shape.width();
  }

  /** Zeroes the rows that are not valid. */
  void mask(float[] x) {
    int size = size();
    for (int r = 0; r < rows(); r++) {
      if (x[valid + r] == 0) {
        java.util.Arrays.fill(x, at + r * size, at + (r + 1) * size, 0);
      }
    }
  }
}
