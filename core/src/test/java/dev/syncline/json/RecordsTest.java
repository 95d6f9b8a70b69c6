package dev.syncline.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    assertBad(TEXT.replace("1.5", "1e999"), "t: figures[0].radius: must be a number");
    for (String none : List.of("NaN", "Infinity", "-Infinity")) {
      assertBad(TEXT.replace("1.5", none), "t: bad JSON: no JSON stands here (NaN");
      assertBad(TEXT.replace("1.5", none), "at figures[0].radius)");
    }
  }

  @Test
  void badJsonIsRefusedWithItsPlace() {
    assertBad("", "the file is empty");
    assertBad("{\"a\":1,\"a\":2}", "Duplicate field 'a'");
    assertBad("[".repeat(1000), "JSON beyond the limits");
    assertBad("{} {}", "more text after the end of the value (line 1, column 5)");
    assertBad(
        "{\n\"a\":[1,", "t: bad JSON: the file ends inside a value (line 2, column 8, at a[1])");
    assertBad("{'a':1}", "t: bad JSON: no JSON stands here");
    assertBad("{\"a\":1,}", "Expected name (line 1, column 9, at a)");
  }

  @Test
  void aFileThatIsNotUtf8IsRefused(@TempDir Path dir) throws IOException {
    Path file = Files.write(dir.resolve("x.json"), new byte[] {'"', (byte) 0xff, '"'});
    assertThatThrownBy(() -> Json.read(file)).hasMessage(file + ": bad JSON: not UTF-8");
  }

  @Test
  void textIsWrittenSoThatItIsReadAgain() {
    String all = "\"\\/\b\f\n\r\t\u0000\u001f\u007fäδ→😀";
    Json json =
        Json.object("text", all, "none", List.of(), "no", Map.of(), "list", List.of(1, "a"));
    assertThat(json.compact())
        .isEqualTo(
            "{\"text\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\u007fäδ→😀\",\"none\":[],\"no\":{},\"list\":[1,\"a\"]}");
    assertThat(json.pretty())
        .endsWith("\"none\" : [ ],\n  \"no\" : { },\n  \"list\" : [ 1, \"a\" ]\n}\n");
    assertThat(Json.parse("t", json.compact()).value()).isEqualTo(json);
    assertThat(Json.parse("t", json.pretty()).value()).isEqualTo(json);
  }

  private static void assertBad(String text, String message) {
    assertThatThrownBy(() -> Records.read(Drawing.class, Json.parse("t", text)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
