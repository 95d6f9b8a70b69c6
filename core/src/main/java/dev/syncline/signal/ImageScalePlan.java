package dev.syncline.signal;

import java.util.Arrays;

/**
 * The tables of an {@link ImageScale}; one for all streams and all sizes of source images, whose
 * columns are worked out in the scratch for each image (little beside the pixels).
 */
public final class ImageScalePlan {
  /** Sides of a source image are at most this. */
  public static final int MAX_SIDE = 65_535;

  private static final float RED = 0.299f;
  private static final float GREEN = 0.587f;
  private static final float BLUE = 0.114f;

  /** What the weights of an output pixel are made of, for one axis: see {@link #reach}. */
  private static final int REACH = 4;

  private final ImageScale config;
  private final float[] gain = new float[3];
  private final float[] bias = new float[3];

  ImageScalePlan(ImageScale config) {
    this.config = config;
    for (int c = 0; c < config.channels(); c++) {
      double mean = config.mean().get(config.mean().size() == 1 ? 0 : c);
      double deviation = config.deviation().get(config.deviation().size() == 1 ? 0 : c);
      gain[c] = (float) (1 / deviation);
      bias[c] = (float) (-mean / deviation);
    }
  }

  public ImageScale config() {
    return config;
  }

  /** Floats of the output: channels x height x width. */
  public int outputSize() {
    return config.channels() * config.height() * config.width();
  }

  public int stateSize() {
    return 0;
  }

  public int scratchSize() {
    return REACH * (config.width() + 1) + 2 * config.channels() * config.width();
  }

  /** Additions and multiplications of the pixels of an image of this size. */
  public long flops(int width, int height) {
    long weighted = reached(height, config.height());
    long pixels = reached(width, config.width()) * Math.min(height, weighted);
    // a source pixel: weighted and added, in each channel, or first made into luma
    long each = config.channels() == 3 ? 6 : 7;
    return pixels * each + 2L * outputSize() * weighted / config.height();
  }

  /** Source pixels read along an axis, those that two output pixels share counted twice. */
  private long reached(int source, int target) {
    return averages(source, target) ? source + target : Math.min(2L, source) * target;
  }

  /**
   * Scales one image.
   *
   * @param rgb packed rows of red, green, blue bytes from rgbOff on
   * @param width of the source in pixels
   * @param height of the source in pixels
   * @param out receives {@link #outputSize} values from outOff on, channels first
   */
  public void scale(
      byte[] rgb,
      int rgbOff,
      int width,
      int height,
      float[] out,
      int outOff,
      float[] scratch,
      int scratchOff) {
    check(rgb, rgbOff, width, height);
    int row = scratchOff + REACH * config.width();
    int lines = row + REACH;
    for (int x = 0; x < config.width(); x++) {
      reach(width, config.width(), x, scratch, scratchOff + REACH * x);
    }
    int plane = config.width() * config.height();
    for (int c = 0; c < config.channels(); c++) {
      Arrays.fill(out, outOff + c * plane, outOff + (c + 1) * plane, bias[c]);
    }
    float middleColumn = middle(width, config.width());
    float middleRow = middle(height, config.height());
    // neighbours share source rows: the sums along the newest two of them are kept
    int done = -1;
    for (int y = 0; y < config.height(); y++) {
      reach(height, config.height(), y, scratch, row);
      int first = (int) scratch[row];
      int last = (int) scratch[row + 1];
      for (int r = first; r <= last; r++) {
        int line = lines + r % 2 * config.channels() * config.width();
        if (r > done) {
          int source = rgbOff + r * width * 3;
          if (config.channels() == 3) {
            colour(rgb, source, middleColumn, scratch, scratchOff, line);
          } else {
            luma(rgb, source, middleColumn, scratch, scratchOff, line);
          }
          done = r;
        }
        float weight = r == first ? scratch[row + 2] : r == last ? scratch[row + 3] : middleRow;
        add(weight, scratch, line, out, outOff + y * config.width());
      }
    }
  }

