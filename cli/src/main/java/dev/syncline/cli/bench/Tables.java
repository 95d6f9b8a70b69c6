package dev.syncline.cli.bench;

import dev.syncline.cli.bench.BenchReport.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The tables of a report. */
record Tables(BenchReport report) {
  private static final List<String> PEERS = List.of(Variant.ONNX, Variant.EAGER, Variant.SCRIPT);

  /** The batches that were measured. */
  List<Integer> batches() {
    return report.entries().stream().map(Entry::batch).distinct().toList();
  }

  /** Every variant of a batch; times in microseconds. */
  Table steps(int batch) {
    List<List<String>> rows = new ArrayList<>();
    for (Entry e : report.entries()) {
      if (e.batch() == batch && !e.isFloor()) {
        rows.add(row(e));
      }
    }
    return new Table(
        List.of(
            "variant", "p50 µs", "p10", "p99", "p99.9", "steps/s", "MB", "/floor", "B/step",
            "error"),
        rows);
  }

  private List<String> row(Entry e) {
    Timing t = e.timing();
    return List.of(
        e.runtime() + " " + e.weights(),
        number(t.p50()),
        number(t.p10()),
        number(t.p99()),
        number(t.p999()),
        number(e.perSecond()),
        number(e.weightBytes() / 1e6),
        floorRatio(e).map(Tables::number).orElse(""),
        number(t.allocated()),
        e.error().map(Tables::error).orElse(""));
  }

  /** A step of one stream over the fastest pass over its own bytes. */
  private Optional<Double> floorRatio(Entry e) {
    return e.isOwn() && e.batch() == 1
        ? report.floor(e.weights()).map(f -> e.timing().over(f.timing()))
        : Optional.empty();
  }

  /** Our time over that of each peer of the same kind of weights, of each batch. */
  Table ratios() {
    List<List<String>> rows = new ArrayList<>();
    for (Entry e : report.entries()) {
      if (!e.isOwn()) {
        continue;
      }
      List<Optional<Entry>> peers =
          PEERS.stream().map(p -> report.find(p, comparable(p, e.weights()), e.batch())).toList();
      if (peers.stream().anyMatch(Optional::isPresent)) {
        List<String> row = new ArrayList<>();
        row.add(e.weights() + ", " + streams(e.batch()));
        row.add(number(e.timing().p50()));
        for (Optional<Entry> peer : peers) {
          row.add(peer.map(p -> number(p.timing().p50())).orElse(""));
          row.add(peer.map(p -> format("%.2f", e.timing().over(p.timing()))).orElse(""));
        }
        rows.add(row);
      }
    }
    List<String> heads = new ArrayList<>(List.of("weights", "ours µs"));
    for (String peer : PEERS) {
      heads.add(peer);
      heads.add("ratio");
    }
    return new Table(heads, rows);
  }

  /** Steps a second by what measures and chooses, over the best of all others. */
  Table autos() {
    List<List<String>> rows = new ArrayList<>();
    for (Entry e : report.entries()) {
      if (e.runtime().equals(Variant.AUTO)) {
        Entry best = best(e);
        rows.add(
            List.of(
                e.weights() + ", " + streams(e.batch()),
                e.setting(),
                number(e.timing().p50()),
                best.runtime() + " " + best.weights(),
                number(best.timing().p50()),
                format("%.2f", best.timing().over(e.timing()))));
      }
    }
    return new Table(List.of("auto", "took", "µs", "best", "µs", "speed over best"), rows);
  }

  /** The fastest step with weights of as many bits that gives the same outputs. */
  private Entry best(Entry auto) {
    String bits = comparable(Variant.ONNX, auto.weights());
    return report.entries().stream()
        .filter(e -> e.batch() == auto.batch() && !e.isFloor())
        .filter(e -> e.weights().equals(auto.weights()) || e.weights().equals(bits))
        .filter(e -> e.isOwn() || PEERS.contains(e.runtime()))
        .min(Comparator.comparingDouble(e -> e.timing().p50()))
        .orElseThrow();
  }

  static final List<String> SUMMARY =
      List.of(
          "model, weights",
          "ours µs",
          "/floor",
          "/onnx runtime",
          "/libtorch eager",
          "/torchscript",
          "16 streams /onnx runtime",
          "64 streams /onnx runtime");

