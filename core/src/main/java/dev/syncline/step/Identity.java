package dev.syncline.step;

import dev.syncline.json.InputException;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.weights.Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What decides every bit of a stream, as a digest: SHA-256 over spec, weights and encoder files,
 * and the precision unless it is FP32. Encoder files are read at once, the rest when the digest is
 * first asked for, by whichever thread asks; others wait.
 */
public final class Identity {
  private final ModelSpec spec;
  private final Weights weights;
  private final Precision precision;
  private final List<byte[]> encoders = new ArrayList<>();
  private String digest;

  Identity(ModelSpec spec, Weights weights, Precision precision, Path folder) {
    this.spec = spec;
    this.weights = weights;
    this.precision = precision;
    for (Modality modality : spec.modalities().values()) {
      modality.encoder().ifPresent(e -> encoders.add(hash(folder.resolve(e.file()))));
    }
  }

  synchronized String digest() {
    if (digest == null) {
      var sha = Weights.sha256();
      if (precision != Precision.FP32) {
        sha.update(precision.name().getBytes(StandardCharsets.UTF_8));
      }
      sha.update(spec.canonical());
      sha.update(HexFormat.of().parseHex(weights.digest()));
      encoders.forEach(sha::update);
      digest = HexFormat.of().formatHex(sha.digest());
      weights.close();
    }
    return digest;
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
