package dev.syncline.step;

import dev.syncline.json.InputException;
import dev.syncline.weights.Safetensors;
import dev.syncline.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The panels of a model in FP32 as they lie in memory, in a file beside its weights: loading copies
 * them and packs nothing. Tensor n is the n-th panels of the program, {@code [outputs + padding, in
 * + 1]}: its streams one after another, then the bias. Refused: a file that is damaged, or not made
 * of this model's spec and weights.
 */
final class Packed implements AutoCloseable {
  private static final String LAYOUT = "layout";

  /** To be raised when panels are laid out otherwise. */
  private static final String VERSION = "1";

  private static final String SPEC = "crc32c of " + Model.SPEC;
  private static final String WEIGHTS = "crc32c of " + Model.WEIGHTS;
  private static final String PANELS = "crc32c of the panels";

  /** Inputs from one to the next that is compared with the weights. */
  private static final int SAMPLE = 16;

  private final Safetensors tensors;
  private final Deferred<Boolean> intact;
  private final List<Deferred<float[][]>> arrays = new ArrayList<>();
  private int next;

  private Packed(Safetensors tensors, Safetensors weights) {
    this.tensors = tensors;
    intact = new Deferred<>(() -> intact(weights));
    for (int i = 0; i < tensors.entries().size(); i++) {
      String name = Integer.toString(i);
      arrays.add(new Deferred<>(() -> arrays(name)));
    }
  }

  /** The file in a model's folder; panels differ with the width of vectors. */
  static Path file(Path folder) {
    return folder.resolve("model.packed-" + Matrix.WIDTH);
  }

