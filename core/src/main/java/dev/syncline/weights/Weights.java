package dev.syncline.weights;

import dev.syncline.json.Field;
import dev.syncline.json.InputException;
import dev.syncline.spec.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** The tensors of a spec by name, in its order: in memory, or in a file that is mapped. */
public final class Weights implements AutoCloseable {
  private static final int CHUNK = 1 << 14;

  private final List<Parameter> parameters;
  private final Map<String, List<Integer>> shapes = new HashMap<>();
  private final Map<String, float[]> values;
  private final Optional<Safetensors> mapped;

  /**
   * @param parameters what the spec asks for
   * @param values the numbers, outer dimension first; the arrays are never written again
   */
  public Weights(List<Parameter> parameters, Map<String, float[]> values) {
    this.parameters = List.copyOf(parameters);
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    mapped = Optional.empty();
    parameters.forEach(p -> shapes.put(p.name(), p.shape()));
  }

  private Weights(List<Parameter> parameters, Safetensors mapped) {
    this.parameters = List.copyOf(parameters);
    this.mapped = Optional.of(mapped);
    values = view(parameters, mapped);
    parameters.forEach(p -> shapes.put(p.name(), p.shape()));
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
    try (Weights in = map(file, parameters)) {
      return new Weights(parameters, in.values);
    }
  }

  /**
   * The same, left in the file, which stays mapped until {@link #close}: asking for a tensor copies
   * it, and no copy is kept.
   */
  public static Weights map(Path file, List<Parameter> parameters) {
    Safetensors tensors = Safetensors.open(file);
    try {
      look(tensors);
      return map(tensors, parameters);
    } catch (RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  /** A mapped file, if it has what the spec asks for; its numbers are not looked at. */
  public static Weights map(Safetensors tensors, List<Parameter> parameters) {
    check(tensors, parameters);
    return new Weights(parameters, tensors);
  }

  /** Refuses a file one of whose numbers is not finite. */
  public static void look(Safetensors tensors) {
    for (Safetensors.Entry entry : tensors.entries().values()) {
      if (entry.type() == Safetensors.Type.F32) {
        finite(tensors.file(), tensors.bytes(entry.name()), entry.name());
      }
    }
  }

  private static void check(Safetensors tensors, List<Parameter> parameters) {
    Path file = tensors.file();
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
      tensors.buffer(p.name());
    }
    if (!left.isEmpty()) {
      throw new InputException(
          file
              + ": tensor \""
              + left.keySet().iterator().next()
              + "\" is not in the spec of model.json: remove it or use the spec it belongs to");
    }
  }

  private static void finite(Path file, ByteBuffer tensor, String name) {
    LongBuffer pairs = tensor.asLongBuffer();
    long[] chunk = new long[Math.min(CHUNK, pairs.capacity())];
    boolean all = true;
    for (int from = 0; from < pairs.capacity(); from += chunk.length) {
      int n = Math.min(chunk.length, pairs.capacity() - from);
      pairs.get(from, chunk, 0, n);
      all &= allFinite(chunk, n);
    }
    FloatBuffer values = tensor.asFloatBuffer();
    for (int i = all ? 2 * pairs.capacity() : 0; i < values.capacity(); i++) {
      if (!Float.isFinite(values.get(i))) {
        throw new InputException(
            file
                + ": tensor \""
                + name
                + "\" holds "
                + values.get(i)
                + " at position "
                + i
                + ": the file is damaged or the training diverged");
      }
    }
  }

  /** Of pairs of floats, without a branch: an exponent of ones carries over into the sign. */
  private static boolean allFinite(long[] pairs, int n) {
    long seen = 0;
    for (int i = 0; i < n; i++) {
      seen |= (pairs[i] & 0x7f8000007f800000L) + 0x0080000000800000L;
    }
    return (seen & 0x8000000080000000L) == 0;
  }

  /** The sizes of a tensor, the outer one first. */
  public List<Integer> shape(String name) {
    return shapes.get(name);
  }

  /** What the spec asks for. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** The numbers by name; not to be written to. */
  public Map<String, float[]> values() {
    return values;
  }

  /** The numbers of a tensor; not to be written to. */
  public float[] get(String name) {
    float[] v = values.get(name);
    if (v == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return v;
  }

  /** The numbers of a tensor, not copied: to be read by position, from any thread. */
  public FloatBuffer buffer(String name) {
    return mapped.map(file -> file.buffer(name)).orElseGet(() -> FloatBuffer.wrap(get(name)));
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
    ByteBuffer bytes = ByteBuffer.allocate(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (Parameter p : parameters) {
      sha.update((p.name() + p.shape()).getBytes(StandardCharsets.UTF_8));
      FloatBuffer v = buffer(p.name());
      for (int from = 0; from < v.capacity(); from += CHUNK) {
        int n = Math.min(CHUNK, v.capacity() - from);
        bytes.asFloatBuffer().put(0, v, from, n);
        sha.update(bytes.array(), 0, 4 * n);
      }
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

  /** Gives a mapped file back; its tensors cannot be asked for any more. */
  @Override
  public void close() {
    mapped.ifPresent(Safetensors::close);
  }

  /** The tensors of a mapped file, each copied when it is asked for. */
  private static Map<String, float[]> view(List<Parameter> parameters, Safetensors file) {
    return new AbstractMap<>() {
      @Override
      public float[] get(Object name) {
        return file.entries().containsKey(name) ? file.floats((String) name) : null;
      }

      @Override
      public Set<Entry<String, float[]>> entrySet() {
        Set<Entry<String, float[]>> all = new LinkedHashSet<>();
        parameters.forEach(p -> all.add(Map.entry(p.name(), file.floats(p.name()))));
        return all;
      }
    };
  }
}
