package dev.syncline.cli.live;

import java.util.Locale;

/** Text in the cells of a terminal. */
final class Cells {
  private Cells() {}

  /** The text without anything that a terminal would obey: control and format characters. */
  static String clean(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              int type = Character.getType(c);
              boolean obeyed =
                  type == Character.CONTROL
                      || type == Character.FORMAT
                      || type == Character.SURROGATE
                      || type == Character.LINE_SEPARATOR
                      || type == Character.PARAGRAPH_SEPARATOR;
              out.appendCodePoint(obeyed ? '?' : c);
            });
    return out.toString();
  }

  /** Cells that a text takes: two for wide East Asian characters and emoji, none for accents. */
  static int width(String text) {
    return text.codePoints().map(Cells::width).sum();
  }

  private static int width(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    boolean wide =
        within(c, 0x1100, 0x115F)
            || within(c, 0x2E80, 0xA4CF)
            || within(c, 0xAC00, 0xD7A3)
            || within(c, 0xF900, 0xFAFF)
            || within(c, 0xFE30, 0xFE6F)
            || within(c, 0xFF00, 0xFF60)
            || within(c, 0xFFE0, 0xFFE6)
            || within(c, 0x1F300, 0x1FAFF)
            || within(c, 0x20000, 0x3FFFD);
    return wide ? 2 : 1;
  }

  private static boolean within(int c, int from, int to) {
    return c >= from && c <= to;
  }

  /** The beginning that fits into {@code cells}, with spaces up to it. */
  static String pad(String text, int cells) {
    String cut = cut(text, cells);
    return cut + " ".repeat(cells - width(cut));
  }

  /** The text, or as much of it as fits with a "~" at its end. */
  static String cut(String text, int cells) {
    if (width(text) <= cells) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int used = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (used + width(c) > cells - 1) {
        break;
      }
      out.appendCodePoint(c);
      used += width(c);
      i += Character.charCount(c);
    }
    return cells < 1 ? "" : out.append('~').toString();
  }

  /** Stream time as 00:03.20, from an hour on as 1:00:03.20. */
  static String time(double seconds) {
    long hundredths = Math.max(0, Math.round(seconds * 100));
    long hours = hundredths / 360_000;
    String rest =
        String.format(
            Locale.ROOT,
            "%02d:%02d.%02d",
            hundredths / 6000 % 60,
            hundredths / 100 % 60,
            hundredths % 100);
    return hours == 0 ? rest : hours + ":" + rest;
  }

  static String decimals(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
