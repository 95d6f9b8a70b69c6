package dev.syncline.media;

import java.time.Duration;

/**
 * What a media file may cost.
 *
 * @param maxBytes size of the file
 * @param maxPixels pixels of one frame, stored or scaled, 1 to 500,000,000
 * @param maxSeconds length in seconds, as the container says it and as it turns out to be
 * @param maxFrames frames of one video
 * @param timeout how long a reader waits for the next bytes of ffmpeg before it gives up; the time
 *     between two reads does not count, so a live pace is no problem
 */
public record MediaLimits(
    long maxBytes, long maxPixels, double maxSeconds, long maxFrames, Duration timeout) {

  /** 16 GiB, 4096 x 4096 pixels, 12 hours, 10 million frames, 30 seconds of silence of ffmpeg. */
  public static final MediaLimits DEFAULT =
      new MediaLimits(16L << 30, 4096L * 4096, 12 * 3600.0, 10_000_000, Duration.ofSeconds(30));

  public MediaLimits {
    if (maxBytes < 1
        || maxPixels < 1
        || maxPixels > 500_000_000
        || !(maxSeconds > 0 && maxSeconds < 1e9)
        || maxFrames < 1
        || timeout.toMillis() < 1
        || timeout.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("limits that allow nothing or anything: " + this);
    }
  }
}
