package dev.syncline.cli.live;

/** Writes cells with a colour each and changes the colour only where it changes. */
final class Pen {
  /** Of a track: heard orange, seen blue, as everywhere; further ones violet and green. */
  private static final int[] TRACK = {0xE08A2E, 0x3F8FE0, 0xA07BE0, 0x2FA57F};

  private static final int FAINT = 0x808080;

  private final StringBuilder out;
  private final Terminal.Colors colors;
  private String last = "";

  Pen(StringBuilder out, Terminal.Colors colors) {
    this.out = out;
    this.colors = colors;
  }

  Pen text(String text) {
    return write("", text);
  }

  Pen strong(String text) {
    return write(colors == Terminal.Colors.NONE ? "" : "\u001b[1m", text);
  }

  Pen faint(String text) {
    return write(foreground(FAINT), text);
  }

  Pen track(int track, String text) {
    return write(foreground(TRACK[track % TRACK.length]), text);
  }

  /** Stronger in colour the more probable, and bold while an event is decided. */
  Pen probability(int track, double p, boolean decided, String text) {
    double strength = decided ? 1 : .15 + .6 * p;
    String bold = decided && colors != Terminal.Colors.NONE ? "\u001b[1m" : "";
    return write(bold + foreground(mix(FAINT, TRACK[track % TRACK.length], strength)), text);
  }

  /** Back to the terminal's own colours. */
  void reset() {
    write("", "");
  }

  private Pen write(String style, String text) {
    if (!style.equals(last)) {
      out.append(last.isEmpty() ? "" : "\u001b[0m").append(style);
      last = style;
    }
    out.append(text);
    return this;
  }

  private String foreground(int rgb) {
    int r = rgb >> 16;
    int g = rgb >> 8 & 255;
    int b = rgb & 255;
    return switch (colors) {
      case NONE -> "";
      case TRUE_COLOR -> "\u001b[38;2;" + r + ";" + g + ";" + b + "m";
      case INDEXED_256 -> "\u001b[38;5;" + (16 + 36 * cube(r) + 6 * cube(g) + cube(b)) + "m";
    };
  }

  /** The nearest of the six levels 0, 95, 135, 175, 215, 255 of the 256-colour cube. */
  private static int cube(int channel) {
    return channel < 48 ? 0 : Math.min(5, Math.max(1, (channel - 35) / 40));
  }

  /** In sixteen steps, so that neighbours share a colour and fewer bytes are sent. */
  private static int mix(int from, int to, double share) {
    double s = Math.round(16 * share) / 16.0;
    int mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int a = from >> shift & 255;
      int b = to >> shift & 255;
      mixed |= (int) Math.round(a + s * (b - a)) << shift;
    }
    return mixed;
  }
}
