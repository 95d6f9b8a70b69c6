package dev.syncline.cli.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.Field;
import dev.syncline.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class LiveOutputTest {
  private static final List<String> TRACKS = List.of("heard", "seen");
  private static final List<String> LABELS = List.of("dog", "car");
  private static final Status FINE = new Status(1, .01, 0, 0);

  private final StringBuilder out = new StringBuilder();

  private static Event opens(int track, int label, double onset, double emitted) {
    return new Event(track, label, onset, OptionalDouble.empty(), emitted, .93);
  }

  private static Event closes(int track, int label, double onset, double offset) {
    return new Event(track, label, onset, OptionalDouble.of(offset), offset + .1, .97);
  }

  @Test
  void eventLinesTellOnsetsAndOffsets() throws IOException {
    EventLines lines = new EventLines(out, TRACKS, LABELS);
    lines.event(opens(0, 0, 3.2, 3.3));
    lines.tick(new Tick(1, 4, List.of(new float[2], new float[2]), FINE));
    lines.event(closes(0, 0, 3.2, 5.1));
    lines.event(opens(1, 1, 3725.5, 3726));
    assertThat(out)
        .hasToString(
            """
            00:03.20  + dog heard 0.93
            00:05.10  - dog heard (1.90 s)
            1:02:05.50  + car seen 0.93
            """);
  }

  @Test
  void namesCannotCommandTheTerminal() throws IOException {
    EventLines lines =
        new EventLines(out, List.of("he\nard"), List.of("\u001b[2Jdog\u202e\u009b1m\r"));
    lines.event(opens(0, 0, 0, 0));
    assertThat(out).hasToString("00:00.00  + ?[2Jdog??1m? he?ard 0.93\n");
  }

  @Test
  void jsonLinesHoldTicksAndEvents() throws IOException {
    JsonLines lines = new JsonLines(out, TRACKS, LABELS, true);
    lines.tick(
        new Tick(7, .1 + .2 + .5, List.of(new float[] {.93f, Float.NaN}, new float[0]), FINE));
    lines.event(opens(0, 0, .1 + .2, .8));
    lines.event(closes(0, 0, .1 + .2, 5.1));
    assertThat(out)
        .hasToString(
            """
            {"type":"tick","tick":7,"time_s":0.8,"heard":{"dog":0.93,"car":null},"seen":{"dog":null,"car":null}}
            {"type":"event","modality":"heard","label":"dog","onset_s":0.3,"offset_s":null,"emitted_s":0.8,"confidence":0.93}
            {"type":"event","modality":"heard","label":"dog","onset_s":0.3,"offset_s":5.1,"emitted_s":5.2,"confidence":0.97}
            """);
  }

  @Test
  void jsonLinesCanLeaveTicksOut() throws IOException {
    JsonLines lines = new JsonLines(out, TRACKS, LABELS, false);
    lines.tick(new Tick(0, .1, List.of(new float[2], new float[2]), FINE));
    assertThat(out).isEmpty();
  }

  @Test
  void jsonLinesEscapeNamesAndStayOneLineEach() throws IOException {
    String label = "a\"b\nc</script>\u0000";
    JsonLines lines = new JsonLines(out, TRACKS, List.of(label), true);
    lines.tick(new Tick(0, .1, List.of(new float[1], new float[1]), FINE));
    lines.event(opens(0, 0, 0, .1));
    List<String> each = out.toString().lines().toList();
    assertThat(each).hasSize(2);
    Field event = Json.parse("line", each.get(1));
    assertThat(event.get("label").string()).isEqualTo(label);
  }

  @Test
  void aTrackCannotTakeTheNameOfAFieldOfATick() {
    assertThatThrownBy(() -> new JsonLines(out, List.of("time_s"), LABELS, true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ticksOfAnotherShapeAreRefused() {
    JsonLines lines = new JsonLines(out, TRACKS, LABELS, true);
    assertThatThrownBy(() -> lines.tick(new Tick(3, .4, List.of(new float[2]), FINE)))
        .hasMessageContaining("tick 3 needs 2 tracks of 2 classes");
  }

  @Test
  void everyLineIsFlushedAtOnce() throws IOException {
    class Counting extends java.io.StringWriter {
      int flushes;

      @Override
      public void flush() {
        flushes++;
      }
    }
    Counting counting = new Counting();
    new JsonLines(counting, TRACKS, LABELS, true).event(opens(0, 0, 0, 0));
    new EventLines(counting, TRACKS, LABELS).event(opens(0, 0, 0, 0));
    assertThat(counting.flushes).isEqualTo(2);
  }
}
