package dev.syncline.torch.train;

import dev.syncline.data.Dataset;
import dev.syncline.data.Evaluation;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Node;
import dev.syncline.spec.Output;
import dev.syncline.spec.Parameter;
import dev.syncline.step.Model;
import dev.syncline.torch.Batch;
import dev.syncline.torch.Graph;
import dev.syncline.torch.Rows;
import dev.syncline.torch.State;
import dev.syncline.torch.Tensors;
import dev.syncline.torch.train.Checkpoint.Standing;
import dev.syncline.torch.train.Examples.Example;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains a model in a run folder. A run that was killed at any moment and resumed ends in the same
 * bytes as one that was not: everything between two steps is in the checkpoint or follows from the
 * seed.
 */
public final class Trainer implements AutoCloseable {
  /**
   * Where a training stands; {@code score} is that of the last validation, NaN before the first.
   */
  public record Progress(
      int epoch,
      long step,
      long steps,
      double loss,
      double score,
      double best,
      boolean validated) {}

  /** Hears of progress after every step and validation. */
  public interface Listener {
    void progress(Progress progress);
  }

  private final RunFolder run;
  private final TrainConfig config;
  private final Model untrained;
  private final ModelSpec spec;
  private final Node node;
  private final Examples training;
  private final Examples validation;
  private final Dataset data;
  private final Listener listener;
  private final Clock wallClock = Clock.systemUTC();
  private final Map<String, Tensor> parameters;
  private final AdamW optimizer;
  private final Map<String, float[]> average = new LinkedHashMap<>();
  private final Map<String, float[]> balances = new LinkedHashMap<>();
  private final long stepsPerEpoch;
  private final long steps;
  private Standing standing = new Standing(0, 0, -1, -1, 0, false, List.of());
  private Map<String, float[]> carried = Map.of();
  private double lastScore = Double.NaN;

  /**
   * @param model the spec with any weights, and where its encoders are
   * @param cache folder of the feature cache
   */
  public Trainer(
      RunFolder run, TrainConfig config, Model model, Dataset data, Path cache, Listener listener) {
    this.run = run;
    this.config = config;
    this.data = data;
    this.listener = listener;
    untrained = model;
    spec = model.spec();
    node = spec.node();
    training = new Examples(data, "train", model, cache);
    validation = new Examples(data, "val", model, cache);
    stepsPerEpoch = Feeder.perEpoch(training, config);
    steps = stepsPerEpoch * config.epochs();
    Weights start = Files.exists(run.last()) ? resumed() : fresh();
    parameters = Tensors.parameters(start, true);
    optimizer = new AdamW(parameters, config.weightDecay());
    if (Files.exists(run.last())) {
      Checkpoint checkpoint = Checkpoint.read(run.last());
      fill(optimizer.first, checkpoint.kind("m"));
      fill(optimizer.second, checkpoint.kind("v"));
      average.putAll(checkpoint.kind("a"));
      carried = checkpoint.kind("s");
    } else if (config.average() > 0) {
      start.values().forEach((name, v) -> average.put(name, v.clone()));
    }
    run.rewind(standing.metricsBytes());
  }

  private Weights fresh() {
    Map<String, float[]> values =
        new LinkedHashMap<>(Weights.random(Parameter.of(node), config.seed()).values());
    values.putAll(Statistics.standardize(node, training));
    if (config.prior()) {
      values.putAll(Statistics.priors(node, spec.outputs(), counts()));
    }
    return new Weights(Parameter.of(node), values);
  }

  private Weights resumed() {
    Checkpoint checkpoint = Checkpoint.read(run.last());
    standing = checkpoint.standing();
    return new Weights(Parameter.of(node), checkpoint.kind("p"));
  }

  private Map<String, ClassWeights.Counts> counts() {
    Map<String, ClassWeights.Counts> counts = new LinkedHashMap<>();
    spec.outputs()
        .forEach(
            (name, o) -> counts.put(name, Statistics.counts(training, name, o.labels().size())));
    return counts;
  }

  /** Trains to the end and writes the model; gives its folder. */
  public Path train() throws IOException {
    counts()
        .forEach(
            (name, c) ->
                balances.put(
                    name, config.objective(name).weights(spec.outputs().get(name).kind(), c)));
    try (Feeder feeder = new Feeder(training, config, standing.step())) {
      while (standing.step() < steps && !standing.stopped()) {
        double loss = step(feeder.next());
        boolean epochEnds = standing.step() % stepsPerEpoch == 0;
        report(loss, false);
        if (epochEnds) {
          validate();
        }
        if (epochEnds || standing.step() % config.checkpointSteps() == 0) {
          checkpoint().write(run.last());
        }
      }
    }
    return finish();
  }

