package dev.syncline.media;

/** A run of samples without a gap; the reader fills it again and again. */
public final class AudioBlock {
  private final float[] samples;
  int count;
  long timeNanos;

  /** A block of at most {@code capacity} samples. */
  public AudioBlock(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("a block takes at least one sample");
    }
    samples = new float[capacity];
  }

  /** The samples, nominally in [-1, 1]; the first {@link #count()} are valid. */
  public float[] samples() {
    return samples;
  }

  /** Valid samples, at least 1 after a successful read. */
  public int count() {
    return count;
  }

  /** Capture time of the first sample in nanoseconds of the container's clock. */
  public long timeNanos() {
    return timeNanos;
  }
}
