package dev.syncline.cli.bench;

/** One way to do a step of some streams, from rows in Java arrays to outputs in Java arrays. */
interface Step extends AutoCloseable {
  /** Writes the rows of the next tick of every stream, does it, and reads the outputs. */
  void run();

  /** The outputs of the last step, stream after stream; the array is used again. */
  float[] outputs();

  @Override
  default void close() {}
}
