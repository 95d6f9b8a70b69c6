package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalReportsTest {
  @TempDir static Path folder;
  private static Path data;
  private static Dataset set;
  private static String page;
  private static Field scores;
  private static Field baseline;

  @BeforeAll
  static void make() throws Exception {
    data = folder.resolve("data");
    new SynthWorld(5, 4, 2, 16, 10, SynthWorld.split(0, 0, 1)).write(data, 2);
    set = Dataset.open(data);
    model("both", List.of("audio", "visual"), 3);
    model("deaf", List.of("visual"), 4);
    Path file = folder.resolve("page.html");
    String compare = "the deaf=" + folder.resolve("deaf");
    scores = score("both", "--report", file.toString(), "--compare", compare, "--clips", "3");
    baseline = score("deaf");
    page = Files.readString(file);
  }

  private static void model(String name, List<String> senses, long seed) throws Exception {
    // The preset asks for training clips; these sets have none.
    Dataset training =
        new Dataset(
            set.dir(),
            set.name(),
            set.classes(),
            set.modalities(),
            set.events(),
            Map.of("train", set.clips()));
    ModelSpec spec =
        new Presets(training, Tick.ofMillis(100), Optional.empty()).spec(Design.of(senses));
    Map<String, float[]> values =
        new LinkedHashMap<>(Weights.random(spec.parameters(), seed).values());
    // Larger weights at the end, so that some probabilities are above the threshold.
    values.forEach(
        (tensor, v) -> {
          for (int i = 0; tensor.startsWith("heads") && i < v.length; i++) {
            v[i] *= 6;
          }
        });
    Weights weights = new Weights(spec.parameters(), values);
    Model.of(spec, weights, new PlainKernels(), folder, Models::encoder)
        .write(folder.resolve(name));
  }

  private static CommandLineRun eval(String model, String... more) {
    List<Object> args = new ArrayList<>(List.of("eval", folder.resolve(model)));
    args.addAll(List.of("--data", data, "--cache", folder.resolve("cache")));
    args.addAll(List.of(more));
    return CommandLineRun.of(args.toArray());
  }

  private static Field score(String model, String... more) {
    String[] args = java.util.Arrays.copyOf(more, more.length + 1);
    args[more.length] = "--json";
    CommandLineRun ran = eval(model, args);
    assertThat(ran.exit()).as(ran.err()).isZero();
    return Json.parse("scores", ran.out()).get("metrics");
  }

  /** A row of the table of scores: what stands in its cells, its name first. */
  private static List<String> row(String name) {
    Matcher row =
        Pattern.compile("<tr><td>" + Pattern.quote(name) + " [↑↓]</td>(.*?)</tr>").matcher(page);
    assertThat(row.find()).as(name).isTrue();
    List<String> cells = new ArrayList<>();
    Matcher cell = Pattern.compile("<td class=\"num\">(.*?)</td>").matcher(row.group(1));
    while (cell.find()) {
      cells.add(cell.group(1));
    }
    return cells;
  }

  private static String shown(Field metrics, String key) {
    Optional<Field> value = metrics.find(key);
    if (value.isEmpty()) {
      return "n/a";
    }
    double v = value.get().number();
    int decimals = Math.abs(v) >= 100 ? 0 : Math.abs(v) >= 10 ? 1 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", v);
  }

  @Test
  void theHeadlinesAreTheNumbersOfEvalForTheModelAndItsBaseline() {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("segment F1, heard", "segment_f1.audio.micro");
    keys.put("segment F1, seen", "segment_f1.visual.micro");
    keys.put("segment F1, both", "segment_f1.av.micro");
    keys.put("event F1, heard", "event_f1.audio.micro@mIoU0.5");
    keys.put("Type@AV", "type_at_avg");
    keys.put("Event@AV", "event_at_avg");
    keys.put("calibration error, heard", "ece.binary.audio@15");
    keys.put("Brier score, seen", "brier.binary.visual");
    keys.put("time to detect, heard", "latency.time_to_detect_s.audio.median");
    keys.put("false alarms an hour, seen", "false_alarms_per_hour.visual");
    keys.forEach(
        (name, key) ->
            assertThat(row(name).subList(0, 2))
                .as(name)
                .containsExactly(shown(scores, key), shown(baseline, key)));
    assertThat(row("segment F1, heard").getFirst()).isNotEqualTo("0.000");
  }

  @Test
  void theFloorsAreWhatConstantAnswersGet() {
    assertThat(page).contains("all negative").contains("all positive");
    long on = 0;
    long cells = 0;
    for (String id : set.clips()) {
      Clip clip = set.clip(id);
      for (String label : set.classes()) {
        for (int t = 0; t < 20; t++) {
          double middle = (t + .5) / 10;
          cells++;
          on +=
              clip.events("audio").stream()
                      .anyMatch(e -> e.label().equals(label) && e.covers(middle))
                  ? 1
                  : 0;
        }
      }
    }
    // F1 of saying yes everywhere: precision p, recall 1.
    double p = on / (double) cells;
    assertThat(row("segment F1, heard").subList(2, 4))
        .containsExactly("0.000", String.format(Locale.ROOT, "%.3f", 2 * p / (1 + p)));
    // Never wrong by a probability of 0 but where it is on: both errors are the share of that.
    assertThat(row("Brier score, heard").get(2)).isEqualTo(String.format(Locale.ROOT, "%.3f", p));
    assertThat(row("time to detect, heard").get(2)).isEqualTo("n/a");
    assertThat(row("false alarms an hour, heard").get(2)).isEqualTo("0.000");
  }

  @Test
  void theClipsAreTheBestTheMedianAndTheWorst() {
    Matcher notes = Pattern.compile("(best|median|worst) of 5 clips, F1 ([0-9.]+)").matcher(page);
    List<String> places = new ArrayList<>();
    List<Double> f1 = new ArrayList<>();
    while (notes.find()) {
      places.add(notes.group(1));
      f1.add(Double.valueOf(notes.group(2)));
    }
    assertThat(places).containsExactly("best", "median", "worst");
    assertThat(f1).isSortedAccordingTo(java.util.Comparator.reverseOrder());
  }

  @Test
  void calibrationClassesAndLatencyAreThere() {
    String ece = String.format(Locale.ROOT, "%.3f", scores.get("ece.binary.audio@15").number());
    assertThat(page).contains("<span>" + ece + "</span><small>ECE</small>");
    assertThat(page).contains("front end").contains("decoder").contains("p99 / real time");
    set.classes().forEach(label -> assertThat(page).contains(label));
  }

  @Test
  void aBaselineWithoutAPageAndANegativeNumberOfClipsAreRefused() {
    assertThat(eval("both", "--compare", "a=" + folder.resolve("deaf")).exit()).isEqualTo(2);
    assertThat(eval("both", "--report", folder + "/p.html", "--clips", "-1").exit()).isEqualTo(2);
  }
}
