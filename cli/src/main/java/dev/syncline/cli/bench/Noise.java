package dev.syncline.cli.bench;

import dev.syncline.spec.Layer.Embedding;
import dev.syncline.spec.Node;
import dev.syncline.spec.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Normal rows for a model's inputs, the same for every variant; streams are shifted against each
 * other. Rows of one number are 0 where a model has an embedding: they may be a label.
 *
 * @param rows of each input the ticks, {@code [tick][rows·size]}
 */
record Noise(Map<String, float[][]> rows) {
  private static final int TICKS = 64;
  private static final int SHIFT = 7;

  static Noise of(Node root) {
    boolean labels = mayBeLabels(root);
    SplittableRandom random = new SplittableRandom(2);
    Map<String, float[][]> rows = new LinkedHashMap<>();
    root.in()
        .forEach(
            (name, shape) -> {
              float[][] ticks = new float[TICKS][size(shape)];
              for (float[] tick : ticks) {
                for (int i = 0; i < tick.length; i++) {
                  boolean label = labels && shape.size() == 1;
                  tick[i] = label ? 0 : (float) random.nextGaussian();
                }
              }
              rows.put(name, ticks);
            });
    return new Noise(rows);
  }

  /** Whether rows of one number may be labels. */
  static boolean mayBeLabels(Node root) {
    return root.all().stream().anyMatch(n -> n.layer() instanceof Embedding);
  }

  /** Numbers of a tick. */
  static int size(Shape shape) {
    return shape.rows() * shape.size();
  }

  /** What an input is at a tick of a stream. */
  float[] row(String input, long tick, int stream) {
    return rows.get(input)[(int) ((tick + (long) SHIFT * stream) % TICKS)];
  }
}
