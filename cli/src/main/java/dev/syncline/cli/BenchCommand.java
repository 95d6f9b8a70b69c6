package dev.syncline.cli;

import dev.syncline.cli.bench.Bench;
import dev.syncline.cli.bench.BenchReport;
import dev.syncline.json.WholeFile;
import dev.syncline.step.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Measures how fast a model steps. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measure a model's step: time, bandwidth, error, and other runtimes beside it.")
final class BenchCommand implements Callable<Integer> {
  private static final String ALL = "all";
  private static final double LEAST_SECONDS = 0.01;

  @Parameters(paramLabel = "MODEL", description = "model folder or run folder")
  private Path folder;

  @Option(
      names = "--peers",
      description = "ONNX Runtime and libtorch too, same model and weights, outputs compared")
  private boolean peers;

  @Option(
      names = "--precision",
      split = ",",
      defaultValue = "fp32",
      paramLabel = "NAME",
      description = "weights of the step, several with commas, or all (default ${DEFAULT-VALUE})")
  private List<String> precisions;

  @Option(
      names = "--batch",
      split = ",",
      defaultValue = "1",
      paramLabel = "N",
      description = "streams in a step, several with commas (default ${DEFAULT-VALUE})")
  private List<Integer> batches;

  @Option(
      names = "--seconds",
      defaultValue = "2",
      paramLabel = "N",
      description = "that each variant is timed (default ${DEFAULT-VALUE})")
  private double seconds;

  @Option(
      names = "--rounds",
      defaultValue = "11",
      paramLabel = "N",
      description = "in which variants take turns (default ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--long",
      arity = "0..1",
      defaultValue = "0",
      fallbackValue = "100000",
      paramLabel = "STEPS",
      description = "so many steps of one stream as well (default ${FALLBACK-VALUE})")
  private long longSteps;

  @Option(
      names = "--threads",
      defaultValue = "1",
      paramLabel = "N",
      description = "2: a step of one stream by two threads as well (default ${DEFAULT-VALUE})")
  private int threads;

  @Option(names = "--json", paramLabel = "FILE", description = "everything that was measured")
  private Optional<Path> json;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "a page with tables and rooflines of all models that were measured into it")
  private Optional<Path> out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (threads < 1 || threads > 2) {
      throw usage("--threads: 1 or 2, not " + threads);
    }
    if (out.isPresent() && out.get().toString().isEmpty()) {
      throw usage("--out: the name of the folder is empty");
    }
    Bench.Wish wish =
        new Bench.Wish(precisions(), batches(), peers, seconds, rounds, threads, longSteps);
    if (!(seconds >= LEAST_SECONDS && seconds <= 3600)
        || rounds < 1
        || rounds > 10_000
        || longSteps < 0) {
      throw usage("--seconds from 0.01 to 3600, --rounds from 1 to 10000, --long 0 or above");
    }
    json.ifPresent(WholeFile::check);
    Bench bench = new Bench(Models.load(folder), wish, spec.commandLine().getErr()::println);
    if (out.isPresent()) {
      BenchReport.prepare(out.get());
    }
    BenchReport report = bench.run();
    spec.commandLine().getOut().print(report.text());
    spec.commandLine().getOut().flush();
    if (json.isPresent()) {
      report.writeJson(json.get());
    }
    if (out.isPresent()) {
      report.writeTo(out.get());
    }
    return 0;
  }

  private List<Precision> precisions() {
    if (precisions.contains(ALL)) {
      return List.of(Precision.values());
    }
    try {
      PrecisionOption.Converter converter = new PrecisionOption.Converter();
      return precisions.stream().map(converter::convert).distinct().toList();
    } catch (TypeConversionException e) {
      throw usage("--precision: " + e.getMessage());
    }
  }

  private List<Integer> batches() {
    for (int n : batches) {
      if (n < 1) {
        throw usage("--batch: at least one stream is stepped, not " + n);
      }
    }
    return batches.stream().distinct().sorted().toList();
  }

  private ParameterException usage(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