  private static void check(byte[] rgb, int rgbOff, int width, int height) {
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
      throw new IllegalArgumentException(
          "an image of " + width + " x " + height + " pixels: sides must be from 1 to " + MAX_SIDE);
    }
    if (rgbOff < 0 || 3L * width * height > rgb.length - (long) rgbOff) {
      throw new IllegalArgumentException(
          "an image of "
              + width
              + " x "
              + height
              + " pixels needs "
              + 3L * width * height
              + " bytes, there are "
              + (rgb.length - (long) rgbOff));
    }
  }

  private boolean averages(int source, int target) {
    return config.antialias() == ImageScale.Antialias.AREA && source > target;
  }

  /** The weight of a source pixel that is neither the first nor the last in reach. */
  private float middle(int source, int target) {
    return averages(source, target) ? (float) ((double) target / source) : 0;
  }

  /** The first and last source pixel of output pixel i along an axis, and their weights. */
  private void reach(int source, int target, int i, float[] table, int at) {
    int first;
    int last;
    double firstWeight;
    double lastWeight;
    if (averages(source, target)) {
      double share = (double) target / source;
      double begin = (double) i * source / target;
      double end = (i + 1.0) * source / target;
      first = (int) begin;
      last = Math.min(source, (int) Math.ceil(end)) - 1;
      firstWeight = (first + 1 - begin) * share;
      lastWeight = (end - last) * share;
    } else {
      double centre = Math.clamp((i + 0.5) * source / target - 0.5, 0, source - 1);
      first = (int) centre;
      last = Math.min(first + 1, source - 1);
      lastWeight = centre - first;
      firstWeight = 1 - lastWeight;
    }
    table[at] = first;
    table[at + 1] = last;
    table[at + 2] = (float) firstWeight;
    table[at + 3] = (float) lastWeight;
  }

  /** Adds the sums along a source row, weighted, to an output row of each channel. */
  private void add(float weight, float[] sums, int from, float[] out, int target) {
    int width = config.width();
    for (int c = 0; c < config.channels(); c++) {
      float factor = weight * gain[c];
      int to = target + c * width * config.height();
      for (int x = 0; x < width; x++) {
        out[to + x] += factor * sums[from + c * width + x];
      }
    }
  }

  /** Sums along a source row, those of red before those of green and blue. */
  private void colour(byte[] rgb, int source, float middle, float[] columns, int at, int line) {
    int width = config.width();
    for (int x = 0, t = at; x < width; x++, t += REACH) {
      int first = source + 3 * (int) columns[t];
      int last = source + 3 * (int) columns[t + 1];
      float w = columns[t + 2];
      float r = w * (rgb[first] & 255);
      float g = w * (rgb[first + 1] & 255);
      float b = w * (rgb[first + 2] & 255);
      if (last > first) {
        w = columns[t + 3];
        r += w * (rgb[last] & 255);
        g += w * (rgb[last + 1] & 255);
        b += w * (rgb[last + 2] & 255);
      }
      for (int p = first + 3; p < last; p += 3) {
        r += middle * (rgb[p] & 255);
        g += middle * (rgb[p + 1] & 255);
        b += middle * (rgb[p + 2] & 255);
      }
      columns[line + x] = r;
      columns[line + width + x] = g;
      columns[line + 2 * width + x] = b;
    }
  }

  /** Sums of the luma along a source row. */
  private void luma(byte[] rgb, int source, float middle, float[] columns, int at, int line) {
    for (int x = 0, t = at; x < config.width(); x++, t += REACH) {
      int first = source + 3 * (int) columns[t];
      int last = source + 3 * (int) columns[t + 1];
      float sum = columns[t + 2] * luma(rgb, first);
      if (last > first) {
        sum += columns[t + 3] * luma(rgb, last);
      }
      for (int p = first + 3; p < last; p += 3) {
        sum += middle * luma(rgb, p);
      }
      columns[line + x] = sum;
    }
  }

  private static float luma(byte[] rgb, int p) {
    return RED * (rgb[p] & 255) + GREEN * (rgb[p + 1] & 255) + BLUE * (rgb[p + 2] & 255);
  }
}
