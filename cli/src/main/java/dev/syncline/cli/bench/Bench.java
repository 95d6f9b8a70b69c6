package dev.syncline.cli.bench;

import dev.syncline.json.InputException;
import dev.syncline.onnx.AutoBackend;
import dev.syncline.spec.Cost;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import dev.syncline.step.Program;
import dev.syncline.step.Second;
import dev.syncline.step.Session;
import dev.syncline.step.VectorKernels;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Measures a model. */
public final class Bench {
  /**
   * What is asked for.
   *
   * @param precisions ours, the first one first
   * @param batches streams in a step
   * @param seconds that each variant is timed
   * @param rounds in which it is
   * @param threads of a step of one stream, 1 or 2; two are measured beside one
   * @param longSteps of the long run; 0 for none
   */
  public record Wish(
      List<Precision> precisions,
      List<Integer> batches,
      boolean peers,
      double seconds,
      int rounds,
      int threads,
      long longSteps) {}

  private static final int AGREEMENT_STEPS = 300;

  /** Steps of all streams together that a check of many streams may take. */
  private static final int AGREEMENT_ROWS = 640;

  private final Model model;
  private final Wish wish;
  private final Consumer<String> progress;
  private final Noise noise;
  private final Map<Precision, Program> programs = new EnumMap<>(Precision.class);
  private final Map<Precision, AutoBackend.Choice> choices = new EnumMap<>(Precision.class);
  private final Set<String> notes = new LinkedHashSet<>();

  /**
   * @param model in FP32
   * @param progress is told what is being done
   */
  public Bench(Model model, Wish wish, Consumer<String> progress) {
    this.model = model;
    this.wish = wish;
    this.progress = progress;
    noise = Noise.of(model.spec().node());
    fits();
    model.open(Session.SILENT).close(); // refuses encoders that do not run
  }

