package dev.syncline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.stream.JsonReader;
import dev.syncline.data.Images;
import dev.syncline.data.Rgb;
import dev.syncline.data.Wav;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Session;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example streams a model with nothing but core and its JSON library on the class path. */
class ExampleTest {
  private static final int TICKS = 40;

  @TempDir Path dir;

  private static Path example() {
    Path path = Path.of("examples", "src", "StreamModel.java");
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at.resolve(path))) {
        return at.resolve(path);
      }
    }
    throw new AssertionError(path + " is not in any directory above");
  }

  private static String whereIs(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  @Test
  void theExampleIsUnderFortyLines() throws IOException {
    assertThat(Files.readAllLines(example())).hasSizeLessThan(40);
  }

  @Test
  void theExamplePrintsTheEventsOfAClip() throws Exception {
    String classPath = whereIs(Model.class) + File.pathSeparator + whereIs(JsonReader.class);
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    assertThat(
            javac.run(
                null,
                null,
                null,
                "-cp",
                classPath,
                "-d",
                dir.resolve("classes").toString(),
                example().toString()))
        .isZero();
    Model model = TinyModel.model(TinyModel.spec(), 3, new PlainKernels());
    model.write(dir.resolve("model"));
    float[] sound = clip();

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.language=en",
                "-cp",
                dir.resolve("classes") + File.pathSeparator + classPath,
                "StreamModel",
                dir.resolve("model").toString(),
                dir.resolve("audio.wav").toString(),
                dir.resolve("frames").toString(),
                "10")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(output.lines().toList()).isEqualTo(expected(model, sound)).hasSizeGreaterThan(4);
    assertThat(process.exitValue()).isZero();
  }

  /** Writes sound and frames, and gives the sound as it is read again. */
  private float[] clip() throws IOException {
    Path wav = dir.resolve("audio.wav");
    Wav.write(wav, TinyModel.sound(TICKS, 3), TinyModel.RATE);
    Files.createDirectory(dir.resolve("frames"));
    for (int t = 0; t < TICKS; t++) {
      Rgb picture = new Rgb(TinyModel.WIDTH, TinyModel.HEIGHT, TinyModel.picture(3 + t));
      Images.writePng(dir.resolve("frames").resolve("%05d.png".formatted(t)), picture);
    }
    return Wav.readMono(wav, TICKS * TinyModel.TICK_SAMPLES);
  }

  private static List<String> expected(Model model, float[] sound) {
    List<String> lines = new ArrayList<>();
    Session session = model.open(new Lines(model, lines));
    for (int t = 0; t < TICKS; t++) {
      session.push(TinyModel.picture(t, 3));
      int at = t * TinyModel.TICK_SAMPLES;
      session.push(TinyModel.samples(sound, at, at + TinyModel.TICK_SAMPLES));
      assertThat(session.advance()).isTrue();
    }
    session.finish();
    return lines;
  }

  private record Lines(Model model, List<String> lines) implements Session.Sink {
    private void add(String output, int label, long tick, String what) {
      String name = model.spec().outputs().get(output).labels().get(label);
      lines.add(String.format(Locale.ROOT, "%6.1f s  %s %s %s", tick * 0.1, output, name, what));
    }

    @Override
    public void opened(String output, int label, long onset, long told, float p) {
      add(output, label, onset, "on");
    }

    @Override
    public void closed(String output, int label, long onset, long offset, long told) {
      add(output, label, offset, "off");
    }
  }
}
