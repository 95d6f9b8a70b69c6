package dev.syncline.spec;

import dev.syncline.json.Records.Default;
import java.util.Map;

/**
 * One node of a model. What flows through the tree is a bundle of named streams; most layers take
 * and give one stream, {@link Each}, {@link Parallel} and {@link Fusion} fork and join. Every layer
 * is strictly causal: an output row depends on rows whose time is not later than its own.
 *
 * <p>Validity: an invalid row is zero at every boundary. Layers that work row by row keep the
 * validity; layers that remember pass over invalid rows; {@link Absent} replaces them.
 */
public sealed interface Layer {
  /** The most rows that a layer remembers. */
  int MAX_ROWS = 1_000_000;

  /** Takes one stream and gives one. */
  sealed interface Leaf extends Layer
      permits Linear,
          Activation,
          LayerNorm,
          RmsNorm,
          Embedding,
          Standardize,
          Dropout,
          Absent,
          Conv1d,
          PoolRows,
          Conv2d,
          Pool2d,
          GlobalPool,
          Recurrent,
          Attention,
          Positions,
          Memory,
          Chain {}

  /** Forks or joins streams, or is made of other layers. */
  sealed interface Composite extends Layer
      permits FeedForward, Residual, Serial, Parallel, Each, Fusion, Exchange {}

  /** {@code y = W x + b} on vector rows. */
  record Linear(int out, @Default("true") boolean bias) implements Leaf {
    public Linear {
      positive("out", out);
    }
  }

  /** A function of each number. */
  record Activation(Function function) implements Leaf {}

  /**
   * GELU is the tanh approximation (Hendrycks and Gimpel 2016, section 2); SiLU is x·sigmoid(x).
   */
  enum Function {
    RELU,
    GELU,
    SILU,
    TANH,
    SIGMOID
  }

  /**
   * Layer normalisation (Ba et al. 2016): over the width of a vector; over the whole of a picture,
   * with a gain and bias for each channel.
   */
  record LayerNorm(@Default("1e-5") float epsilon) implements Leaf {
    public LayerNorm {
      positive(epsilon);
    }
  }

  /** Root mean square normalisation (Zhang and Sennrich 2019) of vector rows, with a gain. */
  record RmsNorm(@Default("1e-5") float epsilon) implements Leaf {
    public RmsNorm {
      positive(epsilon);
    }
  }

  /**
   * Rows of one whole number, 0 to count - 1, to learned vectors; others are refused at run time.
   */
  record Embedding(int count, int width) implements Leaf {
    public Embedding {
      positive("count", count);
      positive("width", width);
    }
  }

  /**
   * {@code clip((x - mean) / deviation)} with constants taken from the training set before training
   * (never from the clip at hand). Only as the first layer on a modality.
   *
   * @param clip largest magnitude of a result
   * @param least deviations below this are taken as this
   */
  record Standardize(@Default("8") float clip, @Default("0.05") float least) implements Leaf {
    public Standardize {
      above0("clip", clip);
      above0("least", least);
    }
  }

  /** Zeroes numbers at random in training and scales the rest; nothing in use. */
  record Dropout(float p) implements Leaf {
    public Dropout {
      if (!(p >= 0 && p < 1)) {
        throw new IllegalArgumentException("p must be at least 0 and below 1, is " + p);
      }
    }
  }

  /** Replaces invalid vector rows by a learned vector; its rows are always valid. */
  record Absent() implements Leaf {}

