package dev.syncline.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.data.synth.SynthWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only shows in a process of its own: its surroundings and its signals. */
class ProcessTest {
  private static final int TERMINATED = 128 + 15;

  @TempDir Path temp;

  private Process start(Map<String, String> env, Object... args) throws IOException {
    return start(List.of(), env, args);
  }

  private Process start(List<String> before, Map<String, String> env, Object... args)
      throws IOException {
    List<String> words = new ArrayList<>(before);
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.syncline.cli.Main"));
    for (Object arg : args) {
      words.add(arg.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(words).directory(temp.toFile());
    builder.environment().putAll(env);
    builder.redirectOutput(temp.resolve("out").toFile());
    builder.redirectError(temp.resolve("err").toFile());
    return builder.start();
  }

  private String errors() throws IOException {
    return String.join(
        "\n",
        Files.readAllLines(temp.resolve("err")).stream()
            .filter(line -> !line.startsWith("WARNING: Using incubator"))
            .toList());
  }

  @Test
  void aMissingFfmpegIsOneLineThatSaysSo() throws Exception {
    Path model = TinyWorld.make(temp, 1).model("model", 100, Optional.empty(), "audio");
    Path file = Files.writeString(temp.resolve("film.mp4"), "not looked at");
    Process p = start(Map.of("PATH", temp.toString()), "stream", model, file, "--speed", "max");
    assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(p.exitValue()).as(errors()).isEqualTo(1);
    assertThat(errors()).contains("ffmpeg").hasLineCount(1);
  }

  /** ONNX Runtime unpacks its library, which has more than 512 kB. */
  @Test
  void noRoomForANativeLibraryIsOneLineThatSaysSo() throws Exception {
    Path model = TinyWorld.make(temp, 1).model("model", 100, Optional.empty(), "audio");
    List<String> littleRoom = List.of("bash", "-c", "ulimit -f 512 && exec \"$@\"", "bash");
    Process p = start(littleRoom, Map.of(), "export", model, "--onnx", temp.resolve("x.onnx"));
    assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(p.exitValue()).as(errors()).isEqualTo(1);
    assertThat(errors()).startsWith("a native library cannot be loaded").hasLineCount(1);
    assertThat(temp.resolve("x.onnx")).doesNotExist();
  }

  @Test
  void aJdkIsFoundWhereTheJvmAnnouncesOptions() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(Path.of("..", "bin", "jdk").toString());
    String home = System.getProperty("java.home");
    builder.environment().putAll(Map.of("SYNCLINE_JAVA_HOME", home, "JAVA_TOOL_OPTIONS", "-Da=b"));
    Process p = builder.start();
    assertThat(new String(p.getInputStream().readAllBytes(), UTF_8)).isEqualTo(home + "\n");
    assertThat(p.waitFor()).isZero();
  }

  @Test
  void aTrainingThatIsTerminatedEndsAtAStepAndCanBeGoneOnWith() throws Exception {
    new SynthWorld(4, 3, 1, 16, 10, SynthWorld.split(0.5, 0.5, 0)).write(temp.resolve("data"), 2);
    Path run = temp.resolve("run");
    List<Object> train =
        new ArrayList<>(
            List.of("train", "--data", "data", "--out", run, "--epochs", 3000, "--set", "batch=1"));
    Process p = start(Map.of(), train.toArray());
    while (p.isAlive() && !Files.exists(run.resolve("checkpoints/best.safetensors"))) {
      Thread.sleep(20);
    }
    p.destroy();
    assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(p.exitValue()).as(errors()).isEqualTo(TERMINATED);
    assertThat(errors()).contains("--resume");
    try (var files = Files.list(temp)) {
      assertThat(files.map(f -> f.getFileName().toString())).noneMatch(n -> n.startsWith("hs_err"));
    }
    train.add("--resume");
    Process again = start(Map.of(), train.toArray());
    Thread.sleep(1500);
    boolean goesOn = again.isAlive();
    again.destroy();
    assertThat(again.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(goesOn).as(errors()).isTrue();
  }
}
