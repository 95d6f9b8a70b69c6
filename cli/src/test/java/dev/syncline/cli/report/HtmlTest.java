package dev.syncline.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HtmlTest {
  @Test
  void textAndAttributesAreEscaped() {
    String html = new Html().leaf("p", "<b>&\"'", "title", "\"><i>").toString();
    assertThat(html).isEqualTo("<p title=\"&quot;&gt;&lt;i&gt;\">&lt;b&gt;&amp;&quot;&#39;</p>");
  }

  @Test
  void whatHtmlCannotHoldIsReplaced() {
    assertThat(new Html().text("a\u0000\u001b\ud800b\ud83d\ude00\n").toString())
        .isEqualTo("a\ufffd\ufffd\ufffdb\ud83d\ude00\n");
  }

  @Test
  void anElementThatIsNotClosedIsAnError() {
    assertThatThrownBy(() -> new Html().open("p").toString()).hasMessage("not closed: [p]");
  }

  @Test
  void attributesWithoutValueAreLeftOut() {
    assertThat(new Html().shape("rect", "x", 1.0, "class", null).toString())
        .isEqualTo("<rect x=\"1\"/>");
  }

  @Test
  void coordinatesHaveTwoDecimalsAtMost() {
    assertThat(Html.number(12)).isEqualTo("12");
    assertThat(Html.number(-.5)).isEqualTo("-0.5");
    assertThat(Html.number(3.049)).isEqualTo("3.05");
    assertThat(Html.number(-.001)).isEqualTo("0");
    assertThat(Html.decimals(Double.NaN, 2)).isEqualTo("n/a");
    assertThat(Html.decimals(12345.678, 1)).isEqualTo("12,345.7");
    assertThat(Html.percent(1.7)).isEqualTo("100%");
  }
}
