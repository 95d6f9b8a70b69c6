package dev.syncline.step;

import dev.syncline.spec.Shape;

/**
 * A stretch of one stream: the rows of some whole ticks.
 *
 * @param shape form and rate of the rows
 * @param ticks length
 * @param values {@code ticks·rows·size} numbers; those of invalid rows mean nothing
 * @param valid {@code ticks·rows} numbers, 1 or 0
 */
public record Block(Shape shape, int ticks, float[] values, float[] valid) {
  public Block {
    int rows = Math.multiplyExact(ticks, shape.rows());
    if (valid.length != rows || values.length != Math.multiplyExact(rows, shape.size())) {
      throw new IllegalArgumentException(
          "a block of %d ticks of %s cannot have %d values and %d marks"
              .formatted(ticks, shape, values.length, valid.length));
    }
  }

  /** A block of zeros, nothing valid. */
  public static Block empty(Shape shape, int ticks) {
    int rows = Math.multiplyExact(ticks, shape.rows());
    return new Block(
        shape, ticks, new float[Math.multiplyExact(rows, shape.size())], new float[rows]);
  }

  /** Floats of one tick. */
  public int tickSize() {
    return shape.rows() * shape.size();
  }

  /** The ticks from {@code from} to before {@code to}. */
  public Block slice(int from, int to) {
    Block part = empty(shape, to - from);
    System.arraycopy(values, from * tickSize(), part.values, 0, part.values.length);
    System.arraycopy(valid, from * shape.rows(), part.valid, 0, part.valid.length);
    return part;
  }

  /** Writes tick {@code t} to a buffer of a scratch array; invalid rows are written as zeros. */
  public void load(int t, float[] scratch, Buffer to) {
    System.arraycopy(valid, t * shape.rows(), scratch, to.valid(), shape.rows());
    System.arraycopy(values, t * tickSize(), scratch, to.at(), tickSize());
    to.mask(scratch);
  }

  /** Reads a buffer of a scratch array into tick {@code t}. */
  public void store(int t, float[] scratch, Buffer from) {
    System.arraycopy(scratch, from.valid(), valid, t * shape.rows(), shape.rows());
    System.arraycopy(scratch, from.at(), values, t * tickSize(), tickSize());
  }
}
