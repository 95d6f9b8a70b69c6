package dev.syncline.torch.certify;

import dev.syncline.spec.Cost;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import dev.syncline.torch.Batch;
import dev.syncline.torch.Graph;
import dev.syncline.torch.Rows;
import dev.syncline.torch.State;
import dev.syncline.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Puts a model to every test. */
public final class Certifier {
  /**
   * How thorough.
   *
   * @param times random moments tried for each recording
   * @param ticks ticks over which state is watched and latency taken
   */
  public record Options(int times, int ticks, long seed) {
    public static final Options DEFAULT = new Options(6, 2000, 1);
  }

  /** Hears what is done. */
  public interface Listener {
    void doing(String what);
  }

  private static final long WARM_UP_NS = 2_000_000_000L;

  private final Model model;
  private final Node node;
  private final List<Recording> recordings;
  private final Options options;
  private final Listener listener;
  private final List<Map<String, Block>> rows = new ArrayList<>();
  private final List<Check> checks = new ArrayList<>();

  /**
   * @param recordings stretches of real data; where there are none, noise stands in
   */
  public Certifier(Model model, List<Recording> recordings, Options options, Listener listener) {
    this.model = model;
    this.options = options;
    this.listener = listener;
    node = model.spec().node();
    Recording random = Recording.random(model.spec(), 12, options.seed());
    this.recordings = Stream.concat(recordings.stream(), Stream.of(random)).toList();
  }

  public Certificate certify() {
    List<Certificate.Latency> latency = new ArrayList<>();
    Map<String, Double> equivalence;
    List<ReceptiveField.Measured> fields;
    Session session;
    try (SessionPredictor system = new SessionPredictor(model)) {
      listener.doing("rows of " + recordings.size() + " recordings");
      recordings.forEach(r -> rows.add(system.rows(r)));
      structure();
      listener.doing("perturbation: the future replaced");
      checks.add(
          Causality.perturbation(
              system, model.spec(), recordings, options.times(), options.seed()));
      listener.doing("gradient: outputs with respect to later rows");
      checks.add(gradient());
      listener.doing("equivalence of the two forms, node by node");
      equivalence = equivalence();
      listener.doing("cuts and snapshots");
      cuts(system);
      listener.doing("receptive field");
      fields = receptiveField();
      listener.doing("state and latency over " + options.ticks() + " ticks");
      session = system.session();
      latency.addAll(watch(session));
      return certificate(equivalence, fields, session, latency);
    }
  }

  private void structure() {
    long nodes = node.all().size();
    checks.add(
        Check.passed(
            "structure",
            "%d nodes, none of which looks ahead; delay %d ticks"
                .formatted(nodes, model.spec().delay()),
            0));
  }

  private Check gradient() {
    Map<String, Block> first = rows.getFirst();
    int ticks = first.values().iterator().next().ticks();
    try (PointerScope _ = new PointerScope()) {
      Map<String, Tensor> parameters = Tensors.parameters(model.weights(), false);
      Map<String, Rows> inputs = Batch.rows(List.of(first), node.in().keySet());
      Graph graph = new Graph(node, parameters);
      return Causality.gradient(
          in -> graph.forward(in, State.start(node, 1)).outputs(),
          inputs,
          ticks,
          options.times(),
          options.seed());
    }
  }

  private Map<String, Double> equivalence() {
    Map<String, Double> worst = new Equivalence(model).perNode(rows);
    Map<String, Double> named = new LinkedHashMap<>();
    worst.forEach((path, d) -> named.put(path.isEmpty() ? "model" : path, d));
    Map.Entry<String, Double> most =
        named.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    String what =
        "parallel against step form at all %d nodes on %d recordings, within %s"
            .formatted(named.size(), rows.size(), Equivalence.TOLERANCE);
    checks.add(
        most.getValue() <= Equivalence.TOLERANCE
            ? Check.passed("equivalence", what, most.getValue())
            : Check.failed(
                "equivalence",
                what,
                most.getValue(),
                "node " + most.getKey() + " differs by " + most.getValue()));
    return named;
  }

  private void cuts(SessionPredictor system) {
    double worst = 0;
    for (Map<String, Block> r : rows) {
      worst = Math.max(worst, new Equivalence(model).cuts(r, options.times(), options.seed()));
    }
    String what =
        "the parallel form cut at random ticks, outputs and state, within " + Equivalence.TOLERANCE;
    checks.add(
        worst <= Equivalence.TOLERANCE
            ? Check.passed("cuts", what, worst)
            : Check.failed("cuts", what, worst, "pieces differ from the whole by " + worst));
    checks.add(snapshots(system));
  }

