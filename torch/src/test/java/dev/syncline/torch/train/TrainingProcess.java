package dev.syncline.torch.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A training in a Java process of its own, which says every step on its standard output. */
final class TrainingProcess implements AutoCloseable {
  private static final String STEP = "step ";
  private final Process process;
  private final BufferedReader out;

  /** Trains; the arguments are data, run folder and configuration. */
  public static void main(String[] args) {
    TinyRun.train(
        Path.of(args[0]),
        Path.of(args[1]),
        TinyRun.VECTORS,
        TinyRun.config(args[2]),
        true,
        p -> System.out.println(STEP + p.step()));
  }

  /** Begins a training, or goes on with it. */
  TrainingProcess(Path data, Path run, String config) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            TrainingProcess.class.getName()));
    command.addAll(List.of(data.toString(), run.toString(), config));
    Path errors = Files.createTempFile(run.toAbsolutePath().getParent(), "errors", ".txt");
    process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    out = process.inputReader();
  }

  /** Waits until a step is done; false if the process ended before. */
  boolean reaches(long step) throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(STEP) && Long.parseLong(line.substring(STEP.length())) >= step) {
        return true;
      }
    }
    return false;
  }

  boolean running() {
    return process.isAlive();
  }

  /** Kills the process with SIGKILL, wherever it is; false if it had ended by itself. */
  boolean kill() throws InterruptedException {
    process.destroyForcibly();
    return process.waitFor() == 128 + 9;
  }

  /** Lets it train to the end and gives its exit code. */
  int end() throws IOException, InterruptedException {
    while (out.readLine() != null) {
      // steps that nobody waits for
    }
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
