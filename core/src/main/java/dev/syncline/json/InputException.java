package dev.syncline.json;

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
}
