package dev.syncline.step;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.json.WholeFile;
import dev.syncline.signal.Encoder;
import dev.syncline.spec.FrozenEncoder;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.weights.Safetensors;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A model ready to run: spec, weights and the program compiled from them. Immutable; any number of
 * sessions on any number of threads share one.
 *
 * @param source gives the weights as they are in the file; a model that was loaded keeps only what
 *     its program reads, and reads the file again
 * @param encoders opens a frozen encoder: the model folder's file and its spec; called once for
 *     each encoder of each session
 * @param identity makes the digest
 * @param backends gives a session or a batch what steps its streams
 */
public record Model(
    ModelSpec spec,
    Supplier<Weights> source,
    Program program,
    Path folder,
    BiFunction<Path, FrozenEncoder, Encoder> encoders,
    Identity identity,
    Supplier<Backend> backends) {

  public static final String SPEC = "model.json";
  public static final String WEIGHTS = "model.safetensors";

  /** Loads a model without frozen encoders, for the best kernels. */
  public static Model load(Path folder) {
    return load(
        folder,
        new Deferred<>(Kernels::best).beside(), // the Vector API takes its time
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
    return load(folder, () -> kernels, precision, encoders);
  }

  private static Model load(
      Path folder,
      Supplier<Kernels> kernels,
      Precision precision,
      BiFunction<Path, FrozenEncoder, Encoder> encoders) {
    Path file = folder.resolve(WEIGHTS);
    var opened = new Deferred<>(() -> Safetensors.open(file));
    var packed =
        new Deferred<>(
            () ->
                precision == Precision.FP32
                    ? Packed.find(folder, opened.get())
                    : Optional.<Packed>empty());
    var looked = new Deferred<>(() -> looked(opened.get(), packed.get()));
    looked.beside(); // while the rest goes on
    ModelSpec spec;
    Identity identity;
    Program program;
    try {
      spec = Records.read(ModelSpec.class, Json.read(folder.resolve(SPEC)));
      Node node = spec.node();
      Weights mapped = Weights.map(opened.get(), Parameter.of(node));
      identity = new Identity(spec, mapped, precision, folder);
      Function<Rows, Panels> panels =
          packed.get().<Function<Rows, Panels>>map(p -> p::next).orElse(Panels::pack);
      program = Program.compile(node, mapped, kernels.get(), precision, panels);
      looked.get();
      packed.get().ifPresent(Packed::end);
    } catch (RuntimeException | Error e) {
      looked.settled();
      packed.settled().flatMap(found -> found).ifPresent(Packed::close);
      opened.settled().ifPresent(Safetensors::close);
      throw e;
    }
    // behind the first steps, which need all cores; a snapshot that wants it sooner makes it
    CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS)
        .execute(
            () -> {
              packed.get().ifPresent(Packed::close);
              identity.digest();
            });
    Supplier<Weights> source =
        () -> {
          Weights again = Weights.read(file, spec.parameters());
          if (!new Identity(spec, again, precision, folder).digest().equals(identity.digest())) {
            throw new InputException(
                file + ": not the weights that the model was loaded from: load it again");
          }
          return again;
        };
    return new Model(spec, source, program, folder, encoders, identity, () -> program);
  }

  /** Looks at all numbers: what was packed was looked at before, and is copied meanwhile. */
  private static boolean looked(Safetensors weights, Optional<Packed> packed) {
    packed.ifPresentOrElse(Packed::copy, () -> Weights.look(weights));
    packed.ifPresent(Packed::look);
    return true;
  }

  /**
   * Writes beside a model's weights, for this CPU's width of vectors, the panels that a program in
   * FP32 reads: {@link #load} then copies them, which takes less than packing. Replaces the file.
   *
   * @return the file; to be written again when the model changes, loading refuses it else
   */
  public static Path pack(Path folder) throws IOException {
    try (Safetensors weights = Safetensors.open(folder.resolve(WEIGHTS))) {
      WholeFile.check(Packed.file(folder));
      Weights.look(weights);
      ModelSpec spec = Records.read(ModelSpec.class, Json.read(folder.resolve(SPEC)));
      Weights mapped = Weights.map(weights, Parameter.of(spec.node()));
      List<Panels> all = new ArrayList<>();
      Program.compile(
          spec.node(),
          mapped,
          Kernels.best(),
          Precision.FP32,
          rows -> {
            all.add(Panels.pack(rows));
            return all.getLast();
          });
      return Packed.write(folder, weights, all);
    }
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
    Identity identity = new Identity(spec, weights, precision, folder);
    return new Model(spec, () -> weights, program, folder, encoders, identity, () -> program);
  }

  /** The weights as they are in the file, not rounded. */
  public Weights weights() {
    return source.get();
  }

  /**
   * SHA-256 over spec, weights and encoder files, and the precision unless it is FP32: what decides
   * a stream, every bit of it on one backend. Asking for it soon after loading waits until it is
   * made.
   */
  public String digest() {
    return identity.digest();
  }

  /**
   * The same model stepped by something else than its program.
   *
   * @param other makes a backend for each session and batch, which closes it
   */
  public Model by(Supplier<Backend> other) {
    return new Model(spec, source, program, folder, encoders, identity, other);
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
    weights().write(to.resolve(WEIGHTS));
    WholeFile.write(to.resolve(SPEC), spec.json().pretty());
  }

  /** A fresh stream, with a clock for the stages' times. */
  public Session open(Session.Sink sink) {
    return new Session(this, spec.modalities().keySet(), sink, System::nanoTime);
  }
}
