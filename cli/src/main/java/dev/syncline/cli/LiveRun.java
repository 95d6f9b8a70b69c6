package dev.syncline.cli;

import dev.syncline.cli.live.Event;
import dev.syncline.cli.live.EventLines;
import dev.syncline.cli.live.LiveOutput;
import dev.syncline.cli.live.Status;
import dev.syncline.cli.live.Tick;
import dev.syncline.cli.report.Latency;
import dev.syncline.data.Clip;
import dev.syncline.data.ClipRows;
import dev.syncline.data.Dataset;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.step.Model;
import dev.syncline.step.Outcome;
import dev.syncline.step.Packet;
import dev.syncline.step.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * One live stream: packets paced by their capture times into a session, decisions and events out.
 * What is decided does not depend on the pace.
 */
final class LiveRun implements Session.Sink, AutoCloseable {
  private final ModelSpec spec;
  private final Session session;
  private final double speed;
  private final LongSupplier clock;
  private final List<String> tracks;
  private final List<String> labels;
  private final List<Event> told = new ArrayList<>();
  private final List<long[]> times = new ArrayList<>();
  private LiveOutput out;
  private long begin;
  private long decodeNs;
  private long events;
  private volatile boolean stopped;

  /**
   * @param speed stream seconds per second; infinite for as fast as possible
   */
  LiveRun(Model model, Set<String> modalities, double speed, LongSupplier clock) {
    spec = model.spec();
    this.speed = speed;
    this.clock = clock;
    session = new Session(model, modalities, this, clock);
    tracks = List.copyOf(spec.outputs().keySet());
    Set<String> all = new LinkedHashSet<>();
    spec.outputs().values().forEach(o -> all.addAll(o.labels()));
    labels = List.copyOf(all);
  }

  List<String> tracks() {
    return tracks;
  }

  List<String> labels() {
    return labels;
  }

  Session session() {
    return session;
  }

  /** Ends the run after the packet at hand; may be called from another thread. */
  void stop() {
    stopped = true;
  }

