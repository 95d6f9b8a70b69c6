package dev.syncline.step;

import dev.syncline.spec.Layer.Function;
import java.util.Optional;

/**
 * The arithmetic that takes the time, in two sets: plain loops that anyone can check, and the same
 * with the Vector API. Everything else is written once on top of these. Kernels have no state.
 */
public sealed interface Kernels permits PlainKernels, VectorKernels {

  /**
   * {@code y[r] = W x[r] + b} for {@code rows} rows that lie a stride apart. The first {@link
   * Matrix#work} floats of {@code x}, a scratch array, are the kernels' own.
   */
  void matmul(Matrix w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride);

  /**
   * The same for rows of several streams, each in its own scratch, a weight loaded once for all.
   * What comes out for a stream has the same bits whoever is with it.
   */
  default void matmul(
      Matrix w, Lane[] lanes, int n, int rows, int xAt, int xStride, int yAt, int yStride) {
    for (int i = 0; i < n; i++) {
      matmul(w, rows, lanes[i].x, xAt, xStride, lanes[i].x, yAt, yStride);
    }
  }

  /**
   * The same for the taps of row {@code r} of a tick of each of several streams.
   *
   * @param patch scratch for the taps of one, side by side
   */
  default void matmul(Matrix w, Taps taps, int r, Lane[] lanes, int n, int patch, int yAt) {
    for (int i = 0; i < n; i++) {
      taps.gather(lanes[i].x, lanes[i].s, lanes[i].tick, r, patch);
    }
    matmul(w, lanes, n, 1, patch, 0, yAt, 0);
  }

  /**
   * The same for the patches of a picture in {@code x}, one row of outputs a pixel.
   *
   * @param patch scratch for a patch
   */
  default void matmul(Panels w, Patches patches, float[] x, int picture, int patch, int yAt) {
    for (int i = 0; i < patches.at().length; i++) {
      int from = picture + patches.at()[i];
      for (int line = 0; line < patches.lines(); line++) {
        int to = patch + line * patches.n();
        System.arraycopy(x, from + line * patches.apart(), x, to, patches.n());
      }
      matmul(w, 1, x, patch, 0, x, yAt + i * w.out(), 0);
    }
  }

  /** The largest absolute value of {@code n} numbers; NaN if one is. */
  float largest(float[] a, int at, int n);

  /**
   * Rounds the inputs of a product into the first floats of the scratch: each input's number in
   * both halves of a float, then a scale for each group.
   */
  default void roundInputs(Quantized w, float[] x, int xAt) {
    for (int from = 0; from < w.inputs(); from += w.group()) {
      int n = Math.min(w.in() - from, w.group());
      float largest = largest(x, xAt + from, n);
      x[w.inputScales() + from / w.group()] = largest / 127;
      round(x, xAt + from, n, largest > 0 ? 127 / largest : 0, from);
    }
    java.util.Arrays.fill(x, w.in(), w.inputs(), 0);
  }

  /** Rounds {@code n} numbers times a factor, ties to even, and writes each into both halves. */
  default void round(float[] x, int from, int n, float factor, int to) {
    for (int k = 0; k < n; k++) {
      int whole = nearest(x[from + k] * factor);
      x[to + k] = Float.intBitsToFloat((whole & 0xffff) | (whole << 16));
    }
  }

  /** A rounded input. */
  static int whole(float[] x, int k) {
    return Float.floatToRawIntBits(x[k]) >> 16;
  }

  private static int nearest(float v) {
    return Float.floatToRawIntBits(v + PlainKernels.ROUND)
        - Float.floatToRawIntBits(PlainKernels.ROUND);
  }

  /** {@code a[i] = e^a[i]}, the polynomial of {@link PlainKernels#exp(float)} to the last bit. */
  void exp(float[] a, int at, int n);