  /**
   * Causal convolution over vector rows. Output row j ends where input row (j+1)·stride - 1 ends
   * and sees the {@code kernel} rows that lie {@code dilation} apart before it; it is valid if one
   * of the {@code stride} new rows is.
   */
  record Conv1d(
      int out,
      int kernel,
      @Default("1") int stride,
      @Default("1") int dilation,
      @Default("false") boolean depthwise,
      @Default("true") boolean bias)
      implements Leaf {
    public Conv1d {
      positive("out", out);
      positive("kernel", kernel);
      positive("stride", stride);
      positive("dilation", dilation);
      if ((kernel - 1L) * dilation + 1 < stride) {
        throw new IllegalArgumentException(
            "a stride of %d skips rows that a kernel of %d never sees: pool_rows first, or a larger kernel"
                .formatted(stride, kernel));
      }
      if ((kernel - 1L) * dilation > MAX_ROWS) {
        throw new IllegalArgumentException(
            "a kernel of %d with dilation %d remembers %d rows, at most %d are possible"
                .formatted(kernel, dilation, (kernel - 1L) * dilation, MAX_ROWS));
      }
    }

    /** Rows before the current one that are remembered. */
    public int history() {
      return (kernel - 1) * dilation;
    }
  }

  /** Joins each {@code rows} rows into one, over the valid ones; valid if one of them is. */
  record PoolRows(Pooling pooling, int rows) implements Leaf {
    public PoolRows {
      positive("rows", rows);
    }
  }

  enum Pooling {
    MEAN,
    MAX
  }

  /** Convolution inside each picture, zero-padded by {@code padding} on every side. */
  record Conv2d(
      int out,
      int kernel,
      @Default("1") int stride,
      @Default("0") int padding,
      @Default("false") boolean depthwise,
      @Default("true") boolean bias)
      implements Leaf {
    public Conv2d {
      positive("out", out);
      positive("kernel", kernel);
      positive("stride", stride);
      if (padding < 0 || padding >= kernel) {
        throw new IllegalArgumentException(
            "padding must be from 0 to kernel - 1 = " + (kernel - 1) + ", is " + padding);
      }
    }
  }

  /** Pooling inside each picture, without padding. */
  record Pool2d(Pooling pooling, int kernel, int stride) implements Leaf {
    public Pool2d {
      positive("kernel", kernel);
      positive("stride", stride);
    }
  }

  /** Each picture to one vector: the mean or maximum of every channel. */
  record GlobalPool(Pooling pooling) implements Leaf {}

  /** Linear, activation, linear, back to the width it came with. */
  record FeedForward(int hidden, @Default("\"gelu\"") Function function) implements Composite {
    public FeedForward {
      positive("hidden", hidden);
    }
  }

  /** {@code x + inner(x)}. */
  record Residual(Layer inner) implements Composite {}

  /** One layer after another; the names become part of the parameters' names. */
  record Serial(Map<String, Layer> layers) implements Composite {
    public Serial {
      layers = named(layers);
    }
  }

  /** Every branch reads the same input; the branches' outputs form a bundle under their names. */
  record Parallel(Map<String, Layer> branches) implements Composite {
    public Parallel {
      branches = named(branches);
    }
  }

  /** A layer for each of the named streams of a bundle; streams without one pass unchanged. */
  record Each(Map<String, Layer> streams) implements Composite {
    public Each {
      streams = named(streams);
    }
  }

  private static void positive(float epsilon) {
    if (!(epsilon > 0 && epsilon <= 1)) {
      throw new IllegalArgumentException("epsilon must be above 0 and at most 1, is " + epsilon);
    }
  }

  private static void above0(String name, float value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(name + " must be above 0, is " + value);
    }
  }

  static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, is " + value);
    }
  }

  private static Map<String, Layer> named(Map<String, Layer> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("at least one layer is needed");
    }
    for (String name : layers.keySet()) {
      if (!isName(name)) {
        throw new IllegalArgumentException(
            "the name \"" + name + "\" must be a letter followed by letters, digits and _");
      }
    }
    return java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(layers));
  }

  private static boolean isName(String name) {
    boolean is = !name.isEmpty() && name.length() <= 64 && isLetter(name.charAt(0));
    for (int i = 0; is && i < name.length(); i++) {
      char c = name.charAt(i);
      is = isLetter(c) || c == '_' || (c >= '0' && c <= '9');
    }
    return is;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
