package dev.syncline.media;

import dev.syncline.json.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;

/**
 * The first audio stream of a file as mono samples: the mean of its channels, resampled by ffmpeg.
 * Every block's time is that of the container for its first sample; where the container jumps, the
 * block ends, so a gap of the recording is a gap between blocks. (Within half the length of the
 * resampling filter, under a millisecond, samples on both sides of a gap are mixed.)
 *
 * <p>One thread reads; closing kills ffmpeg.
 */
public final class FfmpegAudio implements AutoCloseable {
  /** Containers round to milliseconds; a larger step than this is a gap. */
  static final long TOLERANCE_NANOS = 2_000_000;

  private final int rate;
  private final Packets packets;
  private final byte[] bytes = new byte[1 << 14];

  private FfmpegAudio(int rate, Packets packets) {
    this.rate = rate;
    this.packets = packets;
  }

  /**
   * Opens the first audio stream.
   *
   * @param rate samples a second that are wanted, 1000 to 384000
   * @throws InputException if there is no audio, or as {@link Probe#of}
   */
  public static FfmpegAudio open(Ffmpeg tools, Path file, MediaLimits limits, int rate) {
    if (rate < 1000 || rate > 384_000) {
      throw new IllegalArgumentException("a rate from 1000 to 384000 Hz, is " + rate);
    }
    Probe probe = Probe.of(tools, file, limits);
    Probe.Audio audio =
        probe.audio().orElseThrow(() -> new InputException(file + ": has no audio stream"));
    List<String> codec =
        List.of(
            "-map",
            "0:" + audio.index(),
            "-af",
            mean(audio.channels()) + ",aresample=" + rate + ",aformat=sample_fmts=flt",
            "-c:a",
            "pcm_f32le");
    return new FfmpegAudio(
        rate,
        new Packets(
            tools,
            file,
            limits,
            codec,
            "f32le",
            audio.startNanos(),
            audio.durationNanos().isPresent() ? audio.durationNanos() : probe.durationNanos()));
  }

  /** Samples a second. */
  public int rate() {
    return rate;
  }

  /**
   * Reads the next run of samples: as many as the block takes, fewer before a gap and at the end.
   *
   * @return false at the end, the block is then empty
   * @throws InputException if the file cannot be decoded further, is truncated or beyond a limit
   */
  public boolean next(AudioBlock into) {
    into.count = 0;
    float[] samples = into.samples();
    while (into.count < samples.length) {
      if (packets.remaining() == 0 && !packets.next()) {
        break;
      }
      long time = packets.nanos() + nanos((packets.size() - packets.remaining()) / Float.BYTES);
      if (into.count == 0) {
        into.timeNanos = time;
      } else if (Math.abs(time - into.timeNanos - nanos(into.count)) > TOLERANCE_NANOS) {
        break;
      }
      take(into, samples);
    }
    return into.count > 0;
  }

  /** What ffmpeg complained about last, for example damage it could mend; empty if nothing. */
  public String complaint() {
    return packets.complaint();
  }

  @Override
  public void close() {
    packets.close();
  }

  private void take(AudioBlock into, float[] samples) {
    if (packets.remaining() % Float.BYTES != 0) {
      throw packets.bad("ffmpeg gave a packet of " + packets.size() + " bytes, not of floats");
    }
    int room = (samples.length - into.count) * Float.BYTES;
    int length = Math.min(Math.min(packets.remaining(), bytes.length), room);
    packets.read(bytes, 0, length);
    for (int i = 0; i < length; i += Float.BYTES) {
      int bits =
          (bytes[i] & 0xff)
              | ((bytes[i + 1] & 0xff) << 8)
              | ((bytes[i + 2] & 0xff) << 16)
              | (bytes[i + 3] << 24);
      float sample = Float.intBitsToFloat(bits);
      if (!Float.isFinite(sample)) {
        throw packets.bad(
            "has a sample that is not a number near " + Packets.seconds(packets.nanos()));
      }
      samples[into.count++] = sample;
    }
  }

  private long nanos(int samples) {
    return samples * TimeBase.NANOS / rate;
  }

  /** The filter that takes the mean of the channels, whatever they are called. */
  private static String mean(int channels) {
    StringJoiner sum = new StringJoiner("+", "pan=mono|c0=", "");
    for (int c = 0; c < channels; c++) {
      sum.add(1.0 / channels + "*c" + c);
    }
    return sum.toString();
  }
}
