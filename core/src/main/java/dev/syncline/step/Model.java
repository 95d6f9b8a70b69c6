package dev.syncline.step;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.json.WholeFile;
import dev.syncline.signal.Encoder;
import dev.syncline.spec.FrozenEncoder;
import dev.syncline.spec.ModelSpec;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * A model ready to run: spec, weights and the program compiled from them. Immutable; any number of
 * sessions on any number of threads share one.
 *
 * @param encoders opens a frozen encoder: the model folder's file and its spec; called once for
 *     each encoder of each session
 * @param digest SHA-256 over spec, weights and encoder files, and the precision unless it is FP32:
 *     what decides a stream, every bit of it on one backend
 * @param backends gives a session or a batch what steps its streams
 */
public record Model(
    ModelSpec spec,
    Weights weights,
    Program program,
    Path folder,
    BiFunction<Path, FrozenEncoder, Encoder> encoders,
    String digest,
    Supplier<Backend> backends) {

  public static final String SPEC = "model.json";
  public static final String WEIGHTS = "model.safetensors";

  /** Loads a model without frozen encoders. */
  public static Model load(Path folder) {
    return load(
        folder,
        Kernels.best(),
        Precision.FP32,
        (file, encoder) -> {
          throw new InputException(file + ": this program has no runtime for ONNX encoders");
        });
  }

  /** Loads a model folder; whatever is missing, extra, misshapen or not finite is refused. */
  public static Model load(
      Path folder,
      Kernels kernels,
      Precision precision,
      BiFunction<Path, FrozenEncoder, Encoder> encoders) {
    ModelSpec spec = Records.read(ModelSpec.class, Json.read(folder.resolve(SPEC)));
    Weights weights = Weights.read(folder.resolve(WEIGHTS), spec.parameters());
    return of(spec, weights, kernels, precision, folder, encoders);
  }

  /** A model from its parts; {@code folder} is where encoder files are looked for. */
  public static Model of(
      ModelSpec spec,
      Weights weights,
      Kernels kernels,
      Path folder,
      BiFunction<Path, FrozenEncoder, Encoder> encoders) {
    return of(spec, weights, kernels, Precision.FP32, folder, encoders);
  }

  /** The same with its large matrices rounded. */
  public static Model of(
      ModelSpec spec,
      Weights weights,
      Kernels kernels,
      Precision precision,
      Path folder,
      BiFunction<Path, FrozenEncoder, Encoder> encoders) {
    Program program = Program.compile(spec.node(), weights, kernels, precision);
    String digest = digest(spec, weights, precision, folder);
    return new Model(spec, weights, program, folder, encoders, digest, () -> program);
  }

  /**
   * The same model stepped by something else than its program.
   *
   * @param other makes a backend for each session and batch, which closes it
   */
  public Model by(Supplier<Backend> other) {
    return new Model(spec, weights, program, folder, encoders, digest, other);
  }

  /** Writes the folder; encoder files are copied from this model's own. */
  public void write(Path to) throws IOException {
    Files.createDirectories(to);
    for (var modality : spec.modalities().values()) {
      if (modality.encoder().isPresent()) {
        Path file = to.resolve(modality.encoder().get().file());
        Files.createDirectories(file.getParent());
        Files.copy(
            folder.resolve(modality.encoder().get().file()),
            file,
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    weights.write(to.resolve(WEIGHTS));
    WholeFile.write(to.resolve(SPEC), spec.json().pretty());
  }

  /** A fresh stream, with a clock for the stages' times. */
  public Session open(Session.Sink sink) {
    return new Session(this, spec.modalities().keySet(), sink, System::nanoTime);
  }

  private static String digest(ModelSpec spec, Weights weights, Precision precision, Path folder) {
    var sha = Weights.sha256();
    if (precision != Precision.FP32) {
      sha.update(precision.name().getBytes(StandardCharsets.UTF_8));
    }
    sha.update(spec.canonical());
    sha.update(HexFormat.of().parseHex(weights.digest()));
    for (Map.Entry<String, dev.syncline.spec.Modality> e : spec.modalities().entrySet()) {
      e.getValue().encoder().ifPresent(encoder -> sha.update(hash(folder.resolve(encoder.file()))));
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static byte[] hash(Path file) {
    try (var in = Files.newInputStream(file)) {
      var sha = Weights.sha256();
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha.update(buffer, 0, n);
      }
      return sha.digest();
    } catch (IOException e) {
      throw new InputException(file + ": the model's encoder cannot be read: " + e.getMessage(), e);
    }
  }
}
