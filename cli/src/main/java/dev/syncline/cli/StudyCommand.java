package dev.syncline.cli;

import dev.syncline.cli.live.Terminal;
import dev.syncline.cli.study.Findings;
import dev.syncline.cli.study.Outcome;
import dev.syncline.cli.study.StudyPage;
import dev.syncline.data.Dataset;
import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.json.WholeFile;
import dev.syncline.step.Kernels;
import dev.syncline.torch.train.TrainConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares ways to model time, or to fuse, on one's own data. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    description =
        "Train and measure every way to model time, or to fuse modalities, at comparable size.")
final class StudyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "QUESTION", description = "what is varied: ${COMPLETION-CANDIDATES}")
  private Candidates.Question question;

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "data set folder")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "folder of the study; one that was stopped goes on where it was")
  private Path out;

  @Option(
      names = "--seeds",
      defaultValue = "3",
      paramLabel = "N",
      description = "trainings of each variant (default ${DEFAULT-VALUE})")
  private int seeds;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "variants to compare (default all)")
  private List<String> only = List.of();

  @Option(
      names = "--epochs",
      defaultValue = "12",
      paramLabel = "N",
      description = "passes over the training clips (default ${DEFAULT-VALUE})")
  private int epochs;

  @Option(
      names = "--ticks",
      defaultValue = "10000",
      paramLabel = "N",
      description = "length of the stream on which steps are timed (default ${DEFAULT-VALUE})")
  private int ticks;

  @Mixin private RecipeOptions recipe;
  @Mixin private CacheOption cache;
  @Spec private CommandSpec spec;

  private StageLines lines;
  private long begin;

  @Override
  public Integer call() throws IOException {
    if (seeds < 1 || seeds > 100) {
      throw new ParameterException(
          spec.commandLine(), "--seeds must be from 1 to 100, is " + seeds);
    }
    if (ticks < Pacing.LEAST_TICKS || ticks > Pacing.MOST_TICKS) {
      throw new ParameterException(
          spec.commandLine(), "--ticks must be from 100 to 10000, is " + ticks);
    }
    Dataset dataset = Dataset.open(data);
    Presets presets = recipe.presets(dataset);
    List<String> modalities = recipe.modalities(dataset);
    if (question == Candidates.Question.fusion && modalities.size() < 2) {
      throw new ParameterException(
          spec.commandLine(), "a study of fusion needs two modalities, there is " + modalities);
    }
    Candidates candidates = candidates(presets, modalities);
    TrainConfig config = config();
    claim(dataset, candidates, config);
    lines = new StageLines(spec.commandLine().getOut(), terminal(), columns(), 4);
    Presets.placeEncoders(
        candidates.variants().values().iterator().next().spec(), recipe.encoders(), out);
    try (Study study =
        new Study(
            dataset,
            candidates,
            config,
            seeds,
            new Ledger(out),
            cache.folder(),
            recipe.encoders(),
            new Ears())) {
      rows(dataset, study);
      train(study);
      time(study);
      write(study, dataset, config);
    }
    return 0;
  }

  private Candidates candidates(Presets presets, List<String> modalities) {
    try {
      Candidates all = new Candidates(presets, modalities, question);
      return only.isEmpty() ? all : all.only(only);
    } catch (IllegalArgumentException e) {
      throw new InputException(data + ": " + e.getMessage(), e);
    }
  }

  /** Short, without carried state, and with modalities that are missing at times. */
  private TrainConfig config() {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("epochs", Json.of(epochs));
    fields.put("carry", Json.of(0));
    Json dropout = Json.parse("augmentation", "{\"modality_dropout\": {\"absent\": 0.2}}").value();
    fields.put("augmentation", dropout);
    fields.putAll(recipe.set());
    return Records.read(
        TrainConfig.class, new Field("training configuration", "", new Json.Obj(fields)));
  }

  /** The folder is new, or that of the same study. */
  private void claim(Dataset dataset, Candidates candidates, TrainConfig config)
      throws IOException {
    Map<String, Object> begun = new LinkedHashMap<>();
    begun.put("question", question.name());
    begun.put("data", dataset.name());
    begun.put("clips", dataset.clips("train").size() + dataset.clips("test").size());
    begun.put("ticks", ticks);
    begun.put("train", Records.write(config));
    Map<String, Json> models = new LinkedHashMap<>();
    candidates.variants().forEach((name, c) -> models.put(name, Records.write(c.spec())));
    begun.put("variants", models);
    Json now = Json.of(begun);
    Path file = out.resolve("begun.json");
    if (Files.exists(file)) {
      if (!Json.read(file).value().equals(Json.parse("study", now.compact()).value())) {
        throw new InputException(
            out
                + ": holds a study that was begun with other options: give the same, or choose another --out");
      }
      return;
    }
    if (Files.exists(out) && !isEmpty(out)) {
      throw new InputException(out + ": is not empty and no study's folder: choose another --out");
    }
    Files.createDirectories(out);
    WholeFile.write(file, now.pretty() + "\n");
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      return !files.iterator().hasNext();
    }
  }

  private void rows(Dataset dataset, Study study) {
    lines.begin("rows");
    int clips = dataset.clips().size();
    SideBySide side = new SideBySide(dataset, cache.folder());
    side.makeRows(study.any(), out, n -> lines.progress("%,d of %,d clips".formatted(n, clips)));
    lines.end("front ends and frozen encoders of %,d clips, kept in the cache".formatted(clips));
  }

  private void train(Study study) {
    lines.begin("train");
    begin = System.nanoTime();
    study.train();
    lines.end("every variant with %d seeds, %d epochs each".formatted(seeds, epochs));
  }

  private void time(Study study) {
    lines.begin("time");
    study.time(ticks);
    lines.end("steps of every variant up to tick %,d".formatted(ticks));
  }

  private void write(Study study, Dataset dataset, TrainConfig config) throws IOException {
    lines.begin("write");
    Map<String, String> setting = new LinkedHashMap<>();
    setting.put(
        "data",
        "%s; %,d clips to train on, %,d to choose the epoch, %,d to test"
            .formatted(
                dataset.name(),
                dataset.clips("train").size(),
                dataset.clips("val").size(),
                dataset.clips("test").size()));
    setting.put("tick", "%s s".formatted(recipe.tick().seconds()));
    setting.put("seeds", Integer.toString(seeds));
    setting.put("training", "`" + Json.of(Records.brief(config)).compact() + "`");
    setting.put("missing", "one modality is missing throughout in the conditions \"without\"");
    setting.put(
        "steps",
        "one stream on one thread, %s kernels, from rows to events"
            .formatted(
                Kernels.best()
                    .getClass()
                    .getSimpleName()
                    .replace("Kernels", "")
                    .toLowerCase(Locale.ROOT)));
    Findings findings = study.findings(question.name(), setting);
    new StudyPage(findings).write(out);
    lines.end("tables, JSON and plots");
    spec.commandLine().getOut().println(out.resolve("study.md"));
  }

  /** Shows how far a study is. */
  private final class Ears implements Study.Listener {
    @Override
    public void trains(double share, double before, String doing) {
      double seconds = (System.nanoTime() - begin) / 1e9;
      String left =
          share - before < 0.01
              ? ""
              : ", " + minutes(seconds * (1 - share) / (share - before)) + " left";
      lines.progress("%.0f%%%s: %s".formatted(100 * share, left, doing));
    }

    @Override
    public void trained(Outcome outcome, int done, int of) {
      Map<String, Double> first = outcome.scores().values().iterator().next();
      Map.Entry<String, Double> score = first.entrySet().iterator().next();
      lines.say(
          "%4d of %d  %-24s seed %d  %s %.3f"
              .formatted(
                  done, of, outcome.variant(), outcome.seed(), score.getKey(), score.getValue()));
    }

    @Override
    public void times(String variant, int done, int of) {
      lines.progress("%d of %d: %s".formatted(done, of, variant));
    }
  }

  private static String minutes(double seconds) {
    return "%d:%02d".formatted((long) seconds / 60, (long) seconds % 60);
  }

  private static boolean terminal() {
    return Terminal.of(System.getenv(), Terminal.tty()).redraws();
  }

  private static int columns() {
    return Terminal.size(System.getenv(), Terminal::stty).columns();
  }
}
