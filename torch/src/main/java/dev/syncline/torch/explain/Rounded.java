package dev.syncline.torch.explain;

import java.util.Arrays;
import java.util.List;

/**
 * Numbers to a millionth: the parallel form gives the same decision in another batch only to about
 * a ten-millionth, and what is less than that must not seem to have an order.
 */
final class Rounded {
  private Rounded() {}

  static double of(double value) {
    return Math.round(value * 1e6) / 1e6;
  }

  static List<Double> list(double[] values) {
    return Arrays.stream(values).map(Rounded::of).boxed().toList();
  }
}
