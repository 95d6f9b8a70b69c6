package dev.syncline.cli.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.cli.live.Terminal.Colors;
import dev.syncline.cli.live.Terminal.Size;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private static final List<String> TRACKS = List.of("heard", "seen");
  private static final Terminal PLAIN = new Terminal(true, Colors.NONE, true);

  private final StringBuilder out = new StringBuilder();
  private long nanos;
  private Size size = new Size(60, 12);

  private Timeline timeline(Terminal terminal, String... labels) {
    return new Timeline(out, terminal, () -> size, () -> nanos, TRACKS, List.of(labels));
  }

  private static Tick tick(int k, float... heardThenSeen) {
    int n = heardThenSeen.length / 2;
    float[] heard = java.util.Arrays.copyOf(heardThenSeen, n);
    float[] seen = java.util.Arrays.copyOfRange(heardThenSeen, n, 2 * n);
    return new Tick(k, (k + 1) / 10.0, List.of(heard, seen), new Status(1, .012, 3, 2));
  }

  private static Event opens(int track, int label, double onset) {
    return new Event(track, label, onset, OptionalDouble.empty(), onset + .1, .9);
  }

  /** The last picture as lines, without the commands to the terminal. */
  private List<String> picture() {
    String last = out.substring(out.lastIndexOf("\u001b[?2026h"), out.lastIndexOf("\u001b[?2026l"));
    return last.replaceAll("\u001b\\[[?0-9;]*[A-Za-z]", "").replace("\r", "").lines().toList();
  }

  @Test
  void drawsWhatIsActiveAndOneLineForEachClassAndTrack() throws IOException {
    Timeline timeline = timeline(PLAIN, "dog", "car");
    for (int k = 0; k < 9; k++) {
      nanos += 100_000_000;
      if (k == 4) {
        timeline.event(opens(1, 1, .4));
        timeline.event(opens(0, 0, .4));
        timeline.event(opens(1, 0, .4));
      }
      timeline.tick(tick(k, k / 8f, 0, k == 2 ? Float.NaN : .5f, 1 - k / 8f));
    }
    assertThat(String.join("\n", picture()).replaceAll("(?m) +$", ""))
        .isEqualTo(
            """
            00:00.90  1.0x  lag 12 ms  lost 3  late 2
            now: car (seen 0.00), dog (heard 1.00, seen 0.50)

            dog heard                                     ▁▂▃▄▅▆▇█ 1.00
                seen                                     ▄▄·▄▄▄▄▄▄ 0.50
            car heard                                              0.00
                seen                                     █▇▆▅▄▃▂▁  0.00
                      -4s|         |      -2s|         |      now|""");
  }

  @Test
  void asciiTerminalsGetAsciiCells() throws IOException {
    Timeline timeline = timeline(new Terminal(true, Colors.NONE, false), "dog");
    timeline.tick(tick(0, 1, Float.NaN));
    assertThat(picture().get(3)).endsWith("@ 1.00");
    assertThat(String.join("", picture()).chars()).allMatch(c -> c < 128);
    assertThat(picture().get(4)).endsWith("?    -");
  }

  @Test
  void aLowTerminalShowsTheMostActiveClassesInTheirOrder() throws IOException {
    size = new Size(60, 8); // room for two classes of two tracks
    Timeline timeline = timeline(PLAIN, "a", "b", "c", "d");
    timeline.tick(tick(0, .1f, .2f, 0, .9f, 0, 0, .95f, 0));
    assertThat(picture()).hasSize(8);
    assertThat(picture().get(0)).endsWith("+2 quiet");
    assertThat(picture().get(3)).startsWith("c   heard");
    assertThat(picture().get(5)).startsWith("d   heard");
  }

  @Test
  void redrawsInPlaceAndFollowsAResize() throws IOException {
    Timeline timeline = timeline(PLAIN, "dog", "car");
    timeline.tick(tick(0, 0, 0, 0, 0));
    assertThat(out.toString()).startsWith("\u001b[?2026h\u001b[?25l\r");
    out.setLength(0);
    nanos += 100_000_000;
    timeline.tick(tick(1, 0, 0, 0, 0));
    assertThat(out.toString()).startsWith("\u001b[?2026h\u001b[7A\r").doesNotContain("\u001b[2J");
    out.setLength(0);
    size = new Size(40, 6);
    nanos += 100_000_000;
    timeline.tick(tick(2, 0, 0, 0, 0));
    assertThat(picture()).as("the size is asked once a second").hasSize(8);
    out.setLength(0);
    nanos += 900_000_000;
    timeline.tick(tick(3, 0, 0, 0, 0));
    assertThat(out.toString()).startsWith("\u001b[?2026h\u001b[2J\u001b[H\r");
    assertThat(picture()).hasSize(6).allMatch(line -> line.length() < 40);
  }

  @Test
  void drawsAtMostTwentyTimesASecondAndTheLastTickAlways() throws IOException {
    Timeline timeline = timeline(PLAIN, "dog");
    int drawn = 0;
    for (int k = 0; k < 1000; k++) {
      out.setLength(0);
      timeline.tick(tick(k, 0, 0));
      drawn += out.isEmpty() ? 0 : 1;
      nanos += 1_000_000;
    }
    assertThat(drawn).isEqualTo(20);
    timeline.close();
    assertThat(picture().getFirst()).startsWith("01:40.00");
  }

  @Test
  void closeGivesTheCursorBackOnceAndNothingIsDrawnAfterwards() throws IOException {
    Timeline timeline = timeline(PLAIN, "dog");
    timeline.tick(tick(0, 0, 0));
    out.setLength(0);
    timeline.close();
    assertThat(out).hasToString("\u001b[0m\u001b[?25h\n");
    timeline.close();
    nanos += 1_000_000_000;
    timeline.tick(tick(1, 0, 0));
    assertThat(out).hasToString("\u001b[0m\u001b[?25h\n");
  }

  @Test
  void aTimelineThatNeverDrewLeavesTheTerminalAlone() throws IOException {
    timeline(PLAIN, "dog").close();
    assertThat(out).isEmpty();
  }

  @Test
  void ticksThatWereSkippedLeaveAGap() throws IOException {
    Timeline timeline = timeline(PLAIN, "dog");
    timeline.tick(tick(0, 1, 1));
    nanos += 1_000_000_000;
    timeline.tick(tick(3, 1, 1));
    assertThat(picture().get(3)).endsWith("█··█ 1.00");
  }

  @Test
  void aClosedEventIsNoLongerActive() throws IOException {
    Timeline timeline = timeline(PLAIN, "dog");
    timeline.event(opens(0, 0, 0));
    timeline.tick(tick(0, 1, 1));
    assertThat(picture().get(1)).isEqualTo("now: dog (heard 1.00)");
    timeline.event(new Event(0, 0, 0, OptionalDouble.of(.1), .2, .9));
    nanos += 1_000_000_000;
    timeline.tick(tick(1, 0, 0));
    assertThat(picture().get(1)).isEqualTo("now: -");
  }

  @Test
  void coloursAreThoseThatTheTerminalHas() throws IOException {
    timeline(new Terminal(true, Colors.TRUE_COLOR, true), "dog").tick(tick(0, 1, 1));
    assertThat(out).contains("\u001b[38;2;224;138;46m").doesNotContain("38;5;");
    out.setLength(0);
    timeline(new Terminal(true, Colors.INDEXED_256, true), "dog").tick(tick(0, 1, 1));
    assertThat(out).contains("\u001b[38;5;").doesNotContain("38;2;");
    out.setLength(0);
    timeline(PLAIN, "dog").tick(tick(0, 1, 1));
    assertThat(out).doesNotContain("\u001b[38").doesNotContain("\u001b[1m");
  }

  @Test
  void namesCannotCommandTheTerminal() throws IOException {
    Timeline timeline = timeline(PLAIN, "\u001b]0;title\u0007");
    timeline.event(opens(0, 0, 0));
    timeline.tick(tick(0, 1, 1));
    assertThat(out).doesNotContain("\u001b]").doesNotContain("\u0007");
  }

  @Property(tries = 300)
  void thePictureNeverLeavesTheTerminal(
      @ForAll @IntRange(min = 2, max = 200) int columns,
      @ForAll @IntRange(min = 1, max = 60) int rows,
      @ForAll @IntRange(min = 1, max = 12) int classes)
      throws IOException {
    size = new Size(columns, rows);
    String[] labels = new String[classes];
    java.util.Arrays.setAll(labels, i -> "犬".repeat(i) + "x".repeat(3 * i));
    Timeline timeline = timeline(PLAIN, labels);
    timeline.event(opens(0, classes - 1, 0));
    timeline.tick(tick(0, new float[2 * classes]));
    nanos += 100_000_000;
    timeline.tick(tick(1, new float[2 * classes]));
    assertThat(picture().size()).isLessThanOrEqualTo(rows);
    assertThat(picture()).allMatch(line -> Cells.width(line) < columns);
    out.setLength(0);
  }

  @Test
  void noTerminalNoColorOrADumbOneGetLines() {
    Map<String, String> env = Map.of("TERM", "xterm-256color", "LANG", "en_US.UTF-8");
    assertThat(Terminal.of(env, true)).isEqualTo(new Terminal(true, Colors.INDEXED_256, true));
    assertThat(Terminal.of(env, false).redraws()).isFalse();
    assertThat(Terminal.of(Map.of("TERM", "xterm", "NO_COLOR", "1"), true).redraws()).isFalse();
    assertThat(Terminal.of(Map.of("TERM", "xterm", "NO_COLOR", ""), true).redraws()).isTrue();
    assertThat(Terminal.of(Map.of("TERM", "dumb"), true).redraws()).isFalse();
    assertThat(Terminal.of(Map.of("TERM", "xterm", "COLORTERM", "truecolor"), true))
        .isEqualTo(new Terminal(true, Colors.TRUE_COLOR, false));
    assertThat(lines(true)).isInstanceOf(Timeline.class);
    assertThat(lines(false)).isInstanceOf(EventLines.class);
  }

  private LiveOutput lines(boolean redraws) {
    Terminal terminal = new Terminal(redraws, Colors.NONE, true);
    return Timeline.of(out, terminal, () -> size, () -> nanos, TRACKS, List.of("dog"));
  }

  @Test
  void theSizeIsGivenOrAskedOrTheUsualOne() {
    Map<String, String> none = Map.of();
    Map<String, String> given = Map.of("COLUMNS", "100", "LINES", "30");
    assertThat(Terminal.size(given, () -> "50 132\n")).isEqualTo(new Size(100, 30));
    assertThat(Terminal.size(none, () -> "50 132\n")).isEqualTo(new Size(132, 50));
    assertThat(Terminal.size(none, () -> "")).isEqualTo(new Size(80, 24));
    assertThat(Terminal.size(none, () -> "0 0\n")).isEqualTo(new Size(80, 24));
    assertThat(Terminal.size(Map.of("COLUMNS", "99999999999"), () -> "x y"))
        .isEqualTo(new Size(80, 24));
    assertThatThrownBy(() -> new Size(0, 5)).isInstanceOf(IllegalArgumentException.class);
  }
}
