package dev.syncline.step;

import dev.syncline.spec.Node;
import dev.syncline.weights.Weights;
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
    return pack(rows(node, weight), weights.values().get(node.name(bias)));
  }

  /** A matrix of a layer's input. */
  Matrix ofInput(Node node, String weight, String bias) {
    return pack(scaled(node, weight), shifted(node, weight, bias));
  }

  /** One matrix for two linear layers. */
  Matrix composed(Node first, Node second) {
    Rows b = rows(second, "weight");
    float[] bias = weights.values().get(second.name("bias"));
    float[] between = shifted(first, "weight", "bias");
    return pack(
        Folding.product(b, scaled(first, "weight")),
        between == null ? bias : b.apply(between, bias));
  }

  /** A weight with what is done to its inputs first. */
  private Rows scaled(Node node, String weight) {
    Folding.Affine affine = inputs.get(node.path());
    return affine == null ? rows(node, weight) : rows(node, weight).times(affine.gain());
  }

  /** The bias that goes with it; null for none. */
  private float[] shifted(Node node, String weight, String bias) {
    Folding.Affine affine = inputs.get(node.path());
    float[] own = weights.values().get(node.name(bias));
    return affine == null || affine.shift() == null
        ? own
        : rows(node, weight).apply(affine.shift(), own);
  }

  private Rows rows(Node node, String weight) {
    return Rows.of(out(node, weight), weights.buffer(node.name(weight)));
  }

  private int out(Node node, String weight) {
    return weights.parameters().stream()
        .filter(p -> p.name().equals(node.name(weight)))
        .findFirst()
        .orElseThrow()
        .shape()
        .getFirst();
  }

  private Matrix pack(Rows weight, float[] bias) {
    boolean small = weight.out() * weight.in() < SMALL;
    return Matrix.pack(small ? Precision.FP32 : precision, weight, bias);
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
