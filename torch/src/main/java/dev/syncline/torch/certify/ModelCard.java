package dev.syncline.torch.certify;

import dev.syncline.spec.ModelSpec;
import java.util.Locale;
import java.util.Map;

/** The model card: a certificate as people read it. */
public final class ModelCard {
  private ModelCard() {}

  /**
   * Writes the card.
   *
   * @param data what the model was examined on, a line
   * @param metrics Markdown about how good it is; may be empty
   */
  public static String markdown(Certificate c, ModelSpec spec, String data, String metrics) {
    StringBuilder md = new StringBuilder();
    md.append("# ").append(c.model()).append("\n\n");
    md.append(c.causal() ? "**Certified causal.** " : "**NOT certified: " + failed(c) + ".** ");
    md.append("A decision every %s s".formatted(number(c.tickS())));
    md.append(
        c.delayTicks() == 0
            ? ", from nothing later than its own end.\n\n"
            : ", made %d ticks later.\n\n".formatted(c.delayTicks()));
    md.append("| | |\n| --- | --- |\n");
    spec.outputs()
        .forEach((name, o) -> row(md, "decides (" + name + ")", String.join(", ", o.labels())));
    spec.modalities().forEach((name, m) -> row(md, "reads " + name, sense(m)));
    row(
        md,
        "parameters",
        "%,d (%,d learnt, %,d constants)"
            .formatted(
                c.parameters().total(), c.parameters().trainable(), c.parameters().constants()));
    row(
        md,
        "operations a tick",
        "%,d in the model, %,d in front ends, %s in frozen encoders"
            .formatted(
                c.flops().body(),
                c.flops().frontEnds(),
                c.flops().encoders().map("%,d"::formatted).orElse("unknown")));
    row(
        md,
        "memory",
        "%,d bytes of weights, %,d bytes a stream".formatted(c.weightBytes(), c.stateBytes()));
    row(md, "digest", "`" + c.digest() + "`");
    row(md, "examined on", data);
    if (!metrics.isEmpty()) {
      md.append("\n## How good it is\n\n").append(metrics.strip()).append("\n");
    }
    md.append(
        "\n## What was tested\n\n| check | result | what was done | worst |\n| --- | --- | --- | --- |\n");
    for (Check check : c.checks()) {
      String result = check.passed() ? "passed" : "**failed**: " + check.detail();
      md.append(
          "| %s | %s | %s | %s |\n"
              .formatted(check.name(), result, check.what(), figure(check.worst())));
    }
    md.append(
        "\n## How far back it sees\n\n| input | declared | measured |\n| --- | --- | --- |\n");
    for (Certificate.Field f : c.receptiveField()) {
      String declared =
          f.declaredRows().isEmpty()
              ? "no limit"
              : "%d rows (%s s)"
                  .formatted(f.declaredRows().get(), number(f.declaredS().orElse(0.0)));
      md.append(
          "| %s | %s | %d of %d rows tested |\n"
              .formatted(f.input(), declared, f.measuredRows(), f.testedRows()));
    }
    md.append(
        "\n## What a tick takes\n\n| stage | p50 ms | p99 ms | max ms | of real time |\n| --- | --- | --- | --- | --- |\n");
    for (Certificate.Latency l : c.latency()) {
      md.append(
          "| %s | %s | %s | %s | %s %% |\n"
              .formatted(
                  l.stage().replace('_', ' '),
                  number(l.p50Ms()),
                  number(l.p99Ms()),
                  number(l.maxMs()),
                  number(100 * l.share())));
    }
    md.append("\n## The two forms, node by node\n\n| node | worst difference |\n| --- | --- |\n");
    for (Map.Entry<String, Double> e : c.equivalence().entrySet()) {
      md.append("| %s | %s |\n".formatted(e.getKey(), figure(e.getValue())));
    }
    md.append(
        "\n## Limits\n\nThe certificate says that the model does not look ahead and that the form that streams is the form that was trained.\n");
    md.append(
        "How good it is holds for data like that of its training; labels that were rare there are decided badly.\n");
    return md.toString();
  }

  private static String failed(Certificate c) {
    return c.checks().stream()
        .filter(check -> !check.passed())
        .map(Check::name)
        .findFirst()
        .orElse("");
  }

  private static String sense(dev.syncline.spec.Modality m) {
    String front =
        switch (m.frontEnd()) {
          case dev.syncline.spec.FrontEnd.Audio a ->
              "%d Hz mono, %d mel bands".formatted(a.sourceHz(), a.rows().logMel().bands());
          case dev.syncline.spec.FrontEnd.Image i ->
              "pictures as %d × %d".formatted(i.scale().width(), i.scale().height());
          case dev.syncline.spec.FrontEnd.Vector v ->
              "vectors of %d numbers".formatted(v.rows().channels());
        };
    return front + m.encoder().map(e -> ", frozen " + e.file()).orElse("");
  }

  private static void row(StringBuilder md, String name, String value) {
    md.append("| ").append(name).append(" | ").append(value).append(" |\n");
  }

  private static String number(double v) {
    return String.format(Locale.ROOT, v != 0 && Math.abs(v) < 0.01 ? "%.2g" : "%.3f", v)
        .replaceAll("(\\.\\d*?)0+$", "$1")
        .replaceAll("\\.$", "");
  }

  private static String figure(double v) {
    return v == 0 ? "0" : String.format(Locale.ROOT, "%.1e", v);
  }
}
