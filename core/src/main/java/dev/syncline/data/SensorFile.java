package dev.syncline.data;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The samples of one clip's sensor. Two formats are known: CSV (a line with the names of the
 * channels, then a line a sample), and {@code .i16delta.gz} with a JSON header (gzip of
 * little-endian 16-bit first differences, channel after channel, each with a scale).
 *
 * @param values rows x channels, row after row, in the units of the file
 */
@SuppressWarnings("ArrayRecordComponent") // samples are handed on, never compared
public record SensorFile(Path path, int channels, float[] values) {
  /** The most values that are read from one file. */
  private static final int MAX_VALUES = 200_000_000;

  /** Deflate makes nothing smaller than this (a match of 258 bytes takes two bits). */
  private static final long GZIP_RATIO = 1032;

  /** Samples in each channel. */
  public int rows() {
    return values.length / channels;
  }

  /** Reads a clip's samples and requires the declared channels and rate. */
  public static SensorFile read(Dataset data, ModalityInfo.Sensor info, String id) {
    Path path = data.resolve(info.file(), id);
    try {
      if (info.header().isPresent()) {
        return deltas(path, Json.read(data.resolve(info.header().get(), id)), info);
      }
      return csv(path, info);
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static SensorFile deltas(Path path, Field header, ModalityInfo.Sensor info)
      throws IOException {
    int channels = info.channels().size();
    int rows = (int) header.get("samples").integer(1, MAX_VALUES / channels);
    List<String> names = header.get("channels").items().stream().map(Field::string).toList();
    if (!names.equals(info.channels())) {
      throw header.get("channels").bad("are " + names + ", dataset.json says " + info.channels());
    }
    if (header.get("rate_hz").number() != info.rateHz()) {
      throw header.get("rate_hz").bad("must be " + info.rateHz() + " as in dataset.json");
    }
    List<Field> scales = header.get("scale").items();
    if (scales.size() != channels) {
      throw header.get("scale").bad("must have " + channels + " values, has " + scales.size());
    }
    if (2L * rows * channels > GZIP_RATIO * Files.size(path)) {
      throw header.get("samples").bad("are more than " + path + " can hold: copy it again");
    }
    float[] values = new float[rows * channels];
    try (InputStream in = new GZIPInputStream(Files.newInputStream(path), 1 << 16)) {
      for (int c = 0; c < channels; c++) {
        byte[] bytes = in.readNBytes(2 * rows);
        if (bytes.length < 2 * rows) {
          throw new InputException(
              path
                  + ": truncated: channel "
                  + names.get(c)
                  + " ends at "
                  + bytes.length / (2 * info.rateHz())
                  + " s: copy it again");
        }
        ByteBuffer deltas = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        double scale = scales.get(c).number();
        int sum = 0;
        for (int t = 0; t < rows; t++) {
          sum += deltas.getShort();
          values[t * channels + c] = (float) (sum / scale);
        }
      }
    }
    return new SensorFile(path, channels, values);
  }

  private static SensorFile csv(Path path, ModalityInfo.Sensor info) throws IOException {
    int channels = info.channels().size();
    float[] values = new float[1024 * channels];
    int size = 0;
    try (BufferedReader in = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      String head = in.readLine();
      List<String> names = head == null ? List.of() : cells(head);
      if (!names.equals(info.channels())) {
        throw new InputException(
            path
                + ": line 1: the channels are "
                + names
                + ", dataset.json says "
                + info.channels());
      }
      int number = 1;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        List<String> cells = cells(line);
        if (cells.size() != channels || size > MAX_VALUES - channels) {
          throw new InputException(
              path
                  + ": line "
                  + number
                  + ": "
                  + cells.size()
                  + " values, "
                  + channels
                  + " channels (and at most "
                  + MAX_VALUES
                  + " values)");
        }
        if (size + channels > values.length) {
          values = Arrays.copyOf(values, 2 * values.length);
        }
        for (String cell : cells) {
          values[size++] = number(path, number, cell);
        }
      }
    }
    return new SensorFile(path, channels, Arrays.copyOf(values, size));
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    for (String cell : line.split(",", -1)) {
      cells.add(cell.strip());
    }
    return cells;
  }

  private static float number(Path path, int line, String cell) {
    try {
      float value = Float.parseFloat(cell);
      if (Float.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new InputException(path + ": line " + line + ": not a number: \"" + cell + "\"", e);
    }
    throw new InputException(path + ": line " + line + ": not a finite number: " + cell);
  }
}
