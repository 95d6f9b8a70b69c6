package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.data.Dataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DataCommandsTest {
  @TempDir Path dir;
  private final StringWriter out = new StringWriter();

  private int run(Object command, String... args) {
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(out));
    return line.execute(args);
  }

  private int synth(String... more) {
    String[] args = {"--out", dir.resolve("set").toString(), "--clips", "2", "--seconds", "1"};
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return run(new DataSynthCommand(), all);
  }

  private int check(String... args) {
    return run(new DataCheckCommand(), args);
  }

  @Test
  void synthMakesASetThatCheckFindsClean() {
    assertThat(synth("--size", "16", "--fps", "4", "--split", "a:0.5,b:0.5", "--seed", "9"))
        .as(out.toString())
        .isZero();
    Dataset data = Dataset.open(dir.resolve("set"));
    assertThat(data.splits().keySet()).containsExactly("a", "b");
    assertThat(data.frames("visual", "scene00001").present().cardinality()).isEqualTo(4);
    assertThat(check(dir.resolve("set").toString())).isZero();
    assertThat(out.toString()).contains("2 clips, no problems");
  }

  @Test
  void theSeedChangesTheSoundAndTheThreadsDoNot() throws IOException {
    byte[][] sounds = new byte[3][];
    String[][] options = {{"--threads", "1"}, {"--threads", "2"}, {"--seed", "5"}};
    for (int i = 0; i < 3; i++) {
      dir = Files.createTempDirectory(dir, "run");
      assertThat(synth(options[i])).isZero();
      sounds[i] = Files.readAllBytes(dir.resolve("set/clips/scene00000/audio.wav"));
    }
    assertThat(sounds[1]).isEqualTo(sounds[0]);
    assertThat(sounds[2]).isNotEqualTo(sounds[0]);
  }

  @Test
  void problemsAreListedUpToTheMaximumAndCounted() throws IOException {
    assertThat(synth()).isZero();
    for (String clip : new String[] {"scene00000", "scene00001"}) {
      Files.delete(dir.resolve("set/clips").resolve(clip).resolve("audio.wav"));
    }
    String set = dir.resolve("set").toString();
    assertThat(check(set)).isEqualTo(1);
    assertThat(out.toString())
        .contains("scene00001/audio.wav: no such file")
        .contains("2 problems")
        .doesNotContain("shown");
    out.getBuffer().setLength(0);
    assertThat(check(set, "--max", "1")).isEqualTo(1);
    assertThat(out.toString()).doesNotContain("scene00001").contains("2 problems (1 shown)");
  }

  @Test
  void aFolderThatIsNoDataSetIsAProblem() {
    assertThat(check(dir.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("dataset.json: no such file");
  }

  @Test
  void wrongOptionsAreErrorsOfUsage() {
    for (String[] wrong :
        new String[][] {
          {"--split", "train"},
          {"--split", "train:x"},
          {"--split", "train:0.5,train:0.5"},
          {"--split", "train:0.5"},
          {"--clips", "0"},
          {"--threads", "-1"}
        }) {
      assertThat(synth(wrong)).as(String.join(" ", wrong)).isEqualTo(2);
    }
    assertThat(out.toString())
        .contains("--split must be names and shares such as train:0.7,val:0.1,test:0.2, is train:x")
        .contains("the shares of the splits add up to 0.5, not to 1");
    assertThat(check(dir.toString(), "--max", "-1")).isEqualTo(2);
    assertThat(dir).isEmptyDirectory();
  }
}
