package dev.syncline.bench;

import dev.syncline.step.Batch;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import dev.syncline.step.Session;
import java.util.ArrayList;
import java.util.List;

/** Streams of a narrow transformer, stepped together. */
final class Streams {
  private static final int WIDTH = 64;

  private final List<Session> sessions = new ArrayList<>();
  private final Batch batch;
  private final float[] row = new float[WIDTH];
  private long tick;

  Streams(Kernels kernels, Precision precision, int count) {
    Model model = Reference.narrow(kernels, precision);
    for (int i = 0; i < count; i++) {
      sessions.add(model.open(Session.SILENT));
    }
    batch = new Batch(model, sessions.size());
  }

  /** The next tick of each stream. */
  void tick() {
    for (int i = 0; i < sessions.size(); i++) {
      row[(int) (tick + i) % WIDTH] = 0.1f * ((tick + i) % 21 - 10);
      Session session = sessions.get(i);
      session.push("x", tick * session.model().spec().tick().ns(), row, 0, WIDTH);
    }
    tick++;
    if (batch.advance(sessions) != sessions.size()) {
      throw new IllegalStateException("no tick");
    }
  }
}
