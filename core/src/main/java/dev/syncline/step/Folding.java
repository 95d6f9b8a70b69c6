package dev.syncline.step;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Node;
import dev.syncline.spec.Recurrent;

/**
 * Chains of constants that one product can stand for, found when a program is compiled: the gain
 * and shift of a norm go into the matrices behind it, two linear layers become one where that is
 * less to read, and means are taken before a linear layer rather than behind it.
 */
final class Folding {
  private Folding() {}

  /**
   * What is done to the inputs of a matrix first: {@code gain[k]·x[k] + shift[k]}.
   *
   * @param shift null for none
   */
  record Affine(float[] gain, float[] shift) {}

  /**
   * The node whose matrices take over the gain of a norm before {@code next}; null for none. Rows
   * that are not valid never reach such a matrix, so that their shift is not missed.
   */
  static Node taker(Node norm, Node next) {
    boolean rows =
        switch (norm.layer()) {
          case LayerNorm ignored -> !norm.output().isImage();
          case RmsNorm ignored -> true;
          default -> false;
        };
    if (!rows || next == null) {
      return null;
    }
    return switch (next.layer()) {
      case Linear ignored -> next;
      case FeedForward ignored -> next.children().get("up");
      case Attention ignored -> next;
      case Recurrent ignored -> next;
      default -> null;
    };
  }

  /** Whether both are linear layers and their product has no more weights than the two. */
  static boolean compose(Node first, Node second) {
    if (second == null
        || !(first.layer() instanceof Linear a)
        || !(second.layer() instanceof Linear b)) {
      return false;
    }
    long in = first.input().size();
    return in * b.out() <= in * a.out() + (long) a.out() * b.out();
  }

  /** Whether a linear layer is followed by a mean over rows. */
  static boolean poolFirst(Node first, Node second) {
    return second != null
        && first.layer() instanceof Linear
        && second.layer() instanceof PoolRows p
        && p.pooling() == Pooling.MEAN
        && p.rows() > 1;
  }

  /** {@code weight[out][in]} with the gain in it. */
  static float[] scaled(float[] weight, Affine inputs) {
    float[] scaled = new float[weight.length];
    int in = inputs.gain().length;
    for (int at = 0; at < scaled.length; at += in) {
      for (int k = 0; k < in; k++) {
        scaled[at + k] = weight[at + k] * inputs.gain()[k];
      }
    }
    return scaled;
  }

  /** The bias with the shift in it; {@code bias} may be null. */
  static float[] shifted(float[] weight, float[] bias, Affine inputs) {
    return inputs.shift() == null ? bias : apply(weight, inputs.shift(), bias);
  }

  /** {@code weight · x + bias} with sums in FP64; {@code bias} may be null. */
  static float[] apply(float[] weight, float[] x, float[] bias) {
    int in = x.length;
    float[] y = new float[weight.length / in];
    for (int o = 0; o < y.length; o++) {
      double sum = bias == null ? 0 : bias[o];
      for (int k = 0; k < in; k++) {
        sum += (double) weight[o * in + k] * x[k];
      }
      y[o] = (float) sum;
    }
    return y;
  }

  /** {@code a[out][middle] · b[middle][in]} with sums in FP64. */
  static float[] product(float[] a, float[] b, int middle) {
    int in = b.length / middle;
    float[] column = new float[middle];
    float[] product = new float[a.length / middle * in];
    for (int k = 0; k < in; k++) {
      for (int m = 0; m < middle; m++) {
        column[m] = b[m * in + k];
      }
      float[] y = apply(a, column, null);
      for (int o = 0; o < y.length; o++) {
        product[o * in + k] = y[o];
      }
    }
    return product;
  }
}
