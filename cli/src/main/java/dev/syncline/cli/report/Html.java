package dev.syncline.cli.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Builds markup, HTML and inline SVG alike. Text and attribute values are always escaped, so
 * nothing that comes from outside can become markup; elements must be closed in order.
 */
public final class Html {
  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; {@code attributes} alternates names and values, a null value is left out. */
  public Html open(String tag, Object... attributes) {
    start(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  /** Closes the element opened last. */
  public Html close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element with nothing but text in it. */
  public Html leaf(String tag, String text, Object... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** An HTML element that has no end tag. */
  Html single(String tag, Object... attributes) {
    start(tag, attributes);
    out.append('>');
    return this;
  }

  /** An SVG shape without content. */
  public Html shape(String tag, Object... attributes) {
    start(tag, attributes);
    out.append("/>");
    return this;
  }

  public Html text(String text) {
    escape(out, text);
    return this;
  }

  /** Appends markup or a program text of our own, never anything that came from outside. */
  Html trusted(String markup) {
    out.append(markup);
    return this;
  }

  private void start(String tag, Object... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      if (attributes[i + 1] == null) {
        continue;
      }
      out.append(' ').append(attributes[i]).append("=\"");
      String value =
          attributes[i + 1] instanceof Double d ? number(d) : attributes[i + 1].toString();
      escape(out, value);
      out.append('"');
    }
  }

  /** The markup so far, which must be complete. */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return out.toString();
  }

  private static void escape(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        case '\n', '\t' -> out.append(c);
        default -> {
          boolean pair =
              Character.isHighSurrogate(c)
                  && i + 1 < text.length()
                  && Character.isLowSurrogate(text.charAt(i + 1));
          if (pair) {
            out.append(c).append(text.charAt(++i));
          } else {
            // Control characters and lone surrogates have no place in HTML.
            out.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '\uFFFD' : c);
          }
        }
      }
    }
  }

  /** A coordinate: at most two decimals, no trailing zeros. */
  public static String number(double value) {
    long hundredths = Math.round(value * 100);
    String sign = hundredths < 0 ? "-" : "";
    long magnitude = Math.abs(hundredths);
    long rest = magnitude % 100;
    String whole = sign + magnitude / 100;
    if (rest == 0) {
      return whole;
    }
    return rest % 10 == 0 ? whole + "." + rest / 10 : whole + (rest < 10 ? ".0" : ".") + rest;
  }

  /** A value for people with that many decimals, "n/a" where it is not defined. */
  static String decimals(double value, int decimals) {
    return Double.isNaN(value) ? "n/a" : String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** A share of 1 as a CSS length in percent. */
  static String percent(double share) {
    return number(100 * Math.clamp(Double.isNaN(share) ? 0 : share, 0, 1)) + "%";
  }
}
