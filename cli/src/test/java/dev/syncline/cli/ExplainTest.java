package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.Field;
import dev.syncline.json.Json;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.time.Tick;
import dev.syncline.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval --explain}: two seconds of a small world, ten ticks each. */
class ExplainTest {
  private static final int TICKS = 10;

  @TempDir static Path folder;
  private static TinyWorld world;
  private static Path page;
  private static String json;
  private static Field explained;

  @BeforeAll
  static void make() throws Exception {
    world = TinyWorld.make(folder, 2);
    model("gru", Joining.concat, Temporal.gru);
    model("transformer", Joining.gated, Temporal.transformer);
    page = folder.resolve("page.html");
    json = eval("transformer", "--explain", "--json", "--report", page, "--clips", "2").passed();
    explained = Json.parse("out", json).get("explain");
  }

  private static void model(String name, Joining joining, Temporal temporal) throws Exception {
    ModelSpec spec =
        new Presets(world.data(), Tick.ofMillis(200), Optional.empty())
            .spec(Design.of(List.of("audio", "visual")).joined(joining).timed(temporal));
    Weights weights = Weights.random(spec.parameters(), 3);
    Model.of(spec, weights, new PlainKernels(), folder, Models::encoder)
        .write(folder.resolve(name));
  }

  private static CommandLineRun eval(String model, Object... more) {
    List<Object> args = new ArrayList<>(List.of("eval", folder.resolve(model)));
    args.addAll(List.of("--data", world.dir(), "--cache", folder.resolve("cache")));
    args.addAll(List.of(more));
    return CommandLineRun.of(args.toArray());
  }

  private static List<Double> numbers(Field list) {
    return list.items().stream().map(Field::number).toList();
  }

  @Test
  void theJsonHasOfEachShownClipWhatItsDecisionsRestOn() {
    List<Field> clips = explained.get("clips").items();
    assertThat(explained.get("tick_s").number()).isEqualTo(0.2);
    assertThat(clips).hasSize(2);
    for (Field clip : clips) {
      assertThat(world.data().clips()).contains(clip.get("id").string());
      assertThat(clip.get("ticks").items()).hasSize(TICKS);
      assertThat(clip.get("ages").items()).hasSize(5);
      assertThat(clip.get("outputs").fields()).containsOnlyKeys("heard", "seen");
      for (Field output : clip.get("outputs").fields().values()) {
        assertThat(output.get("modalities").fields()).containsOnlyKeys("audio", "visual");
        assertThat(numbers(output.get("modalities").get("audio")))
            .hasSize(TICKS)
            .anyMatch(v -> v > 0)
            .allMatch(v -> v >= 0 && v <= 1);
        assertThat(output.get("ages").items()).hasSize(TICKS);
        assertThat(numbers(output.get("ages").items().getLast())).hasSize(5);
        assertThat(output.get("agreement").get("spearman").number()).isBetween(-1.0, 1.0);
      }
      Field shares = clip.get("gates").items().getFirst().get("shares");
      List<Field> attention = clip.get("attention").items();
      assertThat(attention).hasSize(2);
      for (int t = 0; t < TICKS; t++) {
        double both = numbers(shares.get("audio")).get(t) + numbers(shares.get("visual")).get(t);
        assertThat(both).isEqualTo(1, within(2e-6));
        List<Double> ages = numbers(attention.getFirst().get("ages").items().get(t));
        assertThat(ages.stream().mapToDouble(v -> v).sum()).isEqualTo(1, within(1e-5));
      }
    }
  }

  @Test
  void thePageHasLanesMapsAndAFinding() throws Exception {
    String html = Files.readString(page);
    assertThat(html.split("heard rests on<", -1)).hasSize(3);
    assertThat(html.split("seen rests on<", -1)).hasSize(3);
    assertThat(html.split("<small>share, fuse</small>", -1)).hasSize(3);
    assertThat(html.split("<figure class=\"heat", -1)).hasSize(7);
    assertThat(html)
        .contains("<b>attention</b>", "<b>occlusion, heard</b>", "<b>occlusion, seen</b>")
        .contains("heard: attention ", "seen: attention ", "Spearman");
  }

  @Test
  void aModelWithoutAttentionAndGatesShowsOcclusionAlone() throws Exception {
    Path file = folder.resolve("gru.html");
    String out = eval("gru", "--explain", "--json", "--report", file, "--clips", "1").passed();
    Field clip = Json.parse("out", out).get("explain").get("clips").items().getFirst();
    assertThat(clip.get("gates").items()).isEmpty();
    assertThat(clip.get("attention").items()).isEmpty();
    assertThat(clip.get("outputs").get("heard").find("agreement")).isEmpty();
    assertThat(Files.readString(file))
        .contains("heard rests on", "<b>occlusion, heard</b>", "This model has no attention")
        .doesNotContain("<b>attention</b>", "<h4>gates");
  }

  @Test
  void aModalityThatIsMissingThroughoutIsNotRestedOn() {
    String out = eval("gru", "--explain", "--json", "--clips", "1", "--without", "visual").passed();
    Field clip = Json.parse("out", out).get("explain").get("clips").items().getFirst();
    Field seen = clip.get("outputs").get("seen").get("modalities");
    assertThat(numbers(seen.get("visual"))).containsOnly(0.0);
    assertThat(numbers(seen.get("audio"))).anyMatch(v -> v > 0);
  }

  @Test
  void withoutTheOptionNothingIsExplainedAndTheScoresAreTheSame() throws Exception {
    Path file = folder.resolve("plain.html");
    String plain = eval("transformer", "--json", "--report", file, "--clips", "2").passed();
    Field scores = Json.parse("out", plain);
    assertThat(scores.find("explain")).isEmpty();
    assertThat(scores.get("metrics").value())
        .isEqualTo(Json.parse("out", json).get("metrics").value());
    assertThat(Files.readString(file)).doesNotContain("rests on", "heat");
  }

  @Test
  void theSameModelIsExplainedInTheSameBytes() {
    assertThat(eval("transformer", "--explain", "--json", "--clips", "2").passed()).isEqualTo(json);
  }

  @Test
  void whatHasNoPlaceOrNoBeginningIsRefused() {
    assertThat(eval("gru", "--explain").refused(2)).contains("--explain needs --report or --json");
    assertThat(eval("gru", "--explain", "--json", "--form", "stream").refused(2))
        .contains("from its beginning", "--form stream");
  }
}
