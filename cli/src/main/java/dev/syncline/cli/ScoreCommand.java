package dev.syncline.cli;

import dev.syncline.metric.Keys;
import dev.syncline.metric.Predictions;
import dev.syncline.metric.ScoreFiles;
import dev.syncline.metric.Scorer;
import dev.syncline.metric.Scores;
import dev.syncline.metric.Truth;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Scores the predictions of any program against a truth, both plain JSON files. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "Score predictions against the truth; needs neither a model nor clip data.")
public final class ScoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--truth",
      required = true,
      paramLabel = "FILE",
      description = "What happened, in the form syncline-truth/1.")
  private Path truthFile;

  @Option(
      names = "--predictions",
      required = true,
      paramLabel = "FILE",
      description = "What was predicted, in the form syncline-predictions/1.")
  private Path predictionsFile;

  @Option(
      names = "--metrics",
      required = true,
      split = ",",
      paramLabel = "KEY",
      description =
          "Keys such as segment_f1.audio.micro or event_f1.av@mIoU0.5, or groups: llp, ave, on_avep,"
              + " oad, anticipation, collar, calibration, retrieval, survival, online, all.")
  private List<String> metrics;

  @Option(
      names = "--threshold",
      defaultValue = "0.5",
      paramLabel = "P",
      description = "A class is on where its score is at least P (default: ${DEFAULT-VALUE}).")
  private double threshold;

  @Option(names = "--json", description = "Print one JSON object, syncline-scores/1.")
  private boolean json;

  @Override
  public Integer call() {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw wrong("--threshold must be from 0 to 1, is " + threshold);
    }
    Truth truth = ScoreFiles.readTruth(truthFile);
    Predictions predictions = ScoreFiles.readPredictions(predictionsFile);
    Scores scores = Scorer.score(truth, predictions, keys(truth, predictions), threshold);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(scores.toJson().pretty());
    } else {
      scores.table().forEach(out::println);
    }
    out.flush();
    return 0;
  }

  private Keys keys(Truth truth, Predictions predictions) {
    try {
      return Keys.of(metrics, truth, predictions);
    } catch (IllegalArgumentException e) {
      throw wrong("--metrics: " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
