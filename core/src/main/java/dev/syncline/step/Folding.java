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

  /** What is done to the inputs of a matrix first: {@code gain[k]·x[k] + shift[k]}. */
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

  /** {@code a[out][middle]} behind {@code b[middle][in]}, with sums in FP64. */
  static Rows product(Rows a, Rows b) {
    float[] all = new float[Math.multiplyExact(b.out(), b.in())];
    b.read(0, b.out(), all);
    float[] column = new float[b.out()];
    float[] product = new float[Math.multiplyExact(a.out(), b.in())];
    for (int k = 0; k < b.in(); k++) {
      for (int m = 0; m < column.length; m++) {
        column[m] = all[m * b.in() + k];
      }
      float[] y = a.apply(column, null);
      for (int o = 0; o < y.length; o++) {
        product[o * b.in() + k] = y[o];
      }
    }
    float[] bias = b.bias() == null ? a.bias() : a.apply(b.bias(), a.bias());
    return Rows.of(a.out(), product, bias);
  }
}
