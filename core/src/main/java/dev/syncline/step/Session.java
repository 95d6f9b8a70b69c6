package dev.syncline.step;

import dev.syncline.json.Field;
import dev.syncline.spec.Output;
import dev.syncline.time.Tick;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * One stream of a model: owns its state and the scratch of one thread. Push packets as they are
 * captured, then {@link #advance} while it says that a tick is done. What comes out depends on
 * capture times alone, not on when or in which pieces packets arrive. Not thread-safe; a tick
 * allocates nothing.
 */
public final class Session implements AutoCloseable {
  /**
   * Hears of events as they are told; outputs by name, labels by number. Ticks are half-open,
   * {@code [onset, offset)}; {@code toldTick} ticks had passed when it was told.
   */
  public interface Sink {
    void opened(String output, int label, long onsetTick, long toldTick, float probability);

    void closed(String output, int label, long onsetTick, long offsetTick, long toldTick);
  }

  /** What takes time in a tick; pushing its packets counts to the front end. */
  public enum Stage {
    FRONT_END,
    ENCODERS,
    MODEL,
    DECODER
  }

  /** A sink that hears nothing. */
  public static final Sink SILENT =
      new Sink() {
        @Override
        public void opened(String output, int label, long onset, long told, float probability) {}

        @Override
        public void closed(String output, int label, long onset, long offset, long told) {}
      };

  // Longs behind the first two of every state: end + 1 (0: open), then outcomes' counts.
  private static final int END = StreamState.SEEN + 1;
  private static final int COUNTS = END + 1;
  private static final int HEAD = COUNTS + Outcome.values().length;

  private final Model model;
  private final LongSupplier clock;
  private final Senses senses;
  private final Track[] tracks;
  private final StreamState state;
  private final float[] scratch;
  private final Lane[] alone;
  private final Backend backend;
  private final Tick tick;
  private final long[] stageNs = new long[Stage.values().length];
  private long pushNs;
  private long entered;
  private boolean decided;

  /**
   * A stream of some of a model's modalities; the others are missing throughout and not waited for.
   *
   * @param modalities those that packets come for; none if only rows are to be stepped
   * @param clock nanoseconds, for the stages' times only
   */
  public Session(Model model, Set<String> modalities, Sink sink, LongSupplier clock) {
    this.model = model;
    this.clock = clock;
    tick = model.spec().tick();
    senses = new Senses(model, modalities, HEAD);
    List<Track> list = new ArrayList<>();
    int longs = senses.longs();
    for (Map.Entry<String, Output> e : model.spec().outputs().entrySet()) {
      Track track =
          new Track(
              e.getKey(), e.getValue(), model.program().outputs().get(e.getKey()), longs, sink);
      longs += track.longs();
      list.add(track);
    }
    tracks = list.toArray(Track[]::new);
    state = new StreamState(senses.floats(), longs, model::digest);
    scratch = new float[senses.scratchSize()];
    alone = new Lane[] {new Lane(scratch, state.slab)};
    backend = model.backends().get();
  }

  /**
   * Runs front ends, encoders and model on noise until their code is compiled, so that the first
   * tick of a stream is not the slow one. State, counts, probabilities and stages' times are
   * afterwards as they were, and the sink hears nothing.
   *
   * @param ticks do no more than these
   * @param ns begin no tick after this long, by this session's clock
   * @return how many ticks were done
   */
  public int warmUp(int ticks, long ns) {
    float[] slab = state.slab.clone();
    long[] longs = state.longs.clone();
    float[] work = scratch.clone();
    long[] stages = stageNs.clone();
    long pushed = pushNs;
    state.clear();
    long begin = clock.getAsLong();
    int done = 0;
    for (; done < ticks && clock.getAsLong() - begin < ns; done++) {
      for (Senses.Sense sense : senses.all()) {
        sense.intake().fill(state, scratch, senses.work());
      }
      sense();
      model.program().step(new Lane[] {lane()}, 1);
      state.longs[StreamState.TICK]++;
    }
    System.arraycopy(slab, 0, state.slab, 0, slab.length);
    System.arraycopy(longs, 0, state.longs, 0, longs.length);
    System.arraycopy(work, 0, scratch, 0, work.length);
    System.arraycopy(stages, 0, stageNs, 0, stages.length);
    pushNs = pushed;
    return done;
  }

  /** Pushes samples (at most a tick of them) or one vector. */
  public Outcome push(String modality, long captureNs, float[] values, int offset, int count) {
    Senses.Sense sense = sense(modality);
    if (isOver()) {
      return counted(Outcome.CLOSED);
    }
    long begin = clock.getAsLong();
    Outcome outcome =
        switch (sense.intake()) {
          case AudioIntake a ->
              a.push(state, captureNs, values, offset, count, scratch, senses.work());
          case RowIntake r -> {
            if (r.takesPictures() || count != r.shape().size()) {
              throw new IllegalArgumentException(
                  "%s takes %s, not %d numbers"
                      .formatted(
                          modality,
                          r.takesPictures() ? "pictures" : r.shape().size() + " numbers",
                          count));
            }
            yield r.push(state, captureNs, values, offset);
          }
        };
    pushNs += clock.getAsLong() - begin;
    return counted(outcome);
  }

  /** Pushes a picture: packed rows of red, green and blue bytes from the top left. */
  public Outcome push(String modality, long captureNs, byte[] rgb, int width, int height) {
    if (!(sense(modality).intake() instanceof RowIntake r) || !r.takesPictures()) {
      throw new IllegalArgumentException(modality + " takes no pictures");
    }
    if (isOver()) {
      return counted(Outcome.CLOSED);
    }
    long begin = clock.getAsLong();
    Outcome outcome = r.push(state, captureNs, rgb, width, height, scratch, senses.work());
    pushNs += clock.getAsLong() - begin;
    return counted(outcome);
  }

  /** Pushes a packet of any kind. */
  public Outcome push(Packet packet) {
    return switch (packet) {
      case Packet.Samples p -> push(p.modality(), p.captureNs(), p.values(), 0, p.values().length);
      case Packet.Picture p -> push(p.modality(), p.captureNs(), p.rgb(), p.width(), p.height());
      case Packet.Vector p -> push(p.modality(), p.captureNs(), p.values(), 0, p.values().length);
    };
  }

  /**
   * Pushes a packet and does every tick that it completes; where there is no room for it yet, ticks
   * are done first.
   *
   * @param advance does the next tick if it is there, as {@link #advance()}, and says whether it
   *     was
   */
  public void feed(Packet packet, BooleanSupplier advance) {
    Outcome outcome = push(packet);
    while (advance.getAsBoolean() && outcome == Outcome.FULL) {
      outcome = push(packet);
    }
    while (advance.getAsBoolean()) {
      // every tick that this packet completed
    }
  }

  /** Ends the stream at a capture time and does the ticks that are left. */
  public void drain(long captureNs, BooleanSupplier advance) {
    end(captureNs);
    while (advance.getAsBoolean()) {
      // ticks that lack packets
    }
  }

  /** Forgets everything: the next packet begins a new stream. */
  public void reset() {
    state.clear();
    decided = false;
    pushNs = 0;
  }

  /** The stream ends at a capture time: ticks up to there are done whatever is missing. */
  public void end(long captureNs) {
    if (captureNs < 0) {
      throw new IllegalArgumentException("a stream cannot end at " + captureNs + " ns");
    }
    if (!isOver()) {
      state.longs[END] = captureNs + 1;
    }
  }

  /**
   * Does the next tick if all that belongs to it is there, or if another modality is already more
   * than a tick ahead of it, or if the stream has ended behind it.
   *
   * @return whether a tick was done
   */
  public boolean advance() {
    if (!begin()) {
      return false;
    }
    run();
    return true;
  }

  /** Does what comes before the model, if a tick is there to do. */
  boolean begin() {
    if (!ready()) {
      return false;
    }
    sense();
    return true;
  }

  /**
   * Does the next tick's front ends and encoders only and keeps their rows: what a feature cache
   * holds, made by the code that streams. A session used so makes no decisions.
   *
   * @param rows a block for each modality; tick {@code t} of each is written
   * @return whether a tick was there to do
   */
  public boolean advanceRows(Map<String, Block> rows, int t) {
    if (!ready()) {
      return false;
    }
    sense();
    state.longs[StreamState.TICK]++;
    for (Map.Entry<String, Senses.Sense> e : senses.byName().entrySet()) {
      rows.get(e.getKey()).store(t, scratch, e.getValue().input());
    }
    return true;
  }

  /** Packets to the tree's rows. */
  private void sense() {
    long begin = clock.getAsLong();
    for (Senses.Sense sense : senses.all()) {
      sense.intake().take(state, scratch, sense.rows(), senses.work());
    }
    begin = lap(Stage.FRONT_END, begin - pushNs);
    pushNs = 0;
    for (Senses.Sense sense : senses.all()) {
      if (sense.op() != null) {
        sense.op().run(sense.encoder(), scratch, state.slab, state.tick());
      }
    }
    lap(Stage.ENCODERS, begin);
  }

  /**
   * Does one tick from rows that were made before (a feature cache), past the front ends: the same
   * bits as from the packets they were made of.
   */
  public void advance(Map<String, Block> inputs, int t) {
    for (Map.Entry<String, Buffer> e : model.program().inputs().entrySet()) {
      inputs.get(e.getKey()).load(t, scratch, e.getValue());
    }
    run();
  }

  private void run() {
    lane();
    backend.step(alone, 1);
    decide();
  }

  /** This stream as it enters a step. */
  Lane lane() {
    entered = clock.getAsLong();
    alone[0].at(state.tick(), state.replaced);
    return alone[0];
  }

  /** Does what comes behind the model. */
  void decide() {
    for (Track track : tracks) {
      track.readProbabilities(scratch, model.program().kernels());
    }
    long decode = lap(Stage.MODEL, entered);
    state.longs[StreamState.TICK]++;
    decided = decisionTick() >= 0;
    for (Track track : tracks) {
      if (decided && track.isValid(scratch)) {
        track.decode(decisionTick(), state);
      }
    }
    lap(Stage.DECODER, decode);
  }

  private boolean ready() {
    long end = tick.end(state.tick());
    if (state.longs[END] != 0) {
      return end <= state.longs[END] - 1 + model.spec().delay() * tick.ns();
    }
    boolean all = true;
    for (Senses.Sense sense : senses.all()) {
      all &= sense.intake().knownUntil(state) >= end;
    }
    return all || state.longs[StreamState.SEEN] >= end + tick.ns();
  }

  /**
   * Closes the events that are open: call once, when {@link #advance} is false after {@link #end}.
   */
  public void finish() {
    for (Track track : tracks) {
      track.finish(state);
    }
  }

  /** The tick that the last decision is for; negative while the model's delay has not passed. */
  public long decisionTick() {
    return state.tick() - 1 - model.spec().delay();
  }

  /** Whether the last tick brought a decision of an output. */
  public boolean decided(String output) {
    return decided && track(output).isValid(scratch);
  }

  /** The last decision's probabilities, one a label; the array is used again by the next tick. */
  public float[] probabilities(String output) {
    return track(output).probabilities;
  }

  /**
   * Nanoseconds that a stage of the last tick took; in a {@link Batch} the model's are those of all
   * its streams.
   */
  public long stageNs(Stage stage) {
    return stageNs[stage.ordinal()];
  }

  /** Packets so far that ended in an outcome. */
  public long count(Outcome outcome) {
    return state.longs[COUNTS + outcome.ordinal()];
  }

  /** The modalities that this stream has. */
  public Set<String> modalities() {
    return senses.byName().keySet();
  }

  public StreamState state() {
    return state;
  }

  public Model model() {
    return model;
  }

  /** Floating point operations of the front ends in a tick, encoders left out. */
  public long frontEndFlops() {
    return senses.frontEndFlops();
  }

  /** Floating point operations of the frozen encoders in a tick; empty if one does not know. */
  public OptionalLong encoderFlops() {
    return senses.encoderFlops();
  }

  @Override
  public void close() {
    senses.close();
    backend.close();
  }

  private long lap(Stage stage, long begin) {
    long now = clock.getAsLong();
    stageNs[stage.ordinal()] = now - begin;
    return now;
  }

  private boolean isOver() {
    return state.longs[END] != 0;
  }

  private Outcome counted(Outcome outcome) {
    state.longs[COUNTS + outcome.ordinal()]++;
    return outcome;
  }

  private Senses.Sense sense(String modality) {
    Senses.Sense sense = senses.get(modality);
    if (sense == null) {
      throw new IllegalArgumentException(
          "the model has no modality \""
              + modality
              + "\""
              + Field.hint(modality, senses.byName().keySet()));
    }
    return sense;
  }

  private Track track(String output) {
    for (Track track : tracks) {
      if (track.name.equals(output)) {
        return track;
      }
    }
    throw new IllegalArgumentException("the model has no output \"" + output + "\"");
  }
}
