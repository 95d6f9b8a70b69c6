package dev.syncline.cli.bench;

import dev.syncline.json.InputException;
import java.util.Locale;

/**
 * Whether variants compute the same: outputs after many steps, each step on the state that the
 * steps before it left.
 *
 * @param outputs of the last steps of the reference
 */
record Agreement(int steps, float[][] outputs) {
  private static final int LAST = 32;

  /** Rounding of FP32 in another order stays below this, whatever is summed up. */
  private static final double SAME = 1e-4;

  /** What a fresh reference gives. */
  static Agreement with(Step reference, int steps) {
    return new Agreement(steps, last(reference, steps));
  }

  private static float[][] last(Step step, int steps) {
    float[][] outputs = new float[Math.min(LAST, steps)][];
    for (int t = 0; t < steps; t++) {
      step.run();
      outputs[t % outputs.length] = step.outputs().clone();
    }
    return outputs;
  }

  /** The root mean square of a fresh variant's difference, over that of the outputs. */
  double error(Step variant) {
    float[][] theirs = last(variant, steps);
    double difference = 0;
    double size = 0;
    for (int t = 0; t < outputs.length; t++) {
      for (int i = 0; i < outputs[t].length; i++) {
        double d = (double) theirs[t][i] - outputs[t][i];
        difference += d * d;
        size += (double) outputs[t][i] * outputs[t][i];
      }
    }
    return size == 0 ? Math.sqrt(difference) : Math.sqrt(difference / size);
  }

  /** The error of a variant that claims to be FP32; refused where it is not. */
  double same(Variant v) {
    double error = error(v.step());
    if (!(error <= SAME)) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: its outputs differ from ours by %.1e after %d steps: times of two different models mean nothing",
              v.name(),
              error,
              steps));
    }
    return error;
  }
}
