package dev.syncline.spec;

import java.util.List;

/**
 * What flows between two layers: rows of a fixed form at a fixed rate.
 *
 * @param rows rows a tick
 * @param dims the form of a row: {@code [width]} or, for pictures, {@code [height, width,
 *     channels]}
 */
public record Shape(int rows, List<Integer> dims) {
  /** More floats in one row than this are refused: 64 Mi, a picture of 4,700 x 4,700 in colour. */
  private static final long MAX_ROW = 1L << 26;

  /** Likewise in one tick: 1 GB. */
  private static final long MAX_TICK = 1L << 28;

  public Shape {
    dims = List.copyOf(dims);
    long size = 1;
    for (int d : dims) {
      size = d < 1 ? Long.MAX_VALUE : Math.multiplyExact(size, (long) d);
      if (size > MAX_ROW) {
        throw new IllegalArgumentException(
            "a row of form "
                + dims
                + " cannot be: every size is at least 1, and a row holds at most "
                + MAX_ROW
                + " numbers");
      }
    }
    if (rows < 1 || (dims.size() != 1 && dims.size() != 3)) {
      throw new IllegalArgumentException("no such shape: " + rows + " rows of " + dims);
    }
    if (rows * size > MAX_TICK) {
      throw new IllegalArgumentException(rows + " rows of " + dims + " are too many for a tick");
    }
  }

  public static Shape vector(int rows, int width) {
    return new Shape(rows, List.of(width));
  }

  public static Shape image(int rows, int height, int width, int channels) {
    return new Shape(rows, List.of(height, width, channels));
  }

  /** Floats in one row. */
  public int size() {
    int size = dims.get(0);
    for (int i = 1; i < dims.size(); i++) {
      size *= dims.get(i);
    }
    return size;
  }

  public boolean isImage() {
    return dims.size() == 3;
  }

  /** The innermost dimension: a vector's width, a picture's channels. */
  public int width() {
    return dims.getLast();
  }

  public Shape withWidth(int width) {
    return isImage() ? image(rows, dims.get(0), dims.get(1), width) : vector(rows, width);
  }

  public Shape withRows(int newRows) {
    return new Shape(newRows, dims);
  }

  /** Written out, like {@link #hashCode}: what a JVM makes for a record costs its start 20 ms. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && rows == shape.rows && dims.equals(shape.dims);
  }

  @Override
  public int hashCode() {
    return 31 * rows + dims.hashCode();
  }

  @Override
  public String toString() {
    return rows + "×" + String.join("·", dims.stream().map(String::valueOf).toList());
  }
}
