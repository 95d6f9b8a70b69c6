package dev.syncline.torch.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), betas 0.9 and 0.999,
 * with its two moments as named tensors, so that a checkpoint is one file of tensors.
 */
final class AdamW {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final Map<String, Tensor> parameters;
  private final double weightDecay;
  final Map<String, Tensor> first = new LinkedHashMap<>();
  final Map<String, Tensor> second = new LinkedHashMap<>();

  AdamW(Map<String, Tensor> parameters, double weightDecay) {
    this.parameters = parameters;
    this.weightDecay = weightDecay;
    parameters.forEach(
        (name, p) -> {
          if (p.requires_grad()) {
            first.put(name, p.detach().clone().zero_());
            second.put(name, p.detach().clone().zero_());
          }
        });
  }

  /**
   * Scales the gradients down to a norm and takes a step.
   *
   * @param step counted from 1
   * @return the norm before scaling; not finite if training diverged, and then nothing is changed
   */
  double step(long step, double rate, double clipNorm) {
    try (NoGradGuard _ = new NoGradGuard()) {
      double squares = 0;
      for (String name : first.keySet()) {
        Tensor g = parameters.get(name).grad();
        squares += g.defined() ? g.mul(g).sum().item_double() : 0;
      }
      double norm = Math.sqrt(squares);
      if (!Double.isFinite(norm)) {
        return norm;
      }
      double scale = norm > clipNorm ? clipNorm / norm : 1;
      for (String name : first.keySet()) {
        Tensor g = parameters.get(name).grad();
        if (g.defined()) {
          update(name, g.mul(new Scalar(scale)), step, rate);
        }
      }
      return norm;
    }
  }

  private void update(String name, Tensor g, long step, double rate) {
    Tensor p = parameters.get(name);
    Tensor m = first.get(name);
    Tensor v = second.get(name);
    if (p.dim() > 1) {
      p.mul_(new Scalar(1 - rate * weightDecay));
    }
    m.mul_(new Scalar(BETA1)).add_(g, new Scalar(1 - BETA1));
    v.mul_(new Scalar(BETA2)).addcmul_(g, g, new Scalar(1 - BETA2));
    double c1 = 1 - StrictMath.pow(BETA1, (double) step);
    double c2 = 1 - StrictMath.pow(BETA2, (double) step);
    Tensor root = v.sqrt().div_(new Scalar(Math.sqrt(c2))).add_(new Scalar(EPSILON));
    p.addcdiv_(m, root, new Scalar(-rate / c1));
    p.mutable_grad().reset();
  }
}
