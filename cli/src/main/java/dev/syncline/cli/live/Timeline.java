package dev.syncline.cli.live;

import dev.syncline.cli.live.Terminal.Size;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A picture of the last seconds, drawn in place on a terminal: what is active now, then for each
 * class one line a track whose columns are ticks, moving to the left. When the terminal is too low
 * for all classes, it shows those that were most probable in what is on the screen.
 */
public final class Timeline implements LiveOutput {
  private static final long REDRAW_NANOS = 50_000_000; // 20 a second
  private static final long MEASURE_NANOS = 1_000_000_000; // a resize is seen within a second
  private static final String[] BLOCKS = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  private static final String[] ASCII = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
  private static final int HEAD = 3;
  private static final int AXIS_EVERY = 10;

  private final Appendable out;
  private final Terminal terminal;
  private final Supplier<Size> measure;
  private final LongSupplier clock;
  private final List<String> tracks;
  private final List<String> labels;
  private final History history;
  private final List<Event> active = new ArrayList<>();

  private Size size = Size.USUAL;
  private long measuredAt;
  private long drawnAt;
  private int drawnLines;
  private boolean started;
  private boolean pending;
  private boolean ended;
  private Tick now;
  private double tickS;

  /**
   * Draws nothing yet.
   *
   * @param measure the terminal's size, asked at most once a second
   * @param clock nanoseconds that only ever grow, such as {@code System::nanoTime}
   */
  public Timeline(
      Appendable out,
      Terminal terminal,
      Supplier<Size> measure,
      LongSupplier clock,
      List<String> tracks,
      List<String> labels) {
    this.out = out;
    this.terminal = terminal;
    this.measure = measure;
    this.clock = clock;
    this.tracks = tracks.stream().map(Cells::clean).toList();
    this.labels = labels.stream().map(Cells::clean).toList();
    this.history = new History(tracks.size(), labels.size());
  }

  /** A timeline where the terminal can draw one, else lines. */
  public static LiveOutput of(
      Appendable out,
      Terminal terminal,
      Supplier<Size> measure,
      LongSupplier clock,
      List<String> tracks,
      List<String> labels) {
    return terminal.redraws()
        ? new Timeline(out, terminal, measure, clock, tracks, labels)
        : new EventLines(out, tracks, labels);
  }

  // Synchronized, since close() comes from another thread when the user interrupts.
  @Override
  public synchronized void tick(Tick tick) throws IOException {
    tick.check(tracks.size(), labels.size());
    if (ended) {
      return;
    }
    tickS =
        now == null ? 0 : (tick.timeS() - now.timeS()) / Math.max(1, tick.index() - now.index());
    // Ticks that were skipped leave a gap in the picture, as they did in the stream.
    long gap = now == null ? 0 : Math.min(History.CAPACITY, tick.index() - now.index() - 1);
    for (long i = 0; i < gap; i++) {
      history.add(new Tick(0, 0, tracks.stream().map(t -> new float[0]).toList(), tick.status()));
    }
    now = tick;
    history.add(tick);
    active.forEach(e -> history.decide(e.track(), e.label()));
    pending = true;
    long time = clock.getAsLong();
    if (!started || time - drawnAt >= REDRAW_NANOS) {
      draw(time);
    }
  }

  @Override
  public synchronized void event(Event event) {
    active.removeIf(event::sameKind);
    if (event.opens()) {
      active.add(event);
    }
  }

  /** Draws what is pending and gives the cursor back, below the picture. */
  @Override
  public synchronized void close() throws IOException {
    if (ended) {
      return;
    }
    ended = true;
    if (pending) {
      draw(clock.getAsLong());
    }
    if (started) {
      LiveOutput.send(out, "\u001b[0m\u001b[?25h\n");
    }
  }

  private void draw(long time) throws IOException {
    StringBuilder text = new StringBuilder("\u001b[?2026h"); // drawn at once where it is known
    if (!started) {
      text.append("\u001b[?25l");
    }
    if (!started || time - measuredAt >= MEASURE_NANOS) {
      Size before = size;
      size = measure.get();
      measuredAt = time;
      if (started && !before.equals(size)) {
        text.append("\u001b[2J\u001b[H"); // the terminal has rewrapped what was there
        drawnLines = 0;
      }
    }
    if (drawnLines > 1) {
      text.append("\u001b[").append(drawnLines - 1).append('A');
    }
    text.append('\r');
    List<String> lines = lines();
    text.append(String.join("\u001b[K\n", lines)).append("\u001b[K\u001b[J\u001b[?2026l");
    drawnLines = lines.size();
    drawnAt = time;
    started = true;
    pending = false;
    LiveOutput.send(out, text);
  }