  /** Refuses what there is no memory for, before any is taken. */
  private void fits() {
    long most = wish.batches().stream().mapToLong(Integer::longValue).max().orElse(1);
    double bytes = (double) OwnStep.bytes(model.program(), 1) * most * wish.precisions().size();
    double room = 0.8 * Runtime.getRuntime().maxMemory();
    if (bytes > room) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "--batch %,d: the state of so many streams takes %,.1f GB, there is room for %.1f: ask for fewer, or for more memory (SYNCLINE_JAVA_OPTS=-Xmx...)",
              most,
              bytes / 1e9,
              room / 1e9));
    }
  }

  static String name(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  /** Measures everything; takes minutes. */
  public BenchReport run() {
    Machine machine = Machine.here();
    double load = Machine.load();
    for (Precision p : wish.precisions()) {
      programs.put(p, program(p));
    }
    progress.accept("warm-up");
    WarmUp warmUp = WarmUp.of(own(wish.precisions().getFirst(), 1), 1.5 * wish.seconds());
    Rounds rounds = new Rounds(wish.seconds(), wish.rounds());
    List<BenchReport.Entry> entries = new ArrayList<>();
    for (int batch : wish.batches()) {
      entries.addAll(batch(batch, rounds));
    }
    progress.accept("packets");
    Optional<PacketPath> packets = Optional.of(PacketPath.of(model, wish.seconds()));
    List<LongRun> longRuns = wish.longSteps() > 0 ? longRuns() : List.of();
    return new BenchReport(
        BenchReport.FORMAT,
        model.spec().name(),
        machine,
        rounds,
        load,
        Machine.load(),
        Machine.residentBytes(),
        Peak.gflops(),
        size(),
        warmUp,
        entries,
        packets,
        longRuns,
        List.copyOf(notes));
  }

  private BenchReport.Size size() {
    Cost cost = Cost.of(model.spec().node());
    Program program = model.program();
    return new BenchReport.Size(
        model.spec().parameters().stream().mapToLong(p -> p.size()).sum(),
        cost.flops(),
        4L * program.stateSize(),
        4L * program.scratchSize(),
        program.kernels().describe());
  }

  private Program program(Precision p) {
    return p == Precision.FP32
        ? model.program()
        : Program.compile(model.spec().node(), model.weights(), model.program().kernels(), p);
  }

  private Variant own(Precision p, int batch) {
    Program program = programs.get(p);
    Step step = new OwnStep(program, noise, batch);
    return new Variant(Variant.OWN, name(p), "", batch, WeightBytes.of(program), false, step);
  }

  /** All variants of one batch size, in rounds. */
  private List<BenchReport.Entry> batch(int batch, Rounds rounds) {
    progress.accept("batch " + batch);
    int steps = Math.clamp(AGREEMENT_ROWS / batch, 5, AGREEMENT_STEPS);
    Agreement agreement = Agreement.with(new OwnStep(model.program(), noise, batch), steps);
    List<Variant> variants = new ArrayList<>();
    Map<Variant, Double> errors = new LinkedHashMap<>();
    try {
      for (Precision p : wish.precisions()) {
        Variant own = own(p, batch);
        variants.add(own);
        errors.put(own, agreement.error(own.step()));
      }
      if (wish.peers()) {
        peers(batch, agreement, variants, errors);
        autos(batch, agreement, variants, errors);
      }
      if (wish.threads() == 2 && batch == 1) {
        two(agreement, variants, errors);
      }
      if (batch == wish.batches().getFirst()) {
        floors(variants);
      }
      progress.accept("batch " + batch + ": " + variants.size() + " variants");
      List<Timing> timings = rounds.time(variants);
      List<BenchReport.Entry> entries = new ArrayList<>();
      for (int i = 0; i < timings.size(); i++) {
        Variant v = variants.get(i);
        entries.add(
            new BenchReport.Entry(
                v.runtime(),
                v.weights(),
                v.setting(),
                batch,
                v.bytes(),
                Optional.ofNullable(errors.get(v)),
                timings.get(i)));
      }
      return entries;
    } finally {
      variants.forEach(Variant::close);
    }
  }

  /** Of every peer's settings the fastest takes part. */
  private void peers(
      int batch, Agreement agreement, List<Variant> variants, Map<Variant, Double> errors) {
    Map<String, List<Variant>> settings = new LinkedHashMap<>();
    for (Variant v : new Peers(model, programs, noise).of(batch, notes)) {
      settings.computeIfAbsent(v.name(), name -> new ArrayList<>()).add(v);
    }
    for (List<Variant> ways : settings.values()) {
      for (Variant v : ways) {
        boolean exact = v.weights().equals(name(Precision.FP32));
        errors.put(v, exact ? agreement.same(v) : agreement.error(v.step()));
      }
      Variant best = Rounds.fastest(ways, wish.seconds() / 4);
      ways.stream().filter(v -> !v.equals(best)).forEach(Variant::close);
      variants.add(best);
    }
  }

  /** What {@code --backend auto} takes, for weights that ONNX Runtime has too. */
  private void autos(
      int batch, Agreement agreement, List<Variant> variants, Map<Variant, Double> errors) {
    for (Precision p : wish.precisions()) {
      if (p != Precision.FP32 && p != Precision.INT8 && p != Precision.INT4_G32) {
        continue;
      }
      try {
        Program program = programs.get(p);
        int most = wish.batches().getLast();
        AutoBackend.Choice choice =
            choices.computeIfAbsent(p, any -> AutoBackend.choose(program, most));
        Step step = new OwnStep(program, choice.backends().get(), noise, batch);
        long bytes = WeightBytes.of(program);
        String taken = choice.taken(batch);
        Variant auto = new Variant(Variant.AUTO, name(p), taken, batch, bytes, true, step);
        variants.add(auto);
        errors.put(auto, agreement.error(step));
      } catch (InputException e) {
        notes.add(e.getMessage());
      }
    }
  }

  /** A step of one stream by two threads. */
  private void two(Agreement agreement, List<Variant> variants, Map<Variant, Double> errors) {
    List<Variant> more = new ArrayList<>();
    for (Precision p : wish.precisions()) {
      Kernels kernels = new VectorKernels(new Second());
      Program program = Program.compile(model.spec().node(), model.weights(), kernels, p);
      Step step = new OwnStep(program, noise, 1);
      long bytes = WeightBytes.of(program);
      more.add(new Variant(Variant.OWN_TWO, name(p), "", 1, bytes, true, step));
    }
    if (wish.peers()) {
      more.addAll(new Peers(model, programs, noise).byTwo(notes));
    }
    for (Variant v : more) {
      variants.add(v);
      errors.put(v, agreement.error(v.step()));
    }
  }

  /** Every way to read the bytes of each precision. */
  private void floors(List<Variant> variants) {
    for (Precision p : wish.precisions()) {
      long bytes = WeightBytes.of(programs.get(p));
      Reading.ways(bytes)
          .forEach(
              (way, step) ->
                  variants.add(new Variant(Variant.FLOOR, name(p), way, 1, bytes, false, step)));
    }
  }

  private List<LongRun> longRuns() {
    progress.accept(String.format(Locale.ROOT, "%,d steps", wish.longSteps()));
    Precision first = wish.precisions().getFirst();
    List<Variant> all = new ArrayList<>(List.of(own(first, 1)));
    try {
      if (wish.peers()) {
        List<Variant> peers = new Peers(model, programs, noise).of(1, notes);
        for (Variant v : peers) {
          boolean kept = v.runtime().equals(Variant.ONNX) && v.weights().equals(name(first));
          if (kept && all.size() == 1) {
            all.add(v);
          } else {
            v.close();
          }
        }
      }
      List<LongRun> runs = new ArrayList<>(LongRun.of(all, wish.longSteps()));
      runs.set(0, runs.getFirst().aged(all.getFirst(), own(first, 1)));
      return runs;
    } finally {
      all.forEach(Variant::close);
    }
  }
}
