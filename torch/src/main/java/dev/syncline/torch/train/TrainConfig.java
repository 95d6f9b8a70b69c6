package dev.syncline.torch.train;

import dev.syncline.json.Records.Default;
import java.util.Map;

/**
 * How a model is trained.
 *
 * @param seed of the weights, the order, the augmentation and dropout
 * @param epochs passes over the training clips
 * @param batch clips a step
 * @param learningRate the highest of the schedule
 * @param finalRate share of it that is left at the end of the cosine
 * @param warmup share of all steps over which the rate rises from 0
 * @param weightDecay of weight matrices, decoupled (Loshchilov and Hutter 2019)
 * @param clipNorm gradients are scaled down to this norm
 * @param average decay of the running average of the weights that is validated and kept; 0: none
 * @param cropTicks random stretches of so many ticks are trained on; 0: whole clips
 * @param carry probability that a stretch begins with the state that the one before it in its place
 *     of the batch ended with, as in a stream that was never reset
 * @param patience epochs without a better validation score after which training stops; 0: never
 * @param checkpointSteps steps between checkpoints, beside those at the end of every epoch
 * @param prior whether output biases start at the labels' frequencies
 * @param outputs what each output is trained towards; others are trained with the default
 * @param augmentation what is done to the clips
 */
public record TrainConfig(
    @Default("0") long seed,
    @Default("30") int epochs,
    @Default("32") int batch,
    @Default("0.001") double learningRate,
    @Default("0.02") double finalRate,
    @Default("0.05") double warmup,
    @Default("0.0001") double weightDecay,
    @Default("5") double clipNorm,
    @Default("0.99") double average,
    @Default("0") int cropTicks,
    @Default("0.5") double carry,
    @Default("0") int patience,
    @Default("200") int checkpointSteps,
    @Default("true") boolean prior,
    @Default("{}") Map<String, Objective> outputs,
    @Default("{}") Augmentation augmentation) {

  public TrainConfig {
    atLeast("epochs", epochs, 1);
    atLeast("batch", batch, 1);
    atLeast("crop_ticks", cropTicks, 0);
    atLeast("patience", patience, 0);
    atLeast("checkpoint_steps", checkpointSteps, 1);
    share("warmup", warmup);
    share("carry", carry);
    share("average", average);
    share("final_rate", finalRate);
    if (!(learningRate > 0 && learningRate <= 1e30)
        || !(weightDecay >= 0 && weightDecay <= 1e6)
        || !(clipNorm > 0 && clipNorm <= 1e30)) {
      throw new IllegalArgumentException(
          "learning_rate must be above 0 and at most 1e30, weight_decay from 0 to 1e6, clip_norm above 0 and at most 1e30");
    }
    if (average >= 1) {
      throw new IllegalArgumentException("average must be below 1, is " + average);
    }
  }

  /** The objective of an output. */
  public Objective objective(String output) {
    return outputs.getOrDefault(output, Objective.DEFAULT);
  }

  /** The learning rate of a step: warm-up, then half a cosine. */
  public double rate(long step, long steps) {
    double warm = Math.max(1, Math.ceil(warmup * steps));
    if (step < warm) {
      return learningRate * (step + 1) / warm;
    }
    double way = (step - warm) / Math.max(1, steps - warm);
    return learningRate * (finalRate + (1 - finalRate) * 0.5 * (1 + StrictMath.cos(Math.PI * way)));
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", is " + value);
    }
  }

  private static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be from 0 to 1, is " + value);
    }
  }
}
