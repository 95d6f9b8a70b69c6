package dev.syncline.json;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are there as a whole or not at all. */
public final class WholeFile {
  private WholeFile() {}

  /**
   * Writes a text aside, in UTF-8, and renames it; on any failure the old file, if there was one,
   * is still there. Makes the folder where it is not there.
   *
   * @throws InputException as {@link #check}
   * @throws FileSystemException with the file's name, a full disk for example
   */
  public static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same with bytes. */
  public static void write(Path file, byte[] bytes) throws IOException {
    write(
        file,
        bytes,
        aside ->
            Files.move(
                aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
  }

  /**
   * The same for a file that must not be there: of several at once, one writes it.
   *
   * @throws InputException if it is there
   */
  public static void writeNew(Path file, byte[] bytes) throws IOException {
    checkNew(file);
    write(file, bytes, aside -> moveNew(aside, file));
  }

  /**
   * Whether a new file could be written there, to be asked before the work.
   *
   * @throws InputException if not, or if it is there
   */
  public static void checkNew(Path file) {
    check(file);
    if (Files.exists(file)) {
      throw isThere(file, null);
    }
  }

  private static void moveNew(Path aside, Path file) throws IOException {
    try {
      Files.createLink(file, aside);
    } catch (FileAlreadyExistsException e) {
      throw isThere(file, e);
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.move(aside, file); // no links here; what came in between is refused as well
    }
  }

  private static InputException isThere(Path file, Throwable cause) {
    return new InputException(file + ": is there already: remove it or choose another name", cause);
  }

  /** How a file that is complete gets its name. */
  private interface Naming {
    void name(Path aside) throws IOException;
  }

  private static void write(Path file, byte[] bytes, Naming naming) throws IOException {
    check(file);
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    String own = "." + ProcessHandle.current().pid() + "-" + Thread.currentThread().threadId();
    Path aside = folder.resolve(file.getFileName() + own + ".partial");
    try {
      try {
        Files.write(aside, bytes);
        naming.name(aside);
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (FileSystemException e) {
      throw aside.toString().equals(e.getFile()) ? named(file, e) : e;
    } catch (IOException e) {
      throw new FileSystemException(file.toString(), null, e.getMessage());
    }
  }

  /** The same under the name that was asked for. */
  private static FileSystemException named(Path file, FileSystemException e) {
    String name = file.toString();
    return switch (e) {
      case NoSuchFileException ignored -> new NoSuchFileException(name);
      case AccessDeniedException ignored -> new AccessDeniedException(name);
      default -> new FileSystemException(name, null, e.getReason());
    };
  }

  /**
   * Whether a file could be written there, to be asked before the work: neither a folder nor a
   * device is replaced, and what its folder is to be made in is a folder that can be written to.
   *
   * @throws InputException if not
   */
  public static void check(Path file) {
    if (file.toString().isEmpty()) {
      throw new InputException("the name of a file is empty");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      String is = Files.isDirectory(file) ? "a folder" : "not a file";
      throw new InputException(file + ": is " + is + ": choose another name");
    }
    Path folder = file.toAbsolutePath().getParent();
    while (folder != null && !Files.exists(folder)) {
      folder = folder.getParent();
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new InputException(file + ": " + folder + " is no folder: choose another name");
    }
    if (!Files.isWritable(folder)) {
      throw new InputException(file + ": " + folder + " cannot be written to: choose another name");
    }
  }
}
