package dev.syncline.data;

/**
 * A picture.
 *
 * @param rgb width x height x 3 bytes, row by row from the top left, red first; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // pixels are handed on, never compared
public record Rgb(int width, int height, byte[] rgb) {
  public Rgb {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          rgb.length + " bytes are no picture of " + width + " x " + height);
    }
  }
}
