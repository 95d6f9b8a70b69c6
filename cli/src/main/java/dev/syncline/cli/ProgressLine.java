package dev.syncline.cli;

import dev.syncline.torch.train.Trainer;
import java.io.PrintWriter;

/**
 * One line about a training that is drawn again as it goes on, with the time that is left; where
 * nobody is looking, a line an epoch.
 */
final class ProgressLine implements Trainer.Listener, AutoCloseable {
  private static final long REDRAW_NS = 200_000_000;

  private final PrintWriter out;
  private final boolean interactive;
  private long begin = -1;
  private long firstStep;
  private long drawn;

  ProgressLine(PrintWriter out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  @Override
  public void progress(Trainer.Progress p) {
    long now = System.nanoTime();
    if (begin < 0) {
      begin = now;
      firstStep = p.step();
    }
    if (p.validated() && !interactive) {
      out.println(text(p, now));
    } else if (interactive && (p.validated() || now - drawn > REDRAW_NS)) {
      drawn = now;
      out.print("\r\u001b[K" + text(p, now));
      out.flush();
    }
  }

  private String text(Trainer.Progress p, long now) {
    long done = p.step() - firstStep;
    String eta = "";
    if (done > 0) {
      long left = (long) ((now - begin) / 1e9 / done * (p.steps() - p.step()));
      eta = ", %d:%02d left".formatted(left / 60, left % 60);
    }
    String score =
        p.best() < 0 ? "" : ", validation %.3f (best %.3f)".formatted(p.score(), p.best());
    return "epoch %d, step %d of %d, loss %.4f%s%s"
        .formatted(p.epoch(), p.step(), p.steps(), p.loss(), score, eta);
  }

  @Override
  public void close() {
    if (interactive && begin >= 0) {
      out.println();
    }
  }
}
