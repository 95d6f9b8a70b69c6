package dev.syncline.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordsTest {
  sealed interface Figure {}

  record Circle(double radius) implements Figure {
    Circle {
      if (radius < 0) {
        throw new IllegalArgumentException("the radius must not be negative");
      }
    }
  }

  record TallBox(int width, @Records.Default("2") int height) implements Figure {}

  enum Mood {
    CALM,
    WILD
  }

  record Drawing(
      String name,
      Mood mood,
      List<Figure> figures,
      Map<String, Figure> named,
      Optional<Long> seed) {}

  private static final String TEXT =
      """
      {"name":"d","mood":"wild","figures":[{"type":"circle","radius":1.5}],
       "named":{"b":{"type":"tall_box","width":3}}}""";

  @Test
  void recordsSurviveTheRoundTrip() {
    Drawing drawing = Records.read(Drawing.class, Json.parse("t", TEXT));
    assertThat(drawing.named().get("b")).isEqualTo(new TallBox(3, 2));
    String written = Records.write(drawing).pretty();
    assertThat(Records.read(Drawing.class, Json.parse("t", written))).isEqualTo(drawing);
  }

  record Boxed(
      List<Double> numbers, Optional<Long> seed, Optional<Integer> count, Optional<Boolean> on) {}

  @Test
  void numbersAndTruthValuesMayStandInsideListsAndOptionals() {
    Boxed boxed =
        new Boxed(List.of(1.5, 2.0), Optional.of(1L << 40), Optional.of(3), Optional.of(true));
    String written = Records.write(boxed).compact();
    assertThat(Records.read(Boxed.class, Json.parse("t", written))).isEqualTo(boxed);
  }

  sealed interface Knob {}

  record Dial(@Records.Default("3") int steps, @Records.Default("1.5") float gain)
      implements Knob {}

  record Panel(int size, Knob left, @Records.Default("{\"type\":\"dial\"}") Knob right) {}

  @Test
  void inBriefDefaultsAreLeftOut() {
    Panel panel = new Panel(2, new Dial(3, 2), new Dial(3, 1.5f));
    assertThat(Records.brief(panel).toString()).doesNotContain("right").doesNotContain("steps");
    Json left = new Json.Obj(Map.of("type", Json.of("dial"), "gain", Json.of(2.0)));
    assertThat(Records.brief(panel)).isEqualTo(Map.of("size", Json.of(2L), "left", left));
    Panel turned = new Panel(2, new Dial(3, 2), new Dial(4, 1.5f));
    assertThat(Records.brief(turned)).containsKey("right");
  }

  record Lamp(@Records.Default("1") int watts, @Records.Default("2") int hours) {}

  record Room(@Records.Default("{}") Lamp lamp, @Records.Default("{}") Lamp other) {}

  @Test
  void inBriefDefaultsInsideRecordsAreLeftOutToo() {
    assertThat(Json.of(Records.brief(new Room(new Lamp(5, 2), new Lamp(1, 2)))).compact())
        .isEqualTo("{\"lamp\":{\"watts\":5}}");
  }

  @Test
  void complaintsNameFileFieldAndTheNearestKnownWord() {
    assertBad(TEXT.replace("mood", "mod"), "t: unknown key \"mod\", did you mean \"mood\"?");
    assertBad(
        TEXT.replace("wild", "wilt"), "t: mood: unknown value \"wilt\", did you mean \"wild\"?");
    assertBad(
        TEXT.replace("circle", "circel"),
        "t: figures[0]: unknown type \"circel\", did you mean \"circle\"?");
    assertBad(TEXT.replace("1.5", "-1"), "t: figures[0]: the radius must not be negative");
    assertBad(
        TEXT.replace("\"width\":3", "\"width\":3.5"), "t: named.b.width: must be a whole number");
    assertBad(TEXT.replace(",\"width\":3", ""), "t: named.b: the field \"width\" is missing");
  }

  @Test
  void aNumberThatIsNoneIsRefusedByItsField() {
    for (String none : List.of("NaN", "Infinity", "-Infinity", "1e999")) {
      assertBad(TEXT.replace("1.5", none), "t: figures[0].radius: must be a number");
    }
  }

  @Test
  void badJsonIsRefusedWithItsPlace() {
    assertBad("", "the file is empty");
    assertBad("{\"a\":1,\"a\":2}", "Duplicate field 'a'");
    assertBad("[".repeat(1000), "JSON beyond the limits");
    assertBad("{} {}", "more text after the end");
  }

  private static void assertBad(String text, String message) {
    assertThatThrownBy(() -> Records.read(Drawing.class, Json.parse("t", text)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
