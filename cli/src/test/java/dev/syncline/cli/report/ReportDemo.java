package dev.syncline.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes both kinds of page from made-up values into a folder, to look at. */
final class ReportDemo {
  private ReportDemo() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    new Samples(7).data().write(folder.resolve("data.html"));
    new Samples(7).eval().write(folder.resolve("eval.html"));
    try (var files = Files.newDirectoryStream(folder, "*.html")) {
      for (Path file : files) {
        System.out.println(file + " " + Files.size(file) / 1024 + " KiB");
      }
    }
  }
}
