package dev.syncline.json;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * Something that came from outside is not usable. The message is one line for the user: what is
 * wrong, where (file, field, time) and what to do. Commands print it and end with exit code 1.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Why the operating system refused, in its own words; where there is only a file's name, the kind
   * of refusal before it ("access denied: /a/b").
   */
  public static String reason(IOException e) {
    boolean words = !(e instanceof FileSystemException f) || f.getReason() != null;
    String kind =
        switch (e) {
          case NoSuchFileException ignored -> "no such file or folder:";
          case AccessDeniedException ignored -> "access denied:";
          case FileAlreadyExistsException ignored -> "is in the way:";
          case NotDirectoryException ignored -> "is no folder:";
          default -> e.getClass().getSimpleName().replace("Exception", "");
        };
    return words && e.getMessage() != null ? e.getMessage() : kind + " " + e.getMessage();
  }
}
