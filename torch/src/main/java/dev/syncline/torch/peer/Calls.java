package dev.syncline.torch.peer;

import dev.syncline.spec.Layer.Function;
import dev.syncline.spec.Layer.Pooling;
import java.util.List;

/**
 * The tensor functions that a step is made of. Rows are {@code [streams, rows, ...]}.
 *
 * @param <V> a tensor, or the name of one in a script
 */
interface Calls<V> {
  /** Row {@code n} lies in slot n mod length; {@code n = tick·perTick + offset}. */
  record Slot(int perTick, int offset, int length) {
    int index(long tick) {
      return (int) Math.floorMod(tick * perTick + offset, (long) length);
    }

    /** Slots that are filled once row n is there. */
    int filled(long tick) {
      return (int) Math.min(tick * perTick + offset + 1, length);
    }
  }

  V input(String name);

  /** A tensor of the model in another shape with the same order of numbers. */
  V parameter(String name, long... shape);

  /** The same with its dimensions in another order. */
  V parameter(String name, long[] shape, long... order);

  /** What is remembered, zero at the start. */
  V state(String name, long... shape);

  V linear(V x, V weight, V bias);

  /** {@code W x + b} of one vector. */
  V addmv(V x, V weight, V bias);

  V view(V x, long... shape);

  V permute(V x, long... order);

  V narrow(V x, int dim, int from, int length);

  V cat(List<V> parts, int dim);

  V add(V a, V b);

  V mul(V a, V b);

  V standardize(V x, V mean, V deviation, float clip);

  V apply(Function function, V x);

  /** {@code a + t·(b - a)}. */
  V lerp(V a, V b, V t);

  /** Over the last dimensions, with a gain and a bias for the last one. */
  V layerNorm(V x, long[] shape, V weight, V bias, float epsilon);

  V gruCell(V x, V h, V weightX, V weightH, V biasX, V biasH);

  /** {@code [streams, channels, rows]}. */
  V conv1d(V x, V weight, V bias, int stride, int dilation);

  /** {@code [pictures, channels, height, width]}. */
  V conv2d(V x, V weight, V bias, int stride, int padding);

  V pool(Pooling pooling, V x, long... dims);

  /** {@code [streams, heads, rows, depth]}. */
  V attend(V q, V k, V v);

  /** One row of a ring. */
  V row(V ring, Slot slot);

  /** The rows of a ring that are filled, in any order. */
  V filled(V ring, Slot slot);

  void put(V ring, Slot slot, V row);

  void set(V state, V value);

  void output(String name, V x);
}
