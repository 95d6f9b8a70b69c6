package dev.syncline.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Test recordings, made by ffmpeg itself. */
final class Recordings {
  /** A tone of 440 Hz and amplitude 1/8 whose phase is 0 at time 0. */
  static final String SINE = "sine=frequency=440:sample_rate=44100:duration=";

  /** Picture number n is grey with the value 16 + 8 n, 10 a second. */
  static final String GREYS =
      "color=black:size=64x48:rate=10,format=gray,geq=lum='16+8*N',trim=duration=";

  private final Path dir;

  Recordings(Path dir) {
    this.dir = dir;
  }

  /** Skips the running test where ffmpeg is missing. */
  static void needFfmpeg() {
    if (!(starts("ffmpeg") && starts("ffprobe"))) {
      abort("skipped: ffmpeg and ffprobe are not on the PATH (Debian: apt-get install ffmpeg)");
    }
  }

  private static boolean starts(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Runs ffmpeg with the words of {@code options} (split at blanks); true if it worked. */
  boolean tries(Path out, String options) throws IOException {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-nostdin", "-y"));
    command.addAll(Arrays.asList(options.strip().split("\\s+")));
    command.add(out.toString());
    try {
      return new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Path make(String name, String options) throws IOException {
    needFfmpeg();
    Path out = dir.resolve(name);
    assertThat(tries(out, options)).as("ffmpeg makes " + name).isTrue();
    return out;
  }

  Path tone(String name, double seconds, String options) throws IOException {
    return make(name, "-f lavfi -i " + SINE + seconds + " " + options);
  }

  Path greys(String name, double seconds, String options) throws IOException {
    return make(name, "-f lavfi -i " + GREYS + seconds + " " + options);
  }

  /** The first {@code share} of a file. */
  Path cut(Path file, double share) throws IOException {
    byte[] all = Files.readAllBytes(file);
    byte[] part = Arrays.copyOf(all, (int) (all.length * share));
    return Files.write(dir.resolve("cut-" + file.getFileName()), part);
  }

  Path text(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  /** An executable shell script. */
  String script(String name, String body) throws IOException {
    Path file = dir.resolve(name);
    Files.write(file, ("#!/bin/sh\n" + body + "\n").getBytes(StandardCharsets.UTF_8));
    if (!file.toFile().setExecutable(true)) {
      abort("skipped: this file system has no executable scripts");
    }
    return file.toString();
  }
}
