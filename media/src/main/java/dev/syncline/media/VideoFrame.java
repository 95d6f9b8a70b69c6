package dev.syncline.media;

/** One picture; the reader fills it again and again. */
public final class VideoFrame {
  private final int width;
  private final int height;
  private final byte[] rgb;
  long timeNanos;

  /** A picture of {@code width} x {@code height} pixels. */
  public VideoFrame(int width, int height) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("a picture has at least one pixel");
    }
    this.width = width;
    this.height = height;
    rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /** Rows from the top, pixels from the left, red green blue, unsigned bytes. */
  public byte[] rgb() {
    return rgb;
  }

  /** Capture time in nanoseconds of the container's clock. */
  public long timeNanos() {
    return timeNanos;
  }
}
