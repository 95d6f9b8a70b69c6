package dev.syncline.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetCheckTest {
  private static final String EVENTS = "clips/one/events.json";
  private static final String AUDIO = "\"label\" : \"bell\",\n    \"start_s\" : 0.125";

  @TempDir Path dir;
  private TinyDataset tiny;

  @BeforeEach
  void make() {
    tiny = new TinyDataset(dir);
  }

  @Test
  void aCorrectSetHasNoProblems() {
    assertThat(DatasetCheck.check(dir)).isEmpty();
  }

  @Test
  void aMissingWav() throws IOException {
    Files.delete(tiny.file("one", "audio.wav"));
    finds("clips/one/audio.wav: no such file");
  }

  @Test
  void aTruncatedWavSaysAtWhichSecondItEnds() throws IOException {
    TinyDataset.cut(tiny.file("one", "audio.wav"), 0.5);
    finds("audio.wav: truncated: the sound ends at 0.499 s, its header promises 1.000 s");
  }

  @Test
  void aWrongSampleRate() throws IOException {
    Wav.write(tiny.file("one", "audio.wav"), new float[16000], 16000);
    finds("audio.wav: rate_hz: 16000 samples a second, dataset.json says 8000.0; resample");
  }

  @Test
  void aSoundWithAnotherNumberOfChannels() throws IOException {
    tiny.edit("dataset.json", "\"channels\" : 1", "\"channels\" : 2");
    assertThat(DatasetCheck.check(dir)).hasSize(2);
    assertThat(DatasetCheck.check(dir).getFirst().message())
        .contains("audio.wav: channels: 1 channels, dataset.json says 2");
  }

  @Test
  void aSoundThatDoesNotLastAsLongAsItsClip() throws IOException {
    Wav.write(tiny.file("one", "audio.wav"), new float[6000], 8000);
    finds("audio.wav: duration_s: lasts 0.75 s, events.json says 1.0 s");
  }

  @Test
  void aSoundThatIsShorterByLessThanTheTolerance() throws IOException {
    Wav.write(tiny.file("one", "audio.wav"), new float[7400], 8000);
    assertThat(DatasetCheck.check(dir)).isEmpty();
  }

  @Test
  void aMissingFrameIsAGap() throws IOException {
    Files.delete(tiny.frame("one", 1));
    Files.delete(tiny.frame("one", 2));
    finds("00001.png: 0.25 s: 2 frames are missing from here");
  }

  @Test
  void tooFewFramesForTheDuration() throws IOException {
    Files.delete(tiny.frame("one", 3));
    Files.delete(tiny.frame("one", 2));
    finds("frames: duration_s: lasts 0.5 s, events.json says 1.0 s");
  }

  @Test
  void noFramesAtAll() throws IOException {
    for (int k = 0; k < 4; k++) {
      Files.delete(tiny.frame("one", k));
    }
    Files.delete(tiny.file("one", "frames"));
    finds("frames: no such folder of frames");
  }

  @Test
  void aTruncatedPicture() throws IOException {
    TinyDataset.cut(tiny.frame("one", 2), 0.7);
    finds("00002.png: truncated: the picture has no end");
  }

  @Test
  void aPictureOfAnotherSize() throws IOException {
    Images.writePng(tiny.frame("one", 0), new Rgb(9, 6, new byte[9 * 6 * 3]));
    finds("00000.png: 9 x 6 pixels, dataset.json says 8 x 6");
  }

  @Test
  void missingMetadata() throws IOException {
    Files.delete(dir.resolve(EVENTS));
    finds("clips/one/events.json: no such file");
    Files.delete(dir.resolve("dataset.json"));
    finds("dataset.json: no such file");
  }

  @Test
  void unreadableMetadata() throws IOException {
    TinyDataset.cut(dir.resolve(EVENTS), 0.5);
    finds("clips/one/events.json: bad JSON: ");
    TinyDataset.cut(dir.resolve("dataset.json"), 0.5);
    finds("dataset.json: bad JSON: ");
  }

  @Test
  void anEventOutsideItsClip() throws IOException {
    tiny.edit(EVENTS, "\"end_s\" : 0.5", "\"end_s\" : 1.5");
    finds("audio[0] \"bell\" 0.125 to 1.5 s: the event lies outside its clip of 1.0 s");
    tiny.edit(EVENTS, "0.125,\n    \"end_s\" : 1.5", "1,\n    \"end_s\" : 1.0000005");
    finds("audio[0] \"bell\" 1.0 to 1.0000005 s: the event lies outside its clip of 1.0 s");
    tiny.edit(EVENTS, "1,\n    \"end_s\" : 1.0000005", "0.125,\n    \"end_s\" : 0.5");
    tiny.edit(EVENTS, "\"start_s\" : 0.125", "\"start_s\" : -0.125");
    finds("audio[0] \"bell\" -0.125 to 0.5 s: the event lies outside its clip of 1.0 s");
  }

  @Test
  void anEventThatEndsBeforeItsStart() throws IOException {
    tiny.edit(EVENTS, "\"end_s\" : 0.5", "\"end_s\" : 0.125");
    finds("audio[0] \"bell\" 0.125 to 0.125 s: the event ends at or before its start");
  }

  @Test
  void anUnknownLabel() throws IOException {
    tiny.edit(EVENTS, "\"bell\"", "\"ball\"");
    finds("unknown label \"ball\", did you mean \"bell\"?; correct it or add it to the classes");
  }

  @Test
  void eventsOfAnUnknownModality() throws IOException {
    tiny.edit(EVENTS, "\"visual\"", "\"visul\"");
    finds("events of an unknown modality \"visul\", did you mean \"visual\"?");
  }

  @Test
  void aClipThatSaysItIsAnother() throws IOException {
    tiny.edit(EVENTS, "\"id\" : \"one\"", "\"id\" : \"two\"");
    finds("events.json: id: the clip says it is \"two\", its folder \"one\"");
  }

  @Test
  void aClipTwiceInASplit() throws IOException {
    tiny.edit("dataset.json", "[ \"one\" ]", "[ \"one\", \"one\" ]");
    finds("dataset.json: splits.train[1]: the clip \"one\" is there twice; remove one");
  }

  @Test
  void aClipInTwoSplits() throws IOException {
    tiny.edit("dataset.json", "[ \"two\" ]", "[ \"two\", \"one\" ]");
    String found = DatasetCheck.check(dir).getFirst().message();
    assertThat(found).contains("the clip \"one\" is also in the split");
    assertThat(DatasetCheck.check(dir)).hasSize(1);
    assertThatThrownBy(() -> Dataset.open(dir)).hasMessage(found);
  }

  @Test
  void aClassTwice() throws IOException {
    tiny.edit("dataset.json", "[ \"bell\", \"drum\" ]", "[ \"bell\", \"drum\", \"bell\" ]");
    finds("dataset.json: classes[2]: the class \"bell\" is there twice");
  }

  @Test
  void missingFeatures() throws IOException {
    tiny.edit(
        "dataset.json",
        "\"modalities\" : {",
        "\"modalities\" : {\"text\":{\"kind\":\"features\",\"file\":\"<id>.safetensors\",\"width\":4},");
    assertThat(DatasetCheck.check(dir)).hasSize(2);
    assertThat(DatasetCheck.check(dir).toString()).contains("one.safetensors");
  }

  @Test
  void everyProblemIsListedAndTheFirstOneIsThrown() throws IOException {
    tiny.edit(EVENTS, AUDIO, AUDIO.replace("bell", "ball"));
    tiny.edit(EVENTS, "\"label\" : \"drum\"", "\"label\" : \"dram\"");
    Files.delete(tiny.file("one", "audio.wav"));
    List<Problem> problems = DatasetCheck.check(dir);
    assertThat(problems).hasSize(3);
    assertThatThrownBy(() -> Dataset.open(dir).clip("one"))
        .isInstanceOf(InputException.class)
        .hasMessage(problems.getFirst().message());
  }

  @Test
  void featuresWithoutTheClipOrOfAnotherWidth(@TempDir Path other) throws IOException {
    ToneDataset tones = ToneDataset.write(other, 2, 0, 0, 1);
    assertThat(DatasetCheck.check(other)).isEmpty();
    ToneDataset.edit(other.resolve("dataset.json"), "\"width\" : 3", "\"width\" : 4");
    assertThat(DatasetCheck.check(other))
        .extracting(Problem::message)
        .hasSize(2)
        .first()
        .asString()
        .contains("vectors.safetensors: train0/vectors: is F32 [20, 3], not F32 [rows, 4]");
    ToneDataset.edit(other.resolve("dataset.json"), "\"width\" : 4", "\"width\" : 3");
    ToneDataset.edit(other.resolve("dataset.json"), "<id>/vectors", "vectors/<id>");
    assertThat(DatasetCheck.check(other))
        .extracting(Problem::message)
        .hasSize(2)
        .first()
        .asString()
        .contains("vectors.safetensors: vectors/train0: there is no tensor of this name");
    ToneDataset.halve(tones.dir.resolve("vectors.safetensors"));
    assertThat(DatasetCheck.check(other)).hasSize(2);
  }

  @Test
  void whatWorkWillReadIsRefusedWithTheFirstProblemsAndTheirNumber() throws IOException {
    Dataset data = Dataset.open(dir);
    List<String> ids = data.clips();
    DatasetCheck.require(data, ids, Set.of("audio", "visual"));
    Files.delete(tiny.file("one", "audio.wav"));
    assertThatThrownBy(() -> DatasetCheck.require(data, ids, Set.of("audio", "visual")))
        .isInstanceOf(InputException.class)
        .hasMessage(DatasetCheck.check(dir).getFirst().message());
    DatasetCheck.require(data, ids, Set.of("visual"));
    DatasetCheck.require(data, List.of("two"), Set.of("audio", "visual"));
    Files.delete(tiny.file("two", "audio.wav"));
    Files.delete(tiny.frame("two", 0));
    Files.delete(tiny.frame("two", 2));
    List<Problem> all = DatasetCheck.check(dir);
    assertThat(all).hasSizeGreaterThan(3);
    assertThatThrownBy(() -> DatasetCheck.require(data, ids, Set.of("audio", "visual")))
        .hasMessageStartingWith(dir + ": " + all.size() + " problems: " + all.get(0).message())
        .hasMessageContaining(" | " + all.get(1).message() + " | " + all.get(2).message())
        .hasMessageEndingWith(" | ... (data check lists all)")
        .message()
        .doesNotContain("\n")
        .doesNotContain(all.get(3).message());
  }

  /** The one problem that there is. */
  private void finds(String message) {
    List<Problem> problems = DatasetCheck.check(dir);
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().message()).contains(message).doesNotContain("\n");
  }
}
