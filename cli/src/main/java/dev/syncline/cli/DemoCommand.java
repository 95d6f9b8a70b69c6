package dev.syncline.cli;

import dev.syncline.cli.live.LiveOutput;
import dev.syncline.cli.live.Terminal;
import dev.syncline.cli.live.Timeline;
import dev.syncline.cli.report.Scored;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.metric.Scores;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.time.Tick;
import dev.syncline.torch.certify.Certificate;
import dev.syncline.torch.certify.Certifier;
import dev.syncline.torch.certify.Check;
import dev.syncline.torch.certify.ModelCard;
import dev.syncline.torch.certify.Recording;
import dev.syncline.torch.train.TrainConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole way on made-up data: a world, a model that hears and sees it, proof, a live stream. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Make a small world of sights and sounds, learn it, certify the model and stream it; no data needed.")
final class DemoCommand implements Callable<Integer> {
  private static final String OWN = "audio-visual";
  private static final Map<String, String> SINGLE =
      Map.of("audio-only", "audio", "visual-only", "visual");
  private static final int STAGES = 6;

  /** How large everything is. */
  private record Size(
      int clips,
      double seconds,
      int pixels,
      SequencedMap<String, Double> split,
      String training,
      int certified) {}

  private static final Size USUAL =
      new Size(
          400,
          10,
          64,
          SynthWorld.split(0.85, 0.05, 0.1),
          """
          {"epochs": 8, "batch": 8, "learning_rate": 0.003, "average": 0.98, "carry": 0,
           "augmentation": {"picture": {"flip": 0.5, "brightness": {"low": -0.2, "high": 0.2},
                                        "contrast": {"low": 0.85, "high": 1.15}}}}
          """,
          2);

  private static final Size QUICK =
      new Size(10, 2, 16, SynthWorld.split(0.6, 0.2, 0.2), "{\"epochs\": 1, \"batch\": 3}", 1);

