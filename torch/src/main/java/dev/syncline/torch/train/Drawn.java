package dev.syncline.torch.train;

import dev.syncline.signal.ImageScale;
import dev.syncline.spec.FrontEnd;
import dev.syncline.step.Block;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that was done to one clip in one epoch, in every modality: applied again, also after a trip
 * through JSON, it gives the same bits. Nothing here moves in time. The methods leave their
 * arguments as they are.
 *
 * @param ticks length of the clip
 * @param gainDb of the sound
 * @param noise added to the sound
 * @param timeMasks hidden stretches of all audio rows, in ticks
 * @param bandMasks hidden bands of each audio modality
 * @param picture done to every picture
 * @param missing stretches in which a modality is missing, in whole ticks; every modality of the
 *     model is named
 */
public record Drawn(
    int ticks,
    double gainDb,
    Optional<DrawnNoise> noise,
    List<Span> timeMasks,
    Map<String, List<Span>> bandMasks,
    Picture picture,
    Map<String, List<Span>> missing) {

  /** From {@code from} to before {@code to}. */
  public record Span(double from, double to) {
    public Span {
      if (!(from >= 0 && from < to && to <= Integer.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "a span must be 0 <= from < to, is from " + from + " to " + to);
      }
    }

    /** The first row of the span, at so many rows for each unit of the span. */
    private int first(int rows) {
      return (int) Math.min(Integer.MAX_VALUE, Math.round(from * rows));
    }

    /** The row after its last. */
    private int end(int rows) {
      return (int) Math.min(Integer.MAX_VALUE, Math.round(to * rows));
    }
  }

  /**
   * The same for all pictures of the clip.
   *
   * @param shiftY of the crop, as a share of the picture's height
   * @param shiftX likewise of its width
   * @param flip left to right, after the crop
   * @param channelGains three; a picture of one channel takes the first
   */
  public record Picture(
      double shiftY,
      double shiftX,
      boolean flip,
      double brightness,
      double contrast,
      List<Double> channelGains) {
    public Picture {
      channelGains = List.copyOf(channelGains);
      if (channelGains.size() != 3) {
        throw new IllegalArgumentException(
            "channel_gains must hold 3 numbers, holds " + channelGains.size());
      }
      if (!(Math.abs(shiftY) <= 1 && Math.abs(shiftX) <= 1)) {
        throw new IllegalArgumentException(
            "shifts must be from -1 to 1, are " + shiftY + " and " + shiftX);
      }
    }

    private boolean coloured() {
      return brightness != 0 || contrast != 1 || channelGains.stream().anyMatch(g -> g != 1);
    }
  }

  public Drawn {
    timeMasks = List.copyOf(timeMasks);
    bandMasks = copy(bandMasks);
    missing = copy(missing);
    if (ticks < 1) {
      throw new IllegalArgumentException("ticks must be at least 1, is " + ticks);
    }
    if (!(Math.abs(gainDb) <= 200)) {
      throw new IllegalArgumentException("gain_db must be from -200 to 200, is " + gainDb);
    }
  }

  private static Map<String, List<Span>> copy(Map<String, List<Span>> spans) {
    Map<String, List<Span>> result = new LinkedHashMap<>();
    spans.forEach((name, list) -> result.put(name, List.copyOf(list)));
    return Collections.unmodifiableMap(result);
  }

  /** Whether {@link #samples} changes anything. */
  boolean changesSamples() {
    return gainDb != 0 || noise.isPresent();
  }

  /**
   * The clip's sound before the front end: gain, then noise, then clipping to [-1, 1] as in any
   * recording. The noise is as loud as the mean power of the whole clip asks for; a clip of digital
   * silence stays silent.
   *
   * @param waveform mono samples
   * @param rateHz samples a second
   */
  public float[] samples(String modality, float[] waveform, int rateHz) {
    spans(missing, modality);
    if (!changesSamples()) {
      return waveform.clone();
    }
    double gain = StrictMath.pow(10, gainDb / 20);
    double[] sound = new double[waveform.length];
    Arrays.setAll(sound, i -> gain * waveform[i]);
    int index = List.copyOf(missing.keySet()).indexOf(modality);
    noise.ifPresent(n -> n.addTo(sound, rateHz, index));
    float[] result = new float[sound.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) Math.clamp(sound[i], -1, 1);
    }
    return result;
  }

  /**
   * The front end's rows of the whole clip: masks on audio, crop, flip and colour on pictures
   * ([height, width, channels]), then missing stretches. Invalid rows stay as they are.
   *
   * @throws IllegalArgumentException if the rows are not of the front end's form (for the rows of a
   *     frozen encoder see {@link #missing(String, Block)}) or of another length than the clip
   */
  public Block rows(String modality, Block rows, FrontEnd frontEnd) {
    Block result = copy(rows);
    switch (frontEnd) {
      case FrontEnd.Audio a -> {
        form(modality, rows, List.of(a.rows().logMel().bands()));
        mask(result, spans(bandMasks, modality));
      }
      case FrontEnd.Image i -> {
        ImageScale s = i.scale();
        form(modality, rows, List.of(s.height(), s.width(), s.channels()));
        move(rows, result);
        if (picture.coloured()) {
          colour(result, s);
        }
      }
      case FrontEnd.Vector v -> form(modality, rows, List.of(v.rows().channels()));
    }
    drop(modality, result);
    return result;
  }

  /** Only the missing stretches, on rows of any form and rate, such as a frozen encoder's. */
  public Block missing(String modality, Block rows) {
    Block result = copy(rows);
    drop(modality, result);
    return result;
  }

  private Block copy(Block rows) {
    if (rows.ticks() != ticks) {
      throw new IllegalArgumentException(
          "drawn for a clip of %d ticks, not %d".formatted(ticks, rows.ticks()));
    }
    return new Block(rows.shape(), ticks, rows.values().clone(), rows.valid().clone());
  }

  private static void form(String modality, Block rows, List<Integer> dims) {
    if (!rows.shape().dims().equals(dims)) {
      throw new IllegalArgumentException(
          "%s: rows of %s are not the front end's %s"
              .formatted(modality, rows.shape().dims(), dims));
    }
  }

  private static List<Span> spans(Map<String, List<Span>> of, String modality) {
    List<Span> spans = of.get(modality);
    if (spans == null) {
      throw new IllegalArgumentException("drawn for " + of.keySet() + ", not for " + modality);
    }
    return spans;
  }

  /**
   * Masked values become the mean of the clip's valid ones. Zero, which the paper takes, is the
   * mean of its normalised features; of a plain logarithm it is a loud sound, and the smallest
   * value is silence: either would be evidence of something that is not there. The mean knows the
   * whole clip, but it is one number, and in use nothing is masked.
   */
  private void mask(Block rows, List<Span> bands) {
    int width = rows.shape().width();
    int perTick = rows.shape().rows();
    double sum = 0;
    long count = 0;
    for (int r = 0; r < rows.valid().length; r++) {
      if (rows.valid()[r] != 0) {
        for (int i = r * width; i < (r + 1) * width; i++) {
          sum += rows.values()[i];
        }
        count += width;
      }
    }
    float mean = count == 0 ? 0 : (float) (sum / count);
    for (int r = 0; r < rows.valid().length; r++) {
      if (rows.valid()[r] == 0) {
        continue;
      }
      for (Span s : timeMasks) {
        if (r >= s.first(perTick) && r < s.end(perTick)) {
          Arrays.fill(rows.values(), r * width, (r + 1) * width, mean);
        }
      }
      for (Span s : bands) {
        int from = Math.min(width, s.first(1));
        int to = Math.min(width, s.end(1));
        Arrays.fill(rows.values(), r * width + from, r * width + to, mean);
      }
    }
  }

  /** Crop and flip: pixel (y, x) comes from (y + dy, x + dx), the nearest one where none is. */
  private void move(Block from, Block to) {
    int height = from.shape().dims().get(0);
    int width = from.shape().dims().get(1);
    int channels = from.shape().dims().get(2);
    int dy = (int) Math.round(picture.shiftY * height);
    int dx = (int) Math.round(picture.shiftX * width);
    if (dy == 0 && dx == 0 && !picture.flip) {
      return;
    }
    for (int r = 0; r < from.valid().length; r++) {
      int base = r * height * width;
      for (int p = 0; p < height * width && from.valid()[r] != 0; p++) {
        int x = p % width;
        int y = Math.clamp(p / width + dy, 0, height - 1);
        x = Math.clamp((picture.flip ? width - 1 - x : x) + dx, 0, width - 1);
        int source = (base + y * width + x) * channels;
        System.arraycopy(from.values(), source, to.values(), (base + p) * channels, channels);
      }
    }
  }

  /**
   * Works on the values that {@link ImageScale} has normalised, so contrast and gain turn about its
   * mean, which is fixed: the mean of a picture would differ from frame to frame. The result is
   * kept to what pixels from 0 to 255 can give.
   */
  private void colour(Block rows, ImageScale scale) {
    int channels = scale.channels();
    for (int c = 0; c < channels; c++) {
      double mean = scale.mean().get(scale.mean().size() == 1 ? 0 : c);
      double deviation = scale.deviation().get(scale.deviation().size() == 1 ? 0 : c);
      double black = -mean / deviation;
      double white = (255 - mean) / deviation;
      double gain = picture.contrast * picture.channelGains.get(c);
      for (int r = 0; r < rows.valid().length; r++) {
        int end = rows.valid()[r] == 0 ? 0 : (r + 1) * rows.shape().size();
        for (int i = r * rows.shape().size() + c; i < end; i += channels) {
          double v = gain * rows.values()[i] + picture.brightness;
          rows.values()[i] = (float) Math.clamp(v, black, white);
        }
      }
    }
  }

  private void drop(String modality, Block rows) {
    for (Span s : spans(missing, modality)) {
      int first = Math.min(rows.valid().length, s.first(rows.shape().rows()));
      int end = Math.min(rows.valid().length, s.end(rows.shape().rows()));
      Arrays.fill(rows.valid(), first, end, 0);
      Arrays.fill(rows.values(), first * rows.shape().size(), end * rows.shape().size(), 0);
    }
  }
}