  private double step(List<Example> batch) {
    try (PointerScope _ = new PointerScope()) {
      long step = standing.step();
      torch.manual_seed(Feeder.mix(config.seed(), step, -2));
      Map<String, Rows> rows =
          Batch.rows(batch.stream().map(Example::rows).toList(), node.in().keySet());
      State before = carriedState(batch, step);
      Graph.Result result = new Graph(node, parameters, true).forward(rows, before);
      Tensor loss = loss(batch, result.outputs());
      double value = loss.item_double();
      loss.backward();
      double rate = config.rate(step, steps);
      double norm = optimizer.step(step + 1, rate, config.clipNorm());
      if (!Double.isFinite(value) || !Double.isFinite(norm)) {
        throw new InputException(
            "%s: training diverged at step %d (loss %s): lower learning_rate or clip_norm"
                .formatted(run.path(), step + 1, value));
      }
      follow();
      List<Long> ticks = keep(result.state(), batch);
      standing =
          new Standing(
              step + 1,
              standing.lossSum() + value,
              standing.bestScore(),
              standing.bestEpoch(),
              standing.metricsBytes(),
              false,
              ticks);
      return value;
    }
  }

  /** The running average of the weights. */
  private void follow() {
    double d = Math.min(config.average(), (1 + standing.step()) / (10.0 + standing.step()));
    average.forEach(
        (name, a) -> {
          float[] p = Tensors.values(parameters.get(name));
          for (int i = 0; i < a.length; i++) {
            a[i] = (float) (d * a[i] + (1 - d) * p[i]);
          }
        });
  }

  /**
   * Each stream of a batch begins anew or, with probability {@code carry}, where the last ended.
   */
  private State carriedState(List<Example> batch, long step) {
    State start = State.start(node, batch.size());
    if (config.carry() == 0 || carried.isEmpty()) {
      return start;
    }
    Map<String, Tensor> parts = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(Feeder.mix(config.seed(), step, -3));
    boolean[] goesOn = new boolean[batch.size()];
    for (int b = 0; b < goesOn.length; b++) {
      goesOn[b] = random.nextDouble() < config.carry() && b < standing.carriedTicks().size();
      start.ticks()[b] = goesOn[b] ? standing.carriedTicks().get(b) : 0;
    }
    start
        .parts()
        .forEach(
            (name, zero) -> {
              int size = (int) (zero.numel() / batch.size());
              float[] values = new float[batch.size() * size];
              for (int b = 0; b < goesOn.length; b++) {
                if (goesOn[b]) {
                  System.arraycopy(carried.get(name), b * size, values, b * size, size);
                }
              }
              parts.put(name, Tensors.of(values, batch.size(), zero.size(1), zero.size(2)));
            });
    return new State(parts, start.ticks());
  }

  /** Keeps the states that a batch ended with; streams that were padded begin anew. */
  private List<Long> keep(State after, List<Example> batch) {
    if (config.carry() == 0) {
      return List.of();
    }
    int longest = batch.stream().mapToInt(Example::ticks).max().orElseThrow();
    carried = new LinkedHashMap<>();
    after.parts().forEach((name, t) -> carried.put(name, Tensors.values(t)));
    List<Long> ticks = new ArrayList<>();
    for (int b = 0; b < batch.size() && batch.get(b).ticks() == longest; b++) {
      ticks.add(after.ticks()[b]);
    }
    return ticks;
  }

  private Tensor loss(List<Example> batch, Map<String, Rows> outputs) {
    int ticks = batch.stream().mapToInt(Example::ticks).max().orElseThrow();
    Tensor total = Tensors.of(new float[1], 1).sum();
    for (Map.Entry<String, Output> e : spec.outputs().entrySet()) {
      int labels = e.getValue().labels().size();
      Objective objective = config.objective(e.getKey());
      float[] targets = new float[batch.size() * ticks * labels];
      float[] counts = new float[batch.size() * ticks];
      for (int b = 0; b < batch.size(); b++) {
        boolean[][] on = batch.get(b).labels().get(e.getKey());
        // Row t of the output decides about tick t - delay.
        for (int t = spec.delay(); t < batch.get(b).ticks(); t++) {
          counts[b * ticks + t] = objective.position().weight(t, batch.get(b).ticks());
          for (int c = 0; c < labels; c++) {
            targets[(b * ticks + t) * labels + c] = on[t - spec.delay()][c] ? 1 : 0;
          }
        }
      }
      Rows rows = outputs.get(e.getKey());
      Tensor mask = Tensors.of(counts, batch.size(), ticks);
      Tensor weights =
          rows.valid() == null ? mask : torch.where(rows.valid(), mask, new Scalar(0f));
      Tensor y = Tensors.of(targets, batch.size(), ticks, labels);
      Tensor each =
          Losses.of(
              e.getValue().kind(),
              objective.loss(),
              rows.values(),
              y,
              weights,
              Tensors.of(balances.get(e.getKey()), labels));
      total = total.add(each.mul(new Scalar(objective.weight())));
    }
    return total;
  }

