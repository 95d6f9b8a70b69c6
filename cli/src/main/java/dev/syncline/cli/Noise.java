package dev.syncline.cli;

import dev.syncline.data.Clip;
import dev.syncline.data.ClipPackets;
import dev.syncline.data.Dataset;
import dev.syncline.torch.train.Augmentation.Colour;
import dev.syncline.torch.train.DrawnNoise;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Noise in the recordings that a model is tried on. A clip's noise depends on its id, the modality
 * and the seed alone, so that every model hears the same.
 *
 * @param snrDb by modality, mean power of the clip's own sound above that of the noise, -40 to 100
 *     dB
 * @param colour of the noise's spectrum
 */
record Noise(Map<String, Double> snrDb, Colour colour, long seed) {
  static final Noise NONE = new Noise(Map.of(), Colour.WHITE, 0);

  Noise {
    snrDb = Collections.unmodifiableMap(new LinkedHashMap<>(snrDb));
    snrDb.forEach(
        (name, snr) -> {
          if (!(snr >= -40 && snr <= 100)) {
            throw new IllegalArgumentException(
                "the noise in " + name + " must be from -40 to 100 dB, is " + snr);
          }
        });
  }

  boolean in(String modality) {
    return snrDb.containsKey(modality);
  }

  /** What it does to the samples of a clip. */
  ClipPackets.Samples on(Dataset data, Clip clip) {
    return (modality, samples) ->
        in(modality)
            ? new DrawnNoise(colour, snrDb.get(modality), seed(clip.id() + "/" + modality))
                .in(samples, (int) data.modality(modality).rateHz())
            : samples;
  }

  /** The hash of a string is specified, so it is the same everywhere. */
  private long seed(String name) {
    return new SplittableRandom(new SplittableRandom(seed).nextLong() + name.hashCode()).nextLong()
        >>> 11;
  }
}
