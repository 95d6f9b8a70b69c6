package dev.syncline.spec;

import dev.syncline.json.Records.Default;
import java.util.List;

/**
 * A pretrained network in an ONNX file of the model folder, run on windows of front-end rows:
 * output row j sees the {@code windowRows} rows that end with row (j+1)·{@code hopRows} - 1.
 *
 * @param file name inside the model folder
 * @param input name of the graph's input
 * @param shape its shape, batch dimension 1 first; rows oldest first, pictures channels first
 * @param output name of the graph's output
 * @param width numbers of the output
 * @param minValid share of a window's rows that must be valid for the output to be; of a window of
 *     one row it is the newest valid one of the hop
 * @param states parts that the file takes and gives back
 */
public record FrozenEncoder(
    String file,
    String input,
    List<Integer> shape,
    String output,
    int width,
    @Default("1") int windowRows,
    @Default("1") int hopRows,
    @Default("0.5") double minValid,
    @Default("[]") List<State> states) {
  private static final long MAX_FLOATS = 1L << 28;

  /** One part of the state: in under one name, out under another. */
  public record State(String input, String output, List<Integer> shape) {
    public State {
      shape = checked(shape);
    }
  }

  public FrozenEncoder {
    shape = checked(shape);
    states = List.copyOf(states);
    if (width < 1 || windowRows < 1 || hopRows < 1) {
      throw new IllegalArgumentException("width, window_rows and hop_rows must be at least 1");
    }
    if (!file.matches("encoders/[A-Za-z0-9._-]{1,64}\\.onnx")) {
      throw new IllegalArgumentException(
          "an encoder's file must be encoders/NAME.onnx inside the model folder, is \""
              + file
              + "\"");
    }
    if (!(minValid > 0 && minValid <= 1)) {
      throw new IllegalArgumentException("min_valid must be above 0 and at most 1, is " + minValid);
    }
  }

  private static List<Integer> checked(List<Integer> shape) {
    long floats = 1;
    for (int d : shape) {
      floats = d < 1 ? Long.MAX_VALUE : floats * d;
      if (floats > MAX_FLOATS) {
        throw new IllegalArgumentException("an encoder's tensor of shape " + shape + " cannot be");
      }
    }
    return List.copyOf(shape);
  }

  /** The encoder's rows, given the front end's. */
  public Shape shape(Shape rows) {
    if (rows.rows() % hopRows != 0) {
      throw new IllegalArgumentException(
          "hop_rows %d must divide the %d rows of a tick".formatted(hopRows, rows.rows()));
    }
    long floats = shape.stream().mapToLong(d -> d).reduce(1, (a, b) -> a * b);
    if (floats != (long) windowRows * rows.size()) {
      throw new IllegalArgumentException(
          "the encoder's input %s is not %d rows of %s".formatted(shape, windowRows, rows.dims()));
    }
    return Shape.vector(rows.rows() / hopRows, width);
  }
}
