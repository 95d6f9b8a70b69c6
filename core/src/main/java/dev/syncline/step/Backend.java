package dev.syncline.step;

/**
 * What steps streams: a program by its own kernels, or another runtime by a graph made of it. All
 * backends of a program and a precision agree within rounding, so that a stream may go on with
 * another one. Of one thread.
 */
public interface Backend extends AutoCloseable {
  /**
   * One tick of each of the first {@code n} streams, which may be at different ticks: from the
   * inputs' buffers in a lane's scratch and its slab to the outputs' buffers and the slab.
   */
  void step(Lane[] lanes, int n);

  /** Frees what lies outside the JVM's heap. */
  @Override
  default void close() {}
}
