package dev.syncline.onnx;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which tensors of an ONNX file an encoder is made of: one float input, one float output, and the
 * state that goes in under one name and comes out under another.
 *
 * @param input name of the graph's input for the window
 * @param shape shape of one window with the batch dimension first: {@code [1, ...]}
 * @param output name of the graph's output for the vector, {@code [1, ...]}, read row by row
 * @param states the parts of the state in the order in which they lie in the stream's state; empty
 *     for a stateless encoder
 */
public record Binding(String input, List<Integer> shape, String output, List<State> states) {
  /** The most floats that a tensor of an encoder may have. */
  static final int MAX_FLOATS = 1 << 26;

  /**
   * One part of the state.
   *
   * @param input name of the graph's input that takes the state
   * @param output name of the graph's output that gives the next state
   * @param shape shape of both for a single stream; the batch dimension, wherever it is, is 1
   */
  public record State(String input, String output, List<Integer> shape) {
    public State {
      shape = List.copyOf(shape);
      size("the state \"" + input + "\"", shape);
    }
  }

  public Binding {
    shape = List.copyOf(shape);
    states = List.copyOf(states);
    size("the input \"" + input + "\"", shape);
    if (shape.isEmpty() || shape.getFirst() != 1) {
      throw new IllegalArgumentException(
          "the shape of an encoder's input starts with the batch dimension 1, is " + shape);
    }
    Set<String> inputs = new HashSet<>(Set.of(input));
    Set<String> outputs = new HashSet<>(Set.of(output));
    for (State state : states) {
      if (!inputs.add(state.input) || !outputs.add(state.output)) {
        throw new IllegalArgumentException(
            "the state \"" + state.input + "\" uses a name that is already taken");
      }
    }
  }

  /** Floats of a shape; {@code what} names it in complaints. */
  static int size(String what, List<Integer> shape) {
    long size = 1;
    for (int dim : shape) {
      if (dim < 1) {
        throw new IllegalArgumentException(what + " has a dimension below 1: " + shape);
      }
      size *= dim;
      if (size > MAX_FLOATS) {
        throw new IllegalArgumentException(
            what + " has more than " + MAX_FLOATS + " numbers: " + shape);
      }
    }
    return (int) size;
  }
}
