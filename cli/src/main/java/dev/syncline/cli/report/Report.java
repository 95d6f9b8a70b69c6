package dev.syncline.cli.report;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A page that people look at. */
public sealed interface Report permits DataReport, EvalReport {
  /** The whole page, which refers to nothing outside itself. */
  String html();

  /**
   * Writes the page beside {@code file} and renames it, so that {@code file} is never half written.
   *
   * @throws InputException if it cannot be written
   */
  default void write(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    try {
      Files.createDirectories(folder);
      Path aside = Files.createTempFile(folder, "." + file.getFileName(), ".part");
      try {
        Files.write(aside, html().getBytes(StandardCharsets.UTF_8));
        Files.move(
            aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (IOException e) {
      throw new InputException(file + ": the page cannot be written: " + e.getMessage(), e);
    }
  }
}
