package dev.syncline.step;

import dev.syncline.spec.Node;
import dev.syncline.weights.Weights;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * What operations are made of: weights packed, rings and scratch in place.
 *
 * @param inputs what is done first to the inputs of nodes' matrices, by path
 * @param rings of all state parts by name
 * @param scratch reserves so many floats and tells where
 */
record Parts(
    Weights weights,
    Precision precision,
    Map<String, Folding.Affine> inputs,
    Map<String, Ring> rings,
    IntUnaryOperator scratch) {
  /** Matrices of fewer weights stay FP32: they cost nothing, and are often the last ones. */
  private static final int SMALL = 4096;

  /** A tensor of a layer. */
  float[] get(Node node, String name) {
    return weights.get(node.name(name));
  }

  /** A matrix of a layer's state or of what it found, with its bias, if it has one. */
  Matrix matrix(Node node, String weight, String bias) {
    FloatBuffer w = weights.buffer(node.name(weight));
    return pack(w, weights.values().get(node.name(bias)), out(node, weight));
  }

  /** A matrix of a layer's input. */
  Matrix ofInput(Node node, String weight, String bias) {
    if (!inputs.containsKey(node.path())) {
      return matrix(node, weight, bias);
    }
    FloatBuffer scaled = FloatBuffer.wrap(scaled(node, weight));
    return pack(scaled, shifted(node, weight, bias), out(node, weight));
  }

  /** One matrix for two linear layers. */
  Matrix composed(Node first, Node second) {
    float[] b = get(second, "weight");
    float[] bias = weights.values().get(second.name("bias"));
    float[] between = shifted(first, "weight", "bias");
    return pack(
        FloatBuffer.wrap(Folding.product(b, scaled(first, "weight"), out(first, "weight"))),
        between == null ? bias : Folding.apply(b, between, bias),
        out(second, "weight"));
  }

  /** A weight with what is done to its inputs first. */
  private float[] scaled(Node node, String weight) {
    Folding.Affine affine = inputs.get(node.path());
    return affine == null ? get(node, weight) : Folding.scaled(get(node, weight), affine);
  }

  /** The bias that goes with it; null for none. */
  private float[] shifted(Node node, String weight, String bias) {
    Folding.Affine affine = inputs.get(node.path());
    float[] own = weights.values().get(node.name(bias));
    return affine == null ? own : Folding.shifted(get(node, weight), own, affine);
  }

  private int out(Node node, String weight) {
    return weights.parameters().stream()
        .filter(p -> p.name().equals(node.name(weight)))
        .findFirst()
        .orElseThrow()
        .shape()
        .getFirst();
  }

  private Matrix pack(FloatBuffer w, float[] bias, int out) {
    Precision kept = w.capacity() < SMALL ? Precision.FP32 : precision;
    return Matrix.pack(kept, out, w.capacity() / out, w, bias);
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