  private Check snapshots(SessionPredictor system) {
    SplittableRandom random = new SplittableRandom(options.seed());
    String what =
        "snapshots at random ticks restored in new sessions, and sounds cut into other packets: bit by bit";
    for (Recording r : recordings) {
      Predictor.Said expected = system.predict(r);
      boolean[] at = new boolean[r.ticks() + 1];
      for (int i = 0; i < Math.min(3, options.times()); i++) {
        at[random.nextInt(at.length)] = true;
      }
      try (SessionPredictor moved = new SessionPredictor(model, t -> t < at.length && at[t])) {
        if (differs(expected, moved.predict(r))) {
          return Check.failed(
              "snapshots", what, 1, "a restored stream went on differently in " + r.name());
        }
      }
      if (differs(expected, system.predict(r.recut(model.spec(), random.nextLong())))) {
        return Check.failed(
            "snapshots", what, 1, "other packets changed the decisions in " + r.name());
      }
    }
    return Check.passed("snapshots", what, 0);
  }

  private static boolean differs(Predictor.Said a, Predictor.Said b) {
    for (Map.Entry<String, float[][]> e : a.probabilities().entrySet()) {
      if (!Arrays.deepEquals(e.getValue(), b.probabilities().get(e.getKey()))) {
        return true;
      }
    }
    return !a.events().equals(b.events());
  }

  private List<ReceptiveField.Measured> receptiveField() {
    List<ReceptiveField.Measured> fields = new ReceptiveField(model, rows, 64).measure();
    Optional<ReceptiveField.Measured> wrong =
        fields.stream().filter(f -> !f.asDeclared()).findFirst();
    String what = "single rows disturbed from the far end on: declared = measured";
    checks.add(
        wrong.isEmpty()
            ? Check.passed("receptive field", what, 0)
            : Check.failed("receptive field", what, 1, wrong.get().toString()));
    return fields;
  }

  /** Steps on and on, watching state and time. */
  private List<Certificate.Latency> watch(Session session) {
    Recording longest =
        recordings.stream().max(java.util.Comparator.comparingInt(Recording::ticks)).orElseThrow();
    long bytes = session.state().bytes();
    List<long[]> times = new ArrayList<>();
    try (SessionPredictor timed = new SessionPredictor(model)) {
      long warm = System.nanoTime() + WARM_UP_NS; // a stream is long, the compiler soon done
      do {
        timed.predict(longest);
      } while (System.nanoTime() < warm);
      for (int done = 0; done < options.ticks(); done += longest.ticks()) {
        timed.time(longest, times);
      }
      bytes = Math.max(bytes, timed.session().state().bytes());
    }
    boolean same = bytes == session.state().bytes();
    String what = "%d bytes of state, the same after %d ticks".formatted(bytes, times.size());
    checks.add(
        same ? Check.passed("bounds", what, 0) : Check.failed("bounds", what, 1, "the state grew"));
    List<Certificate.Latency> latency = new ArrayList<>();
    for (Session.Stage stage : Session.Stage.values()) {
      latency.add(latency(stage.name().toLowerCase(java.util.Locale.ROOT), times, stage.ordinal()));
    }
    latency.add(latency("total", times, Session.Stage.values().length));
    return latency;
  }

  private Certificate.Latency latency(String name, List<long[]> times, int column) {
    double[] ms = times.stream().mapToDouble(t -> t[column] / 1e6).sorted().toArray();
    double p50 = ms[(int) Math.ceil(0.5 * ms.length) - 1];
    double p99 = ms[(int) Math.ceil(0.99 * ms.length) - 1];
    return new Certificate.Latency(
        name, p50, p99, ms[ms.length - 1], p50 / 1e3 / model.spec().tick().seconds());
  }

  private Certificate certificate(
      Map<String, Double> equivalence,
      List<ReceptiveField.Measured> fields,
      Session session,
      List<Certificate.Latency> latency) {
    List<Parameter> all = Parameter.of(node);
    long total = all.stream().mapToLong(Parameter::size).sum();
    long trainable = all.stream().filter(Parameter::trainable).mapToLong(Parameter::size).sum();
    Cost cost = Cost.of(node);
    OptionalLong encoders = session.encoderFlops();
    return new Certificate(
        Certificate.FORMAT,
        model.spec().name(),
        model.digest(),
        checks.stream().allMatch(Check::passed),
        model.spec().delay(),
        model.spec().tick().seconds(),
        checks,
        fields.stream().map(Certifier::field).toList(),
        equivalence,
        new Certificate.Parameters(total, trainable, total - trainable),
        new Certificate.Flops(
            cost.flops(),
            session.frontEndFlops(),
            encoders.isPresent() ? Optional.of(encoders.getAsLong()) : Optional.empty()),
        cost.weightBytes(),
        session.state().bytes(),
        latency);
  }

  private static Certificate.Field field(ReceptiveField.Measured f) {
    Optional<Long> rows = f.declaredRows() < 0 ? Optional.empty() : Optional.of(f.declaredRows());
    return new Certificate.Field(
        f.input(),
        rows,
        f.measuredRows(),
        f.testedRows(),
        rows.map(r -> r * f.rowS()),
        f.asDeclared());
  }
}
