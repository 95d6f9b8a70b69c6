package dev.syncline.torch.train;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.torch.Rows;
import dev.syncline.torch.Tensors;
import dev.syncline.torch.train.Examples.Example;
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
  }

  /** The weighted sum of the outputs' losses, one number. */
  Tensor loss(List<Example> batch, Map<String, Rows> outputs) {
    Tensor total = Tensors.of(new float[1], 1).sum();
    for (Map.Entry<String, Output> e : spec.outputs().entrySet()) {
      Tensor one = loss(e.getKey(), e.getValue(), batch, outputs.get(e.getKey()));
      total = total.add(one.mul(new Scalar(config.objective(e.getKey()).weight())));
    }
    return total;
  }

  /** Ticks beyond a clip's end, before the first decision and of invalid rows do not count. */
  private Tensor loss(String name, Output output, List<Example> batch, Rows rows) {
    int ticks = batch.stream().mapToInt(Example::ticks).max().orElseThrow();
    int labels = output.labels().size();
    Objective objective = config.objective(name);
    float[] targets = new float[batch.size() * ticks * labels];
    float[] counts = new float[batch.size() * ticks];
    for (int b = 0; b < batch.size(); b++) {
      boolean[][] on = batch.get(b).labels().get(name);
      // Row t of the output decides about tick t - delay.
      for (int t = spec.delay(); t < batch.get(b).ticks(); t++) {
        counts[b * ticks + t] = objective.position().weight(t, batch.get(b).ticks());
        for (int c = 0; c < labels; c++) {
          targets[(b * ticks + t) * labels + c] = on[t - spec.delay()][c] ? 1 : 0;
        }
      }
    }
    Tensor mask = Tensors.of(counts, batch.size(), ticks);
    return Losses.of(
        output.kind(),
        objective.loss(),
        rows.values(),
        Tensors.of(targets, batch.size(), ticks, labels),
        rows.valid() == null ? mask : torch.where(rows.valid(), mask, new Scalar(0f)),
        Tensors.of(balances.get(name), labels));
  }
}
