package dev.syncline.cli;

import dev.syncline.cli.live.Terminal;
import dev.syncline.data.Dataset;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Chain;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.torch.train.RunFolder;
import dev.syncline.torch.train.TrainConfig;
import dev.syncline.torch.train.Trainer;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a causal model on a data set. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Train a strictly causal model on labelled recordings.")
final class TrainCommand implements Callable<Integer> {
  @Option(names = "--data", required = true, paramLabel = "DIR", description = "data set folder")
  private Path data;

  @Option(names = "--out", required = true, paramLabel = "RUN", description = "run folder to make")
  private Path out;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "model and training as JSON, as config.json of a run")
  private Path config;

  @Option(
      names = "--fusion",
      paramLabel = "NAME",
      description =
          "how modalities are brought together (default concat): ${COMPLETION-CANDIDATES}")
  private Joining fusion;

  @Option(
      names = "--temporal",
      paramLabel = "NAME",
      description = "what models time (default gru): ${COMPLETION-CANDIDATES}")
  private Temporal temporal;

  @Option(
      names = "--chain",
      paramLabel = "NAME",
      description =
          "model how labels follow each other and tell what that makes of them (default none): ${COMPLETION-CANDIDATES}")
  private Tagging chain;

  @Option(
      names = "--lag",
      paramLabel = "TICKS",
      description = "ticks that decisions of --chain smooth or viterbi wait (default 5)")
  private Integer lag;

  @Option(
      names = "--delay",
      paramLabel = "TICKS",
      description =
          "ticks that every decision waits (default 0, with a chain its lag): what is beyond the lag is what the layers before it look ahead")
  private Integer delay;

  @Option(names = "--seed", paramLabel = "N", description = "seed of everything random (default 0)")
  private Long seed;

  @Option(names = "--epochs", paramLabel = "N", description = "passes over the training clips")
  private Integer epochs;

  @Option(
      names = "--resume",
      description = "go on with a run that was interrupted; begin it where there is none")
  private boolean resume;

  @Mixin private RecipeOptions recipe;
  @Mixin private CacheOption cache;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Dataset dataset = Dataset.open(data);
    RunConfig run = runConfig(dataset);
    ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminal.tty());
    Path model = train(dataset, run, progress);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(model);
    return 0;
  }

  private Path train(Dataset dataset, RunConfig config, ProgressLine progress) throws IOException {
    try (RunFolder run = RunFolder.open(out, Records.write(config), resume)) {
      Presets.placeEncoders(config.model(), recipe.encoders(), out);
      return train(run, config, dataset, cache.folder(), progress);
    } finally {
      progress.close();
    }
  }

  /** Trains in an open run folder to the end; gives the model's folder. */
  static Path train(
      RunFolder run, RunConfig config, Dataset data, Path cache, Trainer.Listener listener)
      throws IOException {
    Weights any = Weights.random(config.model().parameters(), 0);
    Model model = Model.of(config.model(), any, new PlainKernels(), run.path(), Models::encoder);
    try (Trainer trainer = new Trainer(run, config.train(), model, data, cache, listener)) {
      CountDownLatch over = new CountDownLatch(1);
      Thread hook = new Thread(() -> stop(trainer, over, run.path()));
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        return trainer.train();
      } finally {
        over.countDown();
        Exit.remove(hook);
      }
    }
  }

  /** Ctrl-C: waits for the step, as a process that ends while libtorch computes would crash. */
  private static void stop(Trainer trainer, CountDownLatch over, Path run) {
    trainer.stop();
    try {
      over.await(30, TimeUnit.SECONDS);
      System.err.println(run + ": stopped: train --resume goes on from its checkpoint");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private RunConfig runConfig(Dataset dataset) {
    ModelSpec model;
    Map<String, Json> train = new LinkedHashMap<>();
    boolean made =
        fusion != null
            || temporal != null
            || chain != null
            || lag != null
            || delay != null
            || recipe.shapes();
    if (config != null && made) {
      throw new ParameterException(
          spec.commandLine(),
          "--fusion, --temporal, --chain, --lag, --delay, --one-label, --tick-ms and --modalities make a model, --config has one: take either");
    }
    if (config != null) {
      RunConfig given = Records.read(RunConfig.class, Json.read(config));
      model = given.model();
      train.putAll(((Json.Obj) Records.write(given.train())).fields());
    } else {
      List<String> modalities = recipe.modalities(dataset);
      if (fusion != null && modalities.size() < 2) {
        throw new ParameterException(
            spec.commandLine(), "--fusion brings modalities together, there is one: " + modalities);
      }
      Design design =
          Design.of(modalities)
              .joined(fusion != null ? fusion : Joining.concat)
              .timed(temporal != null ? temporal : Temporal.gru)
              .chained(tagging());
      ModelSpec preset = recipe.spec(dataset, design);
      try {
        model = delay == null ? preset : preset.waiting(delay);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage(), e);
      }
      train.putAll(design.training(model, recipe.clipTicks(dataset)));
    }
    if (seed != null) {
      train.put("seed", Json.of(seed));
    }
    if (epochs != null) {
      train.put("epochs", Json.of(epochs));
    }
    train.putAll(recipe.set());
    TrainConfig trainConfig =
        Records.read(
            TrainConfig.class,
            new dev.syncline.json.Field("training configuration", "", new Json.Obj(train)));
    return new RunConfig(model, trainConfig);
  }

  private Optional<Chain> tagging() {
    if (chain == null && lag != null) {
      throw new ParameterException(
          spec.commandLine(), "--lag is that of a chain: add --chain smooth or --chain viterbi");
    }
    int waits = lag != null ? lag : chain == Tagging.filter ? 0 : Tagging.LAG;
    try {
      return Optional.ofNullable(chain).map(c -> c.chain(recipe.kind(), waits));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
