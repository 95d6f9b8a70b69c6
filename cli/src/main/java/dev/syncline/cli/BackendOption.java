package dev.syncline.cli;

import dev.syncline.json.InputException;
import dev.syncline.onnx.AutoBackend;
import dev.syncline.onnx.OnnxBackend;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Precision;
import dev.syncline.step.Second;
import dev.syncline.step.VectorKernels;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What steps a model's streams; anything else than what was asked for is said on standard error.
 */
final class BackendOption {
  enum Name {
    plain,
    vector,
    onnx,
    auto
  }

  @Option(
      names = "--backend",
      defaultValue = "vector",
      description =
          "what steps the model: plain or vector kernels, ONNX Runtime, or auto, which measures the last two (${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE})")
  private Name name;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description =
          "2: the vector set takes a second core for large products; pays where one is free (default ${DEFAULT-VALUE})")
  private int threads;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Loads a model with its backend. */
  Model load(Path folder, Precision precision, PrintWriter err) {
    if (threads < 1 || threads > 2) {
      throw new ParameterException(command.commandLine(), "--threads: 1 or 2, not " + threads);
    }
    if (threads == 2 && (name == Name.plain || name == Name.onnx)) {
      throw new ParameterException(
          command.commandLine(), "--threads 2 goes with --backend vector or auto, not " + name);
    }
    Kernels kernels = name == Name.plain ? new PlainKernels() : vector(err);
    Model model = Models.load(folder, kernels, precision);
    if (name == Name.plain || name == Name.vector) {
      return model;
    }
    try {
      if (name == Name.onnx) {
        return model.by(OnnxBackend.of(model.program(), 1));
      }
      AutoBackend.Choice choice = AutoBackend.choose(model.program(), 1);
      err.println("backend auto: " + choice.describe());
      return model.by(choice.backends());
    } catch (InputException e) {
      err.println("backend " + name + ": " + e.getMessage() + "; takes " + kernels.describe());
      return model;
    }
  }

  private Kernels vector(PrintWriter err) {
    Optional<String> lacking = Kernels.lacking();
    if (lacking.isPresent()) {
      err.println("backend vector: " + lacking.get() + "; takes plain");
      return new PlainKernels();
    }
    return threads == 2 ? new VectorKernels(new Second()) : new VectorKernels();
  }
}
