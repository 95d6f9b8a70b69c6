package dev.syncline.step;

import dev.syncline.spec.Node;
import dev.syncline.weights.Weights;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * What operations are made of: weights packed, rings and scratch in place.
 *
 * @param rings of all state parts by name
 * @param scratch reserves so many floats and tells where
 */
record Parts(
    Weights weights, Precision precision, Map<String, Ring> rings, IntUnaryOperator scratch) {
  /** Matrices of fewer weights stay FP32: they cost nothing, and are often the last ones. */
  private static final int SMALL = 4096;

  /** A tensor of a layer. */
  float[] get(Node node, String name) {
    return weights.get(node.name(name));
  }

  /** A matrix of a layer with its bias, if it has one. */
  Matrix matrix(Node node, String weight, String bias) {
    FloatBuffer w = weights.buffer(node.name(weight));
    float[] b = weights.values().get(node.name(bias));
    int out =
        weights.parameters().stream()
            .filter(p -> p.name().equals(node.name(weight)))
            .findFirst()
            .orElseThrow()
            .shape()
            .getFirst();
    Precision kept = w.capacity() < SMALL ? Precision.FP32 : precision;
    return Matrix.pack(kept, out, w.capacity() / out, w, b);
  }

  /** What a layer remembers under a name; null where it has no such part. */
  Ring ring(Node node, String name) {
    return rings.get(node.name(name));
  }

  /** Reserves scratch. */
  int take(int floats) {
    return scratch.applyAsInt(floats);
  }
}
