package dev.syncline.step;

import dev.syncline.spec.Shape;

/**
 * One modality's way from packets to the rows of a tick. Immutable; what it remembers lies in the
 * slab and longs of the stream from fixed offsets on. Room for {@value #TICKS} ticks: the one at
 * hand and the next.
 */
sealed interface Intake permits AudioIntake, RowIntake {
  int TICKS = 2;

  /** The rows that each tick gives; pictures are [height, width, channels]. */
  Shape shape();

  /** Floats of state. */
  int floats();

  /** Longs of state. */
  int longs();

  int scratchSize();

  /** The capture time up to which this modality is known, in nanoseconds. */
  long knownUntil(StreamState s);

  /** Fills the tick at hand with noise, as packets would. */
  void fill(StreamState s, float[] x, int scratch);

  /** A number in [-0.5, 0.5) that looks like nothing; the same for the same i. */
  static float noise(long i) {
    return ((i * 0x9E3779B97F4A7C15L) >>> 40) * 0x1p-24f - 0.5f;
  }

  /** Writes the tick's rows and validity to a buffer and moves on to the next tick. */
  void take(StreamState s, float[] x, Buffer to, int scratch);

  /** Floating point operations of a tick. */
  long flops();
}
