package dev.syncline.cli.live;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What a terminal can do.
 *
 * @param redraws whether a picture can be drawn in place; otherwise lines are all there is
 * @param colors what colours it has
 * @param unicode whether block characters are shown
 */
public record Terminal(boolean redraws, Colors colors, boolean unicode) {
  public enum Colors {
    NONE,
    INDEXED_256,
    TRUE_COLOR
  }

  /** Columns and rows, at least 1 each. */
  public record Size(int columns, int rows) {
    public static final Size USUAL = new Size(80, 24);

    public Size {
      if (columns < 1 || rows < 1) {
        throw new IllegalArgumentException(columns + " columns, " + rows + " rows");
      }
    }
  }

  /**
   * Reads the environment. A terminal whose owner set NO_COLOR (no-color.org), a dumb one and
   * anything that is no terminal get plain lines.
   *
   * @param tty whether the output is a terminal
   */
  public static Terminal of(Map<String, String> env, boolean tty) {
    boolean plain = !env.getOrDefault("NO_COLOR", "").isEmpty();
    boolean dumb = env.getOrDefault("TERM", "dumb").equals("dumb");
    String depth = env.getOrDefault("COLORTERM", "");
    String locale =
        first(env, "LC_ALL", "LC_CTYPE", "LANG").toUpperCase(Locale.ROOT).replace("-", "");
    Colors colors =
        plain || dumb || !tty
            ? Colors.NONE
            : depth.equals("truecolor") || depth.equals("24bit")
                ? Colors.TRUE_COLOR
                : Colors.INDEXED_256;
    return new Terminal(tty && !plain && !dumb, colors, locale.contains("UTF8"));
  }

  private static String first(Map<String, String> env, String... names) {
    for (String name : names) {
      if (!env.getOrDefault(name, "").isEmpty()) {
        return env.get(name);
      }
    }
    return "";
  }

  /**
   * The size now: COLUMNS and LINES where both are set, else what the terminal device says, else 80
   * by 24.
   *
   * @param stty what {@code stty size} prints, such as "30 100", or anything else where it fails
   */
  public static Size size(Map<String, String> env, Supplier<String> stty) {
    Size given = size(env.getOrDefault("LINES", ""), env.getOrDefault("COLUMNS", ""));
    if (given != null) {
      return given;
    }
    String[] words = stty.get().strip().split(" ", -1);
    Size asked = words.length == 2 ? size(words[0], words[1]) : null;
    return asked == null ? Size.USUAL : asked;
  }

  private static Size size(String rows, String columns) {
    if (!rows.matches("[1-9][0-9]{0,3}") || !columns.matches("[1-9][0-9]{0,3}")) {
      return null;
    }
    return new Size(Integer.parseInt(columns), Integer.parseInt(rows));
  }

  /** What {@code stty size} says of the terminal of this process; empty where there is none. */
  public static String stty() {
    try {
      Process process =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return ends(process)
          ? new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
          : "";
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Whether standard output is a terminal, be standard input one or not: {@link System#console}
   * wants both.
   */
  @SuppressWarnings("SystemConsoleNull") // with the console of java.base it may be null again
  public static boolean tty() {
    try {
      Process process =
          new ProcessBuilder("test", "-t", "1")
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .start();
      return ends(process) && process.exitValue() == 0;
    } catch (IOException e) {
      Console console = System.console();
      return console != null && console.isTerminal();
    }
  }

  private static boolean ends(Process process) {
    try {
      if (process.waitFor(500, TimeUnit.MILLISECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    return false;
  }
}
