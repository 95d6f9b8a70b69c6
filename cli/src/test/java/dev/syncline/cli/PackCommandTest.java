package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.TinyModel;
import dev.syncline.step.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackCommandTest {
  @TempDir Path folder;

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void theFileLiesBesideTheWeightsAndIsRefusedWhenTheyChange() throws IOException {
    Model model = TinyModel.model(3);
    model.write(folder);
    String out = CommandLineRun.of("pack", folder).passed();
    Path packed = files().stream().filter(f -> f.toString().contains("packed")).findAny().get();
    assertThat(out).isEqualTo("wrote %s, 0.1 MB%n".formatted(packed));
    assertThat(files()).hasSize(3);
    CommandLineRun.of("inspect", folder).passed();
    TinyModel.model(4).write(folder);
    assertThat(CommandLineRun.of("inspect", folder).refused(1))
        .contains(packed + ": was not made of this model.json and model.safetensors: run syncline");
    CommandLineRun.of("pack", folder).passed();
    CommandLineRun.of("inspect", folder).passed();
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsNamed() throws IOException {
    TinyModel.model(3).write(folder);
    CommandLineRun.of("pack", folder).passed();
    Path packed = files().stream().filter(f -> f.toString().contains("packed")).findAny().get();
    Files.delete(packed);
    Files.createDirectory(packed);
    assertThat(CommandLineRun.of("pack", folder).refused(1))
        .contains(packed + ": is a folder: choose another name");
    assertThat(CommandLineRun.of("pack", folder.resolve("nothing")).refused(1))
        .contains("no model there");
  }
}
