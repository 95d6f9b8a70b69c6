package dev.syncline.cli.bench;

import static dev.syncline.cli.bench.Tables.format;
import static dev.syncline.cli.bench.Tables.number;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A report in words. */
record BenchText(BenchReport report) {
  /** For a terminal, at most 100 characters a line. */
  String terminal() {
    Tables tables = new Tables(report);
    StringBuilder text = new StringBuilder();
    facts().forEach(line -> text.append(line).append('\n'));
    for (int batch : tables.batches()) {
      text.append('\n').append(Tables.streams(batch)).append(" a step\n");
      text.append(tables.steps(batch).text());
    }
    section(text, tables.ratios(), false);
    section(text, tables.autos(), false);
    section(text, tables.floors(), false);
    tables.packets().ifPresent(t -> section(text, t, false));
    section(text, tables.longRuns(), false);
    return text.toString();
  }

  /** As a part of a page. */
  String markdown() {
    Tables tables = new Tables(report);
    StringBuilder md = new StringBuilder();
    md.append("## ").append(report.model()).append("\n\n");
    md.append(facts().stream().collect(Collectors.joining(".\n", "", ".\n")));
    md.append("\n![roofline](").append(report.fileName()).append(".svg)\n");
    for (int batch : tables.batches()) {
      md.append("\n### ").append(Tables.streams(batch)).append(" a step\n\n");
      md.append(tables.steps(batch).markdown());
    }
    md.append("\n### Ours over peers\n");
    section(md, tables.ratios(), true);
    section(md, tables.autos(), true);
    md.append("\n### Floors, packets, long runs\n");
    section(md, tables.floors(), true);
    tables.packets().ifPresent(t -> section(md, t, true));
    section(md, tables.longRuns(), true);
    List<String> settings = tables.settings();
    if (!settings.isEmpty()) {
      md.append("\nFastest settings of the peers: ").append(String.join("; ", settings));
      md.append(".\n");
    }
    return md.toString();
  }

  private static void section(StringBuilder to, Table table, boolean markdown) {
    if (!table.rows().isEmpty()) {
      to.append('\n').append(markdown ? table.markdown() : table.text());
    }
  }

  private List<String> facts() {
    BenchReport.Size size = report.size();
    List<String> facts = new ArrayList<>();
    facts.add(
        format(
            "%s: %,d parameters, %s MFLOP a step, %s kB of state and %s kB of scratch a stream",
            report.model(),
            size.parameters(),
            number(size.flops() / 1e6),
            number(size.stateBytes() / 1e3),
            number(size.scratchBytes() / 1e3)));
    facts.add(
        format(
            "Kernels: %s; one core does %.0f GFLOP/s from registers; %,.0f MB resident at the end",
            size.kernels(), report.peakGflops(), report.residentBytes() / 1e6));
    facts.add(
        format(
            "%d rounds, %s s a variant; load average %.2f before, %.2f after",
            report.setting().rounds(),
            number(report.setting().seconds()),
            report.loadBefore(),
            report.loadAfter()));
    WarmUp w = report.warmUp();
    facts.add(
        format(
            "First step %s ms, hundredth %s ms, full speed at step %,d, after %s ms (%s)",
            number(w.firstUs() / 1e3),
            number(w.hundredthUs() / 1e3),
            w.settledSteps(),
            number(w.settledMs()),
            w.variant()));
    report
        .packets()
        .ifPresent(
            p ->
                facts.add(
                    format(
                        "From packets to events: %s µs a tick of %s ms, %,.0f times real time, %s B a tick",
                        number(p.p50()), number(p.tickMs()), p.realTime(), number(p.allocated()))));
    facts.addAll(report.notes());
    if (!report.machine().pinned()) {
      facts.add("Not pinned to one core (taskset -c 1 ...): times are less steady");
    }
    return facts;
  }
}
