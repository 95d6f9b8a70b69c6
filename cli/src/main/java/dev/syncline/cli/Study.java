package dev.syncline.cli;

import dev.syncline.cli.study.Findings;
import dev.syncline.cli.study.Outcome;
import dev.syncline.cli.study.Spread;
import dev.syncline.data.ClipPackets;
import dev.syncline.data.Dataset;
import dev.syncline.json.Field;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Cost;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.spec.Reach;
import dev.syncline.spec.Shape;
import dev.syncline.step.Model;
import dev.syncline.torch.train.RunFolder;
import dev.syncline.torch.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Trains candidates with several seeds, scores them and times their steps. What is done is in the
 * folder, a file for each training and for each candidate's pace, so that a study that was stopped
 * goes on where it was.
 */
final class Study implements AutoCloseable {
  /** Hears of what is done. */
  interface Listener {
    /**
     * Training goes on.
     *
     * @param share of all trainings that is done
     * @param before share that was done when this process began
     * @param doing what is under way
     */
    void trains(double share, double before, String doing);

    void trained(Outcome outcome, int done, int of);

    void times(String variant, int done, int of);
  }

  static final String SIDE_BY_SIDE = "single models side by side";
  private static final double PACE_SECONDS = 10;

  private final Dataset data;
  private final Ledger ledger;
  private final Path cache;
  private final Optional<Path> encoders;
  private final TrainConfig config;
  private final int seeds;
  private final Candidates candidates;
  private final int clipTicks;
  private final Judge judge;
  private final Listener listener;
  private final Map<String, Candidates.Candidate> models = new LinkedHashMap<>();
  private final Map<String, Double> shares = new LinkedHashMap<>();
  private double before;

  /**
   * @param encoders where frozen encoders are copied from
   * @param cache folder of the feature cache
   */
  Study(
      Dataset data,
      Candidates candidates,
      TrainConfig config,
      int seeds,
      Ledger ledger,
      Path cache,
      Optional<Path> encoders,
      Listener listener) {
    this.data = data;
    this.candidates = candidates;
    this.config = config;
    this.seeds = seeds;
    this.ledger = ledger;
    this.cache = cache;
    this.encoders = encoders;
    this.listener = listener;
    String first = data.clips("train").getFirst();
    clipTicks = ClipPackets.ticks(data.clip(first), any().tick());
    judge = new Judge(data, any(), ledger.folder(), cache);
    candidates.single().forEach((m, c) -> models.put(only(m), c));
    models.putAll(candidates.variants());
  }

  /** One of the models with all modalities. */
  ModelSpec any() {
    return candidates.variants().values().iterator().next().spec();
  }

  private static String only(String modality) {
    return modality + " only";
  }

  /** Trains and scores what is not there yet, seed by seed. */
  void train() {
    List<Callable<Void>> jobs = new ArrayList<>();
    for (long s = 0; s < seeds; s++) {
      long seed = s;
      models.forEach((name, c) -> jobs.add(() -> train(name, c, seed)));
      models
          .keySet()
          .forEach(name -> shares.put(key(name, seed), ledger.hasOutcome(name, seed) ? 1.0 : 0));
    }
    before = share();
    new SideBySide(data, cache).run(jobs);
    for (long seed = 0; seed < seeds && !tracks().isEmpty(); seed++) {
      sideBySide(seed);
    }
  }

  private Void train(String name, Candidates.Candidate c, long seed) throws IOException {
    if (!ledger.hasOutcome(name, seed)) {
      Path run = ledger.run(name, seed);
      if (!Files.exists(run.resolve("model"))) {
        train(new RunConfig(c.spec(), config(c, seed)), run, key(name, seed));
      }
      ledger.keep(new Outcome(name, seed, judge.scores(Models.load(run))));
      if (candidates.variants().containsKey(name)) { // the others stand side by side later
        ledger.discard(run);
      }
    }
    ended(name, seed);
    return null;
  }

  private void train(RunConfig both, Path folder, String key) throws IOException {
    try (RunFolder run = RunFolder.open(folder, Records.write(both), true)) {
      Presets.placeEncoders(both.model(), encoders, folder);
      TrainCommand.train(run, both, data, cache, p -> progress(key, (double) p.step() / p.steps()));
    }
  }

  /** What is common to all, what belongs to the candidate, and the seed. */
  private TrainConfig config(Candidates.Candidate c, long seed) {
    Map<String, Json> fields = new LinkedHashMap<>(((Json.Obj) Records.write(config)).fields());
    fields.putAll(c.design().training(c.spec(), clipTicks));
    fields.put("seed", Json.of(seed));
    return Records.read(
        TrainConfig.class, new Field("training configuration", "", new Json.Obj(fields)));
  }

  private synchronized void ended(String name, long seed) {
    shares.put(key(name, seed), 1.0);
    int done = (int) shares.values().stream().filter(v -> v == 1).count();
    listener.trained(ledger.outcome(name, seed), done, shares.size());
  }

