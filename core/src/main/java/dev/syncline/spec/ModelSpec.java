package dev.syncline.spec;

import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.json.Records.Default;
import dev.syncline.time.Tick;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A whole model as data, from samples and pictures to events; {@code model.json} is this record.
 *
 * @param format version of the file, {@value #FORMAT}
 * @param name for people
 * @param tickMs length of a tick in milliseconds
 * @param delay ticks that a decision waits: that for tick t is made at the end of tick t + delay
 * @param modalities what comes in, by name
 * @param body the tree from the modalities' rows to the outputs, one row a tick each
 * @param outputs what the tree's outputs mean, by name
 */
public record ModelSpec(
    String format,
    String name,
    double tickMs,
    @Default("0") int delay,
    Map<String, Modality> modalities,
    Layer body,
    Map<String, Output> outputs) {

  public static final String FORMAT = "syncline-model/1";

  /** The most numbers that a stream keeps for its layers: 1 GB. */
  private static final long MAX_STATE = 1L << 28;

  public ModelSpec {
    modalities = Collections.unmodifiableMap(new LinkedHashMap<>(modalities));
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    if (!format.equals(FORMAT)) {
      throw new IllegalArgumentException("format \"" + format + "\" is not known, only " + FORMAT);
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("name has a control character");
    }
    if (delay < 0 || delay > 10_000) {
      throw new IllegalArgumentException("delay must be from 0 to 10000 ticks, is " + delay);
    }
    if (modalities.isEmpty()) {
      throw new IllegalArgumentException("a model needs at least one modality");
    }
    Node node = Node.resolve(body, inputs(modalities, Tick.ofMillis(tickMs)));
    Parameter.of(node); // refuses tensors that cannot be
    long kept = 0;
    for (StatePart part : StatePart.of(node)) {
      kept += (long) part.rows() * part.width();
    }
    if (kept > MAX_STATE) {
      throw new IllegalArgumentException(
          "a stream would keep %d numbers, at most %d are possible: shorten windows or kernels"
              .formatted(kept, MAX_STATE));
    }
    if (!node.out().keySet().equals(outputs.keySet())) {
      throw new IllegalArgumentException(
          "the tree gives " + node.out().keySet() + ", the outputs are " + outputs.keySet());
    }
    for (Map.Entry<String, Output> e : outputs.entrySet()) {
      Shape shape = node.out().get(e.getKey());
      Shape expected = Shape.vector(1, e.getValue().labels().size());
      if (!shape.equals(expected)) {
        throw new IllegalArgumentException(
            "output %s is %s, its labels ask for %s (one row a tick)"
                .formatted(e.getKey(), shape, expected));
      }
    }
    for (Node each : node.all()) {
      if (each.layer() instanceof Chain c) {
        fits(each, c, node, outputs, delay);
      }
    }
  }

  public Tick tick() {
    return Tick.ofMillis(tickMs);
  }

  /** The tree in its place: shapes of everything. */
  public Node node() {
    return Node.resolve(body, inputs(modalities, tick()));
  }

  /** Every tensor that the model needs. */
  public List<Parameter> parameters() {
    return Parameter.of(node());
  }

  /** What the tree reads, by modality. */
  public Map<String, Shape> inputs() {
    return inputs(modalities, tick());
  }

  public Json json() {
    return Records.write(this);
  }

  /** The same model with decisions that wait so many ticks. */
  public ModelSpec waiting(int ticks) {
    return new ModelSpec(format, name, tickMs, ticks, modalities, body, outputs);
  }

  /** The chain that an output's head ends in, if it does. */
  public Optional<Node> chain(String output) {
    return Optional.of(node().end(output)).filter(end -> end.layer() instanceof Chain);
  }

  /** The canonical text of the spec, for digests. */
  public byte[] canonical() {
    return json().compact().getBytes(StandardCharsets.UTF_8);
  }

  /** A chain tells the decisions of one output, as late as the model's decisions are. */
  private static void fits(
      Node place, Chain chain, Node root, Map<String, Output> outputs, int delay) {
    Output output =
        outputs.entrySet().stream()
            .filter(e -> root.end(e.getKey()).path().equals(place.path()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElseThrow(
                () -> Node.bad(place.path(), "a chain must be the last layer of an output's head"));
    if (output.kind() != chain.kind()) {
      throw Node.bad(
          place.path(),
          "the chain is of kind %s, its output of kind %s: make them alike"
              .formatted(lower(chain.kind()), lower(output.kind())));
    }
    if (chain.lag() > delay) {
      throw Node.bad(
          place.path(),
          "the chain's lag of %d ticks is above the model's delay of %d: set delay to %d"
              .formatted(chain.lag(), delay, chain.lag()));
    }
  }

  private static String lower(Output.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Shape> inputs(Map<String, Modality> modalities, Tick tick) {
    Map<String, Shape> inputs = new LinkedHashMap<>();
    modalities.forEach(
        (name, modality) -> {
          try {
            Shape rows = modality.frontEnd().shape(tick);
            inputs.put(name, modality.encoder().map(e -> e.shape(rows)).orElse(rows));
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("modality " + name + ": " + e.getMessage(), e);
          }
        });
    return inputs;
  }
}
