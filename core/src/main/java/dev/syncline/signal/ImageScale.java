package dev.syncline.signal;

import dev.syncline.json.Records.Default;
import java.util.List;

/**
 * From an RGB image of any size to a tensor {@code [channels, height, width]}, channels first:
 * bilinear with half-pixel centres, then (value - mean) / deviation in units of 0 to 255. The sides
 * are scaled independently. The defaults, with 224 x 224, are the front end of MobileNetV2: [-1,
 * 1].
 *
 * @param width of the output in pixels, 1 to 2048
 * @param height of the output in pixels, 1 to 2048
 * @param channels 3 for red, green, blue; 1 for luma (ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B)
 * @param mean one number for all channels or one for each
 * @param deviation likewise; positive
 * @param antialias what a smaller image is made from
 */
public record ImageScale(
    int width,
    int height,
    @Default("3") int channels,
    @Default("[127.5]") List<Double> mean,
    @Default("[127.5]") List<Double> deviation,
    @Default("\"none\"") Antialias antialias) {

  /** How pixels are chosen where an image is scaled down. */
  public enum Antialias {
    /** The two nearest, as TensorFlow's and ONNX's plain bilinear resize. */
    NONE,
    /**
     * All that the output pixel covers, weighted by the covered area, in each axis that shrinks.
     */
    AREA
  }

  public ImageScale {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    side("width", width);
    side("height", height);
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("channels must be 3 (RGB) or 1 (luma), is " + channels);
    }
    length("mean", mean, channels);
    length("deviation", deviation, channels);
    for (double m : mean) {
      if (!(Math.abs(m) <= 1e12)) {
        throw new IllegalArgumentException("mean must be from -1e12 to 1e12, is " + m);
      }
    }
    for (double d : deviation) {
      if (!(d >= 1e-6 && d <= 1e12)) {
        throw new IllegalArgumentException("deviation must be from 1e-6 to 1e12, is " + d);
      }
    }
  }

  private static void side(String name, int pixels) {
    if (pixels < 1 || pixels > 2048) {
      throw new IllegalArgumentException(name + " must be from 1 to 2048 pixels, is " + pixels);
    }
  }

  private static void length(String name, List<Double> numbers, int channels) {
    if (numbers.size() != 1 && numbers.size() != channels) {
      throw new IllegalArgumentException(
          name + " must hold 1 number or " + channels + ", holds " + numbers.size());
    }
  }

  /** The front end of MobileNetV2 and its kin: RGB in [-1, 1]. */
  public static ImageScale signedUnit(int width, int height) {
    return new ImageScale(width, height, 3, List.of(127.5), List.of(127.5), Antialias.NONE);
  }

  public ImageScalePlan plan() {
    return new ImageScalePlan(this);
  }
}
