package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.data.Clip;
import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataInspectCommandTest {
  @TempDir static Path shared;
  private static Path data;

  @TempDir Path temp;

  @BeforeAll
  static void make() {
    data = shared.resolve("tiny-world");
    new SynthWorld(3, 2, 2, 16, 5, SynthWorld.split(1, 0, 0)).write(data, 2);
  }

  private CommandLineRun inspect(Path dir, String... more) {
    List<Object> args = new ArrayList<>(List.of("data", "inspect", dir));
    args.addAll(List.of(more));
    return CommandLineRun.of(args.toArray());
  }

  private String page(String... more) throws IOException {
    Path file = temp.resolve("page.html");
    String[] args = java.util.Arrays.copyOf(more, more.length + 2);
    args[more.length] = "--out";
    args[more.length + 1] = file.toString();
    CommandLineRun ran = inspect(data, args);
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out().lines().findFirst()).contains(file.toString());
    return Files.readString(file);
  }

  private static long count(String page, String what) {
    return Pattern.compile(Pattern.quote(what)).matcher(page).results().count();
  }

  @Test
  void thePageCountsEveryEventOfTheDataSet() throws IOException {
    Dataset set = Dataset.open(data);
    List<Clip> clips = set.clips().stream().map(set::clip).toList();
    long heard = clips.stream().mapToLong(c -> c.events("audio").size()).sum();
    long seen = clips.stream().mapToLong(c -> c.events("visual").size()).sum();
    assertThat(heard).isPositive();
    assertThat(page())
        .contains("<dt>clips</dt><dd>3</dd>")
        .contains("<dt>events heard</dt><dd>" + heard + "</dd>")
        .contains("<dt>events seen</dt><dd>" + seen + "</dd>")
        .contains("<dt>audio</dt><dd>16 kHz</dd>")
        .contains("<dt>visual</dt><dd>16 x 16, 5 Hz</dd>");
  }

  @Test
  void clipsAreShownWithFramesSoundAndEvents() throws IOException {
    String page = page("--clips", "1");
    Dataset set = Dataset.open(data);
    Clip first = set.clip(set.clips().getFirst());
    assertThat(page).contains("<h3>" + first.id()).contains("alt=\"spectrogram\"");
    assertThat(count(page, "data:image/jpeg;base64,")).isEqualTo(10); // 2 s of 5 frames
    first.events().values().stream()
        .flatMap(List::stream)
        .forEach(e -> assertThat(page).contains(e.label()));
  }

  @Test
  void asManyClipsAreShownAsAreAskedFor() throws IOException {
    for (int n : new int[] {0, 2, 3}) {
      assertThat(count(page("--clips", n + ""), "class=\"card clip\"")).isEqualTo(n);
    }
    assertThat(count(page("--clips", "9"), "class=\"card clip\"")).isEqualTo(3);
  }

  @Test
  void theSameDataSetGivesTheSameBytes() throws IOException {
    assertThat(page()).isEqualTo(page());
  }

  @Test
  void whatCannotBeIsOneLine() throws IOException {
    CommandLineRun missing = inspect(temp.resolve("nowhere"));
    assertThat(missing.exit()).isEqualTo(1);
    assertThat(missing.err().lines()).hasSize(1);
    assertThat(inspect(data, "--clips", "-1").exit()).isEqualTo(2);
    Path file = Files.writeString(temp.resolve("file"), "x");
    CommandLineRun unwritable = inspect(data, "--out", file.resolve("page.html").toString());
    assertThat(unwritable.exit()).isEqualTo(1);
    assertThat(unwritable.err()).contains(file + " is no folder").hasLineCount(1);
  }
}
