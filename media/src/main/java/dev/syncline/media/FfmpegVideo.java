package dev.syncline.media;

import dev.syncline.json.InputException;
import java.nio.file.Path;
import java.util.List;

/**
 * The first video stream of a file as RGB pictures, each once and with the container's time: a
 * variable frame rate stays variable. Pictures are turned upright as the file asks; the aspect of
 * pixels that are not square is left as stored.
 *
 * <p>One thread reads; closing kills ffmpeg.
 */
public final class FfmpegVideo implements AutoCloseable {
  private final Packets packets;
  private final int width;
  private final int height;
  private final long maxFrames;
  private long frames;

  private FfmpegVideo(Packets packets, MediaLimits limits) {
    this.packets = packets;
    this.width = packets.width();
    this.height = packets.height();
    this.maxFrames = limits.maxFrames();
  }

  /**
   * Opens the first video stream at its own size.
   *
   * @throws InputException if there is no video, or as {@link Probe#of}
   */
  public static FfmpegVideo open(Ffmpeg tools, Path file, MediaLimits limits) {
    return open(tools, file, limits, "iw:ih");
  }

  /**
   * Opens the first video stream, scaled (bilinear; reduced pictures are averaged) to {@code width}
   * x {@code height} whatever its own aspect is.
   *
   * @throws InputException if there is no video, or as {@link Probe#of}
   */
  public static FfmpegVideo open(
      Ffmpeg tools, Path file, MediaLimits limits, int width, int height) {
    if (width < 1 || height < 1 || (long) width * height > limits.maxPixels()) {
      throw new IllegalArgumentException(
          width + " x " + height + " is empty or more than " + limits.maxPixels() + " pixels");
    }
    return open(tools, file, limits, width + ":" + height);
  }

  private static FfmpegVideo open(Ffmpeg tools, Path file, MediaLimits limits, String size) {
    Probe probe = Probe.of(tools, file, limits);
    Probe.Video video =
        probe.video().orElseThrow(() -> new InputException(file + ": has no video stream"));
    // The encoder's time base is the stream's own; ffmpeg's default, the mean frame interval,
    // would round the times of a variable frame rate to a grid.
    List<String> codec =
        List.of(
            "-map",
            "0:" + video.index(),
            "-vf",
            "scale=" + size + ":flags=bilinear+accurate_rnd+full_chroma_int+bitexact,format=rgb24",
            "-fps_mode",
            "passthrough",
            "-enc_time_base",
            video.timeBase().replace('/', ':'),
            "-c:v",
            "rawvideo");
    Packets packets =
        new Packets(
            tools,
            file,
            limits,
            codec,
            "rawvideo",
            video.startNanos(),
            video.durationNanos().isPresent() ? video.durationNanos() : probe.durationNanos());
    try {
      return new FfmpegVideo(packets, limits).checked(limits);
    } catch (RuntimeException e) {
      packets.close();
      throw e;
    }
  }

  /** A picture of the size that {@link #next} fills. */
  public VideoFrame frame() {
    return new VideoFrame(width, height);
  }

  /** Pixels of a picture as it is delivered. */
  public int width() {
    return width;
  }

  /** Pixels of a picture as it is delivered. */
  public int height() {
    return height;
  }

  /**
   * Reads the next picture.
   *
   * @return false at the end, the picture is then the one before
   * @throws InputException if the file cannot be decoded further, is truncated, changes its size or
   *     is beyond a limit
   */
  public boolean next(VideoFrame into) {
    if (into.width() != width || into.height() != height) {
      throw new IllegalArgumentException("the picture is not " + width + " x " + height);
    }
    if (!packets.next()) {
      return false;
    }
    if (packets.size() != into.rgb().length) {
      throw packets.bad(
          "changes its picture size at "
              + Packets.seconds(packets.nanos())
              + "; ask for a fixed size");
    }
    if (++frames > maxFrames) {
      throw packets.bad("has more than " + maxFrames + " frames, which is the limit");
    }
    packets.read(into.rgb(), 0, into.rgb().length);
    into.timeNanos = packets.nanos();
    return true;
  }

  /** What ffmpeg complained about last, for example damage it could mend; empty if nothing. */
  public String complaint() {
    return packets.complaint();
  }

  @Override
  public void close() {
    packets.close();
  }

  /** The size that ffmpeg settled on, after turning the picture upright. */
  private FfmpegVideo checked(MediaLimits limits) {
    if (width < 1 || height < 1) {
      packets.next();
      throw packets.bad("ffmpeg does not say how large its pictures are");
    }
    if ((long) width * height > limits.maxPixels()) {
      throw packets.bad(
          "is " + width + " x " + height + " pixels, the limit is " + limits.maxPixels());
    }
    return this;
  }
}
