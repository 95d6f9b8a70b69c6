package dev.syncline.torch.train;

import dev.syncline.data.Dataset;
import dev.syncline.data.Evaluation;
import dev.syncline.json.InputException;
import dev.syncline.spec.ModelSpec;
import dev.syncline.torch.train.Examples.Example;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Scores of weights on the validation clips, in the parallel form, each from its own beginning. */
final class Validation {
  private static final double THRESHOLD = 0.5;

  private final ModelSpec spec;
  private final Dataset data;
  private final Examples clips;
  private final int batch;

  /**
   * @param batch clips at a time
   */
  Validation(ModelSpec spec, Dataset data, Examples clips, int batch) {
    this.spec = spec;
    this.data = data;
    this.clips = clips;
    this.batch = batch;
  }

  /** The main scores by key; one that is not defined on these clips counts as 0. */
  Map<String, Double> scores(Weights weights) {
    Evaluation evaluation = new Evaluation(spec, data);
    for (int first = 0; first < clips.size(); first += batch) {
      List<Example> some = new ArrayList<>();
      for (int i = first; i < Math.min(clips.size(), first + batch); i++) {
        some.add(clips.plain(i));
      }
      List<Map<String, double[][]>> probabilities =
          ParallelForm.probabilities(spec, weights, some.stream().map(Example::rows).toList());
      for (int b = 0; b < some.size(); b++) {
        refuseNaN(probabilities.get(b));
        evaluation.add(clips.clips.get(first + b), probabilities.get(b), Evaluation.Told.NOTHING);
      }
    }
    var scores = evaluation.score(evaluation.mainKeys(), THRESHOLD);
    Map<String, Double> main = new LinkedHashMap<>();
    evaluation.mainKeys().forEach(key -> main.put(key, scores.value(key).orElse(0)));
    return main;
  }

  private static void refuseNaN(Map<String, double[][]> probabilities) {
    for (double[][] rows : probabilities.values()) {
      for (double[] row : rows) {
        for (double p : row) {
          if (Double.isNaN(p)) {
            throw new InputException(
                "training diverged: the model's decisions are not numbers any more:"
                    + " lower learning_rate or clip_norm");
          }
        }
      }
    }
  }
}
