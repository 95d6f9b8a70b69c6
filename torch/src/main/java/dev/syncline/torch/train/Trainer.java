package dev.syncline.torch.train;

import dev.syncline.data.Dataset;
import dev.syncline.data.DatasetCheck;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Node;
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
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.NoGradGuard;
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
  private final Criterion criterion;
  private final long stepsPerEpoch;
  private final long steps;
  private Standing standing = new Standing(0, 0, -1, -1, 0, false, List.of());
  private Carried carried = Carried.NONE;
  private double lastScore = Double.NaN;
  private volatile boolean asked;

  /**
   * @param model the spec with any weights, and where its encoders are
   * @param cache folder of the feature cache
   * @throws InputException if a clip to train on or to validate with has a problem, or the
   *     checkpoint that is there is damaged
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
    check(data, spec);
    training = new Examples(data, "train", model, cache);
    validation = new Examples(data, "val", model, cache);
    stepsPerEpoch = Feeder.perEpoch(training, config);
    steps = stepsPerEpoch * config.epochs();
    Map<String, ClassWeights.Counts> counts = counts();
    criterion = new Criterion(spec, config, counts);
    Optional<Checkpoint> last =
        Files.exists(run.last())
            ? Optional.of(Checkpoint.read(run.last(), Parameter.of(node)))
            : Optional.empty();
    Weights start =
        last.map(c -> new Weights(Parameter.of(node), c.kind("p"))).orElseGet(() -> fresh(counts));
    parameters = Tensors.parameters(start, true);
    optimizer = new AdamW(parameters, config.weightDecay());
    if (config.average() > 0) {
      start.values().forEach((name, v) -> average.put(name, v.clone()));
    }
    last.ifPresent(this::restore);
    run.rewind(standing.metricsBytes());
  }

  /** Everything that training will read, before it begins. */
  private static void check(Dataset data, ModelSpec spec) {
    spec.modalities().keySet().forEach(data::modality);
    spec.outputs().values().forEach(output -> data.modality(output.track()));
    List<String> ids = new ArrayList<>(data.clips("train"));
    ids.addAll(data.clips("val"));
    DatasetCheck.require(data, ids, spec.modalities().keySet());
  }

  private Weights fresh(Map<String, ClassWeights.Counts> counts) {
    Map<String, float[]> values =
        new LinkedHashMap<>(Weights.random(Parameter.of(node), config.seed()).values());
    values.putAll(Statistics.standardize(node, training));
    if (config.prior()) {
      values.putAll(Statistics.priors(node, spec.outputs(), counts));
    }
    return new Weights(Parameter.of(node), values);
  }

  private void restore(Checkpoint checkpoint) {
    standing = checkpoint.standing();
    fill(optimizer.first, checkpoint.kind("m"));
    fill(optimizer.second, checkpoint.kind("v"));
    average.putAll(checkpoint.kind("a"));
    carried = new Carried(checkpoint.kind("s"), standing.carriedTicks());
  }

  private Map<String, ClassWeights.Counts> counts() {
    Map<String, ClassWeights.Counts> counts = new LinkedHashMap<>();
    spec.outputs()
        .forEach(
            (name, o) -> counts.put(name, Statistics.counts(training, name, o.labels().size())));
    return counts;
  }

  /**
   * Asks a training to end behind the step that it is at, from any thread; it leaves a checkpoint.
   */
  public void stop() {
    asked = true;
  }

  /**
   * Trains to the end and writes the model; gives its folder.
   *
   * @throws InputException if training diverges or the run folder cannot be written, as on a full
   *     disk, or it was stopped; the last checkpoint is whole and can be gone on with
   */
  public Path train() {
    try {
      steps();
      if (standing.step() < steps && !standing.stopped()) {
        throw new InputException(
            "%s: stopped at step %d of %d: go on with --resume"
                .formatted(run.path(), standing.step(), steps));
      }
      return finish();
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be written: %s: the last checkpoint is whole, so make room and go on with --resume"
              .formatted(run.path(), InputException.reason(e)),
          e);
    }
  }

  private void steps() throws IOException {
    try (Feeder feeder = new Feeder(training, config, standing.step())) {
      while (standing.step() < steps && !standing.stopped() && !asked) {
        double loss = step(feeder.next());
        boolean epochEnds = standing.step() % stepsPerEpoch == 0;
        report(loss, false);
        if (epochEnds) {
          validate();
        }
        if (epochEnds || asked || standing.step() % config.checkpointSteps() == 0) {
          checkpoint().write(run.last());
        }
      }
    }
  }

  private double step(List<Example> batch) {
    try (PointerScope _ = new PointerScope()) {
      long step = standing.step();
      Generator dropout = torch.make_generator_cpu(Feeder.mix(config.seed(), step, -2));
      Map<String, Rows> rows =
          Batch.rows(batch.stream().map(Example::rows).toList(), node.in().keySet());
      State before =
          carried.begin(node, batch.size(), config.carry(), Feeder.mix(config.seed(), step, -3));
      Graph.Result result = new Graph(node, parameters, dropout).forward(rows, before);
      Tensor loss = criterion.loss(batch, result);
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
      carried = config.carry() > 0 ? Carried.after(result.state(), batch) : Carried.NONE;
      standing =
          new Standing(
              step + 1,
              standing.lossSum() + value,
              standing.bestScore(),
              standing.bestEpoch(),
              standing.metricsBytes(),
              false,
              carried.ticks());
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

  private void validate() throws IOException {
    int epoch = (int) (standing.step() / stepsPerEpoch);
    Weights weights = weights();
    Map<String, Double> scores =
        new Validation(spec, data, validation, config.batch()).scores(weights);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("epoch", epoch);
    line.put("step", standing.step());
    line.put("loss", standing.lossSum() / stepsPerEpoch);
    line.put("learning_rate", config.rate(standing.step() - 1, steps));
    scores.forEach((key, value) -> line.put("val." + key, value));
    lastScore = scores.values().stream().mapToDouble(v -> v).average().orElseThrow();
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
    carried.parts().forEach((name, v) -> tensors.put("s/" + name, v));
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
