package dev.syncline.data.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.data.Dataset;
import dev.syncline.data.DatasetCheck;
import dev.syncline.data.Images;
import dev.syncline.data.Wav;
import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SynthWorldTest {
  @TempDir Path dir;

  private static SynthWorld world(int clips, long seed) {
    return new SynthWorld(clips, seed, 2, 16, 5, split("train", 0.5, "test", 0.5));
  }

  private static SequencedMap<String, Double> split(Object... pairs) {
    SequencedMap<String, Double> split = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      split.put((String) pairs[i], (Double) pairs[i + 1]);
    }
    return split;
  }

  @Test
  void theBytesAreTheSameOnEveryMachine() throws IOException {
    new SynthWorld(1, 1, 10, 64, 10, split("train", 1.0)).write(dir.resolve("a"), 2);
    Dataset data = Dataset.open(dir.resolve("a"));
    assertThat(sha256(Files.readAllBytes(data.file("audio", "scene00000"))))
        .isEqualTo("5c7d40efaf414e817d3a9cbf18667c8b7e92aeee20bb854cd18f48e7e23bcaa6");
    assertThat(sha256(Images.read(data.frames("visual", "scene00000").file(60)).rgb()))
        .isEqualTo("0afcd0032acaceb9b1a5c78f105092c08f5d369a841a1982b8a043a58a482d5d");
  }

  @Test
  void whatIsWrittenIsACorrectDataSetWithTheEventsOfItsScenes() {
    world(4, 1).write(dir.resolve("a"), 2);
    assertThat(DatasetCheck.check(dir.resolve("a"))).isEmpty();
    Dataset data = Dataset.open(dir.resolve("a"));
    assertThat(data.classes()).isEqualTo(Kind.labels());
    for (int k = 0; k < 4; k++) {
      Scene scene = Sampler.scene(1, k, 2);
      assertThat(data.clip("scene0000" + k).events("audio")).isEqualTo(Perception.heard(scene));
      assertThat(data.clip("scene0000" + k).events("visual")).isEqualTo(Perception.seen(scene));
    }
  }

  @Test
  void theNumberOfThreadsChangesNothing() throws IOException {
    world(5, 1).write(dir.resolve("one"), 1);
    world(5, 1).write(dir.resolve("three"), 3);
    assertThat(files(dir.resolve("three"))).isEqualTo(files(dir.resolve("one")));
  }

  @Test
  void anotherSeedGivesOtherClips() throws IOException {
    world(1, 1).write(dir.resolve("a"), 1);
    world(1, 2).write(dir.resolve("b"), 1);
    assertThat(files(dir.resolve("a")).get("clips/scene00000/audio.wav"))
        .isNotEqualTo(files(dir.resolve("b")).get("clips/scene00000/audio.wav"));
  }

  @Test
  void aClipDoesNotDependOnHowManyThereAre() throws IOException {
    world(2, 1).write(dir.resolve("two"), 1);
    world(3, 1).write(dir.resolve("three"), 1);
    Map<String, String> two = files(dir.resolve("two"));
    two.remove("dataset.json");
    assertThat(files(dir.resolve("three"))).containsAllEntriesOf(two);
  }

  @Test
  void everyOptionShows() {
    new SynthWorld(10, 1, 3, 24, 4, split("train", 0.7, "val", 0.1, "test", 0.2))
        .write(dir.resolve("a"), 1);
    Dataset data = Dataset.open(dir.resolve("a"));
    assertThat(data.splits().keySet()).containsExactly("train", "val", "test");
    assertThat(data.clips("train")).hasSize(7).startsWith("scene00000");
    assertThat(data.clips("val")).containsExactly("scene00007");
    assertThat(data.clips("test")).containsExactly("scene00008", "scene00009");
    assertThat(data.frames("visual", "scene00000").present().cardinality()).isEqualTo(12);
    assertThat(Images.check(data.frames("visual", "scene00000").file(0)))
        .isEqualTo(new Images.Size(24, 24));
    assertThat(data.clip("scene00000").durationS()).isEqualTo(3);
    try (Wav wav = Wav.open(data.file("audio", "scene00000"))) {
      assertThat(wav.frames()).isEqualTo(3L * wav.rate());
    }
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    SequencedMap<String, Double> all = split("train", 1.0);
    assertRefused(() -> new SynthWorld(0, 1, 10, 64, 10, all), "clips must be 1 to 1000000");
    assertRefused(() -> new SynthWorld(1, 1, 0, 64, 10, all), "seconds must be 1 to 3600");
    assertRefused(() -> new SynthWorld(1, 1, 10, 8, 10, all), "size must be 16 to 1024");
    assertRefused(() -> new SynthWorld(1, 1, 10, 64, 0, all), "fps must be 1 to 120");
    assertRefused(() -> new SynthWorld(1, 1, 1.05, 64, 10, all), "no whole number of frames");
    assertRefused(() -> new SynthWorld(1, 1, 10, 64, 10, split("a", 0.5)), "add up to 0.5");
    assertRefused(() -> new SynthWorld(1, 1, 10, 64, 10, split("a/b", 1.0)), "not a split: a/b");
  }

  private static void assertRefused(Runnable make, String message) {
    assertThatThrownBy(make::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void nothingThatIsThereIsTouched() throws IOException {
    Files.writeString(dir.resolve("mine.txt"), "mine");
    assertThatThrownBy(() -> world(1, 1).write(dir, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is not empty: remove it or name another folder");
    assertThatThrownBy(() -> world(1, 1).write(dir.resolve("mine.txt"), 1))
        .hasMessageContaining("is a file");
    Files.createDirectory(dir.resolve("a.partial"));
    assertThatThrownBy(() -> world(1, 1).write(dir.resolve("a"), 1))
        .hasMessageContaining("a.partial: is being written, or was left by a run");
    assertThat(dir).isDirectoryNotContaining(f -> f.getFileName().toString().equals("a"));
  }

  @Test
  void anEmptyFolderIsTakenAndNothingIsLeftBeside() throws IOException {
    Files.createDirectory(dir.resolve("a"));
    world(1, 1).write(dir.resolve("a"), 1);
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).containsExactly(dir.resolve("a"));
    }
  }

  @Test
  void aWriteThatFailsSaysSoAndLeavesNothing() throws IOException {
    Files.writeString(dir.resolve("file"), "");
    assertThatThrownBy(() -> world(1, 1).write(dir.resolve("file/a"), 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("cannot be written");
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).containsExactly(dir.resolve("file"));
    }
  }

  private static Map<String, String> files(Path root) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(file).toString(), sha256(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