  @Option(
      names = "--out",
      defaultValue = "syncline-demo",
      paramLabel = "DIR",
      description = "folder to make (default ${DEFAULT-VALUE})")
  private Path out;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "seed of the world and of the training (default ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--quick",
      description = "a tiny world and hardly any training: shows the way, not the quality")
  private boolean quick;

  @Spec private CommandSpec spec;

  private StageLines lines;
  private PrintWriter console;

  @Override
  public Integer call() throws IOException {
    requireFree();
    Size size = quick ? QUICK : USUAL;
    console = spec.commandLine().getOut();
    int columns = Terminal.size(System.getenv(), Terminal::stty).columns();
    lines = new StageLines(console, terminal().redraws(), columns, STAGES);
    Dataset world = world(size);
    Path cache = out.resolve("cache");
    List<Clip> test = world.clips("test").stream().map(world::clip).toList();
    Model model = train(world, size, cache);
    evaluate(world, test, model, cache);
    delete(cache);
    boolean causal = certify(world, test.subList(0, size.certified()), model);
    stream(world, liveliest(test), model);
    farewell();
    return causal ? 0 : 1;
  }

  private void requireFree() throws IOException {
    if (Files.exists(out)) {
      if (!Files.isDirectory(out)) {
        throw new InputException(out + ": is a file: name a folder with --out");
      }
      try (Stream<Path> files = Files.list(out)) {
        if (files.findAny().isPresent()) {
          throw new InputException(
              out + ": is not empty: remove it, or name another folder with --out");
        }
      }
    }
  }

  private Terminal terminal() {
    return Terminal.of(System.getenv(), Terminal.tty());
  }

  private Dataset world(Size size) throws IOException {
    lines.begin("world");
    Files.createDirectories(out);
    SynthWorld world =
        new SynthWorld(size.clips(), seed, size.seconds(), size.pixels(), 10, size.split());
    world.write(out.resolve("world"), Runtime.getRuntime().availableProcessors());
    Dataset data = Dataset.open(out.resolve("world"));
    lines.end(
        "%d scenes of %.0f s; things with a sound, a look or both"
            .formatted(size.clips(), size.seconds()));
    return data;
  }

  private Model train(Dataset world, Size size, Path cache) {
    Presets presets = new Presets(world, Tick.ofMillis(100), Optional.empty());
    ModelSpec own = presets.spec(Design.of(List.of("audio", "visual")));
    SideBySide side = new SideBySide(world, cache);
    lines.begin("front ends");
    side.makeRows(own, out, n -> lines.progress(n + " of " + size.clips() + " scenes"));
    lines.end("log-mel rows and pictures of every tick of 100 ms");

    lines.begin("train");
    Map<String, ModelSpec> models = new LinkedHashMap<>();
    models.put(OWN, own);
    Stream.of("audio-only", "visual-only")
        .forEach(name -> models.put(name, presets.spec(Design.of(List.of(SINGLE.get(name))))));
    Map<String, String> standing = new LinkedHashMap<>();
    models.keySet().forEach(name -> standing.put(name, "waits"));
    TrainConfig config = config(size);
    side.train(
        models,
        config,
        out,
        (name, p) -> {
          synchronized (standing) {
            standing.put(
                name,
                "%.0f%%%s"
                    .formatted(
                        100.0 * p.step() / p.steps(),
                        p.best() < 0 ? "" : " F1 %.2f".formatted(p.best())));
            List<String> parts = new ArrayList<>();
            standing.forEach((n, text) -> parts.add(n + " " + text));
            lines.progress(String.join(", ", parts));
          }
        });
    lines.end(
        "%d models from scratch, %d epochs; the best epoch of each kept"
            .formatted(models.size(), config.epochs()));
    return Models.load(out.resolve(OWN));
  }

  private TrainConfig config(Size size) {
    Map<String, Json> fields =
        new LinkedHashMap<>(
            ((Json.Obj) Json.parse("the demo's training", size.training()).value()).fields());
    fields.put("seed", Json.of(seed));
    return Records.read(
        TrainConfig.class,
        new dev.syncline.json.Field("the demo's training", "", new Json.Obj(fields)));
  }

  private void evaluate(Dataset world, List<Clip> test, Model model, Path cache)
      throws IOException {
    lines.begin("evaluate");
    List<Trial> trials = new ArrayList<>();
    trials.add(trial(OWN, Scored.Role.MODEL, model, world, test, cache));
    for (String name : List.of("audio-only", "visual-only")) {
      Model single = Models.load(out.resolve(name));
      trials.add(trial(name, Scored.Role.BASELINE, single, world, test, cache));
    }
    trials.addAll(Trial.floors(model.spec(), world, test));
    var latency = LiveRun.latency(model, world, test.subList(0, Math.min(5, test.size())));
    new EvalReports(world, test, trials, 0.5)
        .report(model, "test", Optional.of(latency), 5, Optional.empty())
        .write(out.resolve("report.html"));
    lines.end("%d unseen scenes, tick by tick, as they would stream".formatted(test.size()));
    table(trials);
  }

  private Trial trial(
      String name, Scored.Role role, Model model, Dataset world, List<Clip> clips, Path cache) {
    lines.progress(name);
    return Trial.run(
        name, role, model, world, clips, Forms.Form.step, List.of(), Noise.NONE, cache);
  }

  private void table(List<Trial> trials) {
    List<Headline> columns = Headline.of(trials.getFirst().tracks()).subList(0, 6);
    console.println();
    console.println("                    segment F1               event F1 (IoU 0.5)");
    console.println("                    heard   seen   both      heard   seen   both");
    for (Trial trial : trials) {
      Scores scores = trial.score(columns.stream().map(Headline::key).toList(), 0.5);
      StringBuilder row = new StringBuilder("     %-14s".formatted(trial.name()));
      for (int i = 0; i < columns.size(); i++) {
        double value = scores.value(columns.get(i).key()).orElse(Double.NaN);
        row.append(i == 3 ? "   " : "").append(String.format(Locale.ROOT, "  %5.3f", value));
      }
      console.println(row);
    }
    console.println();
  }

  private boolean certify(Dataset world, List<Clip> clips, Model model) throws IOException {
    lines.begin("certify");
    List<Recording> recordings =
        clips.stream().map(clip -> CertifyCommand.recording(model, world, clip)).toList();
    Certificate certificate =
        CertifyCommand.certify(
            model, recordings, new Certifier.Options(4, 300, seed), lines::progress);
    String examined = world.name() + ", test, " + clips.size() + " clips";
    certificate.write(
        Models.folder(out.resolve(OWN)),
        ModelCard.markdown(certificate, model.spec(), examined, ""));
    List<String> failed =
        certificate.checks().stream().filter(c -> !c.passed()).map(Check::name).toList();
    lines.end(
        certificate.causal()
            ? "causal: %d checks passed, from samples to events"
                .formatted(certificate.checks().size())
            : "NOT causal: " + String.join(", ", failed) + " failed");
    return certificate.causal();
  }

  /** The clip with the most events; of several, the first. */
  private static Clip liveliest(List<Clip> clips) {
    return clips.stream()
        .max(
            Comparator.comparingInt(
                (Clip c) -> c.events().values().stream().mapToInt(List::size).sum()))
        .orElseThrow();
  }

  private void stream(Dataset world, Clip clip, Model model) throws IOException {
    lines.begin("stream");
    lines.end("%s, %.0f s, live:".formatted(clip.id(), clip.durationS()));
    console.println();
    try (LiveRun run = new LiveRun(model, model.spec().modalities().keySet(), 1, System::nanoTime);
        PacketSource source = new PacketSource.Clips(world, List.of(clip), run.session());
        LiveOutput output =
            Timeline.of(
                console,
                terminal(),
                () -> Terminal.size(System.getenv(), Terminal::stty),
                System::nanoTime,
                run.tracks(),
                run.labels())) {
      run.runGuarded(source, output);
    }
  }

  private void farewell() {
    console.println();
    console.println("report   " + out.resolve("report.html"));
    console.println(
        "model    " + out.resolve(OWN).resolve("model") + "  (card.md: what was certified)");
    console.println(
        "again    syncline stream "
            + out.resolve(OWN)
            + " --data "
            + out.resolve("world")
            + " --split test");
    console.flush();
  }

  private static void delete(Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(tree + ": cannot be removed", e);
    }
  }
}
