package dev.syncline.torch.train;

import static org.bytedeco.pytorch.global.torch.*;

import dev.syncline.spec.Output;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/** Losses of one output over a batch. */
final class Losses {
  private Losses() {}

  /**
   * The weighted mean over the ticks that count; 0 if none does. Those that do not are left out
   * before anything is computed, so that whatever is in them, NaN too, reaches neither the loss nor
   * a gradient.
   *
   * @param logits [batch, ticks, labels]
   * @param targets the same, 0 or 1
   * @param counts [batch, ticks], the weight of each tick
   * @param balance [labels]: of the positives where labels are independent, else of each label
   */
  static Tensor of(
      Output.Kind kind,
      Objective.Loss loss,
      Tensor logits,
      Tensor targets,
      Tensor counts,
      Tensor balance) {
    Tensor x = where(counts.gt(new Scalar(0f)).unsqueeze(-1), logits, new Scalar(0f));
    Tensor each =
        switch (kind) {
          case MULTI_LABEL -> binary(loss, x, targets, balance);
          case ONE_LABEL -> oneOf(loss, x, targets, balance);
        };
    Tensor total = clamp_min(counts.sum(), new Scalar(1e-6f));
    return each.mul(counts).sum().div(total);
  }

  /** [batch, ticks]: the mean over labels. */
  private static Tensor binary(Objective.Loss loss, Tensor x, Tensor y, Tensor balance) {
    double smoothing = loss instanceof Objective.Loss.CrossEntropy c ? c.smoothing() : 0;
    Tensor target = y.mul(new Scalar(1 - smoothing)).add(new Scalar(smoothing / 2));
    Tensor yes = log_sigmoid(x);
    Tensor no = log_sigmoid(x.neg());
    Tensor one = target.neg().add(new Scalar(1f));
    Tensor weighted = target.mul(balance);
    Tensor price = weighted.mul(yes).add(one.mul(no)).neg();
    if (loss instanceof Objective.Loss.Focal f) {
      // By its logarithm: a power of 0 has no finite gradient where gamma is below 1.
      Tensor wrong = y.mul(no).add(y.neg().add(new Scalar(1f)).mul(yes));
      price = price.mul(wrong.mul(new Scalar(f.gamma())).exp());
    }
    return mean(price, new long[] {2}, false, new ScalarTypeOptional());
  }

  /** [batch, ticks]: the price of the true label. */
  private static Tensor oneOf(Objective.Loss loss, Tensor x, Tensor y, Tensor balance) {
    Tensor log = log_softmax(x, 2);
    double smoothing = loss instanceof Objective.Loss.CrossEntropy c ? c.smoothing() : 0;
    Tensor target = y.mul(new Scalar(1 - smoothing)).add(new Scalar(smoothing / x.size(2)));
    Tensor price = target.mul(balance).mul(log).neg();
    if (loss instanceof Objective.Loss.Focal f) {
      Tensor wrong = log.exp().neg().add(new Scalar(1f));
      price = price.mul(clamp_min(wrong, new Scalar(1e-7f)).pow(new Scalar(f.gamma())));
    }
    return sum(price, new long[] {2}, false, new ScalarTypeOptional());
  }
}
