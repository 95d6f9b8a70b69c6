package dev.syncline.cli.live;

import java.io.Flushable;
import java.io.IOException;

/** Takes what a stream emits, as it is emitted, and writes it down for people or programs. */
public sealed interface LiveOutput extends AutoCloseable
    permits Timeline, EventLines, JsonLines, WebVtt {

  /** The probabilities of one tick. Arrays may be used again by the caller afterwards. */
  void tick(Tick tick) throws IOException;

  /** An onset or an offset; an onset comes before its offset. */
  void event(Event event) throws IOException;

  /** Ends the output cleanly; it does not close what is written to. May be called twice. */
  @Override
  void close() throws IOException;

  /** Appends a piece that a reader should see at once. */
  static void send(Appendable out, CharSequence text) throws IOException {
    out.append(text);
    if (out instanceof Flushable flushable) {
      flushable.flush();
    }
  }
}
