package dev.syncline.cli.bench;

import dev.syncline.json.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All reports of a folder on one page, each with its roofline. */
record BenchPage(List<BenchReport> reports) {

  /** Reads every report of a folder, the largest model first. */
  static BenchPage of(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new BenchPage(
          files
              .filter(f -> f.toString().endsWith(".json"))
              .sorted()
              .map(BenchReport::read)
              .sorted(java.util.Comparator.comparingLong((BenchReport r) -> -r.size().parameters()))
              .toList());
    }
  }

  /** The page's name. */
  static final String TABLES = "tables.md";

  /** Writes {@code tables.md} and {@code MODEL.svg} for each model. */
  void write(Path folder) throws IOException {
    for (BenchReport report : reports) {
      WholeFile.write(folder.resolve(report.fileName() + ".svg"), Roofline.svg(report));
    }
    WholeFile.write(folder.resolve(TABLES), markdown());
  }

  private String markdown() {
    StringBuilder md = new StringBuilder("# Measured\n\n");
    md.append("Written by `syncline bench --out`; medians over rounds that alternate. Times in ");
    md.append("microseconds. *p10*, *p99* over all steps of all rounds; *MB* weights that ");
    md.append(
        "a step reads; */floor* over the fastest pass over as many bytes; libtorch computes ");
    md.append(
        "in fp32, ONNX Runtime in as many bits as ours (halves are set against its fp32); *B/step* Java ");
    md.append("heap; *error* root mean square of the outputs against our fp32, relative.\n\n");
    reports.stream().map(BenchReport::machine).distinct().forEach(m -> md.append(machine(m)));
    List<List<String>> summary =
        reports.stream().flatMap(r -> new Tables(r).summary().stream()).toList();
    md.append("\n## Ours over the others, medians of the rounds' ratios\n\n");
    md.append(new Table(Tables.SUMMARY, summary).markdown());
    for (BenchReport report : reports) {
      md.append('\n').append(new BenchText(report).markdown());
    }
    return md.toString();
  }

  private static String machine(Machine m) {
    return """
        - Processor: %s, %d cores for the process (number %s); %s; %s
        - System: %s; JDK %s; %s
        - JVM: `%s`
        """
        .formatted(
            m.cpu(),
            m.cores(),
            m.affinity(),
            String.join(" ", m.flags()),
            words(m.caches()),
            m.system(),
            m.jdk(),
            words(m.libraries()),
            String.join(" ", m.jvmFlags()));
  }

  private static String words(Map<String, String> map) {
    return map.entrySet().stream()
        .map(e -> e.getKey() + " " + e.getValue())
        .collect(Collectors.joining(", "));
  }
}
