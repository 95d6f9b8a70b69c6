package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.data.ToneDataset;
import dev.syncline.json.InputException;
import dev.syncline.spec.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What training does not begin with, each told in one line, before anything is trained. */
class RefusedTrainingTest {
  private static final TrainConfig CONFIG = TinyRun.config("{\"epochs\":1,\"batch\":2}");

  @TempDir Path temp;
  private ToneDataset tones;
  private Path run;

  @BeforeEach
  void make() {
    tones = ToneDataset.write(temp.resolve("data"), 2, 2, 1, 1);
    run = temp.resolve("run");
  }

  private interface Spoil {
    void spoil() throws IOException;
  }

  private AbstractStringAssert<?> refused(ModelSpec spec, Spoil spoil) throws IOException {
    spoil.spoil();
    String[] message = new String[1];
    assertThatThrownBy(
            () ->
                TinyRun.train(
                    tones.dir,
                    run,
                    spec,
                    CONFIG,
                    false,
                    p -> {
                      throw new AssertionError("a step was done");
                    }))
        .isInstanceOf(InputException.class)
        .satisfies(e -> message[0] = e.getMessage());
    assertThat(run.resolve("checkpoints")).isEmptyDirectory();
    assertThat(message[0]).doesNotContain("\n");
    return assertThat(message[0]);
  }

  private AbstractStringAssert<?> refused(Spoil spoil) throws IOException {
    return refused(TinyRun.SOUND_AND_SIGHT, spoil);
  }

  private Path file(String id, String name) {
    return tones.file(id, name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"train1", "val1"})
  void aMissingSound(String id) throws IOException {
    refused(() -> Files.delete(file(id, "audio.wav")))
        .isEqualTo(file(id, "audio.wav") + ": no such file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train1", "val1"})
  void aTruncatedSound(String id) throws IOException {
    refused(() -> ToneDataset.halve(file(id, "audio.wav")))
        .startsWith(file(id, "audio.wav") + ": ")
        .contains("truncated");
  }

  @Test
  void aTruncatedPicture() throws IOException {
    refused(() -> ToneDataset.halve(file("val1", "frames/00004.jpg")))
        .startsWith(file("val1", "frames/00004.jpg") + ": ");
  }

  @Test
  void aMissingPicture() throws IOException {
    refused(() -> Files.delete(file("val1", "frames/00004.jpg")))
        .startsWith(file("val1", "frames/00004.jpg") + ": 0.4 s: this frame is missing");
  }

  @Test
  void aMissingEventsFile() throws IOException {
    refused(() -> Files.delete(file("val1", "events.json")))
        .isEqualTo(file("val1", "events.json") + ": no such file");
  }

  @Test
  void anEventsFileThatIsCutOff() throws IOException {
    refused(() -> ToneDataset.halve(file("val1", "events.json")))
        .startsWith(file("val1", "events.json") + ": bad JSON: ");
  }

  @Test
  void anEventOutsideItsClip() throws IOException {
    Path events = file("val1", "events.json");
    refused(() -> edit(events, t -> t.replaceFirst("\"end_s\" : [0-9.]+", "\"end_s\" : 9")))
        .startsWith(events + ": audio[0] \"bell\"")
        .contains("the event lies outside its clip of 2.0 s");
  }

  @Test
  void anUnknownLabelWithTheNearestKnownOne() throws IOException {
    Path events = file("val1", "events.json");
    refused(() -> edit(events, t -> t.replaceFirst("bell", "bel")))
        .contains("unknown label \"bel\", did you mean \"bell\"?");
  }

  @Test
  void aWrongSampleRate() throws IOException {
    Path info = tones.dir.resolve("dataset.json");
    refused(() -> edit(info, t -> t.replace("\"rate_hz\" : 8000", "\"rate_hz\" : 16000")))
        .startsWith(tones.dir + ": 4 problems: " + file("train0", "audio.wav") + ": rate_hz: 8000");
  }

  @Test
  void aSampleRateThatTheModelDoesNotTake() throws IOException {
    Path info = tones.dir.resolve("dataset.json");
    refused(
            () -> {
              edit(info, t -> t.replace("\"rate_hz\" : 8000", "\"rate_hz\" : 4000"));
              for (String id : new String[] {"train0", "train1", "val0", "val1", "test0"}) {
                dev.syncline.data.Wav.write(file(id, "audio.wav"), new float[8000], 4000);
              }
            })
        .startsWith(file("train0", "audio.wav") + ": has 4000 samples a second")
        .contains("the model takes 8000");
  }

