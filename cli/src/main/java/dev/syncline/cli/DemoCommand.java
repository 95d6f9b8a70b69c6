package dev.syncline.cli;

import dev.syncline.cli.live.LiveOutput;
import dev.syncline.cli.live.Terminal;
import dev.syncline.cli.live.Timeline;
import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.time.Tick;
import dev.syncline.torch.certify.Certificate;
import dev.syncline.torch.certify.Certifier;
import dev.syncline.torch.certify.ModelCard;
import dev.syncline.torch.train.RunFolder;
import dev.syncline.torch.train.TrainConfig;
import dev.syncline.torch.train.Trainer;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole path on a world of its own, in a few minutes. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Make data, train, evaluate against baselines, certify and stream an unseen scene.")
final class DemoCommand implements Callable<Integer> {
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
      description = "seed of everything random (default ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--quick",
      description = "a tiny world and one epoch: to see that everything works")
  private boolean quick;

  @Spec private CommandSpec spec;
  private PrintWriter say;
  private long begin;
  private int stage;

  @Override
  public Integer call() throws IOException {
    say = spec.commandLine().getOut();
    begin = System.nanoTime();
    if (Files.exists(out) && !isEmpty(out)) {
      throw new InputException(out + ": is there already: remove it or choose another --out");
    }
    Path data = out.resolve("data");
    stage("a world of things that sound and look alike in part: " + data);
    int clips = quick ? 10 : 140;
    new SynthWorld(clips, seed, 10, 64, 10, Map.of("train", 0.7, "val", 0.1, "test", 0.2))
        .write(data, 2);
    Dataset dataset = Dataset.open(data);
    Map<String, Model> models = new LinkedHashMap<>();
    for (List<String> senses :
        List.of(List.of("audio", "visual"), List.of("audio"), List.of("visual"))) {
      String name = senses.size() > 1 ? "model" : senses.getFirst() + " only";
      stage("training: " + String.join(" and ", senses));
      models.put(name, train(dataset, senses, out.resolve("runs").resolve(name.replace(" ", "-"))));
    }
    stage("evaluation on %d unseen scenes".formatted(dataset.clips("test").size()));
    List<Trial> trials = Trials.of(models, dataset, "test", out.resolve("cache"));
    say.println(Trials.table(trials));
    Path report = out.resolve("report.html");
    Trials.report(trials, models.get("model"), dataset, 4).write(report);
    Model model = models.get("model");
    Certificate certificate = certify(model, dataset);
    stage("an unseen scene, live");
    live(model, dataset, dataset.clips("test").getLast());
    say.println();
    say.println("the report:   " + report);
    say.println("the model:    " + model.folder());
    say.println("its card:     " + model.folder().resolve("card.md"));
    say.println("%.0f s in all".formatted((System.nanoTime() - begin) / 1e9));
    return certificate.causal() ? 0 : 1;
  }

  private void stage(String what) {
    say.println("%d. %s  [%.0f s]".formatted(++stage, what, (System.nanoTime() - begin) / 1e9));
    say.flush();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private Model train(Dataset data, List<String> senses, Path folder) throws IOException {
    ModelSpec model = new Presets(data, Tick.ofMillis(100), Optional.empty()).spec(senses);
    TrainConfig config = config(senses);
    Json json = Records.write(new RunConfig(model, config));
    try (RunFolder run = RunFolder.open(folder, json, false);
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), Terminal.tty())) {
      Model any =
          Model.of(
              model,
              Weights.random(model.parameters(), 0),
              new PlainKernels(),
              folder,
              Models::encoder);
      try (Trainer trainer = new Trainer(run, config, any, data, out.resolve("cache"), progress)) {
        return Models.load(trainer.train());
      }
    }
  }

  private TrainConfig config(List<String> senses) {
    int epochs = quick ? 1 : senses.contains("audio") ? 30 : 15;
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("seed", seed);
    fields.put("epochs", epochs);
    fields.put("batch", 8);
    fields.put("crop_ticks", 50);
    fields.put("learning_rate", 0.002);
    fields.put("average", 0.95);
    return Records.read(TrainConfig.class, Json.parse("demo", Json.of(fields).compact()));
  }

  private Certificate certify(Model model, Dataset data) throws IOException {
    stage("certification");
    Clip clip = data.clip(data.clips("test").getFirst());
    var recordings = List.of(CertifyCommand.recording(model, data, clip));
    Certificate c =
        CertifyCommand.certify(model, recordings, new Certifier.Options(2, 300, seed), what -> {});
    c.write(model.folder(), ModelCard.markdown(c, model.spec(), data.name() + ", 1 clip", ""));
    say.println(CertifyCommand.summary(c));
    return c;
  }

  private void live(Model model, Dataset data, String id) throws IOException {
    try (LiveRun run =
            new LiveRun(
                model,
                model.spec().modalities().keySet(),
                quick ? Double.POSITIVE_INFINITY : 1,
                System::nanoTime);
        PacketSource source = new PacketSource.Clips(data, List.of(data.clip(id)), run.session())) {
      Map<String, String> env = System.getenv();
      try (LiveOutput output =
          Timeline.of(
              say,
              Terminal.of(env, Terminal.tty()),
              () -> Terminal.size(env, Terminal::stty),
              System::nanoTime,
              run.tracks(),
              run.labels())) {
        Thread hook = new Thread(() -> close(output));
        Runtime.getRuntime().addShutdownHook(hook);
        run.run(source, output);
        Runtime.getRuntime().removeShutdownHook(hook);
      }
      say.println(run.summary());
    }
  }

  private static void close(LiveOutput output) {
    try {
      output.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
