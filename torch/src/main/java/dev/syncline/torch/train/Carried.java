package dev.syncline.torch.train;

import dev.syncline.spec.Node;
import dev.syncline.torch.State;
import dev.syncline.torch.Tensors;
import dev.syncline.torch.train.Examples.Example;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * The states that the streams of one batch ended with, for those of the next to begin with, as in a
 * stream that is never reset.
 *
 * @param parts by name, {@code [streams, rows, width]} flat
 * @param ticks behind each stream; {@value #PADDED} for one that ended before the batch did, whose
 *     state cannot be gone on with
 */
record Carried(Map<String, float[]> parts, List<Long> ticks) {
  static final Carried NONE = new Carried(Map.of(), List.of());
  private static final long PADDED = -1;

  /** What a batch ended with. */
  static Carried after(State state, List<Example> batch) {
    int longest = batch.stream().mapToInt(Example::ticks).max().orElseThrow();
    Map<String, float[]> parts = new LinkedHashMap<>();
    state.parts().forEach((name, t) -> parts.put(name, Tensors.values(t)));
    List<Long> ticks = new ArrayList<>();
    for (int b = 0; b < batch.size(); b++) {
      ticks.add(batch.get(b).ticks() == longest ? state.ticks()[b] : PADDED);
    }
    return new Carried(parts, ticks);
  }

  /**
   * What the next batch begins with: each stream goes on, by chance, with what the one in its place
   * ended with, or begins anew.
   */
  State begin(Node node, int streams, double probability, long seed) {
    State start = State.start(node, streams);
    SplittableRandom random = new SplittableRandom(seed);
    boolean[] goesOn = new boolean[streams];
    for (int b = 0; b < streams; b++) {
      boolean drawn = random.nextDouble() < probability;
      goesOn[b] = drawn && b < ticks.size() && ticks.get(b) != PADDED;
      start.ticks()[b] = goesOn[b] ? ticks.get(b) : 0;
    }
    if (Arrays.stream(start.ticks()).allMatch(t -> t == 0)) {
      return start;
    }
    Map<String, Tensor> begun = new LinkedHashMap<>();
    start
        .parts()
        .forEach(
            (name, zero) -> {
              int size = (int) (zero.numel() / streams);
              float[] values = new float[streams * size];
              for (int b = 0; b < streams; b++) {
                if (goesOn[b]) {
                  System.arraycopy(parts.get(name), b * size, values, b * size, size);
                }
              }
              begun.put(name, Tensors.of(values, streams, zero.size(1), zero.size(2)));
            });
    return new State(begun, start.ticks());
  }
}
