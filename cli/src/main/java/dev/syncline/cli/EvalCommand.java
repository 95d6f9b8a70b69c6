package dev.syncline.cli;

import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.Evaluation;
import dev.syncline.data.FeatureCache;
import dev.syncline.json.InputException;
import dev.syncline.metric.ScoreJson;
import dev.syncline.metric.Scores;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Scores a model on clips that it was not trained on. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = "Evaluate a model on a split of a data set.")
final class EvalCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "model folder or run folder")
  private Path folder;

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "data set folder")
  private Path data;

  @Option(
      names = "--split",
      defaultValue = "test",
      description = "split to evaluate (default ${DEFAULT-VALUE})")
  private String split;

  @Option(
      names = "--form",
      defaultValue = "step",
      description =
          "step: the form that streams, each clip from its beginning (default); stream: all clips in a row without reset; parallel: the form that trained")
  private Forms.Form form;

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "NAME",
      description = "modalities that are missing throughout")
  private List<String> without = List.of();

  @Option(
      names = "--metrics",
      split = ",",
      paramLabel = "KEYS",
      description = "keys or groups as of score (default: llp, online and calibration)")
  private List<String> metrics = List.of("llp", "calibration", "online");

  @Option(
      names = "--threshold",
      defaultValue = "0.5",
      description = "decision threshold (default ${DEFAULT-VALUE})")
  private double threshold;

  @Option(
      names = "--predictions",
      paramLabel = "FILE",
      description = "write the decisions as syncline-predictions/1, for score")
  private Path predictions;

  @Option(
      names = "--truth",
      paramLabel = "FILE",
      description = "write the annotations as syncline-truth/1, for score")
  private Path truth;

  @Option(names = "--json", description = "one JSON object on standard output")
  private boolean json;

  @Mixin private CacheOption cache;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Dataset dataset = Dataset.open(data);
    Model model = Models.load(folder);
    Evaluation evaluation = evaluate(model, dataset);
    List<String> keys = new ArrayList<>(evaluation.mainKeys());
    keys.addAll(metrics);
    Scores scores = evaluation.score(keys, threshold);
    if (predictions != null) {
      Files.writeString(predictions, ScoreJson.of(evaluation.predictions()).compact() + "\n");
    }
    if (truth != null) {
      Files.writeString(truth, ScoreJson.of(evaluation.truth()).compact() + "\n");
    }
    spec.commandLine().getOut().println(json ? scores.toJson().pretty().strip() : scores.table());
    return 0;
  }

  private Evaluation evaluate(Model model, Dataset dataset) {
    Evaluation evaluation = new Evaluation(model.spec(), dataset);
    List<Clip> clips = dataset.clips(split).stream().map(dataset::clip).toList();
    if (clips.isEmpty()) {
      throw new InputException(data + ": the split \"" + split + "\" is empty");
    }
    try (FeatureCache features = new FeatureCache(cache.folder(), dataset, model);
        Forms forms = new Forms(model, form, evaluation.classes())) {
      for (Clip clip : clips) {
        Map<String, Block> rows = new LinkedHashMap<>();
        features
            .rows(clip)
            .forEach(
                (name, block) ->
                    rows.put(
                        name,
                        without.contains(name)
                            ? Block.empty(block.shape(), block.ticks())
                            : block));
        Forms.Decisions decisions = forms.run(rows);
        evaluation.add(clip, decisions.probabilities(), decisions.told());
      }
    }
    return evaluation;
  }
}
