package dev.syncline.cli;

import dev.syncline.cli.report.EvalReport;
import dev.syncline.cli.report.Latency;
import dev.syncline.cli.report.Scored;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.WholeFile;
import dev.syncline.metric.ScoreJson;
import dev.syncline.metric.Scores;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

  @Mixin private WithoutOption without;
  @Mixin private PrecisionOption precision;
  @Mixin private BackendOption backend;

  @Option(
      names = "--precisions",
      description =
          "a table of all precisions: the main scores, and how far probabilities are from fp32")
  private boolean precisions;

  @Mixin private NoiseOption noise;

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
      description = "write a page: scores beside floors and baselines, calibration, clips in full")
  private Path report;

  @Option(
      names = "--compare",
      paramLabel = "NAME=MODEL",
      description = "a model to stand beside this one in the page; may be repeated")
  private Map<String, Path> compare = Map.of();

  @Option(
      names = "--clips",
      defaultValue = "3",
      paramLabel = "N",
      description =
          "clips that the page shows in full, from the best to the worst (default ${DEFAULT-VALUE})")
  private int shown;

  @Option(
      names = "--explain",
      description =
          "add to the page and the JSON, for the clips that the page shows, which modality and which past the decisions rest on: attention, gates, and occlusion as the check on both")
  private boolean explain;

  @Option(names = "--json", description = "one JSON object on standard output")
  private boolean json;

  @Mixin private CacheOption cache;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (shown < 0) {
      throw usage("--clips must not be negative, is " + shown);
    } else if (report == null && !compare.isEmpty()) {
      throw usage("--compare needs --report");
    } else if (explain && report == null && !json) {
      throw usage("--explain needs --report or --json");
    } else if (explain && form == Forms.Form.stream) {
      throw usage("--explain looks at each clip from its beginning: leave out --form stream");
    } else if (form == Forms.Form.parallel && precision.precision() != Precision.FP32) {
      throw usage("--precision is of the step's weights: leave out --form parallel");
    } else if (precisions && (report != null || predictions != null || truth != null || explain)) {
      throw usage("--precisions is a table alone: leave out --report, --explain, --predictions");
    } else if (precisions && precision.precision() != Precision.FP32) {
      throw usage("--precisions has all of them: leave out --precision");
    } else if (precisions && form == Forms.Form.parallel) {
      throw usage("--precisions are of the step's weights: leave out --form parallel");
    } else if (!(threshold >= 0 && threshold <= 1)) {
      throw usage("--threshold must be from 0 to 1, is " + threshold);
    }
    Stream.of(report, predictions, truth).filter(Objects::nonNull).forEach(WholeFile::check);
    Dataset dataset = Dataset.open(data);
    Model model = backend.load(folder, precision.precision(), spec.commandLine().getErr());
    noise.check(model, without.left(model));
    Map<String, Model> others = new LinkedHashMap<>();
    compare.forEach((name, path) -> others.put(name, Models.load(path)));
    List<Clip> clips = dataset.clips(split).stream().map(dataset::clip).toList();
    if (clips.isEmpty()) {
      throw new InputException(data + ": the split \"" + split + "\" is empty");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (precisions) {
      PrecisionTable table = precisions(dataset, clips);
      (json ? List.of(table.json().pretty().strip()) : table.lines()).forEach(out::println);
      return 0;
    }
    Trial trial = run(model.spec().name(), Scored.Role.MODEL, model, dataset, clips);
    List<String> keys = new ArrayList<>(trial.evaluation().mainKeys());
    keys.addAll(metrics);
    Scores scores = scores(trial, keys);
    if (predictions != null) {
      WholeFile.write(predictions, ScoreJson.of(trial.evaluation().predictions()).compact() + "\n");
    }
    if (truth != null) {
      WholeFile.write(truth, ScoreJson.of(trial.evaluation().truth()).compact() + "\n");
    }
    Optional<Explained> explained =
        explain ? Optional.of(explained(model, dataset, clips, trial)) : Optional.empty();
    if (report != null) {
      page(model, others, dataset, clips, trial, explained).write(report);
    }
    if (json) {
      out.println(json(scores, explained).pretty().strip());
    } else {
      scores.table().forEach(out::println);
    }
    return 0;
  }

  private PrecisionTable precisions(Dataset dataset, List<Clip> clips) {
    return PrecisionTable.of(
        precision -> {
          Model rounded = Models.load(folder, precision);
          return run(rounded.spec().name(), Scored.Role.MODEL, rounded, dataset, clips);
        },
        threshold);
  }

  private ParameterException usage(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  private Scores scores(Trial trial, List<String> keys) {
    try {
      return trial.score(keys, threshold);
    } catch (IllegalArgumentException e) {
      throw usage("--metrics: " + e.getMessage());
    }
  }

  /** The scores, and what was explained as one more field. */
  private static Json json(Scores scores, Optional<Explained> explained) {
    Map<String, Json> fields = new LinkedHashMap<>(((Json.Obj) scores.toJson()).fields());
    explained.ifPresent(e -> fields.put("explain", e.json()));
    return new Json.Obj(fields);
  }

  private Explained explained(Model model, Dataset dataset, List<Clip> clips, Trial own) {
    List<Clip> chosen = new EvalReports(dataset, clips, List.of(own), threshold).chosen(shown);
    try (ClipInputs inputs =
        new ClipInputs(model, dataset, without.names(), noise.noise(), cache.folder())) {
      return Explained.of(model, chosen, inputs);
    }
  }

  private Trial run(String name, Scored.Role role, Model model, Dataset dataset, List<Clip> clips) {
    return Trial.run(
        name, role, model, dataset, clips, form, without.names(), noise.noise(), cache.folder());
  }

  private EvalReport page(
      Model model,
      Map<String, Model> others,
      Dataset dataset,
      List<Clip> clips,
      Trial own,
      Optional<Explained> explained)
      throws IOException {
    List<Trial> trials = new ArrayList<>();
    trials.add(own);
    others.forEach(
        (name, other) -> trials.add(run(name, Scored.Role.BASELINE, other, dataset, clips)));
    trials.addAll(Trial.floors(model.spec(), dataset, clips));
    Latency latency = LiveRun.latency(model, dataset, clips.subList(0, Math.min(5, clips.size())));
    return new EvalReports(dataset, clips, trials, threshold)
        .report(model, split, Optional.of(latency), shown, explained);
  }
}
