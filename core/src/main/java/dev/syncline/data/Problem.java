package dev.syncline.data;

import dev.syncline.json.InputException;
import java.nio.file.Path;

/**
 * Something in a data set that cannot be used as it is.
 *
 * @param file the file that is at fault
 * @param at the field or time in it, or empty
 * @param what what is wrong
 * @param fix what to do about it
 */
public record Problem(Path file, String at, String what, String fix) {

  /** The same complaint as an exception made elsewhere about {@code file}. */
  static Problem of(Path file, InputException e, String fix) {
    String prefix = file + ": ";
    String message = e.getMessage();
    String what = message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    return new Problem(file, "", what, fix);
  }

  /** One line: file, place, what is wrong, what to do. */
  public String message() {
    return file + (at.isEmpty() ? "" : ": " + at) + ": " + what + (fix.isEmpty() ? "" : "; " + fix);
  }

  public InputException exception() {
    return new InputException(message());
  }
}
