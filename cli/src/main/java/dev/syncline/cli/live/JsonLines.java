package dev.syncline.cli.live;

import dev.syncline.json.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * One JSON object a line. A tick is {@code {"type":"tick","tick":k,"time_s":…,"heard":{label:
 * probability, …},…}} with one object for each track and null for a probability that is missing; an
 * event is {@code {"type":"event","modality":…,"label":…,"onset_s":…,"offset_s":…|null,
 * "emitted_s":…,"confidence":…}}: once with null when it opens, once with its offset when it
 * closes.
 */
public final class JsonLines implements LiveOutput {
  private static final Set<String> KEYS = Set.of("type", "tick", "time_s");

  private final Appendable out;
  private final List<String> tracks;
  private final List<String> labels;
  private final boolean ticks;

  /**
   * Writes nothing yet.
   *
   * @param ticks whether ticks are written too, or only events
   */
  public JsonLines(Appendable out, List<String> tracks, List<String> labels, boolean ticks) {
    this.out = out;
    this.tracks = List.copyOf(tracks);
    this.labels = List.copyOf(labels);
    this.ticks = ticks;
    if (tracks.stream().anyMatch(KEYS::contains)) {
      throw new IllegalArgumentException("a track cannot be named one of " + KEYS);
    }
  }

  @Override
  public void tick(Tick tick) throws IOException {
    tick.check(tracks.size(), labels.size());
    if (!ticks) {
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "tick");
    line.put("tick", tick.index());
    line.put("time_s", exact(tick.timeS()));
    for (int m = 0; m < tracks.size(); m++) {
      Map<String, Json> row = new LinkedHashMap<>();
      for (int c = 0; c < labels.size(); c++) {
        // The shortest decimal that reads back as the same float.
        row.put(labels.get(c), Json.of(Double.valueOf(Float.toString(tick.probability(m, c)))));
      }
      line.put(tracks.get(m), new Json.Obj(row));
    }
    send(Json.of(line));
  }

  @Override
  public void event(Event event) throws IOException {
    OptionalDouble offset = event.offsetS();
    send(
        Json.object(
            "type",
            "event",
            "modality",
            tracks.get(event.track()),
            "label",
            labels.get(event.label()),
            "onset_s",
            exact(event.onsetS()),
            "offset_s",
            offset.isPresent() ? exact(offset.getAsDouble()) : null,
            "emitted_s",
            exact(event.emittedS()),
            "confidence",
            Math.round(event.confidence() * 1e6) / 1e6));
  }

  /** Whole nanoseconds, the resolution of stream time, so that 3.2 does not read 3.2000000001. */
  private static double exact(double seconds) {
    return Math.rint(seconds * 1e9) / 1e9;
  }

  private void send(Json line) throws IOException {
    LiveOutput.send(out, line.compact() + "\n");
  }

  @Override
  public void close() {
    // Every line is complete and flushed.
  }
}
