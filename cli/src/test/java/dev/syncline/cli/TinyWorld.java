package dev.syncline.cli;

import dev.syncline.data.Dataset;
import dev.syncline.data.synth.SynthWorld;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.time.Tick;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A few small scenes, and models of them with random weights. */
record TinyWorld(Path folder, Dataset data) {
  /** One scene to train on and three to test. */
  static TinyWorld make(Path folder, double seconds) {
    Path dir = folder.resolve("world");
    new SynthWorld(4, 4, seconds, 32, 10, SynthWorld.split(0.25, 0, 0.75)).write(dir, 2);
    return new TinyWorld(folder, Dataset.open(dir));
  }

  Path dir() {
    return data.dir();
  }

  /**
   * Writes a model of some modalities; frozen encoders are copied from a folder if one is given.
   */
  Path model(String name, double tickMs, Optional<Path> encoders, String... modalities)
      throws IOException {
    ModelSpec spec =
        new Presets(data, Tick.ofMillis(tickMs), encoders).spec(Design.of(List.of(modalities)));
    Path to = folder.resolve(name);
    Presets.placeEncoders(spec, encoders, folder);
    Weights weights = Weights.random(spec.parameters(), 3);
    Model.of(spec, weights, new PlainKernels(), folder, Models::encoder).write(to);
    return to;
  }
}