  /**
   * Streams a source to its end or to Ctrl-C: then too, what was told stays well-formed and a
   * terminal gets its cursor back.
   */
  void runGuarded(PacketSource source, LiveOutput output) throws IOException {
    Thread hook =
        new Thread(
            () -> {
              stop();
              try {
                output.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      run(source, output);
    } finally {
      Exit.remove(hook);
    }
  }

  /** Streams a source to its end. */
  void run(PacketSource source, LiveOutput output) throws IOException {
    try {
      stream(source, output);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void stream(PacketSource source, LiveOutput output) throws IOException {
    out = output;
    begin = clock.getAsLong();
    session.reset();
    while (!stopped && source.nextDoneNs() != Long.MAX_VALUE) {
      pace(source.nextDoneNs());
      long from = clock.getAsLong();
      Packet p = source.next();
      decodeNs += clock.getAsLong() - from;
      session.feed(p, this::advance);
    }
    session.drain(source.endNs(), () -> !stopped && advance());
    session.finish();
    tell();
  }

  private void pace(long captureNs) {
    if (!Double.isInfinite(speed)) {
      long wait = begin + (long) (captureNs / speed) - clock.getAsLong();
      if (wait > 0) {
        java.util.concurrent.locks.LockSupport.parkNanos(wait);
        while (!stopped && begin + (long) (captureNs / speed) - clock.getAsLong() > 0) {
          java.util.concurrent.locks.LockSupport.parkNanos(
              begin + (long) (captureNs / speed) - clock.getAsLong());
        }
      }
    }
  }

  private boolean advance() {
    if (!session.advance()) {
      return false;
    }
    note();
    try {
      show();
      tell();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  private void show() throws IOException {
    long tick = session.decisionTick();
    if (tick >= 0) {
      List<float[]> rows = new ArrayList<>();
      for (String track : tracks) {
        rows.add(session.decided(track) ? row(track) : new float[0]);
      }
      out.tick(new Tick(tick, (tick + 1) * spec.tick().seconds(), rows, status()));
    }
  }

  /** An output's probabilities in the order of all labels. */
  private float[] row(String track) {
    Output output = spec.outputs().get(track);
    float[] p = session.probabilities(track);
    float[] row = new float[labels.size()];
    java.util.Arrays.fill(row, Float.NaN);
    for (int c = 0; c < p.length; c++) {
      row[labels.indexOf(output.labels().get(c))] = p[c];
    }
    return row;
  }

  private Status status() {
    double streamS = session.state().tick() * spec.tick().seconds();
    double wallS = Math.max(1e-9, (clock.getAsLong() - begin) / 1e9);
    double lag = Double.isInfinite(speed) ? Double.NaN : Math.max(0, wallS - streamS / speed);
    return new Status(
        streamS / wallS, lag, session.count(Outcome.UNUSABLE), session.count(Outcome.LATE));
  }

  /** Events are told after the tick that told them. */
  private void tell() throws IOException {
    for (Event e : told) {
      out.event(e);
      events++;
    }
    told.clear();
  }

  private void note() {
    Session.Stage[] stages = Session.Stage.values();
    long[] row = new long[stages.length + 2];
    row[0] = decodeNs;
    for (Session.Stage stage : stages) {
      row[stage.ordinal() + 1] = session.stageNs(stage);
    }
    row[row.length - 1] = LongStream.of(row).sum();
    decodeNs = 0;
    times.add(row);
  }

  @Override
  public void opened(String output, int label, long onset, long toldTick, float probability) {
    hear(output, label, onset, OptionalDouble.empty(), toldTick, probability);
  }

  @Override
  public void closed(String output, int label, long onset, long offset, long toldTick) {
    double offsetS = offset * spec.tick().seconds();
    hear(output, label, onset, OptionalDouble.of(offsetS), toldTick, 1);
  }

  private void hear(
      String output,
      int label,
      long onset,
      OptionalDouble offsetS,
      long toldTick,
      double confidence) {
    if (ClipRows.isBackground(spec.outputs().get(output), label)) {
      return;
    }
    double tickS = spec.tick().seconds();
    int all = labels.indexOf(spec.outputs().get(output).labels().get(label));
    told.add(
        new Event(
            tracks.indexOf(output), all, onset * tickS, offsetS, toldTick * tickS, confidence));
  }

  /** One line about what was streamed. */
  String summary() {
    double streamS = session.state().tick() * spec.tick().seconds();
    double wallS = Math.max(1e-9, (clock.getAsLong() - begin) / 1e9);
    StringBuilder line = new StringBuilder();
    line.append(
        "%d ticks (%.1f s of stream in %.1f s, %.1fx), %d events; packets:"
            .formatted(session.state().tick(), streamS, wallS, streamS / wallS, events));
    for (Outcome outcome : Outcome.values()) {
      if (session.count(outcome) > 0) {
        line.append(
            " %d %s"
                .formatted(
                    session.count(outcome), outcome.name().toLowerCase(java.util.Locale.ROOT)));
      }
    }
    return line.toString();
  }

  /** The stages of a tick, in order, with their times in ms: p50, p99, largest. */
  Map<String, double[]> latency() {
    Map<String, double[]> rows = new java.util.LinkedHashMap<>();
    String[] names = {"decode", "front_end", "encoders", "model", "decoder", "total"};
    for (int s = 0; s < names.length; s++) {
      int column = s;
      double[] ms = times.stream().mapToDouble(t -> t[column] / 1e6).sorted().toArray();
      rows.put(
          names[s],
          ms.length == 0
              ? new double[3]
              : new double[] {rank(ms, 0.5), rank(ms, 0.99), ms[ms.length - 1]});
    }
    return rows;
  }

  /** Where the time of a tick goes, watched while some clips stream as fast as possible. */
  static Latency latency(Model model, Dataset data, List<Clip> clips) throws IOException {
    Set<String> modalities = model.spec().modalities().keySet();
    Map<String, double[]> times = Map.of();
    for (boolean warm : new boolean[] {false, true}) {
      List<Clip> some = warm ? clips : clips.subList(0, 1);
      try (LiveRun run =
          new LiveRun(model, modalities, Double.POSITIVE_INFINITY, System::nanoTime)) {
        var nobody = new EventLines(new StringBuilder(), run.tracks(), run.labels());
        run.run(new PacketSource.Clips(data, some, run.session()), nobody);
        times = run.latency();
      }
    }
    List<Latency.Stage> stages = new ArrayList<>();
    times.forEach(
        (name, ms) -> stages.add(new Latency.Stage(name.replace('_', ' '), ms[0], ms[1], ms[2])));
    Latency.Stage total = stages.removeLast();
    return new Latency(model.spec().tickMs(), stages, total);
  }

  private static double rank(double[] sorted, double q) {
    return sorted[(int) Math.ceil(q * sorted.length) - 1];
  }

  @Override
  public void close() {
    session.close();
  }
}