  @Test
  void severalProblemsAreToldTogetherWithTheirNumber() throws IOException {
    refused(
            () -> {
              Files.delete(file("train1", "audio.wav"));
              Files.delete(file("val0", "events.json"));
              ToneDataset.halve(file("val1", "audio.wav"));
              ToneDataset.halve(file("val1", "frames/00000.jpg"));
            })
        .startsWith(
            tones.dir + ": 4 problems: " + file("train1", "audio.wav") + ": no such file | ")
        .endsWith(" | ... (data check lists all)");
  }

  @Test
  void whatTheTrainingDoesNotReadMayBeWrong() throws IOException {
    Files.delete(file("train0", "audio.wav"));
    Files.delete(file("val0", "frames/00000.jpg"));
    Files.delete(file("test0", "events.json"));
    assertThat(TinyRun.train(tones.dir, run, TinyRun.VECTORS, CONFIG)).isDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "val"})
  void anEmptySplit(String split) throws IOException {
    Path info = tones.dir.resolve("dataset.json");
    refused(() -> edit(info, t -> t.replaceFirst("(\"" + split + "\" : )\\[[^]]*]", "$1[]")))
        .isEqualTo(
            tones.dir
                + ": the split \""
                + split
                + "\" is empty: training needs clips in train and in val");
  }

  @Test
  void aSplitThatIsNotThere() throws IOException {
    Path info = tones.dir.resolve("dataset.json");
    refused(() -> edit(info, t -> t.replace("\"val\" :", "\"vali\" :")))
        .isEqualTo(info + ": splits: no split \"val\", did you mean \"vali\"?");
  }

  @Test
  void aClipThatIsShorterThanOneTick() throws IOException {
    String short1 = "{\"duration_s\": 0.05, \"audio\": []}";
    refused(TinyRun.VECTORS, () -> Files.writeString(file("val1", "events.json"), short1))
        .isEqualTo("clip val1: its 0.050 s are shorter than one tick of 0.100 s");
  }

  @Test
  void aModalityThatTheDataSetDoesNotHave() throws IOException {
    Path info = tones.dir.resolve("dataset.json");
    refused(() -> edit(info, t -> t.replace("\"visual\" : {", "\"video\" : {")))
        .startsWith(info + ": no modality \"visual\"");
  }

  @Test
  void anOutputOnATrackThatTheDataSetDoesNotHave() throws IOException {
    ModelSpec spec =
        dev.syncline.json.Records.read(
            ModelSpec.class,
            dev.syncline.json.Json.parse(
                "spec",
                TinyRun.VECTORS
                    .json()
                    .compact()
                    .replace("\"track\":\"audio\"", "\"track\":\"adio\"")));
    refused(spec, () -> {}).contains("no modality \"adio\", did you mean \"audio\"?");
  }

  @Test
  void vectorsThatLackAClip() throws IOException {
    Path other = ToneDataset.write(temp.resolve("other"), 2, 1, 1, 1).dir;
    byte[] bytes = Files.readAllBytes(other.resolve("vectors.safetensors"));
    Path vectors = tones.dir.resolve("vectors.safetensors");
    refused(TinyRun.VECTORS, () -> Files.write(vectors, bytes))
        .startsWith(vectors + ": val1/vectors: there is no tensor of this name");
  }

  private static void edit(Path file, UnaryOperator<String> change) throws IOException {
    String before = Files.readString(file);
    String after = change.apply(before);
    assertThat(after).isNotEqualTo(before);
    Files.writeString(file, after);
  }

  @Test
  void whatWasRefusedCanBeBegunWithoutMoreOnceItIsMended() throws IOException {
    byte[] wav = Files.readAllBytes(file("train0", "audio.wav"));
    refused(() -> Files.delete(file("train0", "audio.wav")));
    Files.write(file("train0", "audio.wav"), wav);
    assertThat(TinyRun.train(tones.dir, run, TinyRun.SOUND_AND_SIGHT, CONFIG)).isDirectory();
    try (Stream<Path> partial = Files.walk(run)) {
      assertThat(partial.filter(p -> p.toString().endsWith(".partial"))).isEmpty();
    }
  }
}
