package dev.syncline.torch;

import dev.syncline.spec.Shape;
import dev.syncline.step.Block;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Stretches of several streams to one batch of the parallel form and back. */
public final class Batch {
  private Batch() {}

  /** One input of all streams; stretches shorter than the longest end in invalid rows. */
  public static Rows rows(List<Block> streams) {
    Shape shape = streams.getFirst().shape();
    int ticks = streams.stream().mapToInt(Block::ticks).max().orElseThrow();
    int tickSize = shape.rows() * shape.size();
    float[] values = new float[Math.multiplyExact(streams.size() * ticks, tickSize)];
    float[] valid = new float[streams.size() * ticks * shape.rows()];
    boolean all = true;
    for (int b = 0; b < streams.size(); b++) {
      Block block = streams.get(b);
      System.arraycopy(block.values(), 0, values, b * ticks * tickSize, block.values().length);
      System.arraycopy(block.valid(), 0, valid, b * ticks * shape.rows(), block.valid().length);
    }
    for (float v : valid) {
      all &= v != 0;
    }
    long[] form = new long[2 + shape.dims().size()];
    form[0] = streams.size();
    form[1] = (long) ticks * shape.rows();
    for (int i = 0; i < shape.dims().size(); i++) {
      form[2 + i] = shape.dims().get(i);
    }
    Tensor marks = all ? null : Tensors.mask(valid, form[0], form[1]);
    return new Rows(Tensors.of(values, form), marks);
  }

  /** All inputs of all streams. */
  public static Map<String, Rows> rows(List<Map<String, Block>> streams, Iterable<String> inputs) {
    Map<String, Rows> rows = new LinkedHashMap<>();
    for (String name : inputs) {
      rows.put(name, rows(streams.stream().map(s -> s.get(name)).toList()));
    }
    return rows;
  }

  /** Stream {@code b} of a batch. */
  public static Block block(Rows rows, int b, Shape shape) {
    int ticks = (int) (rows.rows() / shape.rows());
    float[] valid = new float[ticks * shape.rows()];
    java.util.Arrays.fill(valid, 1);
    if (rows.valid() != null) {
      valid = Tensors.values(rows.valid().select(0, b));
    }
    return new Block(shape, ticks, Tensors.values(rows.values().select(0, b)), valid);
  }
}
