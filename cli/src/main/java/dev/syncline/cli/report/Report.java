package dev.syncline.cli.report;

import dev.syncline.json.InputException;
import dev.syncline.json.WholeFile;
import java.io.IOException;
import java.nio.file.Path;

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
    try {
      WholeFile.write(file, html());
    } catch (IOException e) {
      throw new InputException(
          file + ": the page cannot be written: " + InputException.reason(e), e);
    }
  }
}
