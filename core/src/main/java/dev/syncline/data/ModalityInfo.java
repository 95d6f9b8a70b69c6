package dev.syncline.data;

import dev.syncline.json.Field;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a data set declares about one modality. Files are patterns relative to the data set folder:
 * {@code <id>} stands for the clip, {@code %05d} for the number of a frame.
 */
public sealed interface ModalityInfo {
  /** Segments joined by slashes, none of which is {@code ..}. */
  Pattern SAFE = Pattern.compile("(?!(.*/)?\\.\\.(/|$))[^\\\\\\x00-\\x1f]+");

  /** The pattern of the file or files, e.g. {@code clips/<id>/audio.wav}. */
  String file();

  /** Samples, frames or vectors a second. */
  double rateHz();

  /** Sound in one WAV file a clip. */
  record Audio(String file, double rateHz, int channels) implements ModalityInfo {}

  /** Pictures as one JPEG or PNG file a frame; frame k shows time k / rate. */
  record Image(String file, double rateHz, int width, int height) implements ModalityInfo {}

  /**
   * Samples of several channels at one rate.
   *
   * @param channels the names of the channels in the order of the file
   * @param header the pattern of a file that describes the samples, where the format has one
   */
  record Sensor(String file, double rateHz, List<String> channels, Optional<String> header)
      implements ModalityInfo {}

  /**
   * Vectors computed beforehand, in a safetensors file of one clip or of all.
   *
   * @param key the name of a clip's tensor of shape [rows, width], with {@code <id>} for the clip
   * @param rateHz rows a second; 1 where rows are steps without a time of their own
   */
  record Features(String file, String key, double rateHz, int width) implements ModalityInfo {}

  /** The declaration as it stands in {@code dataset.json}. */
  default Json json() {
    Map<String, Json> fields = new LinkedHashMap<>();
    ((Json.Obj) Records.write(this))
        .fields()
        .forEach((key, value) -> fields.put(key.equals("type") ? "kind" : key, value));
    return new Json.Obj(fields);
  }

  /**
   * Reads a declaration, our own or one of a foreign data set that leaves out {@code kind}, gives
   * files relative to the clip, or writes {@code 00000.jpg ...} for numbered frames.
   *
   * @param sharedFile the file of precomputed vectors that the whole data set declares, if any
   */
  static ModalityInfo read(String name, Field field, Optional<String> sharedFile) {
    field.onlyKeys(
        "kind",
        "name",
        "file",
        "rate_hz",
        "channels",
        "width",
        "height",
        "format",
        "units",
        "header",
        "key",
        "dim",
        "what");
    String file = field.find("file").map(Field::string).orElse("");
    String kind = field.find("kind").map(Field::string).orElseGet(() -> guess(field, file));
    List<String> kinds = List.of("audio", "image", "sensor", "features");
    return switch (kind) {
      case "audio" ->
          new Audio(
              pattern(field.get("file")),
              rate(field.get("rate_hz")),
              field.find("channels").map(c -> (int) c.integer(1, 64)).orElse(1));
      case "image" ->
          new Image(
              numbered(field.get("file")),
              rate(field.get("rate_hz")),
              (int) field.get("width").integer(1, 16384),
              (int) field.get("height").integer(1, 16384));
      case "sensor" ->
          new Sensor(
              pattern(field.get("file")),
              rate(field.get("rate_hz")),
              field.get("channels").items().stream().map(Field::string).toList(),
              field.find("header").map(ModalityInfo::pattern));
      case "features" ->
          new Features(
              file.isEmpty() && sharedFile.isPresent()
                  ? sharedFile.get()
                  : inside(field.get("file")),
              field.find("key").map(Field::string).orElse("<id>/" + name),
              field.find("rate_hz").map(ModalityInfo::rate).orElse(1.0),
              (int) field.find("dim").orElseGet(() -> field.get("width")).integer(1, 1_000_000));
      default ->
          throw kind.isEmpty()
              ? field.bad("the field \"kind\" is missing: one of " + String.join(", ", kinds))
              : field.bad("unknown kind \"" + kind + "\"" + Field.hint(kind, kinds));
    };
  }

  private static String guess(Field field, String file) {
    String lower = file.toLowerCase(Locale.ROOT).replace(" ...", "");
    if (lower.endsWith(".wav")) {
      return "audio";
    } else if (lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png")) {
      return "image";
    } else if (field.find("dim").isPresent() || lower.endsWith(".safetensors")) {
      return "features";
    }
    return field.find("channels").map(Field::value).orElse(null) instanceof Json.Arr
        ? "sensor"
        : "";
  }

  private static double rate(Field field) {
    double rate = field.number();
    if (rate <= 0 || rate > 1_000_000) {
      throw field.bad("must be above 0 and at most 1000000, is " + rate);
    }
    return rate;
  }

  /** The frame pattern: {@code %05d}, or {@code 00000.jpg ...} which says the same. */
  private static String numbered(Field field) {
    String pattern = pattern(field);
    Matcher zeros = Pattern.compile("(0+)(\\.\\w+) \\.\\.\\.$").matcher(pattern);
    if (zeros.find()) {
      pattern =
          pattern.substring(0, zeros.start())
              + "%0"
              + zeros.group(1).length()
              + "d"
              + zeros.group(2);
    }
    if (!FrameFiles.isNumbered(pattern)) {
      throw field.bad("must contain the number of the frame as %05d, is \"" + pattern + "\"");
    }
    return pattern;
  }

  private static String pattern(Field field) {
    String file = inside(field);
    return file.contains("<id>") ? file : "clips/<id>/" + file;
  }

  /** A path that stays inside the data set folder. */
  static String inside(Field field) {
    String file = field.string();
    if (file.isEmpty() || file.startsWith("/") || !SAFE.matcher(file).matches()) {
      throw field.bad("must be a path inside the data set folder, is \"" + file + "\"");
    }
    return file;
  }
}
