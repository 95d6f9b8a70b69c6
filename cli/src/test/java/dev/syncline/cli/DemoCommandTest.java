package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir Path temp;

  @Test
  void goesTheWholeWayFromNothingToACertifiedModelAndAReport() throws IOException {
    Path dir = temp.resolve("demo");
    CommandLineRun ran =
        CommandLineRun.of("demo", "--quick", "--out", dir.toString(), "--seed", "3");
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    for (int stage = 1; stage <= 6; stage++) {
      String head = stage + "/6  ";
      assertThat(ran.out().lines().filter(line -> line.startsWith(head))).hasSize(1);
    }
    for (String name :
        List.of("audio-visual", "audio-only", "visual-only", "all negative", "all positive")) {
      assertThat(ran.out()).containsPattern("\n +" + name + "( +[0-9.]{5}){6}\n");
    }
    assertThat(ran.out()).doesNotContain("\u001b").contains("causal: ");
    assertThat(Files.readString(dir.resolve("report.html")))
        .contains("audio-visual", "visual-only");
    Path model = dir.resolve("audio-visual/model");
    assertThat(Json.read(model.resolve("card.json")).get("causal").bool()).isTrue();
    assertThat(model.resolve("card.md")).exists();
    assertThat(ran.out()).contains(dir.resolve("report.html").toString(), model.toString());
    assertThat(dir.resolve("cache")).doesNotExist();
    assertThat(Json.read(dir.resolve("world/dataset.json")).get("synth").get("seed").integer(0, 9))
        .isEqualTo(3);
  }

  @Test
  void aFolderThatIsNotEmptyIsRefusedWithTheFix() throws IOException {
    Path file = Files.writeString(temp.resolve("notes.txt"), "mine");
    for (Path out : List.of(temp, file)) {
      CommandLineRun ran = CommandLineRun.of("demo", "--quick", "--out", out.toString());
      assertThat(ran.exit()).isEqualTo(1);
      assertThat(ran.err()).contains(out.toString(), "--out").hasLineCount(1);
      assertThat(ran.out()).isEmpty();
    }
    assertThat(file).hasContent("mine");
  }
}
