package dev.syncline.cli.study;

import dev.syncline.cli.study.Findings.Role;
import dev.syncline.cli.study.Findings.Size;
import dev.syncline.cli.study.Findings.Variant;
import dev.syncline.json.Records;
import dev.syncline.json.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A study as Markdown tables, JSON and plots. */
public record StudyPage(Findings findings) {
  /** From tick 100 on, a step that takes at most so much longer at the end counts as flat. */
  private static final double FLAT = 1.10;

  /** Writes {@code study.md}, {@code study.json} and three plots. */
  public void write(Path folder) throws IOException {
    WholeFile.write(folder.resolve("study.json"), Records.write(findings).pretty() + "\n");
    WholeFile.write(folder.resolve("front.svg"), Plots.scoreOverLatency(findings));
    WholeFile.write(folder.resolve("latency.svg"), Plots.latencyOverTime(findings));
    WholeFile.write(folder.resolve("state.svg"), Plots.stateOverTime(findings));
    WholeFile.write(folder.resolve("study.md"), markdown());
  }

  private String markdown() {
    StringBuilder md = new StringBuilder("# Study: " + findings.question() + "\n\n");
    findings.setting().forEach((what, how) -> md.append("- " + what + ": " + how + "\n"));
    md.append("\n## How good\n\n").append(ranking()).append("\n\n").append(quality());
    md.append("\n## Under other conditions\n\n" + findings.metrics().getFirst() + ".\n\n");
    md.append(conditions());
    md.append("\n## What it costs\n\n").append(cost());
    md.append("\n![score over latency](front.svg)\n\n## As a stream grows old\n\n");
    md.append(
        "Median step in microseconds at tick t; the last column is the end over t = 100.\n\n");
    md.append(age());
    md.append("\n").append(flatness()).append("\n");
    md.append("\n![latency over time](latency.svg)\n\n![state over time](state.svg)\n");
    if (!findings.omitted().isEmpty()) {
      md.append("\nNot possible on this data:\n\n");
      findings.omitted().forEach((name, why) -> md.append("- " + name + ": " + why + "\n"));
    }
    return md.toString();
  }

  /** The best, and those that cannot be told from it. */
  private String ranking() {
    List<Variant> ranked = findings.ranked(Role.VARIANT);
    Variant best = ranked.getFirst();
    Spread top = findings.score(best);
    List<String> close =
        ranked.stream()
            .skip(1)
            .filter(v -> findings.score(v).overlaps(top))
            .map(Variant::name)
            .toList();
    return "Best by %s: **%s**, %s. %s"
        .formatted(
            findings.metrics().getFirst(),
            best.name(),
            top,
            close.isEmpty()
                ? "No other comes within the seeds' deviations."
                : "Within the seeds' deviations of it: " + String.join(", ", close) + ".");
  }

  private List<Variant> all() {
    List<Variant> all = new ArrayList<>(findings.ranked(Role.VARIANT));
    all.addAll(findings.ranked(Role.BASELINE));
    all.addAll(findings.ranked(Role.FLOOR));
    return all;
  }

  private String quality() {
    String usual = findings.conditions().getFirst();
    return table(
        findings.metrics(),
        all(),
        v -> findings.metrics().stream().map(m -> text(v.score(usual, m))).toList());
  }

  private String conditions() {
    String metric = findings.metrics().getFirst();
    List<Variant> trained = all().stream().filter(v -> v.role() != Role.FLOOR).toList();
    return table(
        findings.conditions(),
        trained,
        v -> findings.conditions().stream().map(c -> text(v.score(c, metric))).toList());
  }

  private String cost() {
    return table(
        List.of(
            "units",
            "parameters",
            "weights",
            "FLOPs a tick",
            "state of a stream",
            "sees back",
            "step p50",
            "step p99"),
        sized(),
        v -> {
          Size s = v.size().orElseThrow();
          return List.of(
              Integer.toString(s.units()),
              "%,d".formatted(s.parameters()),
              bytes(s.weightBytes()),
              "%.2f M".formatted(s.flops() / 1e6),
              bytes(s.stateBytes()),
              s.reachS().map(r -> Plots.rounded(r) + " s").orElse("no limit"),
              Plots.rounded(s.pace().p50Us()) + " µs",
              Plots.rounded(s.pace().p99Us()) + " µs");
        });
  }

  private List<Variant> sized() {
    return all().stream().filter(v -> v.size().isPresent()).toList();
  }

  private String age() {
    List<Pace.At> points = sized().getFirst().size().orElseThrow().pace().points();
    List<String> heads =
        new ArrayList<>(points.stream().map(p -> "t = %,d".formatted(p.t())).toList());
    heads.add("ratio");
    return table(
        heads,
        sized(),
        v -> {
          List<String> cells =
              new ArrayList<>(
                  v.size().orElseThrow().pace().points().stream()
                      .map(p -> Plots.rounded(p.p50Us()))
                      .toList());
          cells.add("%.2f".formatted(growth(v)));
          return cells;
        });
  }

  private static double growth(Variant v) {
    Pace pace = v.size().orElseThrow().pace();
    return pace.points().getLast().p50Us() / pace.at(100);
  }

  private String flatness() {
    String growing =
        sized().stream()
            .filter(v -> growth(v) > FLAT)
            .map(Variant::name)
            .collect(Collectors.joining(", "));
    return growing.isEmpty()
        ? "All stay within 10 % from tick 100 on."
        : "Slower by more than 10 % from tick 100 on: " + growing + ".";
  }

  /** A row of cells. */
  private interface Cells {
    List<String> of(Variant variant);
  }

  private String table(List<String> heads, List<Variant> rows, Cells cells) {
    StringBuilder md = new StringBuilder("| |");
    heads.forEach(h -> md.append(" ").append(h).append(" |"));
    md.append("\n| --- |").append(" ---: |".repeat(heads.size())).append("\n");
    for (Variant v : rows) {
      md.append("| ")
          .append(v.role() == Role.VARIANT ? v.name() : "*" + v.name() + "*")
          .append(" |");
      cells.of(v).forEach(cell -> md.append(" ").append(cell).append(" |"));
      md.append("\n");
    }
    return md.toString();
  }

  private static String text(Optional<Spread> spread) {
    return spread.map(Spread::toString).orElse("");
  }

  private static String bytes(long n) {
    return n < 10_000
        ? "%,d B".formatted(n)
        : n < 10_000_000 ? "%,.0f kB".formatted(n / 1e3) : "%,.1f MB".formatted(n / 1e6);
  }
}
