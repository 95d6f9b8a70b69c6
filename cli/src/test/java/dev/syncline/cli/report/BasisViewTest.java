package dev.syncline.cli.report;

import static dev.syncline.cli.report.ReportTest.EVIL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BasisViewTest {
  private static final Clip CLIP =
      new Clip("c", "", 2, .5, List.of(), Optional.empty(), List.of(Track.of("heard", List.of())));

  /** Four ticks; every other decision, three ages. */
  private static final Basis.HeatMap MAP =
      new Basis.HeatMap(
          "occlusion",
          "moved",
          0,
          List.of("now", "1", "2–3"),
          List.of(0, 2),
          List.of(List.of(.8), List.of(.2, 0.0, .8)));

  private static final Basis BASIS =
      new Basis(
          List.of(
              new Basis.Group(
                  "heard rests on",
                  "moved",
                  0,
                  List.of(
                      new Basis.Share("audio", 0, 0, List.of(0.0, 1.0, .5, .25)),
                      new Basis.Share("radar", -1, 7, List.of(0.0, 0.0, 0.0, 0.0)))),
              new Basis.Group("gates", "share", -1, List.of())),
          List.of(MAP),
          List.of("they agree"));

  private static String page(Clip... clips) {
    return new EvalReport(
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
            List.of(clips))
        .html();
  }

  @Test
  void lanesStandOnTheClipsAxisWithTheirValuesForTheReadOut() {
    String page = page(CLIP.resting(BASIS));
    ReportTest.assertWellFormed(page);
    assertThat(page).contains("<h4 class=\"t0\"><i></i>heard rests on<small>moved</small></h4>");
    assertThat(page).contains("<h4>gates<small>share</small></h4>");
    assertThat(page).contains("class=\"lane event share t0\" data-p=\"0,1000,500,250\"");
    assertThat(page).contains("class=\"lane event share s1\" data-p=\"0,0,0,0\"");
    assertThat(page).contains("d=\"M0 25H0V25H250V2H500V13.5H750V19.25H1000V25Z\"");
    assertThat(page.indexOf("heard rests on<"))
        .isGreaterThan(page.indexOf("class=\"plot\""))
        .isLessThan(page.indexOf("class=\"lane axis\""));
  }

  @Test
  void aHeatMapHasAShadeForEachCellThatThereIs() {
    String page = page(CLIP.resting(BASIS));
    // Ticks to the right, ages downwards, two ticks a column; the first column has one age.
    assertThat(page).contains("viewBox=\"0 0 4 3\"");
    assertThat(page)
        .contains("class=\"ground\" d=\"M0 0h2v1h-2zM2 0h2v1h-2zM2 1h2v1h-2zM2 2h2v1h-2z\"");
    // 0.8 is the most; a quarter of it has half the shade; 0 has none.
    assertThat(page).contains("d=\"M0 0h2v1h-2zM2 2h2v1h-2z\" fill-opacity=\"1\"");
    assertThat(page).contains("d=\"M2 0h2v1h-2z\" fill-opacity=\"0.5\"");
    assertThat(page).contains("data-columns=\"0,800;1,200,0,800\"").contains("data-width=\"0.5\"");
    assertThat(page)
        .contains("<span>now</span><span>1</span><span>2–3</span>", "ticks ago", "they agree");
    assertThat(page).contains("class=\"scale\">0<i></i>0.20<i class=\"strong\"></i>0.80</p>");
  }

  @Test
  void columnsAreAsWideAsTheyAreHoweverNarrow() {
    Clip clip = new Clip("c", "", 8, .1, List.of(), Optional.empty(), List.of());
    List<Integer> ticks = List.of(0, 1);
    Basis.HeatMap map =
        new Basis.HeatMap("x", "", -1, List.of("now"), ticks, List.of(List.of(.5), List.of(.25)));
    assertThat(page(clip.resting(new Basis(List.of(), List.of(map), List.of()))))
        .contains("data-columns=\"0,500;0.1,250\" data-width=\"0.0125\"");
  }

  @Test
  void aMapWithoutValuesIsDrawnToo() {
    Basis.HeatMap none = new Basis.HeatMap("x", "", -1, List.of("now"), List.of(), List.of());
    Basis.HeatMap zero =
        new Basis.HeatMap("x", "", -1, List.of("now"), List.of(0), List.of(List.of(0.0)));
    String page = page(CLIP.resting(new Basis(List.of(), List.of(none, zero), List.of())));
    ReportTest.assertWellFormed(page);
    assertThat(page).doesNotContain("fill-opacity=\"").doesNotContain("NaN");
  }

  @Test
  void onlyAPageThatExplainsBringsTheStyleAndTheScriptForIt() {
    String plain = page(CLIP);
    assertThat(plain).doesNotContain("heat", ".share{", "rests on");
    String both = page(CLIP, CLIP.resting(BASIS));
    assertThat(both).contains(".heats{", "querySelectorAll(\".heats\")");
    assertThat(page(CLIP)).isEqualTo(plain);
    assertThat(page(CLIP, CLIP.resting(BASIS))).isEqualTo(both);
  }

  @Test
  void theScriptIsTheOneThatTheContentSecurityPolicyAllows() throws Exception {
    for (String page : List.of(page(CLIP), page(CLIP.resting(BASIS)))) {
      Matcher script = Pattern.compile("(?s)<script>(.*?)</script>").matcher(page);
      assertThat(script.find()).isTrue();
      byte[] sha =
          MessageDigest.getInstance("SHA-256")
              .digest(script.group(1).getBytes(StandardCharsets.UTF_8));
      assertThat(page.replace("&#39;", "'"))
          .contains("script-src 'sha256-" + Base64.getEncoder().encodeToString(sha) + "'");
      assertThat(page).doesNotContain("url(", "@import", "http:", "https:");
    }
  }

  @Test
  void namesFromOutsideNeverBecomeMarkup() {
    Basis evil =
        new Basis(
            List.of(
                new Basis.Group(EVIL, EVIL, 0, List.of(new Basis.Share(EVIL, -1, 0, List.of(.5))))),
            List.of(
                new Basis.HeatMap(
                    EVIL, EVIL, -1, List.of(EVIL), List.of(0), List.of(List.of(1.0)))),
            List.of(EVIL));
    String page = page(CLIP.resting(evil));
    ReportTest.assertWellFormed(page);
    assertThat(page).doesNotContain("<script>alert").doesNotContain("<img src=x");
  }

  @Test
  void valuesThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new Basis.Share("audio", 0, 0, List.of(1.5)))
        .hasMessageContaining("audio");
    assertThatThrownBy(() -> new Basis.Share("audio", 0, 0, List.of(Double.NaN)))
        .hasMessageContaining("audio");
    assertThatThrownBy(
            () -> new Basis.HeatMap("x", "", 0, List.of("now"), List.of(0, 1), List.of()))
        .hasMessage("x: 0 columns for 2 ticks");
    assertThatThrownBy(
            () ->
                new Basis.HeatMap("x", "", 0, List.of("now"), List.of(0), List.of(List.of(.1, .2))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
