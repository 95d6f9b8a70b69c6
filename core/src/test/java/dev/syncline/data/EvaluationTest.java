package dev.syncline.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.SharedData;
import dev.syncline.TinyModel;
import dev.syncline.event.EventDecoding;
import dev.syncline.json.InputException;
import dev.syncline.spec.Layer;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.time.Tick;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs with one label at a time, beside those whose labels are independent. */
class EvaluationTest {
  private static final String NONE = ClipRows.BACKGROUND;

  @TempDir Path dir;

  private static Output output(Output.Kind kind, String... labels) {
    return new Output(kind, "audio", List.of(labels), EventDecoding.DEFAULT);
  }

  private static ModelSpec spec(Output output) {
    ModelSpec tiny = TinyModel.spec();
    Layer body =
        new Layer.Parallel(
            Map.of(
                "heard",
                TinyModel.serial(
                    "pool",
                    new Layer.PoolRows(Layer.Pooling.MAX, tiny.inputs().get("audio").rows()),
                    "out",
                    new Layer.Linear(output.labels().size(), true))));
    var audio = Map.of("audio", tiny.modalities().get("audio"));
    return new ModelSpec(
        ModelSpec.FORMAT, "one", tiny.tickMs(), 0, audio, body, Map.of("heard", output));
  }

  private Dataset data(Event... events) throws IOException {
    Dataset data =
        new Dataset(
            dir,
            "words",
            List.of("bell", "drum"),
            Map.of("audio", new ModalityInfo.Audio("clips/<id>/audio.wav", 8000, 1)),
            Dataset.EVENTS,
            Map.of("train", List.of("a")));
    Clip clip = new Clip("a", dir.resolve("clips/a"), 0.4, Map.of("audio", List.of(events)));
    dev.syncline.json.WholeFile.write(clip.dir().resolve("events.json"), clip.json(10).pretty());
    dev.syncline.json.WholeFile.write(dir.resolve("dataset.json"), data.json(Map.of()).pretty());
    return Dataset.open(dir);
  }

  private static Evaluation evaluation(Output output, Dataset data, double[][] p) {
    Evaluation evaluation = new Evaluation(spec(output), data);
    evaluation.add(data.clip("a"), Map.of("heard", p), Evaluation.Told.NOTHING);
    return evaluation;
  }

  @Test
  void ofLabelsThatExcludeEachOtherTheBackgroundIsOneButNoEvent() throws IOException {
    Dataset data = data(new Event("bell", 0, 0.2));
    double[][] p = {{.7, .1, .2}, {.2, .1, .7}, {.1, .2, .7}, {.1, .2, .7}};
    Evaluation one = evaluation(output(Output.Kind.ONE_LABEL, "bell", "drum", NONE), data, p);
    assertThat(one.mainKeys()).containsExactly("ave.accuracy.audio");
    assertThat(one.truth().background()).isEqualTo(OptionalInt.of(2));
    var scores = one.score(List.of("ave.accuracy.audio", "segment_f1.audio.micro"), 0.5);
    assertThat(scores.value("ave.accuracy.audio")).hasValue(3 / 4.0);
    assertThat(scores.value("segment_f1.audio.micro")).hasValue(2 / 3.0);
    double[][] two = {{.7, .1}, {.2, .1}, {.1, .2}, {.1, .2}};
    Evaluation many = evaluation(output(Output.Kind.MULTI_LABEL, "bell", "drum"), data, two);
    assertThat(many.mainKeys()).containsExactly("segment_f1.audio.micro");
    assertThat(many.truth().background()).isEmpty();
  }

  @Test
  void theBackgroundIsALabelOnlyWhereNothingEverHolds() throws IOException {
    Event bell = new Event("bell", 0, 0.2);
    var tick = TinyModel.TICK;
    assertThat(ClipRows.exclusive(data(bell), "audio", tick)).containsExactly("bell", "drum", NONE);
    Dataset full = data(bell, new Event("drum", 0.2, 0.4));
    assertThat(ClipRows.exclusive(full, "audio", tick)).containsExactly("bell", "drum");
    assertThat(ClipRows.isBackground(output(Output.Kind.ONE_LABEL, "bell", NONE), 1)).isTrue();
    assertThat(ClipRows.isBackground(output(Output.Kind.ONE_LABEL, "bell", NONE), 0)).isFalse();
    assertThat(ClipRows.isBackground(output(Output.Kind.MULTI_LABEL, "bell", NONE), 1)).isFalse();
  }

  @Test
  void inRealSpeechOneWordIsSaidAtATimeOrNone() {
    Dataset grid = Dataset.open(SharedData.require("grid"));
    for (String track : List.of("audio", "visual")) {
      List<String> labels = ClipRows.exclusive(grid, track, Tick.ofMillis(40));
      assertThat(labels).hasSize(52).startsWith("bin", "lay").endsWith(NONE);
    }
  }

  @Test
  void twoLabelsAtOnceAreRefused() throws IOException {
    Dataset data = data(new Event("bell", 0, 0.3), new Event("drum", 0.2, 0.4));
    assertThatThrownBy(() -> ClipRows.exclusive(data, "audio", TinyModel.TICK))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("clip a: audio: bell and drum at 0.250 s");
  }
}