  /** Ours over everything else, a row for each precision. */
  List<List<String>> summary() {
    List<List<String>> rows = new ArrayList<>();
    for (Entry e : report.entries()) {
      if (e.isOwn() && e.batch() == 1) {
        rows.add(
            List.of(
                report.model() + ", " + e.weights(),
                number(e.timing().p50()),
                floorRatio(e).map(r -> format("%.2f", r)).orElse(""),
                over(e.weights(), Variant.ONNX, 1),
                over(e.weights(), Variant.EAGER, 1),
                over(e.weights(), Variant.SCRIPT, 1),
                over(e.weights(), Variant.ONNX, 16),
                over(e.weights(), Variant.ONNX, 64)));
      }
    }
    return rows;
  }

  private String over(String weights, String peer, int batch) {
    return report
        .find(Variant.OWN, weights, batch)
        .flatMap(
            own ->
                report
                    .find(peer, comparable(peer, weights), batch)
                    .map(p -> format("%.2f", own.timing().over(p.timing()))))
        .orElse("");
  }

  /** What of a peer has as many bits: halves are compared with full floats. */
  private static String comparable(String peer, String weights) {
    if (!peer.equals(Variant.ONNX) || !weights.startsWith("int")) {
      return "fp32";
    }
    return weights.startsWith("int8") ? "int8" : "int4";
  }

  static String streams(int batch) {
    return batch == 1 ? "1 stream" : batch + " streams";
  }

  /** How each floor was read. */
  Table floors() {
    List<List<String>> rows = new ArrayList<>();
    report.entries().stream()
        .filter(Entry::isFloor)
        .map(Entry::weights)
        .distinct()
        .forEach(
            weights -> {
              Entry e = report.floor(weights).orElseThrow();
              rows.add(
                  List.of(
                      weights,
                      number(e.weightBytes() / 1e6),
                      number(e.timing().p50()),
                      number(e.timing().min()),
                      number(e.weightBytes() / e.timing().p50() / 1e3),
                      e.setting()));
            });
    return new Table(List.of("floor of", "MB", "p50 µs", "min", "GB/s", "read as"), rows);
  }

  Optional<Table> packets() {
    return report
        .packets()
        .map(
            p -> {
              List<String> heads = new ArrayList<>(List.of("from packets", "µs a tick", "share"));
              List<List<String>> rows = new ArrayList<>();
              rows.add(List.of("whole tick, p50", number(p.p50()), ""));
              rows.add(List.of("whole tick, p99", number(p.p99()), ""));
              for (Map.Entry<String, Double> stage : p.stages().entrySet()) {
                String share = format("%.0f %%", 100 * stage.getValue() / p.p50());
                rows.add(List.of(stage.getKey() + ", p50", number(stage.getValue()), share));
              }
              return new Table(heads, rows);
            });
  }

  Table longRuns() {
    List<List<String>> rows = new ArrayList<>();
    for (LongRun r : report.longRuns()) {
      rows.add(
          List.of(
              r.variant(),
              format("%,d", r.steps()),
              number(r.p50()),
              number(r.p99()),
              number(r.p999()),
              number(r.max()),
              format("%.2f", r.p99() / r.p50()),
              r.youngP50().map(Tables::number).orElse(""),
              r.oldP50().map(Tables::number).orElse(""),
              r.youngP50().map(y -> format("%.3f", r.oldP50().orElseThrow() / y)).orElse("")));
    }
    return new Table(
        List.of(
            "one stream",
            "steps",
            "p50 µs",
            "p99",
            "p99.9",
            "max",
            "p99/p50",
            "young",
            "old",
            "old/young"),
        rows);
  }

  /** Settings that were the fastest. */
  List<String> settings() {
    return report.entries().stream()
        .filter(e -> !e.isFloor() && !e.setting().isEmpty())
        .map(
            e ->
                "%s %s, %s: %s"
                    .formatted(e.runtime(), e.weights(), streams(e.batch()), e.setting()))
        .toList();
  }

  static String error(double error) {
    return error == 0 ? "0" : format("%.0e", error);
  }

  /** Three digits, or all before the point up to four; thousands from ten thousand on. */
  static String number(double v) {
    if (v >= 9999.5) {
      return number(v / 1e3) + "k";
    }
    return v == 0 ? "0" : format(v < 9.995 ? "%.2f" : v < 99.95 ? "%.1f" : "%,.0f", v);
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
