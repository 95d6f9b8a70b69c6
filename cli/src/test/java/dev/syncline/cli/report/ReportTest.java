package dev.syncline.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  static final String EVIL = "<script>alert(1)</script>\"'&\u0000<img src=x onerror=y>";
  private static final String NAMES = "\"[^\"]*\"";

  private static String eval;
  private static String data;

  @BeforeAll
  static void render() {
    eval = new Samples(7).eval().html();
    data = new Samples(7).data().html();
  }

  /** Every element is closed in order; of attributes there is nothing but name="value". */
  static void assertWellFormed(String html) {
    String markup =
        html.replaceFirst("(?s)<style>.*?</style>", "")
            .replaceFirst("(?s)<script>.*?</script>", "")
            .replaceFirst("<!DOCTYPE html>", "");
    Set<String> single = Set.of("meta", "img");
    Matcher tag =
        Pattern.compile("<(/?)([a-z0-9]+)((?: [a-zA-Z0-9-]+=" + NAMES + ")*)(/?)>").matcher(markup);
    Deque<String> open = new ArrayDeque<>();
    int at = 0;
    while (tag.find()) {
      assertThat(markup.substring(at, tag.start())).doesNotContain("<", ">");
      at = tag.end();
      if (tag.group(1).equals("/")) {
        assertThat(tag.group(2)).isEqualTo(open.pop());
      } else if (tag.group(4).isEmpty() && !single.contains(tag.group(2))) {
        open.push(tag.group(2));
      }
    }
    assertThat(markup.substring(at).strip()).isEmpty();
    assertThat(open).isEmpty();
  }

  @Test
  void pagesAreWellFormed() {
    assertWellFormed(eval);
    assertWellFormed(data);
  }

  @Test
  void pagesReferToNothingOutsideThemselves() {
    for (String page : List.of(eval, data)) {
      assertThat(page).doesNotContain("http:", "https:", "url(", "@import", "<link", "file:");
      assertThat(page.replaceAll("src=\"data:image/(jpeg|png);base64,[A-Za-z0-9+/=]*\"", ""))
          .doesNotContain("src=\"");
      assertThat(page).contains("default-src 'none'".replace("'", "&#39;"));
      assertThat(page.length()).isLessThan(2_000_000);
    }
  }

  @Test
  void theSameValuesGiveTheSameBytes() {
    assertThat(new Samples(7).eval().html()).isEqualTo(eval);
    assertThat(new Samples(7).data().html()).isEqualTo(data);
    assertThat(new Samples(8).data().html()).isNotEqualTo(data);
  }

  @Test
  void everySectionIsThereAndEmptyOnesAreNot() {
    for (String name : List.of("scores", "classes", "reliability", "latency", "clips")) {
      assertThat(eval).contains("<section id=\"" + name + "\">").contains("href=\"#" + name + "\"");
    }
    for (String name : List.of("classes", "durations", "co-occurrence", "clips")) {
      assertThat(data).contains("<section id=\"" + name + "\">");
    }
    String bare =
        new EvalReport(
                "m",
                List.of(),
                List.of("dog"),
                List.of("heard"),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                .5,
                List.of())
            .html();
    assertThat(bare).doesNotContain("<section");
    assertWellFormed(bare);
  }

  private static EvalReport evil() {
    Clip clip =
        new Clip(
            EVIL,
            EVIL,
            2,
            .5,
            List.of(),
            Optional.empty(),
            List.of(
                new Track(
                    EVIL,
                    List.of(new Mark(0, 0, 1)),
                    List.of(new float[] {.4999f}, new float[] {Float.NaN}, new float[] {1}),
                    List.of(new Decision(0, 1, OptionalDouble.empty(), 1.75, .9)))));
    return new EvalReport(
        EVIL,
        List.of(new Fact(EVIL, EVIL)),
        List.of(EVIL),
        List.of(EVIL),
        List.of(new Scored(EVIL, Scored.Role.MODEL)),
        List.of(new Score(EVIL, EVIL, true, List.of(Score.Value.of(Double.NaN)))),
        Optional.of(
            new ClassScores(
                EVIL,
                List.of(EVIL),
                List.of(new ClassScores.Row(0, List.of(Double.NaN), List.of(0))))),
        List.of(new Reliability(EVIL, List.of(new Reliability.Bin(.5, .4, 3)), .1, .2)),
        Optional.of(
            new Latency(
                100, List.of(new Latency.Stage(EVIL, 1, 2, 3)), new Latency.Stage(EVIL, 1, 2, 3))),
        .5,
        List.of(clip));
  }

  @Test
  void namesFromOutsideNeverBecomeMarkup() {
    String page = evil().html();
    assertWellFormed(page);
    assertThat(page).doesNotContain("<script>alert").doesNotContain("<img src=x").contains("n/a");
    assertThat(page.split("<script>", -1)).hasSize(2);
    String dataPage =
        new DataReport(
                EVIL,
                List.of(),
                List.of(EVIL),
                List.of(EVIL),
                List.of(new ClipEvents(EVIL, EVIL, 3, List.of(List.of(new Mark(0, 0, 1))))),
                evil().clips())
            .html();
    assertWellFormed(dataPage);
    assertThat(dataPage.split("<script>", -1)).hasSize(2);
  }

  @Test
  void aLaneHoldsTruthProbabilityDecisionAndEmissionOnOneAxis() {
    String page = evil().html();
    assertThat(page).contains("data-truth=\"0_1\" data-on=\"1_2\" data-p=\"499,-,1000\"");
    assertThat(page).contains("class=\"truth\" x=\"0\" y=\"0\" width=\"500\"");
    assertThat(page).contains("d=\"M0 33H0V21H250V33H500V9H750V33Z\"");
    assertThat(page).contains("class=\"threshold\" x1=\"0\" x2=\"1000\" y1=\"21\" y2=\"21\"");
    assertThat(page).contains("class=\"decided\" x=\"500\" y=\"35\" width=\"500\"");
    assertThat(page).contains("class=\"emitted\" x1=\"875\" x2=\"875\"");
  }

  @Test
  void withoutAThresholdNoLineIsDrawn() {
    EvalReport r = evil();
    EvalReport none =
        new EvalReport(
            r.title(),
            r.facts(),
            r.labels(),
            r.tracks(),
            r.systems(),
            r.scores(),
            r.classScores(),
            r.reliability(),
            r.latency(),
            Double.NaN,
            r.clips());
    assertThat(none.html()).doesNotContain("class=\"threshold\"");
  }

  @Test
  void barsOfAnUnboundedMetricIgnoreTheScaleOfFloors() {
    List<Scored> systems =
        List.of(new Scored("m", Scored.Role.MODEL), new Scored("f", Scored.Role.FLOOR));
    List<Score.Value> values = List.of(Score.Value.of(14), Score.Value.of(3600));
    assertThat(new Score("fa/h", "", false, values).fullScale(systems)).isEqualTo(14);
    List<Score.Value> shares = List.of(Score.Value.of(.7), Score.Value.of(.3));
    assertThat(new Score("f1", "", true, shares).fullScale(systems)).isEqualTo(1);
  }

  @Test
  void valuesThatDoNotFitTogetherAreRefused() {
    assertThatThrownBy(
            () ->
                new DataReport(
                    "d",
                    List.of(),
                    List.of("dog"),
                    List.of("heard"),
                    List.of(new ClipEvents("x", "train", 3, List.of(List.of(new Mark(1, 0, 1))))),
                    List.of()))
        .hasMessage("heard has other than 1 classes");
    assertThatThrownBy(() -> new Mark(0, 2, 1)).hasMessage("class 0 from 2.0 to 1.0");
    assertThatThrownBy(() -> new Mark(0, Double.NaN, 1)).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> new Still(0, "\"onload=")).hasMessageContaining("JPEG");
  }

  @Test
  void theFileIsReplacedAsAWhole(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("deep/report.html");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "old");
    new Samples(7).eval().write(file);
    assertThat(Files.readString(file, StandardCharsets.UTF_8)).isEqualTo(eval);
    try (var left = Files.list(file.getParent())) {
      assertThat(left).containsExactly(file);
    }
  }
}
