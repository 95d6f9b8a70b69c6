package dev.syncline.cli;

import dev.syncline.cli.study.Findings;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.json.WholeFile;
import dev.syncline.torch.train.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Chooses an architecture for a budget. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description =
        "Choose a model that fits a budget of time and memory on this machine; writes a configuration for train.")
final class PlanCommand implements Callable<Integer> {
  @Option(
      names = "--latency",
      required = true,
      paramLabel = "TIME",
      converter = Amounts.Time.class,
      description = "that 99 of 100 ticks may take from the last packet to the events, e.g. 10ms")
  private double latencyS;

  @Option(
      names = "--memory",
      required = true,
      paramLabel = "SIZE",
      converter = Amounts.Size.class,
      description =
          "of the weights and one stream's state, beside the JVM's own and frozen encoders, e.g. 64MB")
  private double bytes;

  @Option(
      names = "--history",
      required = true,
      paramLabel = "TIME",
      converter = Amounts.Time.class,
      description = "that a decision must be able to look back, e.g. 100s")
  private double historyS;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "data set folder; without it, the world of data synth stands in")
  private Path data;

  @Option(
      names = "--study",
      paramLabel = "DIR",
      description = "a study of temporal that ranks the candidates; without it, ours does")
  private Path study;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "configuration to write, for train --config")
  private Path out;

  @Mixin private RecipeOptions recipe;
  @Spec private CommandSpec spec;

  private PrintWriter console;

  @Override
  public Integer call() throws IOException {
    console = spec.commandLine().getOut();
    List<Temporal> ranking = ranking();
    Path scratch = Files.createTempDirectory("syncline-plan");
    try {
      Dataset dataset = Dataset.open(data != null ? data : world(scratch));
      return plan(dataset, ranking, scratch);
    } finally {
      delete(scratch);
    }
  }

  private int plan(Dataset dataset, List<Temporal> ranking, Path scratch) throws IOException {
    Planner.Budget budget = new Planner.Budget(latencyS, bytes, historyS);
    Presets presets = recipe.presets(dataset);
    List<String> modalities = recipe.modalities(dataset);
    Presets.placeEncoders(recipe.spec(dataset, Design.of(modalities)), recipe.encoders(), scratch);
    List<Clip> clips = dataset.clips("test").stream().limit(4).map(dataset::clip).toList();
    if (clips.isEmpty()) {
      throw new InputException(dataset.dir() + ": the split \"test\" is empty");
    }
    console.printf(
        Locale.ROOT,
        "budget   99 of 100 ticks within %s, %s of weights and state, %s of history; a tick lasts %s%n",
        time(latencyS),
        size(bytes),
        time(historyS),
        time(presets.tick().seconds()));
    List<Planner.Tried> tried =
        new Planner(presets, modalities, dataset, clips, scratch, budget).plan(ranking);
    for (Planner.Tried t : tried.subList(0, tried.size() - 1)) {
      passedOver(t);
    }
    Planner.Tried last = tried.getLast();
    if (last.choice().isEmpty()) {
      passedOver(last);
      throw new InputException(
          "no model fits this budget on this machine: allow more time or memory, or ask for less history");
    }
    explain(last, ranking.indexOf(last.temporal()) + 1, dataset);
    return 0;
  }

  private void passedOver(Planner.Tried t) {
    console.printf("not      %-22s %s%n", t.temporal(), t.verdict());
  }

  private void explain(Planner.Tried chosen, int rank, Dataset dataset) throws IOException {
    Planner.Choice c = chosen.choice().orElseThrow();
    console.printf(
        Locale.ROOT,
        "chosen   %s of %d units, number %d of the ranking: the widest of its kind that fits%n",
        chosen.temporal(),
        chosen.units(),
        rank);
    console.printf(
        Locale.ROOT,
        "         p50 %s, p99 %s a tick; %s; sees back %s%n",
        time(c.latency().total().p50Ms() / 1e3),
        time(c.latency().total().p99Ms() / 1e3),
        size((double) c.bytes()),
        c.reachS().map(PlanCommand::time).orElse("without limit"));
    RunConfig config = new RunConfig(c.spec(), train(c, dataset));
    WholeFile.write(out, Records.write(config).pretty() + "\n");
    console.printf(
        "next     syncline train --config %s --data %s --out RUN%n",
        out, data != null ? dataset.dir() : "WORLD   (a world of data synth)");
  }

  private TrainConfig train(Planner.Choice c, Dataset dataset) {
    Map<String, Json> fields = c.design().training(c.spec(), recipe.clipTicks(dataset));
    fields.putAll(recipe.set());
    return Records.read(
        TrainConfig.class, new Field("training configuration", "", new Json.Obj(fields)));
  }

  /** The ways to model time, the best first; those that a study left out come last. */
  private List<Temporal> ranking() {
    if (study == null) {
      return Temporal.RANKING;
    }
    Path file = study.resolve("study.json");
    Findings findings = Records.read(Findings.class, Json.read(file));
    if (!findings.format().equals(Findings.FORMAT)) {
      throw new InputException(
          file + ": is of the format " + findings.format() + ", not " + Findings.FORMAT);
    } else if (!findings.question().equals("temporal")) {
      throw new InputException(
          file + ": is a study of " + findings.question() + ", not of temporal");
    }
    List<String> names =
        findings.ranked(Findings.Role.VARIANT).stream().map(Findings.Variant::name).toList();
    return Arrays.stream(Temporal.values())
        .sorted(
            Comparator.comparingInt(
                t -> names.contains(t.name()) ? names.indexOf(t.name()) : names.size()))
        .toList();
  }

  private static Path world(Path scratch) {
    Path dir = scratch.resolve("world");
    new SynthWorld(5, 1, 10, 64, 10, SynthWorld.split(0.2, 0, 0.8)).write(dir, 1);
    return dir;
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static String time(double seconds) {
    return seconds < 1e-3
        ? figure(seconds * 1e6) + " µs"
        : seconds < 1 ? figure(seconds * 1e3) + " ms" : figure(seconds) + " s";
  }

  private static String size(double b) {
    return b < 1e6 ? figure(b / 1e3) + " kB" : figure(b / 1e6) + " MB";
  }

  /** Three figures, no zeros behind them. */
  private static String figure(double v) {
    return new BigDecimal(v).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }
}
