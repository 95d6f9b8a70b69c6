package dev.syncline.cli;

import dev.syncline.cli.report.Scored;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.Evaluation;
import dev.syncline.json.InputException;
import dev.syncline.metric.ScoreJson;
import dev.syncline.metric.Scores;
import dev.syncline.step.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "write a page to look at, with floors and baselines")
  private Path report;

  @Option(names = "--compare", paramLabel = "NAME=MODEL", description = "baselines for the report")
  private Map<String, Path> compare = Map.of();

  @Option(
      names = "--shown",
      defaultValue = "6",
      paramLabel = "N",
      description = "clips shown in the report (default ${DEFAULT-VALUE})")
  private int shown;

  @Option(names = "--json", description = "one JSON object on standard output")
  private boolean json;

  @Mixin private CacheOption cache;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Dataset dataset = Dataset.open(data);
    Model model = Models.load(folder);
    List<Clip> clips = dataset.clips(split).stream().map(dataset::clip).toList();
    if (clips.isEmpty()) {
      throw new InputException(data + ": the split \"" + split + "\" is empty");
    }
    Trial trial = run(model.spec().name(), Scored.Role.MODEL, model, dataset, clips);
    Evaluation evaluation = trial.evaluation();
    List<String> keys = new ArrayList<>(evaluation.mainKeys());
    keys.addAll(metrics);
    Scores scores = evaluation.score(keys, threshold);
    if (predictions != null) {
      Files.writeString(predictions, ScoreJson.of(evaluation.predictions()).compact() + "\n");
    }
    if (truth != null) {
      Files.writeString(truth, ScoreJson.of(evaluation.truth()).compact() + "\n");
    }
    if (report != null) {
      report(trial, model, dataset, clips);
    }
    spec.commandLine()
        .getOut()
        .println(json ? scores.toJson().pretty().strip() : String.join("\n", scores.table()));
    return 0;
  }

  private Trial run(String name, Scored.Role role, Model model, Dataset dataset, List<Clip> clips) {
    return Trial.run(name, role, model, dataset, clips, form, without, cache.folder());
  }

  private void report(Trial trial, Model model, Dataset dataset, List<Clip> clips)
      throws IOException {
    List<Trial> trials = new ArrayList<>(List.of(trial));
    compare.forEach(
        (name, other) ->
            trials.add(run(name, Scored.Role.BASELINE, Models.load(other), dataset, clips)));
    trials.addAll(Trial.floors(model.spec(), dataset, clips));
    Trials.report(trials, model, dataset, shown).write(report);
  }
}
