package dev.syncline.torch.train;

import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.json.Records.Default;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * How training clips are varied. Without any field given, nothing is changed. Nothing moves in
 * time, so labels stay right. {@link #draw} rolls the dice once a clip, for all modalities.
 *
 * @param gainDb loudness of the whole clip, -60 to 60 dB
 * @param noise added to the sound
 * @param specAugment bands and stretches of the log-mel rows that are hidden
 * @param picture place and colour of all pictures of a clip
 * @param modalityDropout modalities that are missing, for a while or for the whole clip
 */
public record Augmentation(
    @Default("{\"low\":0,\"high\":0}") Range gainDb,
    @Default("{}") Noise noise,
    @Default("{}") SpecAugment specAugment,
    @Default("{}") Picture picture,
    @Default("{}") ModalityDropout modalityDropout) {

  /** Changes nothing. */
  public static final Augmentation NONE =
      Records.read(Augmentation.class, Json.parse("no augmentation", "{}"));

  /** Numbers from {@code low} to {@code high}, evenly distributed. */
  public record Range(double low, double high) {
    public Range {
      if (!(low <= high) || !Double.isFinite(high - low)) {
        throw new IllegalArgumentException(
            "low must not be above high, are " + low + " and " + high);
      }
    }

    double draw(SplittableRandom random) {
      return Math.min(high, low + (high - low) * random.nextDouble());
    }
  }

  /** Spectrum of a noise: the same power at every frequency, or in every octave. */
  public enum Colour {
    WHITE,
    PINK
  }

  /**
   * Noise in every audio modality of a clip.
   *
   * @param probability of a clip to get noise
   * @param snrDb power of the clip's sound above that of the noise, -20 to 100 dB
   * @param colours one of them is taken
   */
  public record Noise(
      @Default("0") double probability,
      @Default("{\"low\":5,\"high\":30}") Range snrDb,
      @Default("[\"white\",\"pink\"]") List<Colour> colours) {
    public Noise {
      colours = List.copyOf(colours);
      chance("probability", probability);
      within("snr_db", snrDb, -20, 100);
      if (colours.isEmpty()) {
        throw new IllegalArgumentException("colours must name at least one colour of noise");
      }
    }
  }

  /**
   * Masks as in SpecAugment (Park et al. 2019, section 2), without its time warping, which would
   * move the labels.
   *
   * @param timeMasks how many stretches of a clip, 0 to 100
   * @param timeRows the longest one in rows (T), 0 to 100,000
   * @param timeShare the largest share of a clip that one stretch hides (p)
   * @param bandMasks how many groups of bands, 0 to 100
   * @param bands the widest one in bands (F), 0 to 4096
   */
  public record SpecAugment(
      @Default("0") int timeMasks,
      @Default("10") int timeRows,
      @Default("0.2") double timeShare,
      @Default("0") int bandMasks,
      @Default("8") int bands) {
    public SpecAugment {
      number("time_masks", timeMasks, 100);
      number("time_rows", timeRows, 100_000);
      chance("time_share", timeShare);
      number("band_masks", bandMasks, 100);
      number("bands", bands, 4096);
    }
  }

  /**
   * Pictures: v' = contrast · channel gain · v + brightness, where v is the normalised value.
   *
   * @param crop the largest shift along each axis as a share of the picture's side, 0 to 0.5
   * @param flip probability of a clip to be mirrored left to right
   * @param brightness in normalised units, -10 to 10
   * @param contrast factor, 0.01 to 10
   * @param channelGain factor, drawn for each channel, 0.01 to 10
   */
  public record Picture(
      @Default("0") double crop,
      @Default("0") double flip,
      @Default("{\"low\":0,\"high\":0}") Range brightness,
      @Default("{\"low\":1,\"high\":1}") Range contrast,
      @Default("{\"low\":1,\"high\":1}") Range channelGain) {
    public Picture {
      if (!(crop >= 0 && crop <= 0.5)) {
        throw new IllegalArgumentException("crop must be from 0 to 0.5, is " + crop);
      }
      chance("flip", flip);
      within("brightness", brightness, -10, 10);
      within("contrast", contrast, 0.01, 10);
      within("channel_gain", channelGain, 0.01, 10);
    }
  }

  /**
   * Missing modalities, as they come about in use: for a while, or from the first tick to the last.
   *
   * @param burst probability, for each clip and modality, of one burst
   * @param meanTicks mean length of a burst, geometrically distributed, 1 to 1,000,000 ticks
   * @param absent probability, for each clip and modality, that it is missing throughout
   */
  public record ModalityDropout(
      @Default("0") double burst, @Default("5") double meanTicks, @Default("0") double absent) {
    public ModalityDropout {
      chance("burst", burst);
      if (!(meanTicks >= 1 && meanTicks <= 1e6)) {
        throw new IllegalArgumentException("mean_ticks must be from 1 to 1e6, is " + meanTicks);
      }
      chance("absent", absent);
    }
  }

  public Augmentation {
    within("gain_db", gainDb, -60, 60);
  }

  /** What has dice of its own, so that changing one option leaves the draws of the others alone. */
  private enum Kind {
    GAIN,
    NOISE,
    TIME_MASKS,
    BAND_MASKS,
    CROP,
    FLIP,
    COLOUR,
    BURST,
    ABSENT,
    SPARED
  }

  /**
   * Decides what is done to one clip.
   *
   * @param ticks length of the clip, at least 1
   * @param seed of this clip in this epoch; same arguments, same draw
   */
  public Drawn draw(ModelSpec spec, int ticks, long seed) {
    if (ticks < 1) {
      throw new IllegalArgumentException("a clip has at least 1 tick, not " + ticks);
    }
    Map<String, Shape> audio = new LinkedHashMap<>();
    spec.modalities()
        .forEach(
            (name, m) -> {
              if (m.frontEnd() instanceof FrontEnd.Audio a) {
                audio.put(name, a.shape(spec.tick()));
              }
            });
    return new Drawn(
        ticks,
        gainDb.draw(random(seed, Kind.GAIN, 0)),
        drawNoise(random(seed, Kind.NOISE, 0)),
        drawTimeMasks(audio, ticks, random(seed, Kind.TIME_MASKS, 0)),
        drawBandMasks(audio, seed),
        drawPicture(seed),
        drawMissing(List.copyOf(spec.modalities().keySet()), ticks, seed));
  }

  /** Everything is drawn whether it is used or not: a probability alters nothing but how often. */
  private Optional<DrawnNoise> drawNoise(SplittableRandom random) {
    boolean noisy = random.nextDouble() < noise.probability;
    double snr = noise.snrDb.draw(random);
    Colour colour = noise.colours.get(random.nextInt(noise.colours.size()));
    // JSON's numbers hold 53 bits.
    long seed = random.nextLong() >>> 11;
    return noisy ? Optional.of(new DrawnNoise(colour, snr, seed)) : Optional.empty();
  }

  /** In the rows of the audio modality that has most of them; the others follow in time. */
  private List<Drawn.Span> drawTimeMasks(
      Map<String, Shape> audio, int ticks, SplittableRandom random) {
    int perTick = audio.values().stream().mapToInt(Shape::rows).max().orElse(0);
    int rows = Math.multiplyExact(ticks, perTick);
    int widest = (int) Math.min(specAugment.timeRows, specAugment.timeShare * rows);
    List<Drawn.Span> masks = new ArrayList<>();
    for (int i = 0; i < specAugment.timeMasks; i++) {
      int width = random.nextInt(widest + 1);
      int from = random.nextInt(rows - width + 1);
      if (width > 0) {
        masks.add(new Drawn.Span((double) from / perTick, (double) (from + width) / perTick));
      }
    }
    return masks;
  }

  private Map<String, List<Drawn.Span>> drawBandMasks(Map<String, Shape> audio, long seed) {
    Map<String, List<Drawn.Span>> masks = new LinkedHashMap<>();
    audio.forEach(
        (name, shape) -> {
          SplittableRandom random = random(seed, Kind.BAND_MASKS, masks.size());
          List<Drawn.Span> spans = new ArrayList<>();
          for (int i = 0; i < specAugment.bandMasks; i++) {
            int width = random.nextInt(Math.min(specAugment.bands, shape.width()) + 1);
            int from = random.nextInt(shape.width() - width + 1);
            if (width > 0) {
              spans.add(new Drawn.Span(from, from + width));
            }
          }
          masks.put(name, spans);
        });
    return masks;
  }

  private Drawn.Picture drawPicture(long seed) {
    Range shift = new Range(-picture.crop, picture.crop);
    SplittableRandom crop = random(seed, Kind.CROP, 0);
    SplittableRandom colour = random(seed, Kind.COLOUR, 0);
    return new Drawn.Picture(
        shift.draw(crop),
        shift.draw(crop),
        random(seed, Kind.FLIP, 0).nextDouble() < picture.flip,
        picture.brightness.draw(colour),
        picture.contrast.draw(colour),
        List.of(
            picture.channelGain.draw(colour),
            picture.channelGain.draw(colour),
            picture.channelGain.draw(colour)));
  }

  private Map<String, List<Drawn.Span>> drawMissing(List<String> names, int ticks, long seed) {
    Map<String, List<Drawn.Span>> missing = new LinkedHashMap<>();
    boolean nothingLeft = true;
    for (int i = 0; i < names.size(); i++) {
      List<Drawn.Span> spans = new ArrayList<>();
      if (random(seed, Kind.ABSENT, i).nextDouble() < modalityDropout.absent) {
        spans.add(new Drawn.Span(0, ticks));
      } else {
        drawBurst(ticks, random(seed, Kind.BURST, i)).ifPresent(spans::add);
      }
      nothingLeft &= spans.contains(new Drawn.Span(0, ticks));
      missing.put(names.get(i), spans);
    }
    if (nothingLeft) {
      int spared = random(seed, Kind.SPARED, 0).nextInt(names.size());
      missing.put(names.get(spared), List.of());
    }
    return missing;
  }

  /**
   * A burst may have begun before the clip and end after it, so that all ticks are missing equally
   * often, the first ones too.
   */
  private Optional<Drawn.Span> drawBurst(int ticks, SplittableRandom random) {
    boolean bursts = random.nextDouble() < modalityDropout.burst;
    // Geometric on 1, 2, ... by inversion: P(length > k) = (1 - 1/mean)^k.
    double log = StrictMath.log1p(-1 / modalityDropout.meanTicks);
    double k = Math.floor(StrictMath.log(1 - random.nextDouble()) / log);
    int length = (int) Math.min(ticks, 1 + k);
    int from = random.nextInt(1 - length, ticks);
    return bursts
        ? Optional.of(new Drawn.Span(Math.max(0, from), Math.min(ticks, from + length)))
        : Optional.empty();
  }

  private static SplittableRandom random(long seed, Kind kind, int index) {
    long mixed = new SplittableRandom(seed).nextLong();
    return new SplittableRandom(mixed + ((long) kind.ordinal() << 32) + index);
  }

  private static void chance(String name, double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException(name + " must be from 0 to 1, is " + p);
    }
  }

  private static void number(String name, int n, int most) {
    if (n < 0 || n > most) {
      throw new IllegalArgumentException(name + " must be from 0 to " + most + ", is " + n);
    }
  }

  private static void within(String name, Range range, double least, double most) {
    if (range.low < least || range.high > most) {
      throw new IllegalArgumentException(
          "%s must lie from %s to %s, is %s to %s"
              .formatted(name, least, most, range.low, range.high));
    }
  }
}
