package dev.syncline.cli.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WebVttTest {
  private static final List<String> TRACKS = List.of("heard", "seen");
  private static final List<String> LABELS = List.of("dog", "car", "bell");
  private static final Status FINE = new Status(1, .01, 0, 0);

  private record Cue(long startMs, long endMs, String style, String text) {}

  /** A parser that refuses all that the format's syntax refuses and all that we never write. */
  private static List<Cue> parse(String file) {
    String[] blocks = file.split("\n\n", -1);
    assertThat(blocks[0]).isEqualTo("WEBVTT");
    assertThat(blocks[1]).startsWith("STYLE\n").doesNotContain("-->");
    assertThat(blocks[1].lines().skip(1))
        .allMatch(l -> l.matches("::cue\\(\\.[a-z][a-z0-9_-]*\\) \\{ color: #[0-9a-f]{6} \\}"));
    assertThat(blocks[blocks.length - 1]).isEmpty();
    String stamp = "([0-9]{2,}):([0-5][0-9]):([0-5][0-9])\\.([0-9]{3})";
    Pattern cue =
        Pattern.compile(
            stamp
                + " --> "
                + stamp
                + "\n<c\\.([a-z][a-z0-9_-]*)>((?:[^&<>\n\r\0]|&amp;|&lt;|&gt;)*)</c>");
    List<Cue> cues = new ArrayList<>();
    for (int i = 2; i < blocks.length - 1; i++) {
      Matcher m = cue.matcher(blocks[i]);
      assertThat(m.matches()).as(blocks[i]).isTrue();
      cues.add(new Cue(ms(m, 1), ms(m, 5), m.group(9), m.group(10)));
    }
    assertThat(cues).allMatch(c -> c.startMs < c.endMs);
    assertThat(cues).isSortedAccordingTo(Comparator.comparingLong(Cue::startMs));
    return cues;
  }

  private static long ms(Matcher m, int group) {
    long minutes = Long.parseLong(m.group(group)) * 60 + Long.parseLong(m.group(group + 1));
    return (minutes * 60 + Long.parseLong(m.group(group + 2))) * 1000
        + Long.parseLong(m.group(group + 3));
  }

  private static Event event(int track, int label, double onset, Double offset, double emitted) {
    OptionalDouble off = offset == null ? OptionalDouble.empty() : OptionalDouble.of(offset);
    return new Event(track, label, onset, off, emitted, .9);
  }

  private static Tick tick(double timeS) {
    return new Tick(0, timeS, List.of(new float[3], new float[3]), FINE);
  }

  @Test
  void cuesAreInOrderOfTheirStartWhateverTheOrderOfTheirEnds() throws IOException {
    StringBuilder out = new StringBuilder();
    WebVtt vtt = new WebVtt(out, TRACKS, LABELS, .5);
    vtt.event(event(0, 0, 1, null, 1.2));
    vtt.event(event(1, 1, 2, null, 2.2));
    vtt.event(event(1, 1, 2, 3.0, 3.1));
    assertThat(parse(out.toString())).isEmpty(); // the dog started first and goes on
    vtt.event(event(0, 0, 1, 3661.5, 3661.6));
    assertThat(parse(out.toString()))
        .containsExactly(
            new Cue(1000, 3_661_500, "heard", "dog"), new Cue(2000, 3000, "seen", "car"));
    assertThat(out).contains("00:00:01.000 --> 01:01:01.500\n<c.heard>dog</c>\n\n");
  }

  @Test
  void aCueIsHeldUntilNoEarlierOneCanCome() throws IOException {
    StringBuilder out = new StringBuilder();
    WebVtt vtt = new WebVtt(out, TRACKS, LABELS, 2);
    vtt.event(event(0, 0, 1, null, 1.1));
    vtt.event(event(0, 0, 1, 1.4, 1.5));
    assertThat(parse(out.toString())).isEmpty();
    vtt.event(event(0, 2, .9, null, 2.9));
    vtt.tick(tick(9));
    assertThat(parse(out.toString())).isEmpty();
    vtt.event(event(0, 2, .9, 9.0, 9.1));
    assertThat(parse(out.toString())).extracting(Cue::text).containsExactly("bell", "dog");
    assertThatThrownBy(() -> vtt.event(event(0, 1, .5, null, 9.2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hold longer than 2.0 s");
  }

  @Test
  void aShorterHoldWritesEarlier() throws IOException {
    StringBuilder out = new StringBuilder();
    WebVtt vtt = new WebVtt(out, TRACKS, LABELS, 0);
    vtt.event(event(0, 0, 1, null, 1.1));
    vtt.event(event(0, 0, 1, 1.4, 1.5));
    assertThat(parse(out.toString())).hasSize(1);
  }

  @Test
  void closeEndsWhatIsOpenOnce() throws IOException {
    StringBuilder out = new StringBuilder();
    WebVtt vtt = new WebVtt(out, TRACKS, LABELS, .5);
    vtt.event(event(1, 0, 1, null, 1.2));
    vtt.tick(tick(4));
    vtt.close();
    vtt.close();
    assertThat(parse(out.toString())).containsExactly(new Cue(1000, 4000, "seen", "dog"));
  }

  @Test
  void anEventOfNoLengthIsACueAllTheSame() throws IOException {
    StringBuilder out = new StringBuilder();
    WebVtt vtt = new WebVtt(out, TRACKS, LABELS, .5);
    vtt.event(event(0, 0, 1.0001, 1.0002, 1.1));
    vtt.close();
    assertThat(parse(out.toString())).containsExactly(new Cue(1000, 1001, "heard", "dog"));
  }

  @Test
  void namesCannotBreakTheFile() throws IOException {
    StringBuilder out = new StringBuilder();
    List<String> labels = List.of("<script>&amp;", "a\n\n00:00.000 --> 00:09.000\nb", "\0");
    WebVtt vtt = new WebVtt(out, List.of("1 } ::cue {-->", "Ünï"), labels, .5);
    for (int c = 0; c < 3; c++) {
      vtt.event(event(c % 2, c, c, c + 1.0, c + 1));
    }
    vtt.close();
    assertThat(parse(out.toString()))
        .extracting(Cue::text)
        .containsExactly("&lt;script&gt;&amp;amp;", "a??00:00.000 --&gt; 00:09.000?b", "?");
  }

  @Property(tries = 200)
  void anyStreamGivesAValidFileWithEveryEvent(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder out = new StringBuilder();
    WebVtt vtt = new WebVtt(out, TRACKS, LABELS, 1);
    double[] onset = new double[6];
    boolean[] open = new boolean[6];
    int events = 0;
    for (int k = 0; k < 100; k++) {
      double t = k / 10.0;
      for (int i = 0; i < 6; i++) {
        if (random.nextInt(8) != 0) {
          continue;
        }
        onset[i] = open[i] ? onset[i] : Math.max(onset[i], t - random.nextDouble());
        vtt.event(event(i / 3, i % 3, onset[i], open[i] ? (Double) t : null, t));
        events += open[i] ? 0 : 1;
        onset[i] = open[i] ? t : onset[i];
        open[i] = !open[i];
      }
      vtt.tick(tick(t));
    }
    vtt.close();
    assertThat(parse(out.toString())).hasSize(events);
  }
}