  /** Writes the panels of a program, in its order. */
  static Path write(Path folder, Safetensors weights, List<Panels> panels) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    CRC32C sum = new CRC32C();
    for (int i = 0; i < panels.size(); i++) {
      Panels p = panels.get(i);
      int padded = p.bias().length;
      float[] all = new float[Math.multiplyExact(padded, p.in() + 1)];
      int at = 0;
      for (int s = 0; s < Matrix.STREAMS; s++) {
        int n = Panels.outputs(padded, s) * p.in();
        System.arraycopy(p.data()[s], 0, all, at, n);
        at += n;
      }
      System.arraycopy(p.bias(), 0, all, at, padded);
      add(sum, all);
      writer.add(Integer.toString(i), List.of(padded, p.in() + 1), all);
    }
    writer.meta(LAYOUT, VERSION).meta(SPEC, spec(folder));
    writer.meta(WEIGHTS, sum(weights)).meta(PANELS, hex(sum.getValue()));
    writer.write(file(folder));
    return file(folder);
  }

  /** The panels of a folder with these weights, if they were packed. */
  static Optional<Packed> find(Path folder, Safetensors weights) {
    return Files.exists(file(folder)) ? Optional.of(open(folder, weights)) : Optional.empty();
  }

  private static Packed open(Path folder, Safetensors weights) {
    Safetensors tensors = tensors(file(folder));
    try {
      var said = tensors.metadata();
      if (!VERSION.equals(said.get(LAYOUT))
          || !spec(folder).equals(said.get(SPEC))
          || tensors.entries().values().stream().anyMatch(e -> e.type() != Safetensors.Type.F32)) {
        throw stale(tensors.file());
      }
      return new Packed(tensors, weights);
    } catch (RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  private static Safetensors tensors(Path file) {
    try {
      return Safetensors.open(file);
    } catch (InputException e) {
      throw new InputException(e.getMessage() + ": run syncline pack again, or delete it", e);
    }
  }

  /** Refuses a damaged file and one of other weights. */
  void look() {
    intact.get();
  }

  private boolean intact(Safetensors weights) {
    var said = tensors.metadata();
    if (!sum(weights).equals(said.get(WEIGHTS))) {
      throw stale(tensors.file());
    }
    if (!hex(tensors.checksum()).equals(said.get(PANELS))) {
      throw new InputException(
          tensors.file() + ": is damaged: run syncline pack again, or delete it");
    }
    return true;
  }

  /** To be called when the program is complete: nothing may be left. */
  void end() {
    if (next < arrays.size()) {
      throw stale(tensors.file());
    }
  }

  private static InputException stale(Path file) {
    return new InputException(
        "%s: was not made of this %s and %s: run syncline pack again, or delete it"
            .formatted(file, Model.SPEC, Model.WEIGHTS));
  }

  /**
   * Copies all panels, the last first: who asks for them at the same time begins with the first.
   */
  void copy() {
    for (int i = arrays.size() - 1; i >= 0; i--) {
      arrays.get(i).make();
    }
  }

  /** The program's next panels, in place of packing these rows. */
  Panels next(Rows rows) {
    int padded = Panels.padded(rows.out());
    String name = Integer.toString(next);
    var entry = tensors.entries().get(name);
    if (entry == null || !entry.shape().equals(List.of(padded, rows.in() + 1))) {
      throw stale(tensors.file());
    }
    float[][] all = arrays.get(next++).get();
    float[][] data = Arrays.copyOf(all, Matrix.STREAMS);
    Panels panels = new Panels(rows.out(), rows.in(), data, all[Matrix.STREAMS]);
    if (!sameRow(panels, rows, 0) || !sameRow(panels, rows, rows.out() - 1)) {
      look();
      throw stale(tensors.file()); // packed in another order, by another version
    }
    return panels;
  }

  /** Whether a row and its bias are what packing would make of the weights, as far as looked at. */
  private static boolean sameRow(Panels panels, Rows rows, int o) {
    float[] row = new float[rows.in()];
    rows.read(o, 1, row);
    boolean same = panels.bias()[o] == (rows.bias() == null ? 0 : rows.bias()[o]);
    for (int k = 0; k < row.length; k += SAMPLE) {
      same &= panels.weight(o, k) == row[k];
    }
    return same;
  }

  private float[][] arrays(String name) {
    List<Integer> shape = tensors.entries().get(name).shape();
    int padded = shape.getFirst();
    int in = shape.get(1) - 1;
    float[][] all = new float[Matrix.STREAMS + 1][];
    long at = 0;
    for (int i = 0; i < all.length; i++) {
      boolean stream = i < Matrix.STREAMS;
      int n = stream ? Panels.outputs(padded, i) * in : padded;
      all[i] = stream ? Panels.stream(padded, in, i) : new float[n];
      tensors.floats(name, at, all[i], 0, n);
      at += n;
    }
    return all;
  }

  /** Of the tensors' header, since equal bytes may have other names, and of their bytes. */
  private static String sum(Safetensors weights) {
    StringBuilder header = new StringBuilder();
    for (Safetensors.Entry e : weights.entries().values()) {
      header.append(e.name()).append(e.type()).append(e.shape()).append(e.begin()).append('\n');
    }
    CRC32C sum = new CRC32C();
    sum.update(header.toString().getBytes(StandardCharsets.UTF_8));
    return hex(sum.getValue()) + "-" + hex(weights.checksum());
  }

  private static String spec(Path folder) {
    CRC32C sum = new CRC32C();
    try {
      sum.update(Files.readAllBytes(folder.resolve(Model.SPEC)));
    } catch (IOException e) {
      throw new InputException(folder + ": cannot be read: " + e.getMessage(), e);
    }
    return hex(sum.getValue());
  }

  private static void add(CRC32C sum, float[] values) {
    ByteBuffer block = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < values.length; from += block.capacity() / 4) {
      int n = Math.min(block.capacity() / 4, values.length - from);
      block.clear().asFloatBuffer().put(values, from, n);
      sum.update(block.limit(4 * n));
    }
  }

  private static String hex(long sum) {
    return Long.toHexString(sum);
  }

  /** Gives the file back; panels that were copied stay. */
  @Override
  public void close() {
    tensors.close();
  }
}
