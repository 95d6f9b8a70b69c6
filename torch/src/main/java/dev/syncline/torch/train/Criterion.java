package dev.syncline.torch.train;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.spec.Chain;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.torch.Graph;
import dev.syncline.torch.Potentials;
import dev.syncline.torch.Rows;
import dev.syncline.torch.Tensors;
import dev.syncline.torch.train.Examples.Example;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a batch is trained towards: the losses of all outputs, each by its objective. */
final class Criterion {
  private final ModelSpec spec;
  private final TrainConfig config;
  private final Map<String, float[]> balances = new LinkedHashMap<>();
  private final Map<String, Node> chains = new LinkedHashMap<>();

  /**
   * @param counts how often each label holds in the training clips, by output
   */
  Criterion(ModelSpec spec, TrainConfig config, Map<String, ClassWeights.Counts> counts) {
    this.spec = spec;
    this.config = config;
    for (String name : config.outputs().keySet()) {
      if (!spec.outputs().containsKey(name)) {
        throw new InputException(
            "training configuration: outputs: the model has no output \""
                + name
                + "\""
                + Field.hint(name, spec.outputs().keySet()));
      }
    }
    spec.outputs()
        .forEach(
            (name, output) ->
                balances.put(
                    name, config.objective(name).weights(output.kind(), counts.get(name))));
    for (String name : spec.outputs().keySet()) {
      if (config.objective(name).loss() instanceof Objective.Loss.Chain) {
        chains.put(
            name,
            spec.chain(name)
                .orElseThrow(
                    () ->
                        new InputException(
                            "training configuration: outputs: %s: the loss is that of a chain, but the output does not end in one: add the layer or take another loss"
                                .formatted(name))));
      }
    }
  }

  /** The weighted sum of the outputs' losses, one number. */
  Tensor loss(List<Example> batch, Graph.Result result) {
    Tensor total = Tensors.of(new float[1], 1).sum();
    for (Map.Entry<String, Output> e : spec.outputs().entrySet()) {
      Node chain = chains.get(e.getKey());
      Tensor one =
          chain == null
              ? loss(e.getKey(), e.getValue(), batch, result.outputs().get(e.getKey()))
              : loss(e.getKey(), (Chain) chain.layer(), batch, result.chains().get(chain.path()));
      total = total.add(one.mul(new Scalar(config.objective(e.getKey()).weight())));
    }
    return total;
  }

  /** Ticks beyond a clip's end, before the first decision and of invalid rows do not count. */
  private Tensor loss(String name, Output output, List<Example> batch, Rows rows) {
    int ticks = batch.stream().mapToInt(Example::ticks).max().orElseThrow();
    int labels = output.labels().size();
    Objective objective = config.objective(name);
    float[] counts = new float[batch.size() * ticks];
    for (int b = 0; b < batch.size(); b++) {
      for (int t = spec.delay(); t < batch.get(b).ticks(); t++) {
        counts[b * ticks + t] = objective.position().weight(t, batch.get(b).ticks());
      }
    }
    Tensor mask = Tensors.of(counts, batch.size(), ticks);
    return Losses.of(
        output.kind(),
        objective.loss(),
        rows.values(),
        targets(name, labels, batch, ticks, spec.delay()),
        rows.valid() == null ? mask : torch.where(rows.valid(), mask, new Scalar(0f)),
        Tensors.of(balances.get(name), labels));
  }

  /**
   * Minus the mean log-likelihood of a tick's label. Rows of a chain that lags tell of earlier
   * ones, so its labels wait for less than the decisions do.
   */
  private Tensor loss(String name, Chain chain, List<Example> batch, Potentials potentials) {
    int wait = spec.delay() - chain.lag();
    int labels = spec.outputs().get(name).labels().size();
    int[] lengths = batch.stream().mapToInt(Example::ticks).toArray();
    int ticks = Arrays.stream(lengths).max().orElseThrow();
    long counted = Arrays.stream(lengths).mapToLong(n -> Math.max(0, n - wait)).sum();
    Tensor targets = targets(name, labels, batch, ticks, wait);
    Tensor sum = potentials.logLikelihood(targets, wait, lengths).sum();
    return sum.div(new Scalar(-(double) Math.max(1, counted) * chain.chains(labels)));
  }

  /** 1 where a label holds, [batch, ticks, labels]: row t is about tick t - wait. */
  private static Tensor targets(String name, int labels, List<Example> batch, int ticks, int wait) {
    float[] targets = new float[batch.size() * ticks * labels];
    for (int b = 0; b < batch.size(); b++) {
      boolean[][] on = batch.get(b).labels().get(name);
      for (int t = wait; t < batch.get(b).ticks(); t++) {
        for (int c = 0; c < labels; c++) {
          targets[(b * ticks + t) * labels + c] = on[t - wait][c] ? 1 : 0;
        }
      }
    }
    return Tensors.of(targets, batch.size(), ticks, labels);
  }
}