  private void validate() throws IOException {
    int epoch = (int) (standing.step() / stepsPerEpoch);
    Weights weights = weights();
    Evaluation evaluation = evaluate(weights);
    var scores = evaluation.score(evaluation.mainKeys(), 0.5);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("epoch", epoch);
    line.put("step", standing.step());
    line.put("loss", standing.lossSum() / stepsPerEpoch);
    line.put("learning_rate", config.rate(standing.step() - 1, steps));
    double sum = 0;
    for (String key : evaluation.mainKeys()) {
      double value = scores.value(key).orElse(0);
      line.put("val." + key, value);
      sum += value;
    }
    lastScore = sum / evaluation.mainKeys().size();
    line.put("val.score", lastScore);
    boolean better = lastScore > standing.bestScore();
    if (better) {
      weights.write(run.best());
    }
    long bytes = run.append(Json.of(line));
    log(line);
    int best = better ? epoch : standing.bestEpoch();
    boolean stop = config.patience() > 0 && epoch - best >= config.patience();
    standing =
        new Standing(
            standing.step(),
            0,
            Math.max(lastScore, standing.bestScore()),
            best,
            bytes,
            stop,
            standing.carriedTicks());
    report(((Number) line.get("loss")).doubleValue(), true);
  }

  private void log(Map<String, Object> line) {
    double now = wallClock.millis() / 1e3;
    try (EventFile events = EventFile.append(run.path(), standing.step() - 1, now)) {
      line.forEach(
          (tag, value) -> {
            if (!tag.equals("step")) {
              events.scalar(tag, standing.step(), ((Number) value).doubleValue(), now);
            }
          });
    }
  }

  /** The validation clips in the parallel form, each from its own beginning. */
  private Evaluation evaluate(Weights weights) {
    Evaluation evaluation = new Evaluation(spec, data);
    for (int first = 0; first < validation.size(); first += config.batch()) {
      List<Example> batch = new ArrayList<>();
      for (int i = first; i < Math.min(validation.size(), first + config.batch()); i++) {
        batch.add(validation.plain(i));
      }
      List<Map<String, double[][]>> probabilities =
          ParallelForm.probabilities(spec, weights, batch.stream().map(Example::rows).toList());
      for (int b = 0; b < batch.size(); b++) {
        evaluation.add(
            validation.clips.get(first + b), probabilities.get(b), Evaluation.Told.NOTHING);
      }
    }
    return evaluation;
  }

  /** The weights as they are validated and kept. */
  private Weights weights() {
    Map<String, float[]> values = new LinkedHashMap<>();
    try (PointerScope _ = new PointerScope()) {
      parameters.forEach(
          (name, t) ->
              values.put(
                  name, average.containsKey(name) ? average.get(name).clone() : Tensors.values(t)));
    }
    return new Weights(Parameter.of(node), values);
  }

  private Checkpoint checkpoint() {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    try (PointerScope _ = new PointerScope()) {
      parameters.forEach((name, t) -> tensors.put("p/" + name, Tensors.values(t)));
      optimizer.first.forEach((name, t) -> tensors.put("m/" + name, Tensors.values(t)));
      optimizer.second.forEach((name, t) -> tensors.put("v/" + name, Tensors.values(t)));
    }
    average.forEach((name, v) -> tensors.put("a/" + name, v));
    carried.forEach((name, v) -> tensors.put("s/" + name, v));
    return new Checkpoint(standing, tensors);
  }

  private Path finish() throws IOException {
    Weights best = Weights.read(run.best(), Parameter.of(node));
    Path aside = run.path().resolve("model.partial");
    Model.of(spec, best, untrained.program().kernels(), untrained.folder(), untrained.encoders())
        .write(aside);
    Files.move(aside, run.model());
    return run.model();
  }

  private void report(double loss, boolean validated) {
    int epoch = (int) ((standing.step() - 1) / stepsPerEpoch) + 1;
    listener.progress(
        new Progress(
            epoch, standing.step(), steps, loss, lastScore, standing.bestScore(), validated));
  }

  private static void fill(Map<String, Tensor> tensors, Map<String, float[]> values) {
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      tensors.forEach(
          (name, t) ->
              t.copy_(Tensors.of(values.get(name), values.get(name).length).reshape_as(t)));
    }
  }

  @Override
  public void close() {
    training.close();
    validation.close();
  }
}
