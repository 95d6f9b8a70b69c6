package dev.syncline.cli;

import dev.syncline.step.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes weights as this machine reads them. */
@Command(
    name = "pack",
    mixinStandardHelpOptions = true,
    description = {
      "Write a model's weights once more, as a step in FP32 reads them on this CPU, so that loading it takes less.",
      "To be run again when the model has changed; on a CPU with another width of vectors the file is not read."
    })
final class PackCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "model folder or run folder")
  private Path folder;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path file = Model.pack(Models.folder(folder));
    spec.commandLine()
        .getOut()
        .printf(Locale.ROOT, "wrote %s, %.1f MB%n", file, Files.size(file) / 1e6);
    return 0;
  }
}
