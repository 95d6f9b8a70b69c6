package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.json.Field;
import dev.syncline.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamSourcesTest {
  @TempDir static Path folder;
  private static TinyWorld world;
  private static Path model;

  @BeforeAll
  static void make() throws Exception {
    world = TinyWorld.make(folder, 3);
    model = world.model("model", 100, Optional.empty(), "audio", "visual");
  }

  private static CommandLineRun stream(Path of, Object... more) {
    List<Object> args = new ArrayList<>(List.of("stream", of, "--speed", "max"));
    args.addAll(List.of("--format", "jsonl"));
    args.addAll(List.of(more));
    return CommandLineRun.of(args.toArray());
  }

  private static List<Field> ticks(CommandLineRun run) {
    return run.passed()
        .lines()
        .map(line -> Json.parse("line", line))
        .filter(line -> line.get("type").string().equals("tick"))
        .toList();
  }

  private static Path clip(String id) {
    return world.dir().resolve("clips").resolve(id);
  }

  @Test
  void frozenEncodersSayInAStreamWhatTheySayInEval() throws Exception {
    Path up = Path.of("").toAbsolutePath();
    while (up != null && !Files.exists(up.resolve("shared/data/encoders/yamnet.onnx"))) {
      up = up.getParent();
    }
    assumeTrue(up != null, "skipped: no folder shared/data/encoders with the known encoders");
    Path frozen =
        world.model(
            "frozen", 1000, Optional.of(up.resolve("shared/data/encoders")), "audio", "visual");
    Path predictions = folder.resolve("predictions.json");
    CommandLineRun.of(
            "eval",
            frozen,
            "--data",
            world.dir(),
            "--cache",
            folder.resolve("cache"),
            "--predictions",
            predictions)
        .passed();
    for (Field clip : Json.read(predictions).get("clips").items()) {
      List<Field> ticks =
          ticks(stream(frozen, "--data", world.dir(), "--clip", clip.get("id").string()));
      assertThat(ticks).hasSize(3);
      for (int t = 0; t < 3; t++) {
        same(clip.get("probabilities").get("audio").items().get(t), ticks.get(t).get("heard"));
        same(clip.get("probabilities").get("visual").items().get(t), ticks.get(t).get("seen"));
      }
    }
  }

  private static void same(Field row, Field streamed) {
    for (int c = 0; c < world.data().classes().size(); c++) {
      float expected = (float) row.items().get(c).number();
      assertThat((float) streamed.get(world.data().classes().get(c)).number()).isEqualTo(expected);
    }
  }

  @Test
  void aWavFileAndNumberedPicturesAreStreamedAsTheClipTheyAre() {
    String id = world.data().clips().getFirst();
    Path wav = clip(id).resolve("audio.wav");
    String frames = clip(id).resolve("frames/%05d.png").toString();
    String whole = stream(model, "--data", world.dir(), "--clip", id).passed();
    assertThat(stream(model, wav, "--frames", frames, "--fps", 10).passed()).isEqualTo(whole);
    assertThat(ticks(stream(model, wav, "--without", "visual"))).hasSize(30);
    assertThat(ticks(stream(model, "--frames", frames, "--fps", 10, "--without", "audio")))
        .hasSize(30);
    assertThat(ticks(stream(model, "--frames", frames, "--fps", 20, "--without", "audio")))
        .hasSize(15);
  }

  @Test
  void filesThatCannotBeStreamedAreOneLine() throws Exception {
    Path wav = clip(world.data().clips().getFirst()).resolve("audio.wav");
    assertThat(stream(model, wav).refused(1)).contains("visual", "--without visual");
    assertThat(stream(model, "nowhere.wav").refused(1)).contains("nowhere.wav: no such file");
    assertThat(stream(model, wav, "--fps", 10).refused(2)).contains("--frames and --fps");
    assertThat(stream(model, "--frames", "a.png", "--fps", 10).refused(2)).contains("%05d");
    assertThat(stream(model, "--frames", "no/%05d.png", "--fps", 10).refused(1)).contains("no: no");
    assertThat(stream(model, "--frames", "no/%05d.png", "--fps", -1).refused(2)).contains("--fps");
    assertThat(stream(model, "a.mp4", "--frames", "%05d.png", "--fps", 9).refused(2))
        .contains("a.mp4");
    assertThat(stream(model, wav, "--data", world.dir()).refused(2)).contains("either");
    Path cut = Files.write(folder.resolve("cut.wav"), new byte[30]);
    assertThat(stream(model, cut).refused(1)).contains("cut.wav");
  }

  @Test
  void aContainerGivesATickForEveryTenthOfASecond() throws Exception {
    assumeTrue(hasFfmpeg(), "skipped: no ffmpeg");
    Path file = folder.resolve("clip.mkv");
    make(
        "-f lavfi -i testsrc=d=3:s=64x64:r=10 -f lavfi -i sine=d=3:r=16000 -c:v mjpeg -c:a pcm_s16le",
        file);
    List<Field> ticks = ticks(stream(model, file));
    assertThat(ticks).hasSize(30);
    assertThat(ticks.get(29).get("time_s").number()).isEqualTo(3);
    assertThat(ticks(stream(model, file, "--without", "audio"))).hasSize(30);
  }

  @Test
  void theLastPictureOfAContainerIsDecidedAboutAndWhatItLacksIsAsked() throws Exception {
    assumeTrue(hasFfmpeg(), "skipped: no ffmpeg");
    Path silent = folder.resolve("silent.mp4");
    make("-f lavfi -i testsrc=d=4:s=64x64:r=10", silent);
    assertThat(stream(model, silent).refused(1)).contains("audio", "--without audio");
    assertThat(ticks(stream(model, silent, "--without", "audio"))).hasSize(40);
    Path one = folder.resolve("one.gif");
    make("-f lavfi -i testsrc=d=1:s=64x64:r=10 -frames:v 1", one);
    assertThat(ticks(stream(model, one, "--without", "audio"))).hasSize(1);
    Path loud = folder.resolve("loud.wav");
    make("-f lavfi -i sine=d=1:r=44100", loud);
    assertThat(stream(model, loud).refused(1)).contains("visual", "--without visual");
    assertThat(ticks(stream(model, loud, "--without", "visual"))).hasSize(10);
  }

  private static void make(String options, Path file) throws Exception {
    String line = "ffmpeg -y -loglevel error " + options + " " + file;
    Process made = new ProcessBuilder(List.of(line.split(" "))).inheritIO().start();
    assertThat(made.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private static boolean hasFfmpeg() {
    try {
      return new ProcessBuilder("ffmpeg", "-version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (java.io.IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
