package dev.syncline.media;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a media file says that it holds, within the limits.
 *
 * @param format ffmpeg's name of the container, e.g. {@code "matroska,webm"}
 * @param startNanos capture time of the container's first packet in nanoseconds; 0 if unknown
 * @param durationNanos length of the longest stream in nanoseconds, if known
 * @param streams all streams in the order of the file
 */
public record Probe(
    String format, long startNanos, OptionalLong durationNanos, List<Stream> streams) {
  /** The most streams that a file may have. */
  public static final int MAX_STREAMS = 64;

  /** The most channels that an audio stream may have. */
  public static final int MAX_CHANNELS = 64;

  private static final int MAX_RATE = 1_000_000;
  private static final int MAX_ANSWER = 1 << 20;

  /** One stream of the file. */
  public sealed interface Stream {
    /** Its number in the file, from 0. */
    int index();

    /** ffmpeg's name of the codec; empty if it is unknown. */
    String codec();
  }

  /**
   * Sound.
   *
   * @param rate samples a second
   * @param startNanos capture time of the first sample
   * @param durationNanos length, if the file says it
   */
  public record Audio(
      int index, String codec, int rate, int channels, long startNanos, OptionalLong durationNanos)
      implements Stream {}

  /**
   * Moving pictures.
   *
   * @param width pixels as stored, before any rotation
   * @param height pixels as stored
   * @param fps average frames a second; 0 if unknown
   * @param timeBase unit of the timestamps, "num/den" seconds
   * @param startNanos capture time of the first frame
   * @param durationNanos length, if the file says it
   */
  public record Video(
      int index,
      String codec,
      int width,
      int height,
      double fps,
      String timeBase,
      long startNanos,
      OptionalLong durationNanos)
      implements Stream {}

  /** Subtitles, data, cover pictures: not read. */
  public record Other(int index, String codec, String kind) implements Stream {}

  public Probe {
    streams = List.copyOf(streams);
  }

  /** The first audio stream. */
  public Optional<Audio> audio() {
    return streams.stream().filter(Audio.class::isInstance).map(Audio.class::cast).findFirst();
  }

  /** The first video stream that is not a cover picture. */
  public Optional<Video> video() {
    return streams.stream().filter(Video.class::isInstance).map(Video.class::cast).findFirst();
  }

  /**
   * Asks ffprobe.
   *
   * @throws InputException if the file is missing, not media, or beyond the limits, or ffprobe
   *     cannot be started
   */
  public static Probe of(Ffmpeg tools, Path file, MediaLimits limits) {
    List<String> command =
        tools.open(
            tools.ffprobe(),
            file,
            limits,
            List.of(
                "-print_format",
                "json",
                "-show_entries",
                "format=format_name,start_time,duration"
                    + ":stream=index,codec_type,codec_name,sample_rate,channels,width,height,"
                    + "avg_frame_rate,time_base,start_time,duration"
                    + ":stream_disposition=attached_pic"));
    byte[] answer = new byte[MAX_ANSWER];
    int length = 0;
    try (Child child = new Child(command, file, limits.timeout())) {
      for (int n = 0; n >= 0; n = child.read(answer, length, answer.length - length)) {
        length += n;
        if (length == answer.length) {
          throw child.bad("ffprobe says more than " + MAX_ANSWER + " bytes about it");
        }
      }
      child.finish();
    }
    String text = new String(answer, 0, length, StandardCharsets.UTF_8);
    return read(Json.parse(file.toString(), text), limits);
  }

  private static Probe read(Field root, MediaLimits limits) {
    Field format = root.get("format");
    List<Stream> streams = new ArrayList<>();
    List<Field> entries = root.get("streams").items();
    if (entries.size() > MAX_STREAMS) {
      throw root.bad("has " + entries.size() + " streams, the limit is " + MAX_STREAMS);
    }
    entries.forEach(entry -> streams.add(stream(entry, limits)));
    return new Probe(
        format.get("format_name").string(), start(format), duration(format, limits), streams);
  }

  private static Stream stream(Field f, MediaLimits limits) {
    int index = (int) f.get("index").integer(0, MAX_STREAMS);
    String codec = f.find("codec_name").map(Field::string).orElse("");
    String kind = f.find("codec_type").map(Field::string).orElse("unknown");
    boolean cover =
        f.find("disposition")
            .flatMap(d -> d.find("attached_pic"))
            .map(p -> p.number() != 0)
            .orElse(false);
    if (cover) {
      return new Other(index, codec, "cover");
    }
    return switch (kind) {
      case "audio" ->
          new Audio(
              index,
              codec,
              whole(f.get("sample_rate"), MAX_RATE),
              (int) f.get("channels").integer(1, MAX_CHANNELS),
              start(f),
              duration(f, limits));
      case "video" -> video(f, index, codec, limits);
      default -> new Other(index, codec, kind);
    };
  }

  private static Video video(Field f, int index, String codec, MediaLimits limits) {
    int width = (int) f.get("width").integer(1, Integer.MAX_VALUE);
    int height = (int) f.get("height").integer(1, Integer.MAX_VALUE);
    if ((long) width * height > limits.maxPixels()) {
      throw f.bad("is " + width + " x " + height + " pixels, the limit is " + limits.maxPixels());
    }
    String[] rate = f.get("avg_frame_rate").string().split("/", 2);
    double fps = rate[0].equals("0") ? 0 : decimal(f, rate[0]) / decimal(f, rate[1]);
    String timeBase = f.get("time_base").string();
    try {
      TimeBase.parse(timeBase);
    } catch (IllegalArgumentException e) {
      throw new InputException(f.bad("has the time base " + timeBase).getMessage(), e);
    }
    return new Video(index, codec, width, height, fps, timeBase, start(f), duration(f, limits));
  }

  private static int whole(Field field, int max) {
    double value = decimal(field, field.string());
    if (value < 1 || value > max || value != Math.rint(value)) {
      throw field.bad("must be a whole number from 1 to " + max + ", is " + field.string());
    }
    return (int) value;
  }

  private static long start(Field f) {
    return f.find("start_time").map(Probe::nanos).orElse(0L);
  }

  private static OptionalLong duration(Field f, MediaLimits limits) {
    Optional<Field> duration = f.find("duration");
    if (duration.isEmpty()) {
      return OptionalLong.empty();
    }
    long nanos = nanos(duration.get());
    if (nanos > limits.maxSeconds() * TimeBase.NANOS) {
      throw f.bad(
          "lasts " + duration.get().string() + " s, the limit is " + limits.maxSeconds() + " s");
    }
    return OptionalLong.of(nanos);
  }

  /** Seconds as ffprobe writes them, e.g. "1.433333". */
  private static long nanos(Field seconds) {
    if (Math.abs(decimal(seconds, seconds.string())) > 9e9) {
      throw seconds.bad("is beyond 9e9 seconds: " + seconds.string());
    }
    return Math.round(decimal(seconds, seconds.string()) * TimeBase.NANOS);
  }

  private static double decimal(Field where, String text) {
    double value = Double.NaN;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      // Refused below like any other text that is no number.
    }
    if (!Double.isFinite(value)) {
      throw where.bad("must be a number, is \"" + text + "\"");
    }
    return value;
  }
}
