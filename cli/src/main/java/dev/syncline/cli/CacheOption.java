package dev.syncline.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where rows of front ends and frozen encoders are kept between commands. */
final class CacheOption {
  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "folder of the feature cache (default: syncline in the user's cache folder)")
  private Path cache;

  Path folder() {
    if (cache != null) {
      return cache;
    }
    String home = System.getenv("XDG_CACHE_HOME");
    Path base =
        home == null || home.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(home);
    return base.resolve("syncline");
  }
}
