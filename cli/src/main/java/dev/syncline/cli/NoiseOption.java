package dev.syncline.cli;

import dev.syncline.json.Field;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Modality;
import dev.syncline.step.Model;
import dev.syncline.torch.train.Augmentation.Colour;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Noise in what a model is tried on. */
final class NoiseOption {
  @Option(
      names = "--noise",
      paramLabel = "NAME=DB",
      description =
          "noise in a sound, so many dB below the power of each clip, e.g. audio=0; may be repeated")
  private Map<String, Double> snrDb = Map.of();

  @Option(
      names = "--noise-colour",
      defaultValue = "WHITE",
      paramLabel = "COLOUR",
      description = "its spectrum (default ${DEFAULT-VALUE}): ${COMPLETION-CANDIDATES}")
  private Colour colour;

  @Option(
      names = "--noise-seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "seed of the noise (default ${DEFAULT-VALUE})")
  private long seed;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  Noise noise() {
    return new Noise(snrDb, colour, seed);
  }

  /**
   * Refuses what cannot be.
   *
   * @param left the modalities that are not left out
   */
  void check(Model model, Set<String> left) {
    Map<String, Modality> all = model.spec().modalities();
    for (String name : snrDb.keySet()) {
      if (!all.containsKey(name)) {
        throw usage("the model has no modality \"" + name + "\"" + Field.hint(name, all.keySet()));
      } else if (!(all.get(name).frontEnd() instanceof FrontEnd.Audio)) {
        throw usage(name + " is not a sound");
      } else if (!left.contains(name)) {
        throw usage(name + " is missing throughout (--without): take either");
      }
    }
    try {
      noise();
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
  }

  private ParameterException usage(String what) {
    return new ParameterException(spec.commandLine(), "--noise: " + what);
  }
}
