package dev.syncline.bench;

import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import dev.syncline.step.Session;
import java.util.SplittableRandom;

/** The small reference model, sound and pictures, and packets for it. */
final class Workload {
  private static final int RATE = 16_000;
  private static final long TICK_NS = 100_000_000;

  private final Session session;
  private final float[][] sounds = new float[16][RATE / 10];
  private final byte[][] pictures = new byte[16][64 * 64 * 3];
  private long tick;

  Workload(Kernels kernels, Precision precision) {
    Model model = Reference.SMALL.model(kernels, precision);
    session = model.open(Session.SILENT);
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < sounds.length; i++) {
      for (int j = 0; j < sounds[i].length; j++) {
        sounds[i][j] = (float) random.nextGaussian() * 0.1f;
      }
      random.nextBytes(pictures[i]);
    }
  }

  /**
   * One tick from samples and a picture to events; gives a probability so that nothing is dropped.
   */
  float tick() {
    int i = (int) (tick & 15);
    session.push("audio", tick * TICK_NS, sounds[i], 0, sounds[i].length);
    session.push("visual", tick * TICK_NS, pictures[i], 64, 64);
    tick++;
    session.advance();
    return session.probabilities("heard")[0];
  }

  /** Nanoseconds that a stage of the last tick took. */
  long stageNs(Session.Stage stage) {
    return session.stageNs(stage);
  }

  long ticks() {
    return session.state().tick();
  }
}