  /** The picture, never wider or higher than the terminal; the last column stays free. */
  private List<String> lines() {
    int width = size.columns() - 1;
    int nameCells = Math.clamp(labels.stream().mapToInt(Cells::width).max().orElse(0), 3, 18);
    int trackCells = tracks.stream().mapToInt(Cells::width).max().orElse(0);
    int left = Math.min(nameCells + trackCells + 2, Math.max(0, width - 4));
    int columns = Math.clamp(width - left - 5L, 0, History.CAPACITY); // 5 for the number
    int room = Math.max(0, (size.rows() - HEAD - 1) / tracks.size());
    List<Integer> shown = shown(room, columns);

    List<String> lines = new ArrayList<>();
    lines.add(status(width, labels.size() - shown.size()));
    lines.add(active(width));
    lines.add("");
    for (int label : shown) {
      for (int track = 0; track < tracks.size(); track++) {
        lines.add(row(track, label, left, trackCells, columns, width));
      }
    }
    if (columns > 0 && !shown.isEmpty()) {
      lines.add(axis(left, columns));
    }
    return lines.size() <= size.rows() ? lines : lines.subList(0, size.rows());
  }

  private List<Integer> shown(int room, int columns) {
    return IntStream.range(0, labels.size())
        .boxed()
        .sorted(Comparator.comparingDouble(c -> -history.peak(c, Math.max(1, columns))))
        .limit(room)
        .sorted()
        .toList();
  }

  private String status(int width, int hidden) {
    Status s = now.status();
    String line =
        Cells.time(now.timeS())
            + "  "
            + Cells.decimals(s.speed(), 1)
            + "x"
            + (Double.isNaN(s.lagS()) ? "" : "  lag " + Math.round(s.lagS() * 1000) + " ms")
            + "  lost "
            + s.lost()
            + "  late "
            + s.late()
            + (hidden > 0 ? "  +" + hidden + " quiet" : "");
    return paint(pen -> pen.faint(Cells.cut(line, width)));
  }

  /** Classes in order of their first onset, each with the tracks in which it is active. */
  private String active(int width) {
    String line =
        active.stream()
            .collect(Collectors.groupingBy(Event::label, LinkedHashMap::new, Collectors.toList()))
            .values()
            .stream()
            .map(this::described)
            .collect(Collectors.joining(", "));
    return paint(pen -> pen.strong(Cells.cut("now: " + (line.isEmpty() ? "-" : line), width)));
  }

  private String described(List<Event> events) {
    String each =
        events.stream()
            .sorted(Comparator.comparingInt(Event::track))
            .map(e -> tracks.get(e.track()) + " " + number(now.probability(e.track(), e.label())))
            .collect(Collectors.joining(", "));
    return labels.get(events.getFirst().label()) + " (" + each + ")";
  }

  private String row(int track, int label, int left, int trackCells, int columns, int width) {
    int names = Math.max(0, left - trackCells - 2);
    String name = Cells.pad(track == 0 ? labels.get(label) : "", names);
    String what =
        Cells.pad(Cells.pad(tracks.get(track), trackCells), Math.max(0, left - names - 1));
    return paint(
        pen -> {
          pen.text(Cells.cut(name, width)).text(" ").track(track, what);
          for (int x = columns - 1; x >= 0; x--) {
            cell(pen, track, label, x);
          }
          if (columns > 0) {
            float p = history.value(track, label, 0);
            pen.probability(
                track,
                1,
                history.decided(track, label, 0),
                " ".repeat(5 - number(p).length()) + number(p));
          }
        });
  }

  private void cell(Pen pen, int track, int label, int back) {
    if (back >= history.size()) {
      pen.text(" ");
      return;
    }
    float p = history.value(track, label, back);
    if (Float.isNaN(p)) {
      pen.faint(terminal.unicode() ? "·" : "?"); // nothing was known at that tick
      return;
    }
    String[] ramp = terminal.unicode() ? BLOCKS : ASCII;
    String block = ramp[(int) Math.ceil(Math.clamp(p, 0, 1) * 8 - .5)];
    pen.probability(track, p, history.decided(track, label, back), block);
  }

  /** A mark every ten ticks, counted from now, with the seconds where there is room for them. */
  private String axis(int left, int columns) {
    StringBuilder line = new StringBuilder(" ".repeat(left + columns));
    for (int back = 0; back < columns; back += AXIS_EVERY) {
      int at = left + columns - 1 - back;
      String text = back == 0 ? "now" : "-" + seconds(back * tickS);
      int from = at - text.length();
      boolean named = tickS > 0 && (back % (2 * AXIS_EVERY) == 0) && from >= left;
      line.setCharAt(at, '|');
      if (named) {
        line.replace(from, at, text);
      }
    }
    return paint(pen -> pen.faint(line.toString()));
  }

  private static String seconds(double s) {
    long tenths = Math.round(10 * s);
    return (tenths % 10 == 0 ? Long.toString(tenths / 10) : Cells.decimals(tenths / 10.0, 1)) + "s";
  }

  private static String number(float p) {
    return Float.isNaN(p) ? "-" : Cells.decimals(Math.floor(p * 100 + 1e-4) / 100, 2);
  }

  private String paint(Consumer<Pen> drawing) {
    StringBuilder line = new StringBuilder();
    Pen pen = new Pen(line, terminal.colors());
    drawing.accept(pen);
    pen.reset();
    return line.toString();
  }
}
