package dev.syncline.step;

import dev.syncline.spec.Output;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Plays packets to a session and writes down, bit for bit, everything that it says. */
final class Player implements Session.Sink {
  final Session session;

  /** One line a decision of an output, one an event's opening or closing. */
  final List<String> said = new ArrayList<>();

  /** The rows of each tick, where they are asked for instead of decisions. */
  final List<Map<String, Block>> rows = new ArrayList<>();

  private final boolean rowsOnly;

  Player(Model model) {
    this(model, model.spec().modalities().keySet(), false);
  }

  /** A stream of some modalities. */
  Player(Model model, Set<String> modalities) {
    this(model, modalities, false);
  }

  private Player(Model model, Set<String> modalities, boolean rowsOnly) {
    session = new Session(model, modalities, this, () -> 0);
    this.rowsOnly = rowsOnly;
  }

  /** Does the front ends only and keeps their rows. */
  static Player ofRows(Model model) {
    return new Player(model, model.spec().modalities().keySet(), true);
  }

  /** Pushes and then does every tick that is there; a full session is emptied first. */
  Outcome push(Packet packet) {
    Outcome outcome = session.push(packet);
    while (outcome == Outcome.FULL) {
      if (!advance()) {
        throw new AssertionError("full, but there is nothing to do");
      }
      outcome = session.push(packet);
    }
    drain();
    return outcome;
  }

  Player play(List<? extends Packet> packets) {
    packets.forEach(this::push);
    return this;
  }

  /** The end after some ticks; all that was said. */
  List<String> end(long ticks) {
    session.end(session.model().spec().tick().ns() * ticks);
    drain();
    session.finish();
    return said;
  }

  void drain() {
    while (advance()) {
      // every tick that is there
    }
  }

  boolean advance() {
    if (rowsOnly) {
      Map<String, Block> tick = new LinkedHashMap<>();
      session.model().spec().inputs().forEach((name, s) -> tick.put(name, Block.empty(s, 1)));
      boolean done = session.advanceRows(tick, 0);
      if (done) {
        rows.add(tick);
      }
      return done;
    }
    boolean done = session.advance();
    if (done) {
      decisions();
    }
    return done;
  }

  void decisions() {
    for (Map.Entry<String, Output> e : session.model().spec().outputs().entrySet()) {
      if (session.decided(e.getKey())) {
        said.add(
            session.decisionTick() + " " + e.getKey() + bits(session.probabilities(e.getKey())));
      }
    }
  }

  static String bits(float[] values) {
    StringBuilder text = new StringBuilder();
    for (float v : values) {
      text.append(' ').append(HexFormat.of().toHexDigits(Float.floatToRawIntBits(v)));
    }
    return text.toString();
  }

  List<String> events() {
    return said.stream().filter(s -> s.startsWith("open") || s.startsWith("close")).toList();
  }

  List<String> decisionsOf(String output) {
    return said.stream().filter(s -> s.contains(" " + output) && !events().contains(s)).toList();
  }

  @Override
  public void opened(String output, int label, long onset, long told, float probability) {
    said.add(
        "open %s %d from %d told %d with%s"
            .formatted(output, label, onset, told, bits(new float[] {probability})));
  }

  @Override
  public void closed(String output, int label, long onset, long offset, long told) {
    said.add("close %s %d from %d to %d told %d".formatted(output, label, onset, offset, told));
  }
}
