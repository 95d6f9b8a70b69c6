package dev.syncline.cli;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * The numbered stages of something long, a line each with the time that it took. On a terminal the
 * line of the stage at hand is drawn again as it goes on.
 */
final class StageLines {
  private static final long REDRAW_NS = 150_000_000;

  private final PrintWriter out;
  private final boolean interactive;
  private final int columns;
  private final int stages;
  private int stage;
  private String name = "";
  private long begin;
  private long drawn;

  /**
   * @param columns width of the terminal; a line that is drawn again must not wrap
   */
  StageLines(PrintWriter out, boolean interactive, int columns, int stages) {
    this.out = out;
    this.interactive = interactive;
    this.columns = columns;
    this.stages = stages;
  }

  synchronized void begin(String stageName) {
    stage++;
    name = stageName;
    begin = System.nanoTime();
    drawn = 0;
    progress("...");
  }

  /** How far the stage is; may be called from any thread and as often as one likes. */
  synchronized void progress(String text) {
    long now = System.nanoTime();
    if (interactive && now - drawn >= REDRAW_NS) {
      drawn = now;
      String line = head() + text;
      out.print("\r\u001b[K" + line.substring(0, Math.min(line.length(), columns - 1)));
      out.flush();
    }
  }

  /** Something that was reached on the way; it stays. */
  synchronized void say(String what) {
    out.println((interactive ? "\r\u001b[K" : "") + what);
    out.flush();
  }

  /** The stage is done; what came of it is one line. */
  synchronized void end(String what) {
    String line =
        String.format(
            Locale.ROOT, "%s%-60s %6.1f s", head(), what, (System.nanoTime() - begin) / 1e9);
    out.println((interactive ? "\r\u001b[K" : "") + line);
    out.flush();
  }

  private String head() {
    return String.format(Locale.ROOT, "%d/%d  %-11s", stage, stages, name);
  }
}
