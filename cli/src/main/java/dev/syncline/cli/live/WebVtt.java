package dev.syncline.cli.live;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.PriorityQueue;

/**
 * Events as cues of a WebVTT file (W3C, WebVTT: The Web Video Text Tracks Format), such as {@code
 * <c.heard>dog</c>}. The format wants cues in order of their start, and a cue with its end, so a
 * cue is held back until its event has closed and none that started earlier can follow.
 */
public final class WebVtt implements LiveOutput {
  private static final String[] COLORS = {"#ffb066", "#7cc4ff", "#c9adff", "#7fe0b8"};

  private final Appendable out;
  private final List<String> labels;
  private final List<String> styles;
  private final double holdS;
  private final List<Event> open = new ArrayList<>();
  private final PriorityQueue<Event> closed =
      new PriorityQueue<>(
          Comparator.comparingDouble(Event::onsetS)
              .thenComparingDouble((Event e) -> e.offsetS().orElseThrow())
              .thenComparingInt(Event::track)
              .thenComparingInt(Event::label));
  private double nowS = Double.NEGATIVE_INFINITY;
  private double writtenS = Double.NEGATIVE_INFINITY;
  private boolean ended;

  /**
   * Writes the head of the file.
   *
   * @param holdS the longest time from an event's onset to its emission, in seconds: its minimum
   *     duration and the model's delay
   */
  public WebVtt(Appendable out, List<String> tracks, List<String> labels, double holdS)
      throws IOException {
    if (!(holdS >= 0)) {
      throw new IllegalArgumentException("hold of " + holdS + " s");
    }
    this.out = out;
    this.labels = List.copyOf(labels);
    this.styles = tracks.stream().map(WebVtt::style).toList();
    this.holdS = holdS;
    StringBuilder head = new StringBuilder("WEBVTT\n\nSTYLE\n");
    for (int m = 0; m < styles.size(); m++) {
      head.append("::cue(.").append(styles.get(m)).append(") { color: ");
      head.append(COLORS[m % COLORS.length]).append(" }\n");
    }
    LiveOutput.send(out, head.append('\n'));
  }

  @Override
  public void tick(Tick tick) throws IOException {
    advance(tick.timeS());
  }

  @Override
  public void event(Event event) throws IOException {
    open.removeIf(event::sameKind);
    if (event.onsetS() < writtenS) {
      throw new IllegalArgumentException(
          "an event from "
              + event.onsetS()
              + " s came after a cue from "
              + writtenS
              + " s was written: hold longer than "
              + holdS
              + " s");
    }
    if (event.opens()) {
      open.add(event);
    } else {
      closed.add(event);
    }
    advance(event.emittedS());
  }

  private void advance(double timeS) throws IOException {
    nowS = Math.max(nowS, timeS);
    double safe = nowS - holdS;
    for (Event e : open) {
      safe = Math.min(safe, e.onsetS());
    }
    write(safe);
  }

  /** Writes the cues that start no later than {@code safeS}. */
  private void write(double safeS) throws IOException {
    while (!closed.isEmpty() && closed.peek().onsetS() <= safeS) {
      Event e = closed.poll();
      writtenS = e.onsetS();
      long start = Math.max(0, Math.round(e.onsetS() * 1000));
      // A cue must end after it starts.
      long end = Math.max(start + 1, Math.round(e.offsetS().orElseThrow() * 1000));
      String style = styles.get(e.track());
      String cue =
          stamp(start)
              + " --> "
              + stamp(end)
              + "\n<c."
              + style
              + ">"
              + escape(labels.get(e.label()))
              + "</c>\n\n";
      LiveOutput.send(out, cue);
    }
  }

  /** Ends the events that are still open at the time of the last tick and writes what is held. */
  @Override
  public void close() throws IOException {
    if (ended) {
      return;
    }
    ended = true;
    for (Event e : open) {
      double end = Math.max(e.onsetS(), nowS);
      closed.add(
          new Event(
              e.track(),
              e.label(),
              e.onsetS(),
              OptionalDouble.of(end),
              e.emittedS(),
              e.confidence()));
    }
    open.clear();
    write(Double.POSITIVE_INFINITY);
  }

  private static String stamp(long ms) {
    return String.format(
        Locale.ROOT,
        "%02d:%02d:%02d.%03d",
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000);
  }

  /** Cue text has no raw &amp;, &lt;, &gt; (so no arrow either) and no line end. */
  private static String escape(String text) {
    return Cells.clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** A track's name as a class that CSS and cue text both take without escapes. */
  private static String style(String track) {
    String name = track.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "-");
    return name.matches("[a-z].*") ? name : "t" + name;
  }
}
