package dev.syncline.torch;

import static org.bytedeco.pytorch.global.torch.zeros;

import dev.syncline.spec.Node;
import dev.syncline.spec.StatePart;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What a batch of streams remembers between two pieces.
 *
 * @param parts by name, {@code [batch, rows, width]}, oldest row first
 * @param ticks ticks that each stream has behind it
 */
public record State(Map<String, Tensor> parts, long[] ticks) {

  /** The state of streams that have not begun. */
  public static State start(Node root, int batch) {
    Map<String, Tensor> parts = new LinkedHashMap<>();
    for (StatePart part : StatePart.of(root)) {
      // One zero that is seen everywhere: a long ring takes no memory before it is filled.
      Tensor zero = Tensors.placed(zeros(1, 1, 1));
      parts.put(part.name(), zero.expand(batch, part.rows(), part.width()));
    }
    return new State(parts, new long[batch]);
  }

  /** The index in the stream of the next row of a stream with {@code rows} rows a tick. */
  long[] starts(int rows) {
    return Arrays.stream(ticks).map(tick -> tick * rows).toArray();
  }
}
