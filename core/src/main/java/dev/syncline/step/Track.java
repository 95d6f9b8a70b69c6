package dev.syncline.step;

import dev.syncline.event.EventDecoder;
import dev.syncline.spec.Output;

/** One output of a session on its way from logits to events. */
final class Track implements EventDecoder.Sink {
  final String name;
  final float[] probabilities;
  private final Output output;
  private final Buffer logits;
  private final EventDecoder decoder;
  private final int firstLong;
  private final Session.Sink sink;
  private long toldTick;

  /**
   * @param logits where the tree leaves them in the scratch
   * @param firstLong of the decoder's state among the longs of the stream's
   */
  Track(String name, Output output, Buffer logits, int firstLong, Session.Sink sink) {
    this.name = name;
    this.output = output;
    this.logits = logits;
    this.firstLong = firstLong;
    this.sink = sink;
    probabilities = new float[output.labels().size()];
    decoder = new EventDecoder(output.decoding(), output.labels().size());
  }

  /** Longs that the decoder keeps. */
  int longs() {
    return decoder.stateSize();
  }

  /** Whether the last tick brought logits. */
  boolean isValid(float[] scratch) {
    return scratch[logits.valid()] != 0;
  }

  void readProbabilities(float[] scratch, Kernels kernels) {
    int n = probabilities.length;
    System.arraycopy(scratch, logits.at(), probabilities, 0, n);
    switch (output.kind()) {
      case MULTI_LABEL -> kernels.sigmoid(probabilities, 0, n);
      case ONE_LABEL -> kernels.softmax(probabilities, 0, n);
    }
  }

  /** Tells what the probabilities of a tick begin and end. */
  void decode(long decisionTick, StreamState state) {
    toldTick = state.tick();
    decoder.step(decisionTick, probabilities, 0, state.longs, firstLong, this);
  }

  /** Closes what is open. */
  void finish(StreamState state) {
    toldTick = state.tick();
    decoder.finish(state.longs, firstLong, this);
  }

  @Override
  public void opened(int label, long onsetTick, float probability) {
    sink.opened(name, label, onsetTick, toldTick, probability);
  }

  @Override
  public void closed(int label, long onsetTick, long offsetTick) {
    sink.closed(name, label, onsetTick, offsetTick, toldTick);
  }
}