  /** {@code y += x}; in this and the next three, two stretches of one array may not overlap. */
  default void add(float[] x, int xAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] += x[xAt + i];
    }
  }

  /** {@code y += a · b}. */
  default void addProduct(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] += a[aAt + i] * b[bAt + i];
    }
  }

  /** {@code y = max(x, y)}. */
  default void max(float[] x, int xAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Math.max(x[xAt + i], y[yAt + i]);
    }
  }

  /** {@code y = (1 - share) · x + share · y}; the shares lie in the array of {@code x}. */
  default void blend(float[] x, int share, int xAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      float z = x[share + i];
      y[yAt + i] = (1 - z) * x[xAt + i] + z * y[yAt + i];
    }
  }

  float dot(float[] a, int aAt, float[] b, int bAt, int n);

  /** The sum of n numbers. */
  float sum(float[] a, int at, int n);

  /** The sum of the squares of n numbers less {@code mean}. */
  float squares(float[] a, int at, int n, float mean);

  /**
   * Scalar products of a query with {@code count} keys in a slab, into {@code x}, a scratch as for
   * products, from {@code to}.
   *
   * @param places where the first of the offsets of the keys lies in {@code x}, each as the bits of
   *     a float, {@code stride} apart
   * @param shift what is added to an offset
   */
  default void dots(
      float[] x,
      int query,
      int n,
      float[] s,
      int places,
      int stride,
      int shift,
      int count,
      int to) {
    for (int i = 0; i < count; i++) {
      int key = Float.floatToRawIntBits(x[places + i * stride]) + shift;
      x[to + i] = dot(x, query, s, key, n);
    }
  }

  /**
   * Adds {@code count} values of a slab, each times its weight, to {@code x} from {@code to}; their
   * places as for {@link #dots}.
   */
  default void mix(
      float[] x,
      int weights,
      int n,
      float[] s,
      int places,
      int stride,
      int shift,
      int count,
      int to) {
    for (int i = 0; i < count; i++) {
      int value = Float.floatToRawIntBits(x[places + i * stride]) + shift;
      for (int k = 0; k < n; k++) {
        x[to + k] += x[weights + i] * s[value + k];
      }
    }
  }

  /** The vector set where {@link #lacking} finds nothing, else the plain one. */
  static Kernels best() {
    return lacking().isEmpty() ? new VectorKernels() : new PlainKernels();
  }

  /** Why the vector set cannot be used here, for people. */
  static Optional<String> lacking() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Optional.of(
          "the module jdk.incubator.vector is not there (java --add-modules jdk.incubator.vector)");
    }
    int bits = VectorKernels.BITS;
    return bits == 256 || bits == 512
        ? Optional.empty()
        : Optional.of(
            "the vectors of this CPU have %d bits, 256 or 512 are needed".formatted(bits));
  }

  /** Whether the vector set has vectors of 512 bits here. */
  static boolean wide() {
    return lacking().isEmpty() && VectorKernels.BITS == 512;
  }

  /** For people: what is used, and why not what is faster. */
  default String describe() {
    return switch (this) {
      case PlainKernels ignored -> "plain" + lacking().map(why -> " (" + why + ")").orElse("");
      case VectorKernels v ->
          "vector (%d bit%s)"
              .formatted(wide() ? 512 : 256, v.second() == null ? "" : ", 2 threads");
    };
  }

  /** Applies an activation in place. */
  default void apply(Function function, float[] a, int at, int n) {
    switch (function) {
      case RELU -> {
        for (int i = at; i < at + n; i++) {
          a[i] = Math.max(0, a[i]);
        }
      }
      case SIGMOID -> sigmoid(a, at, n);
      case TANH -> tanh(a, at, n);
      case SILU, GELU ->
          throw new IllegalArgumentException(function + " needs its input beside its output");
    }
  }

  /** Applies an activation from {@code x} to {@code y}, which do not overlap. */
  default void apply(Function function, float[] x, int xAt, float[] y, int yAt, int n) {
    switch (function) {
      case RELU, SIGMOID, TANH -> {
        System.arraycopy(x, xAt, y, yAt, n);
        apply(function, y, yAt, n);
      }
      case SILU -> {
        for (int i = 0; i < n; i++) {
          y[yAt + i] = -x[xAt + i];
        }
        exp(y, yAt, n);
        gate(x, xAt, y, yAt, n);
      }
      case GELU -> {
        bend(x, xAt, y, yAt, n);
        exp(y, yAt, n);
        gate(x, xAt, y, yAt, n);
      }
    }
  }

  /**
   * {@code y = -2·√(2/π)·(x + 0.044715·x³)}: GELU's tanh approximation 0.5·x·(1 + tanh(u)) is x /
   * (1 + e^-2u).
   */
  default void bend(float[] x, int xAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      float v = x[xAt + i];
      y[yAt + i] = -1.5957692f * (v + 0.044715f * v * v * v);
    }
  }

  /** {@code y = x / (1 + y)}. */
  default void gate(float[] x, int xAt, float[] y, int yAt, int n) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = x[xAt + i] / (1 + y[yAt + i]);
    }
  }

  default void sigmoid(float[] a, int at, int n) {
    for (int i = at; i < at + n; i++) {
      a[i] = -a[i];
    }
    exp(a, at, n);
    for (int i = at; i < at + n; i++) {
      a[i] = 1 / (1 + a[i]);
    }
  }

  default void tanh(float[] a, int at, int n) {
    for (int i = at; i < at + n; i++) {
      a[i] = -2 * a[i];
    }
    exp(a, at, n);
    for (int i = at; i < at + n; i++) {
      a[i] = 2 / (1 + a[i]) - 1;
    }
  }

  /** The highest of one or more numbers; as vectors they became objects now and then. */
  default float highest(float[] a, int at, int n) {
    float h0 = a[at];
    float h1 = h0;
    float h2 = h0;
    float h3 = h0;
    int i = 0;
    for (; i + 4 <= n; i += 4) {
      h0 = Math.max(h0, a[at + i]);
      h1 = Math.max(h1, a[at + i + 1]);
      h2 = Math.max(h2, a[at + i + 2]);
      h3 = Math.max(h3, a[at + i + 3]);
    }
    for (; i < n; i++) {
      h0 = Math.max(h0, a[at + i]);
    }
    return Math.max(Math.max(h0, h1), Math.max(h2, h3));
  }

  /** {@code y = (x - mean) · scale · weight + bias}. */
  default void normalize(
      float[] x, int xAt, float mean, float scale, float[] weight, float[] bias, int yAt) {
    for (int i = 0; i < weight.length; i++) {
      x[yAt + i] = (x[xAt + i] - mean) * scale * weight[i] + bias[i];
    }
  }

  /** Softmax in place. */
  default void softmax(float[] a, int at, int n) {
    float max = highest(a, at, n);
    for (int i = at; i < at + n; i++) {
      a[i] -= max;
    }
    exp(a, at, n);
    float scale = 1 / sum(a, at, n);
    for (int i = at; i < at + n; i++) {
      a[i] *= scale;
    }
  }
}
