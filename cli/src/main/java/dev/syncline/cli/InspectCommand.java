package dev.syncline.cli;

import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.Cost;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Reach;
import dev.syncline.spec.Shape;
import dev.syncline.spec.StatePart;
import dev.syncline.step.Model;
import dev.syncline.step.Session;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a model is made of. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Show a model's tree: shapes, parameters, state, receptive field, cost.")
final class InspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "model folder or run folder")
  private Path folder;

  @Option(names = "--json", description = "one JSON object on standard output")
  private boolean json;

  @Spec private CommandSpec spec;

  /** A line of the tree. */
  record Line(
      String path, String layer, String out, long parameters, long stateBytes, long flops) {}

  @Override
  public Integer call() {
    Model model = Models.load(folder);
    Node root = model.spec().node();
    List<Line> lines = new ArrayList<>();
    root.visit(node -> lines.add(line(node)));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(model, root, lines).pretty().strip());
    } else {
      print(out, model, root, lines);
    }
    return 0;
  }

  private static Line line(Node node) {
    boolean leaf = node.children().isEmpty();
    Cost cost = leaf ? Cost.of(node) : new Cost(0, 0, 0);
    long parameters = leaf ? Parameter.of(node).stream().mapToLong(Parameter::size).sum() : 0;
    long state = leaf ? StatePart.of(node).stream().mapToLong(p -> 4L * p.size()).sum() : 0;
    String out =
        node.out().values().stream().map(Shape::toString).collect(Collectors.joining(" + "));
    return new Line(node.path(), describe(node.layer()), out, parameters, state, cost.flops());
  }

  /** A layer's name and the settings it was given; layers inside it have lines of their own. */
  private static String describe(Layer layer) {
    String settings =
        switch (layer) {
          case Layer.Serial ignored -> "";
          case Layer.Parallel ignored -> "";
          case Layer.Each ignored -> "";
          case Layer.Residual ignored -> "";
          case Layer ignored -> settings(Records.brief((Record) layer), ", ");
        };
    return Records.name(layer.getClass()) + (settings.isEmpty() ? "" : " (" + settings + ")");
  }

  private static String settings(Map<String, Json> fields, String between) {
    return fields.entrySet().stream()
        .filter(e -> !e.getKey().equals("type"))
        .map(e -> setting(e.getKey(), e.getValue()))
        .collect(Collectors.joining(between));
  }

  /** A setting; one that is a record goes under its own name. */
  private static String setting(String name, Json value) {
    if (!(value instanceof Json.Obj inner)) {
      return name + " " + plain(value);
    }
    String settings = settings(inner.fields(), " ");
    return plain(inner.fields().get("type")) + (settings.isEmpty() ? "" : " " + settings);
  }

  private static String plain(Json value) {
    return value.compact().replace("\"", "");
  }

  private static void print(PrintWriter out, Model model, Node root, List<Line> lines) {
    ModelSpec spec = model.spec();
    out.println(
        "%s: a decision every %s ms, %d ticks later; digest %s"
            .formatted(
                spec.name(), number(spec.tickMs()), spec.delay(), model.digest().substring(0, 12)));
    spec.modalities()
        .forEach(
            (name, m) ->
                out.println(
                    "  reads   %-8s %s a tick%s"
                        .formatted(name, m.frontEnd().shape(spec.tick()), encoder(m))));
    spec.outputs()
        .forEach(
            (name, o) ->
                out.println(
                    "  decides %-8s %d labels (%s), on %s, off %s, at least %d ticks"
                        .formatted(
                            name,
                            o.labels().size(),
                            o.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                            o.decoding().on(),
                            o.decoding().off(),
                            o.decoding().minTicks())));
    out.println();
    int width =
        lines.stream().mapToInt(l -> indent(l).length() + 1 + l.layer.length()).max().orElse(20);
    String row = "%-" + Math.min(110, width) + "s %14s %12s %10s %14s";
    out.println(row.formatted("layer", "rows out", "parameters", "state B", "FLOP a tick"));
    for (Line l : lines) {
      out.println(
          row.formatted(
                  indent(l) + " " + l.layer,
                  l.out,
                  count(l.parameters),
                  count(l.stateBytes),
                  count(l.flops))
              .stripTrailing());
    }
    out.println();
    totals(out, model, root);
  }

  private static void totals(PrintWriter out, Model model, Node root) {
    List<Parameter> all = Parameter.of(root);
    long constants = all.stream().filter(p -> !p.trainable()).mapToLong(Parameter::size).sum();
    long total = all.stream().mapToLong(Parameter::size).sum();
    Cost cost = Cost.of(root);
    out.println(
        "  parameters       %,d learnt, %,d constants; %,d bytes"
            .formatted(total - constants, constants, cost.weightBytes()));
    try (Session session = model.open(Session.SILENT)) {
      out.println(
          "  state            %,d bytes a stream, front ends, decoder and what is pending included"
              .formatted(session.state().bytes()));
      var encoders = session.encoderFlops();
      String frozen = encoders.isPresent() ? "%,d".formatted(encoders.getAsLong()) : "unknown";
      out.println(
          "  FLOP a tick      %,d in the tree, %,d in front ends, %s in frozen encoders"
              .formatted(cost.flops(), session.frontEndFlops(), frozen));
    }
    double tickS = model.spec().tick().seconds();
    Reach.of(root)
        .forEach(
            (output, reach) ->
                reach.forEach(
                    (in, r) -> {
                      double rowS = tickS / root.in().get(in).rows();
                      String seen =
                          r.unlimited()
                              ? "no limit"
                              : "%s%,d rows (%s s)"
                                  .formatted(
                                      r.exact() ? "" : "at most ",
                                      r.rows(),
                                      number(r.rows() * rowS));
                      out.println("  receptive field  %s of %s: %s".formatted(output, in, seen));
                    }));
  }

  private static String encoder(Modality m) {
    return m.encoder()
        .map(
            e ->
                ", through %s (window %d, hop %d rows)"
                    .formatted(e.file(), e.windowRows(), e.hopRows()))
        .orElse("");
  }

  private static String indent(Line line) {
    int depth = line.path.isEmpty() ? 0 : (int) line.path.chars().filter(c -> c == '.').count() + 1;
    String name = line.path.substring(line.path.lastIndexOf('.') + 1);
    return "  ".repeat(depth) + (name.isEmpty() ? "model" : name);
  }

  private static String count(long n) {
    return n == 0 ? "" : "%,d".formatted(n);
  }

  private static String number(double v) {
    return v == Math.rint(v) ? Long.toString((long) v) : "%.3f".formatted(v);
  }

  private static Json json(Model model, Node root, List<Line> lines) {
    List<Json> tree = lines.stream().map(Records::write).toList();
    Cost cost = Cost.of(root);
    List<Json> reach = new ArrayList<>();
    for (Map.Entry<String, Map<String, Reach>> e : Reach.of(root).entrySet()) {
      e.getValue()
          .forEach(
              (in, r) ->
                  reach.add(
                      Json.object(
                          "output",
                          e.getKey(),
                          "input",
                          in,
                          "rows",
                          r.unlimited() ? null : r.rows())));
    }
    return Json.object(
        "name", model.spec().name(),
        "digest", model.digest(),
        "tick_ms", model.spec().tickMs(),
        "delay", model.spec().delay(),
        "tree", tree,
        "receptive_field", reach,
        "flops", cost.flops(),
        "weight_bytes", cost.weightBytes(),
        "state_bytes", cost.stateBytes());
  }
}
