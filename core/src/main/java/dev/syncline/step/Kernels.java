package dev.syncline.step;

import dev.syncline.spec.Layer.Function;

/**
 * The arithmetic that takes the time, in two sets: plain loops that anyone can check, and the same
 * with the Vector API. Everything else is written once on top of these. Kernels have no state.
 */
public sealed interface Kernels permits PlainKernels, VectorKernels {

  /** {@code y[r] = W x[r] + b} for {@code rows} rows that lie a stride apart. */
  void matmul(Panels w, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride);

  /** {@code a[i] = e^a[i]}, the polynomial of {@link PlainKernels#exp(float)} to the last bit. */
  void exp(float[] a, int at, int n);

  float dot(float[] a, int aAt, float[] b, int bAt, int n);

  /** The vector set where the module jdk.incubator.vector is there, else the plain one. */
  static Kernels best() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new VectorKernels()
        : new PlainKernels();
  }

  /** What is printed when a model is loaded. */
  default String describe() {
    return switch (this) {
      case PlainKernels ignored ->
          "plain (add --add-modules jdk.incubator.vector for the fast set)";
      case VectorKernels ignored -> "vector (256 bit)";
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
        System.arraycopy(x, xAt, y, yAt, n);
        sigmoid(y, yAt, n);
        for (int i = 0; i < n; i++) {
          y[yAt + i] *= x[xAt + i];
        }
      }
      case GELU -> {
        for (int i = 0; i < n; i++) {
          float v = x[xAt + i];
          y[yAt + i] = 0.7978846f * (v + 0.044715f * v * v * v);
        }
        tanh(y, yAt, n);
        for (int i = 0; i < n; i++) {
          y[yAt + i] = 0.5f * x[xAt + i] * (1 + y[yAt + i]);
        }
      }
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

  /** Softmax in place. */
  default void softmax(float[] a, int at, int n) {
    float max = a[at];
    for (int i = at + 1; i < at + n; i++) {
      max = Math.max(max, a[i]);
    }
    for (int i = at; i < at + n; i++) {
      a[i] -= max;
    }
    exp(a, at, n);
    float sum = 0;
    for (int i = at; i < at + n; i++) {
      sum += a[i];
    }
    float scale = 1 / sum;
    for (int i = at; i < at + n; i++) {
      a[i] *= scale;
    }
  }
}
