package dev.syncline.signal;

import java.util.OptionalLong;

/**
 * A frozen encoder: a fixed window of rows in, one vector out. All that it remembers between calls
 * is in the caller's {@code state}, so one encoder serves many streams and a stream is restored by
 * copying its array; stateless encoders have {@link #stateSize()} 0 and accept any array as state.
 *
 * <p>An encoder is used by one thread at a time.
 */
public interface Encoder extends AutoCloseable {
  /** Floats of one window. */
  int inputSize();

  /** Floats of the vector. */
  int width();

  /** Floats of state carried by the stream, zeros at its start. */
  int stateSize();

  /**
   * Encodes one window.
   *
   * @param in {@link #inputSize()} floats from {@code inOffset}
   * @param state {@link #stateSize()} floats from {@code stateOffset}, read and then replaced
   * @param out {@link #width()} floats from {@code outOffset}, written
   */
  void encode(float[] in, int inOffset, float[] state, int stateOffset, float[] out, int outOffset);

  /**
   * Encodes {@code n} windows that lie one after the other, for encoders without state. The result
   * is bit for bit that of {@code n} single calls.
   *
   * @throws IllegalStateException if this encoder has state
   */
  default void encodeBatch(int n, float[] in, int inOffset, float[] out, int outOffset) {
    if (stateSize() != 0) {
      throw new IllegalStateException("an encoder with state takes one window at a time");
    }
    float[] none = {};
    for (int i = 0; i < n; i++) {
      encode(in, inOffset + i * inputSize(), none, 0, out, outOffset + i * width());
    }
  }

  /** Floating point operations of one window, a multiply-add being two; empty if not known. */
  default OptionalLong flops() {
    return OptionalLong.empty();
  }

  @Override
  void close();
}
