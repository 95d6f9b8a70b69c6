package dev.syncline.step;

import dev.syncline.spec.Node;
import dev.syncline.weights.Weights;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/**
 * What operations are made of: weights packed, rings and scratch in place.
 *
 * @param panels packs weights of 32 bits, or knows them packed
 * @param inputs what is done first to the inputs of nodes' matrices, by path
 * @param rings of all state parts by name
 * @param scratch reserves so many floats and tells where
 */
record Parts(
    Weights weights,
    Precision precision,
    Function<Rows, Panels> panels,
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
    return pack(rows(node, weight, bias));
  }

  /** The same as it is, in any precision. */
  Panels exact(Node node, String weight, String bias) {
    return panels.apply(rows(node, weight, bias));
  }

  /** A matrix of a layer's input. */
  Matrix ofInput(Node node, String weight, String bias) {
    return pack(rows(node, weight, bias).behind(inputs.get(node.path())));
  }

  /** One matrix for two linear layers. */
  Matrix composed(Node first, Node second) {
    Rows inner = rows(first, "weight", "bias").behind(inputs.get(first.path()));
    return pack(Folding.product(rows(second, "weight", "bias"), inner));
  }

  private Rows rows(Node node, String weight, String bias) {
    String name = node.name(weight);
    int out = weights.shape(name).getFirst();
    return Rows.of(out, weights.buffer(name), weights.values().get(node.name(bias)));
  }

  private Matrix pack(Rows rows) {
    boolean exact = precision == Precision.FP32 || rows.out() * rows.in() < SMALL;
    return exact ? panels.apply(rows) : Matrix.pack(precision, rows);
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
