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

  /** Writes the tick's rows and validity to a buffer and moves on to the next tick. */
  void take(StreamState s, float[] x, Buffer to, int scratch);

  /** Floating point operations of a tick. */
  long flops();
}
