package dev.syncline.cli.report;

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
   */
  default void write(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path aside = Files.createTempFile(folder, "." + file.getFileName(), ".part");
    try {
      Files.write(aside, html().getBytes(StandardCharsets.UTF_8));
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(aside);
    }
  }
}
