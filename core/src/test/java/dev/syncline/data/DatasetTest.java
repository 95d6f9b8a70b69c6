package dev.syncline.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
  @TempDir Path dir;

  @Test
  void whatWasWrittenIsReadBack() {
    new TinyDataset(dir);
    Dataset data = Dataset.open(dir);
    assertThat(data.name()).isEqualTo("tiny");
    assertThat(data.classes()).containsExactly("bell", "drum");
    assertThat(data.modality("audio"))
        .isEqualTo(new ModalityInfo.Audio("clips/<id>/audio.wav", 8000, 1));
    assertThat(data.modality("visual"))
        .isEqualTo(new ModalityInfo.Image("clips/<id>/frames/%05d.png", 4, 8, 6));
    assertThat(data.clips("test")).containsExactly("two");
    assertThat(data.clips()).containsExactlyInAnyOrder("one", "two");
    Clip clip = data.clip("one");
    assertThat(clip.durationS()).isEqualTo(1);
    assertThat(clip.events("audio")).containsExactly(new Event("bell", 0.125, 0.5));
    assertThat(data.file("audio", "one")).isRegularFile();
    assertThat(data.frames("visual", "one").file(3)).isRegularFile();
  }

  @Test
  void everyKindOfModalitySurvivesTheRoundTrip() {
    List<ModalityInfo> kinds =
        List.of(
            new ModalityInfo.Audio("clips/<id>/a.wav", 44100, 2),
            new ModalityInfo.Image("clips/<id>/%03d.png", 25, 64, 48),
            new ModalityInfo.Sensor("<id>.csv", 50, List.of("x", "y"), Optional.empty()),
            new ModalityInfo.Features("f.safetensors", "<id>/f", 12.5, 100));
    assertThat(kinds)
        .hasSize(ModalityInfo.class.getPermittedSubclasses().length)
        .allSatisfy(
            info -> {
              var field = dev.syncline.json.Json.parse("t", info.json().pretty());
              assertThat(ModalityInfo.read("m", field, Optional.empty())).isEqualTo(info);
            });
  }

  @Test
  void aForeignSetOpensAsItIs() {
    TinyDataset tiny = new TinyDataset(dir);
    tiny.write(
        "dataset.json",
        """
        {"name":"foreign","task":"t","class_groups":{"a":["bell"]},"classes":["bell"],
         "modalities":[
           {"name":"audio","rate_hz":8000,"channels":1,"format":"PCM","file":"clips/<id>/audio.wav"},
           {"name":"visual","rate_hz":4,"width":8,"height":6,"file":"clips/<id>/frames/00000.png ..."},
           {"name":"pose","rate_hz":50,"channels":["x"],"units":["m"],"file":"pose.csv"},
           {"name":"text","dim":100,"what":"sentence vectors"}],
         "features":"f.safetensors","events":"clips/<id>/labels.json","splits":{"train":["one"]},
         "clips":[{"id":"one","speaker":"s1"}]}""");
    tiny.write(
        "clips/one/labels.json",
        """
        {"id":"one","split":"train","snr_db":3.5,"duration_s":1,"fps":4,
         "audio":[{"label":"bell","start_s":0,"end_s":1,"trial":"b_1"}],"visual":[]}""");
    Dataset data = Dataset.open(dir);
    assertThat(data.modality("audio")).isInstanceOf(ModalityInfo.Audio.class);
    assertThat(data.frames("visual", "one").file(2)).isEqualTo(tiny.frame("one", 2));
    assertThat(data.file("pose", "one")).isEqualTo(tiny.file("one", "pose.csv"));
    assertThat(data.modality("text"))
        .isEqualTo(new ModalityInfo.Features("f.safetensors", "<id>/text", 1, 100));
    assertThat(data.clip("one").events()).containsOnlyKeys("audio", "visual");
  }

  @Test
  void aModalityThatNobodyAnnotatedIsNotOneWhereNothingHappens() {
    TinyDataset tiny = new TinyDataset(dir);
    tiny.write("clips/one/events.json", "{\"id\":\"one\",\"duration_s\":1,\"audio\":[]}");
    Clip clip = Dataset.open(dir).clip("one");
    assertThat(clip.events()).containsEntry("audio", List.of()).doesNotContainKey("visual");
    assertThat(clip.events("visual")).isEmpty();
  }

  @Test
  void wrongDeclarationsAreRefusedWithTheirPlace() throws IOException {
    refused("\"rate_hz\" : 4", "\"rate_hz\" : 0", "rate_hz: must be above 0");
    refused("\"kind\" : \"audio\"", "\"kind\" : \"adio\"", "did you mean \"audio\"?");
    refused("\"channels\" : 1", "\"chanels\" : 1", "unknown key \"chanels\", did you mean");
    refused("%05d", "", "must contain the number of the frame as %05d");
    refused("clips/<id>/audio.wav", "../audio.wav", "must be a path inside the data set folder");
    refused("\"one\"", "\"../one\"", "a clip id must be a plain file name");
    refused("\"splits\"", "\"split\"", "the field \"splits\" is missing");
    refused("[ \"bell\", \"drum\" ]", "[]", "a data set needs at least one class");
  }

  private void refused(String from, String to, String message) throws IOException {
    new TinyDataset(dir).edit("dataset.json", from, to);
    assertThatThrownBy(() -> Dataset.open(dir))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dataset.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void askingForWhatIsNotThereNamesWhatIs() {
    new TinyDataset(dir);
    Dataset data = Dataset.open(dir);
    assertThatThrownBy(() -> data.clips("tst")).hasMessageContaining("did you mean \"test\"?");
    assertThatThrownBy(() -> data.modality("video")).hasMessageContaining("known are");
  }

  @Test
  void framesAreCountedByNumberAndStrangersPassedOver() throws IOException {
    TinyDataset tiny = new TinyDataset(dir);
    Files.delete(tiny.frame("one", 1));
    tiny.write("clips/one/frames/thumbs.db", "");
    tiny.write("clips/one/frames/0x003.png", "");
    assertThat(Dataset.open(dir).frames("visual", "one").present().stream())
        .containsExactly(0, 2, 3);
  }

  @Test
  void sensorSamplesAreReadFromCsvAndFromScaledDifferences() throws IOException {
    TinyDataset tiny = new TinyDataset(dir);
    Dataset data = Dataset.open(dir);
    tiny.write("s.csv", "x, y\n1,2\n3.5,-4e1\n");
    ModalityInfo.Sensor csv =
        new ModalityInfo.Sensor("s.csv", 50, List.of("x", "y"), Optional.empty());
    assertThat(SensorFile.read(data, csv, "one").values()).containsExactly(1, 2, 3.5f, -40);
    tiny.write("s.csv", "x,y\n1,two\n");
    assertThatThrownBy(() -> SensorFile.read(data, csv, "one"))
        .hasMessageContaining("s.csv: line 2: not a number: \"two\"");
    tiny.write("s.csv", "x,z\n1,2\n");
    assertThatThrownBy(() -> SensorFile.read(data, csv, "one"))
        .hasMessageContaining("line 1: the channels are [x, z], dataset.json says [x, y]");

    tiny.write(
        "s.json", "{\"samples\":3,\"rate_hz\":50,\"channels\":[\"x\",\"y\"],\"scale\":[10,100]}");
    try (var out =
        new java.util.zip.GZIPOutputStream(Files.newOutputStream(dir.resolve("s.i16delta.gz")))) {
      out.write(new byte[] {10, 0, 5, 0, -5, -1, 1, 0, 1, 0, 1, 0});
    }
    ModalityInfo.Sensor deltas =
        new ModalityInfo.Sensor("s.i16delta.gz", 50, List.of("x", "y"), Optional.of("s.json"));
    assertThat(SensorFile.read(data, deltas, "one").values())
        .containsExactly(1, 0.01f, 1.5f, 0.02f, 1, 0.03f);
    tiny.edit("s.json", "\"samples\":3", "\"samples\":4");
    assertThatThrownBy(() -> SensorFile.read(data, deltas, "one"))
        .hasMessageContaining("truncated: channel y ends at 0.04 s");
    tiny.edit("s.json", "\"samples\":4", "\"samples\":90000000");
    assertThatThrownBy(() -> SensorFile.read(data, deltas, "one"))
        .hasMessageContaining("s.json: samples: are more than");
  }
}
