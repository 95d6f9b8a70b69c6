package dev.syncline.cli;

import dev.syncline.json.InputException;
import dev.syncline.onnx.Binding;
import dev.syncline.onnx.OnnxEncoder;
import dev.syncline.signal.Encoder;
import dev.syncline.spec.FrozenEncoder;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.Precision;
import java.nio.file.Files;
import java.nio.file.Path;

/** Model folders as the commands take them: a model, or a run that holds one. */
final class Models {
  private Models() {}

  /** Loads {@code DIR} or {@code DIR/model}. */
  static Model load(Path dir) {
    return load(dir, Precision.FP32);
  }

  /** The same with its large matrices rounded. */
  static Model load(Path dir, Precision precision) {
    return load(dir, Kernels.best(), precision);
  }

  static Model load(Path dir, Kernels kernels, Precision precision) {
    return Model.load(folder(dir), kernels, precision, Models::encoder);
  }

  static Path folder(Path dir) {
    if (Files.exists(dir.resolve(Model.SPEC))) {
      return dir;
    } else if (Files.exists(dir.resolve("model").resolve(Model.SPEC))) {
      return dir.resolve("model");
    } else if (Files.exists(dir.resolve("config.json"))) {
      throw new InputException(dir + ": its training has not finished: go on with train --resume");
    }
    throw new InputException(dir + ": no model there (no " + Model.SPEC + ")");
  }

  /** Opens a frozen encoder with ONNX Runtime. */
  static Encoder encoder(Path file, FrozenEncoder e) {
    var states =
        e.states().stream().map(s -> new Binding.State(s.input(), s.output(), s.shape())).toList();
    Encoder encoder = new OnnxEncoder(file, new Binding(e.input(), e.shape(), e.output(), states));
    if (encoder.width() != e.width()) {
      encoder.close();
      throw new InputException(
          "%s: output %s has %d numbers, the model says %d"
              .formatted(file, e.output(), encoder.width(), e.width()));
    }
    return encoder;
  }
}
