package dev.syncline.step;

import java.util.Arrays;
import java.util.List;

/**
 * Streams of one model that are stepped together by one thread: every weight is loaded once for all
 * that have a tick to do. Streams that have none are not touched, and what comes out of a stream
 * has the same bits as if it were alone. Not thread-safe; a step allocates nothing.
 */
public final class Batch implements AutoCloseable {
  private final Model model;
  private final Session[] ready;
  private final Lane[] lanes;
  private final Backend backend;

  /**
   * @param most streams in one step
   */
  public Batch(Model model, int most) {
    this.model = model;
    ready = new Session[most];
    lanes = new Lane[most];
    backend = model.backends().get();
  }

  /**
   * Does the next tick of every session that has one, as {@link Session#advance()} would.
   *
   * @param sessions of this model, any number, each at most once
   * @return how many ticks were done
   */
  @SuppressWarnings("ReferenceEquality") // the very program that the lanes are laid out for
  public int advance(List<Session> sessions) {
    for (int i = 0; i < sessions.size(); i++) {
      if (sessions.get(i).model() != model) {
        throw new IllegalArgumentException("session " + i + " is of another model");
      }
    }
    int done = 0;
    int n = 0;
    for (int i = 0; i < sessions.size(); i++) {
      if (sessions.get(i).begin()) {
        ready[n++] = sessions.get(i);
      }
      if (n == ready.length || (n > 0 && i == sessions.size() - 1)) {
        step(n);
        done += n;
        n = 0;
      }
    }
    return done;
  }

  private void step(int n) {
    for (int i = 0; i < n; i++) {
      lanes[i] = ready[i].lane();
    }
    backend.step(lanes, n);
    for (int i = 0; i < n; i++) {
      ready[i].decide();
    }
    Arrays.fill(ready, 0, n, null);
    Arrays.fill(lanes, 0, n, null);
  }

  @Override
  public void close() {
    backend.close();
  }
}
