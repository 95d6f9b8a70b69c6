package dev.syncline.cli;

import dev.syncline.cli.study.Outcome;
import dev.syncline.cli.study.Pace;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.json.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a study has done so far: a folder with a file for each training and for each pace. */
record Ledger(Path folder) {

  /** The folder of a training; only its configuration and course stay when it is scored. */
  Path run(String name, long seed) {
    return folder.resolve("runs").resolve(plain(name, seed));
  }

  boolean hasOutcome(String name, long seed) {
    return Files.exists(outcomeFile(name, seed));
  }

  Outcome outcome(String name, long seed) {
    return Records.read(Outcome.class, Json.read(outcomeFile(name, seed)));
  }

  void keep(Outcome outcome) {
    write(outcomeFile(outcome.variant(), outcome.seed()), Records.write(outcome));
  }

  Optional<Pace> pace(String name) {
    Path file = paceFile(name);
    return Files.exists(file)
        ? Optional.of(Records.read(Pace.class, Json.read(file)))
        : Optional.empty();
  }

  void keep(String name, Pace pace) {
    write(paceFile(name), Records.write(pace));
  }

  /** Removes what a training that is scored does not need any more. */
  void discard(Path run) {
    for (String part : List.of("model", "checkpoints", "encoders")) {
      Path tree = run.resolve(part);
      if (!Files.exists(tree)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(tree)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new InputException(tree + ": cannot be removed: " + InputException.reason(e), e);
      }
    }
  }

  private Path outcomeFile(String name, long seed) {
    return folder.resolve("outcomes").resolve(plain(name, seed) + ".json");
  }

  private Path paceFile(String name) {
    return folder.resolve("paces").resolve(name.replace(' ', '-') + ".json");
  }

  private static String plain(String name, long seed) {
    return name.replace(' ', '-') + "-" + seed;
  }

  private static void write(Path file, Json json) {
    try {
      Files.createDirectories(file.getParent());
      WholeFile.write(file, json.pretty() + "\n");
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be written: %s: make room and give the same command again"
              .formatted(file, InputException.reason(e)),
          e);
    }
  }
}
