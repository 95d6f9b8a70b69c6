package dev.syncline.torch.certify;

import dev.syncline.step.Block;
import dev.syncline.step.Model;
import dev.syncline.step.Packet;
import dev.syncline.step.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/** The step form as it streams: packets in, decisions and events out. */
public final class SessionPredictor implements Predictor, Session.Sink, AutoCloseable {
  private final Model model;
  private final IntPredicate handOver;
  private final List<Told> events = new ArrayList<>();
  private Session session;

  public SessionPredictor(Model model) {
    this(model, tick -> false);
  }

  /**
   * @param handOver behind the packets that complete which ticks the stream goes on in a new
   *     session, by a snapshot
   */
  SessionPredictor(Model model, IntPredicate handOver) {
    this.model = model;
    this.handOver = handOver;
    session = model.open(this);
  }

  @Override
  public Said predict(Recording recording) {
    session.reset();
    events.clear();
    Map<String, float[][]> said = new LinkedHashMap<>();
    model
        .spec()
        .outputs()
        .forEach((name, o) -> said.put(name, new float[recording.ticks()][o.labels().size()]));
    play(recording, () -> advance(said));
    session.finish();
    return new Said(said, List.copyOf(events));
  }

  /** The rows that the tree reads of a recording. */
  public Map<String, Block> rows(Recording recording) {
    session.reset();
    Map<String, Block> rows = new LinkedHashMap<>();
    model
        .spec()
        .inputs()
        .forEach((name, shape) -> rows.put(name, Block.empty(shape, recording.ticks())));
    play(
        recording,
        () ->
            session.state().tick() < recording.ticks()
                && session.advanceRows(rows, (int) session.state().tick()));
    return rows;
  }

  private void play(Recording recording, BooleanSupplier advance) {
    for (Packet p : recording.packets()) {
      long before = session.state().tick();
      session.feed(p, advance);
      for (long t = before + 1; t <= session.state().tick(); t++) {
        if (handOver.test((int) t)) {
          handOver();
          break;
        }
      }
    }
    session.drain(model.spec().tick().ns() * recording.ticks(), advance);
  }

  private boolean advance(Map<String, float[][]> said) {
    if (!session.advance()) {
      return false;
    }
    long tick = session.decisionTick();
    said.forEach(
        (name, rows) -> {
          if (tick >= 0 && tick < rows.length && session.decided(name)) {
            rows[(int) tick] = session.probabilities(name).clone();
          }
        });
    return true;
  }

  private void handOver() {
    byte[] snapshot = session.state().snapshot();
    session.close();
    session = model.open(this);
    session.state().restore(snapshot);
  }

  /**
   * Goes through a recording again and notes what each tick's stages took, and their sum, in ns.
   */
  void time(Recording recording, List<long[]> times) {
    session.reset();
    events.clear();
    play(
        recording,
        () -> {
          if (!session.advance()) {
            return false;
          }
          Session.Stage[] stages = Session.Stage.values();
          long[] ns = new long[stages.length + 1];
          for (Session.Stage stage : stages) {
            ns[stage.ordinal()] = session.stageNs(stage);
            ns[stages.length] += session.stageNs(stage);
          }
          times.add(ns);
          return true;
        });
  }

  Session session() {
    return session;
  }

  @Override
  public void opened(String output, int label, long onset, long told, float probability) {
    events.add(
        new Told(told, "%s %d opens at %d, %s".formatted(output, label, onset, probability)));
  }

  @Override
  public void closed(String output, int label, long onset, long offset, long told) {
    events.add(new Told(told, "%s %d of %d closes at %d".formatted(output, label, onset, offset)));
  }

  @Override
  public void close() {
    session.close();
  }
}
