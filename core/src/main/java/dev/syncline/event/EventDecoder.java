package dev.syncline.event;

/**
 * Decodes one output's labels tick by tick. Holds no memory of a stream: {@link #stateSize} longs
 * in the caller's array, all zero at the start.
 */
public final class EventDecoder {
  /** Longs per label: onset tick + 1 (0: closed), tick + 1 of the last tick not below off, told. */
  private static final int PER_LABEL = 3;

  /** Hears of events as they are told. Ticks are half-open: {@code [onset, offset)}. */
  public interface Sink {
    /** An event has lasted long enough; {@code probability} is that of the present tick. */
    void opened(int label, long onsetTick, float probability);

    /** An event that was told has ended. */
    void closed(int label, long onsetTick, long offsetTick);
  }

  private final EventDecoding decoding;
  private final int labels;

  public EventDecoder(EventDecoding decoding, int labels) {
    this.decoding = decoding;
    this.labels = labels;
  }

  public int stateSize() {
    return PER_LABEL * labels;
  }

  /** One tick of probabilities, {@code p[offset .. offset + labels)}. Allocates nothing. */
  public void step(long tick, float[] p, int offset, long[] state, int at, Sink sink) {
    for (int label = 0; label < labels; label++) {
      step(label, tick, p[offset + label], state, at + PER_LABEL * label, sink);
    }
  }

  private void step(int label, long tick, float p, long[] state, int at, Sink sink) {
    boolean open = state[at] != 0;
    if (!open && p >= decoding.on()) {
      state[at] = tick + 1;
      state[at + 1] = tick + 1;
      open = true;
    } else if (open && p >= decoding.off()) {
      state[at + 1] = tick + 1;
    }
    if (!open) {
      return;
    }
    long onset = state[at] - 1;
    long end = state[at + 1];
    if (state[at + 2] == 0 && end == tick + 1 && end - onset >= decoding.minTicks()) {
      state[at + 2] = 1;
      sink.opened(label, onset, p);
    }
    if (tick + 1 - end > decoding.holdTicks()) {
      close(label, state, at, sink);
    }
  }

  /** The end of the stream: what is open and was told closes where it was last on. */
  public void finish(long[] state, int at, Sink sink) {
    for (int label = 0; label < labels; label++) {
      if (state[at + PER_LABEL * label] != 0) {
        close(label, state, at + PER_LABEL * label, sink);
      }
    }
  }

  private static void close(int label, long[] state, int at, Sink sink) {
    if (state[at + 2] != 0) {
      sink.closed(label, state[at] - 1, state[at + 1]);
    }
    state[at] = 0;
    state[at + 1] = 0;
    state[at + 2] = 0;
  }
}