  private synchronized void progress(String key, double share) {
    shares.put(key, Math.min(share, 0.98)); // scoring is left
    List<String> doing = new ArrayList<>();
    shares.forEach(
        (name, v) -> {
          if (v > 0 && v < 1) {
            doing.add("%s %.0f%%".formatted(name, 100 * v));
          }
        });
    listener.trains(share(), before, String.join(", ", doing));
  }

  private synchronized double share() {
    return shares.values().stream().mapToDouble(v -> v).average().orElse(1);
  }

  /** The tracks, where each has a model of its own modality alone. */
  private List<String> tracks() {
    List<String> tracks = any().outputs().values().stream().map(Output::track).distinct().toList();
    boolean all = candidates.single().keySet().containsAll(tracks);
    return tracks.size() > 1 && all ? tracks : List.of();
  }

  private void sideBySide(long seed) {
    if (!ledger.hasOutcome(SIDE_BY_SIDE, seed)) {
      Map<String, Model> byTrack = new LinkedHashMap<>();
      tracks().forEach(t -> byTrack.put(t, Models.load(ledger.run(only(t), seed))));
      ledger.keep(new Outcome(SIDE_BY_SIDE, seed, judge.sideBySide(byTrack)));
    }
  }

  /**
   * Times what is not timed yet. Nothing else should run.
   *
   * @param ticks length of the stream
   */
  void time(int ticks) {
    int done = 0;
    for (Map.Entry<String, Candidates.Candidate> e : models.entrySet()) {
      listener.times(e.getKey(), ++done, models.size());
      if (ledger.pace(e.getKey()).isEmpty()) {
        ledger.keep(
            e.getKey(), Pacing.measure(e.getValue().spec(), ledger.folder(), ticks, PACE_SECONDS));
      }
    }
  }

  /** Everything that was found. */
  Findings findings(String question, Map<String, String> setting) {
    List<Findings.Variant> variants = new ArrayList<>();
    models.forEach(
        (name, c) -> {
          boolean variant = candidates.variants().containsKey(name);
          variants.add(
              new Findings.Variant(
                  name,
                  variant ? Findings.Role.VARIANT : Findings.Role.BASELINE,
                  Optional.of(size(name, c)),
                  spreads(name)));
        });
    if (!tracks().isEmpty()) {
      variants.add(
          new Findings.Variant(
              SIDE_BY_SIDE, Findings.Role.BASELINE, Optional.empty(), spreads(SIDE_BY_SIDE)));
    }
    judge
        .floors(any())
        .forEach(
            (name, figures) -> {
              Map<String, Spread> spreads = new LinkedHashMap<>();
              figures.forEach((metric, v) -> spreads.put(metric, new Spread(v, 0)));
              variants.add(
                  new Findings.Variant(
                      name,
                      Findings.Role.FLOOR,
                      Optional.empty(),
                      Map.of(judge.conditions().getFirst(), spreads)));
            });
    return new Findings(
        Findings.FORMAT,
        question,
        setting,
        judge.metrics(),
        judge.conditions(),
        variants,
        candidates.omitted());
  }

  private Map<String, Map<String, Spread>> spreads(String name) {
    List<Outcome> outcomes = new ArrayList<>();
    for (long seed = 0; seed < seeds; seed++) {
      outcomes.add(ledger.outcome(name, seed));
    }
    Map<String, Map<String, Spread>> all = new LinkedHashMap<>();
    for (String condition : judge.conditions()) {
      Map<String, Spread> spreads = new LinkedHashMap<>();
      for (String metric : judge.metrics()) {
        spreads.put(
            metric,
            Spread.of(outcomes.stream().map(o -> o.scores().get(condition).get(metric)).toList()));
      }
      all.put(condition, spreads);
    }
    return all;
  }

  private Findings.Size size(String name, Candidates.Candidate c) {
    Node node = c.spec().node();
    Cost cost = Cost.of(node);
    return new Findings.Size(
        c.design().units().orElseThrow(),
        Candidates.parameters(c.spec()),
        cost.weightBytes(),
        cost.flops(),
        cost.stateBytes(),
        reach(c.spec()),
        ledger.pace(name).orElseThrow());
  }

  /** The longest receptive field in seconds; empty without a limit. */
  static Optional<Double> reach(ModelSpec spec) {
    Map<String, Shape> inputs = spec.inputs();
    double longest = 0;
    for (Map<String, Reach> output : Reach.of(spec.node()).values()) {
      for (Map.Entry<String, Reach> e : output.entrySet()) {
        if (e.getValue().unlimited()) {
          return Optional.empty();
        }
        double ticks = (double) e.getValue().rows() / inputs.get(e.getKey()).rows();
        longest = Math.max(longest, ticks * spec.tick().seconds());
      }
    }
    return Optional.of(longest);
  }

  private static String key(String name, long seed) {
    return name + " " + seed;
  }

  @Override
  public void close() {
    judge.close();
  }
}
