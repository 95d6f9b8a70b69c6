package dev.syncline.weights;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.spec.Parameter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The tensors of a spec by name, in its order. The arrays are never written after construction.
 *
 * @param parameters what the spec asks for
 * @param values the numbers, outer dimension first
 */
public record Weights(List<Parameter> parameters, Map<String, float[]> values) {

  public Weights {
    parameters = List.copyOf(parameters);
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Fresh weights: the same seed gives the same numbers on every machine. */
  public static Weights random(List<Parameter> parameters, long seed) {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Parameter p : parameters) {
      SplittableRandom random = new SplittableRandom(seed * 1_000_003 + p.name().hashCode());
      float[] v = new float[p.size()];
      for (int i = 0; i < v.length; i++) {
        v[i] = p.init().centre() + p.init().bound() * (float) (2 * random.nextDouble() - 1);
      }
      values.put(p.name(), v);
    }
    return new Weights(parameters, values);
  }

  /**
   * Reads the tensors that the spec asks for: all of them, no others, of its shapes, all finite.
   */
  public static Weights read(Path file, List<Parameter> parameters) {
    Map<String, float[]> values = new LinkedHashMap<>();
    try (Safetensors tensors = Safetensors.open(file)) {
      Map<String, Safetensors.Entry> left = new LinkedHashMap<>(tensors.entries());
      for (Parameter p : parameters) {
        Safetensors.Entry entry = left.remove(p.name());
        if (entry == null) {
          throw new InputException(
              file
                  + ": the tensor \""
                  + p.name()
                  + "\" is missing"
                  + Field.hint(p.name(), left.keySet()));
        }
        if (!entry.shape().equals(p.shape())) {
          throw new InputException(
              "%s: tensor \"%s\" has shape %s, the spec asks for %s"
                  .formatted(file, p.name(), entry.shape(), p.shape()));
        }
        values.put(p.name(), finite(file, p.name(), tensors.floats(p.name())));
      }
      if (!left.isEmpty()) {
        throw new InputException(
            file
                + ": tensor \""
                + left.keySet().iterator().next()
                + "\" is not in the spec of model.json: remove it or use the spec it belongs to");
      }
    }
    return new Weights(parameters, values);
  }

  public float[] get(String name) {
    float[] v = values.get(name);
    if (v == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return v;
  }

  /** Writes all tensors; see {@link SafetensorsWriter#write}. */
  public void write(Path file) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    parameters.forEach(p -> writer.add(p.name(), p.shape(), values.get(p.name())));
    writer.write(file);
  }

  /** SHA-256 over names, shapes and numbers. */
  public String digest() {
    MessageDigest sha = sha256();
    for (Parameter p : parameters) {
      sha.update((p.name() + p.shape()).getBytes(StandardCharsets.UTF_8));
      float[] v = values.get(p.name());
      byte[] bytes = new byte[4 * v.length];
      java.nio.ByteBuffer.wrap(bytes)
          .order(java.nio.ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .put(v);
      sha.update(bytes);
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static float[] finite(Path file, String name, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InputException(
            file
                + ": tensor \""
                + name
                + "\" holds "
                + values[i]
                + " at position "
                + i
                + ": the file is damaged or the training diverged");
      }
    }
    return values;
  }
}
