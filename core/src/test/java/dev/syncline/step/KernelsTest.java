package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.spec.Layer.Function;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain loops against StrictMath, the vector set against the plain loops. */
class KernelsTest {
  private static final int[] SIZES = {1, 7, 13, 64, 65, 130, 1021};
  private static final float MARK = -12345.5f;
  private final PlainKernels plain = new PlainKernels();
  private final VectorKernels vector = new VectorKernels();

  private static float[] random(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
    return x;
  }

  private static float[] marked(int n) {
    float[] y = new float[n];
    Arrays.fill(y, MARK);
    return y;
  }

  private static double dot(float[] w, int at, float[] x, int xAt, int n) {
    double sum = 0;
    for (int k = 0; k < n; k++) {
      sum += (double) w[at + k] * x[xAt + k];
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 13, 64, 65, 130, 1021})
  void productsAgreeWithTheirDefinitionAndStayInsideTheirRows(int out) {
    for (int in : SIZES) {
      float[] weight = random(out * in, out + in);
      float[] bias = random(out, in);
      Panels panels = Panels.pack(out, in, weight, out % 2 == 0 ? null : bias);
      for (int rows :
          out * in > 10_000 ? new int[] {1, 4, 9} : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9}) {
        int xAt = Matrix.work(in) + rows % 3;
        int yAt = rows % 5;
        int xStride = in + rows % 4;
        int yStride = out + rows % 2 * 3;
        float[] x = random(xAt + rows * xStride, rows);
        // no float behind the last output: a write beyond it would throw
        float[] a = marked(yAt + (rows - 1) * yStride + out);
        float[] b = a.clone();
        plain.matmul(panels, rows, x, xAt, xStride, a, yAt, yStride);
        vector.matmul(panels, rows, x, xAt, xStride, b, yAt, yStride);
        float[] exact = marked(a.length);
        for (int r = 0; r < rows; r++) {
          for (int o = 0; o < out; o++) {
            double sum = dot(weight, o * in, x, xAt + r * xStride, in);
            exact[yAt + r * yStride + o] = (float) (sum + (out % 2 == 0 ? 0 : bias[o]));
          }
        }
        String what = out + "x" + in + ", rows " + rows;
        assertThat(a).as("plain " + what).containsExactly(exact, within(2e-6f * in + 1e-6f));
        assertThat(b).as("vector " + what).containsExactly(exact, within(2e-6f * in + 1e-6f));
        for (int i = 0; i < a.length; i++) {
          if (exact[i] == MARK) {
            assertThat(a[i]).isEqualTo(MARK);
            assertThat(b[i]).isEqualTo(MARK);
          }
        }
      }
    }
  }

  @Test
  void aStrideOfZeroReadsOneRowAgainAndAgain() {
    Panels panels = Panels.pack(3, 2, random(6, 1), random(3, 2));
    float[] y = new float[15];
    int work = Matrix.work(2);
    vector.matmul(panels, 5, random(work + 2, 3), work, 0, y, 0, 3);
    for (int r = 1; r < 5; r++) {
      for (int o = 0; o < 3; o++) {
        assertThat(y[3 * r + o]).isCloseTo(y[o], within(1e-6f));
      }
    }
  }

  @Test
  void theScalarProductAddsInOneOrderBeforeAndAfterCompilation() {
    for (int n : new int[] {0, 1, 7, 15, 16, 17, 64, 65, 130, 1021}) {
      float[] a = random(n + 3, n);
      float[] b = random(n + 5, n + 1);
      int expected = Float.floatToRawIntBits(laneByLane(a, b, n));
      for (int i = 0; i < 20_000; i++) {
        int bits = Float.floatToRawIntBits(vector.dot(a, 3, b, 5, n));
        if (bits != expected) {
          assertThat(bits).as("n = %d, call %d", n, i).isEqualTo(expected);
        }
      }
      assertThat(plain.dot(a, 3, b, 5, n)).isCloseTo((float) dot(a, 3, b, 5, n), within(1e-4f));
      assertThat(vector.dot(a, 3, b, 5, n)).isCloseTo((float) dot(a, 3, b, 5, n), within(1e-4f));
    }
  }

  /** Two times eight sums with fused multiply-adds, then pair by pair, then the rest. */
  private static float laneByLane(float[] a, float[] b, int n) {
    float[] s = new float[16];
    int whole = n / 16 * 16;
    for (int i = 0; i < whole; i++) {
      s[i % 16] = Math.fma(a[3 + i], b[5 + i], s[i % 16]);
    }
    for (int i = 0; i < 8; i++) {
      s[i] += s[8 + i];
    }
    float sum = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    for (int i = whole; i < n; i++) {
      sum += a[3 + i] * b[5 + i];
    }
    return sum;
  }

  @Property(tries = 300)
  void theExponentialHasTheSameBitsInBothSets(@ForAll float[] values, @ForAll boolean scaled) {
    float[] x = values.clone();
    for (int i = 0; scaled && i < x.length; i++) {
      x[i] = (float) StrictMath.sin(x[i]) * 90;
    }
    float[] a = framed(x);
    float[] b = framed(x);
    plain.exp(a, 2, x.length);
    vector.exp(b, 2, x.length);
    for (int i = 0; i < a.length; i++) {
      assertThat(Float.floatToIntBits(b[i])).isEqualTo(Float.floatToIntBits(a[i]));
    }
    assertThat(b[1]).isEqualTo(MARK);
    assertThat(b[2 + x.length]).isEqualTo(MARK);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 13, 64, 65})
  void sumsMaximaAndBlendsHaveTheSameBitsInBothSets(int n) {
    float[] x = random(3 * n + 7, n);
    x[n / 2] = Float.NaN;
    x[n / 3] = -0f;
    for (int what = 0; what < 4; what++) {
      float[] a = framed(random(n, what));
      float[] b = a.clone();
      float[] expected = a.clone();
      for (int i = 0; i < n; i++) {
        float u = x[3 + i];
        float v = x[5 + n + i];
        float y = expected[2 + i];
        expected[2 + i] =
            switch (what) {
              case 0 -> y + u;
              case 1 -> y + u * v;
              case 2 -> Math.max(u, y);
              default -> (1 - v) * u + v * y;
            };
      }
      for (Kernels kernels : new Kernels[] {plain, vector}) {
        float[] y = kernels == plain ? a : b;
        switch (what) {
          case 0 -> kernels.add(x, 3, y, 2, n);
          case 1 -> kernels.addProduct(x, 3, x, 5 + n, y, 2, n);
          case 2 -> kernels.max(x, 3, y, 2, n);
          default -> kernels.blend(x, 5 + n, 3, y, 2, n);
        }
      }
      assertThat(a).containsExactly(expected);
      assertThat(b).containsExactly(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 13, 64, 65})
  void theHighestAndNormalizedRowsHaveTheSameBitsInBothSets(int n) {
    for (int top = 0; top < n; top++) {
      float[] a = framed(random(n, n));
      a[2 + top] = 1.5f;
      assertThat(plain.highest(a, 2, n)).isEqualTo(1.5f);
      assertThat(vector.highest(a, 2, n)).isEqualTo(1.5f);
    }
    float[] weight = random(n, 1);
    float[] bias = random(n, 2);
    float[] a = framed(random(2 * n, 3));
    float[] b = a.clone();
    float[] expected = a.clone();
    for (int i = 0; i < n; i++) {
      expected[2 + n + i] = (a[2 + i] - 0.25f) * 3 * weight[i] + bias[i];
    }
    plain.normalize(a, 2, 0.25f, 3, weight, bias, 2 + n);
    vector.normalize(b, 2, 0.25f, 3, weight, bias, 2 + n);
    assertThat(a).containsExactly(expected);
    assertThat(b).containsExactly(expected);
  }

  private static float[] framed(float[] x) {
    float[] framed = marked(x.length + 4);
    System.arraycopy(x, 0, framed, 2, x.length);
    return framed;
  }

  @Test
  void theExponentialIsAccurateToThreeTenMillionths() {
    for (float x = -87.2f; x < 88.2f; x += 0.00173f) {
      double exact = StrictMath.exp(x);
      assertThat(PlainKernels.exp(x) / exact - 1).isBetween(-3e-7, 3e-7);
    }
  }

  @Test
  void theExponentialIsFiniteForEveryNumberAndOneAtZero() {
    assertThat(PlainKernels.exp(0)).isEqualTo(1);
    assertThat(PlainKernels.exp(-0f)).isEqualTo(1);
    assertThat(PlainKernels.exp(Float.MAX_VALUE)).isFinite().isGreaterThan(2e38f);
    assertThat(PlainKernels.exp(Float.POSITIVE_INFINITY)).isFinite();
    assertThat(PlainKernels.exp(-Float.MAX_VALUE)).isBetween(0f, 1.3e-38f);
    assertThat(PlainKernels.exp(Float.NEGATIVE_INFINITY)).isBetween(0f, 1.3e-38f);
    assertThat(PlainKernels.exp(Float.NaN)).isNaN();
  }

  @Test
  void scalarProductsAndMixturesOfRowsAnywhereAgreeInBothSets() {
    int[] offsets = {300, 0, 77, 1100, 512, 5, 640, 31, 900};
    for (int n : new int[] {1, 8, 16, 24, 48, 64, 65}) {
      float[] slab = random(1300, n);
      for (int count = 0; count <= offsets.length; count++) {
        float[] a = random(2000, 2);
        for (int i = 0; i < count; i++) {
          a[700 + 3 * i] = Float.intBitsToFloat(offsets[i]);
        }
        float[] b = a.clone();
        float[] before = a.clone();
        plain.dots(a, 520, n, slab, 700, 3, 9, count, 800);
        vector.dots(b, 520, n, slab, 700, 3, 9, count, 800);
        plain.mix(a, 600, n, slab, 700, 3, 9, count, 900);
        vector.mix(b, 600, n, slab, 700, 3, 9, count, 900);
        for (int i = 0; i < count; i++) {
          double sum = dot(a, 520, slab, offsets[i] + 9, n);
          assertThat((double) a[800 + i]).isCloseTo(sum, within(1e-5));
        }
        for (int k = 0; k < n; k++) {
          double sum = before[900 + k];
          for (int i = 0; i < count; i++) {
            sum += (double) before[600 + i] * slab[offsets[i] + 9 + k];
          }
          assertThat((double) a[900 + k]).isCloseTo(sum, within(1e-5));
        }
        // the first floats are the kernels' own
        assertThat(Arrays.copyOfRange(b, 512, 2000))
            .containsExactly(Arrays.copyOfRange(a, 512, 2000), within(1e-5f));
      }
    }
  }

  private static double exact(Function function, double x) {
    return switch (function) {
      case RELU -> Math.max(0, x);
      case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
      case TANH -> StrictMath.tanh(x);
      case SILU -> x / (1 + StrictMath.exp(-x));
      case GELU ->
          0.5
              * x
              * (1 + StrictMath.tanh(StrictMath.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    };
  }

  @Test
  void activationsAgreeWithTheirDefinitions() {
    float[] x = new float[4001];
    for (int i = 0; i < x.length; i++) {
      x[i] = (i - 2000) * 0.0101f;
    }
    for (Function function : Function.values()) {
      for (Kernels kernels : new Kernels[] {plain, vector}) {
        float[] y = marked(x.length + 2);
        kernels.apply(function, x, 0, y, 1, x.length);
        for (int i = 0; i < x.length; i++) {
          double error = 4e-7 * Math.max(1, Math.abs(x[i]));
          assertThat((double) y[1 + i])
              .as("%s(%s)", function, x[i])
              .isCloseTo(exact(function, x[i]), within(error));
        }
        assertThat(y[0]).isEqualTo(MARK);
        assertThat(y[x.length + 1]).isEqualTo(MARK);
      }
    }
  }

  @Test
  void activationsOfLargeNumbersStayFinite() {
    for (float x : new float[] {-1e30f, -1e5f, -100, 100, 1e5f, 1e30f}) {
      for (Function function : Function.values()) {
        float[] y = new float[1];
        vector.apply(function, new float[] {x}, 0, y, 0, 1);
        double exact = x < 0 ? function == Function.TANH ? -1 : 0 : x;
        boolean bounded = function == Function.TANH || function == Function.SIGMOID;
        assertThat((double) y[0])
            .as("%s(%s)", function, x)
            .isCloseTo(bounded && x > 0 ? 1 : exact, within(1e-6));
      }
    }
  }

  @Test
  void softmaxSumsToOneAndAgreesWithItsDefinition() {
    for (int n : SIZES) {
      float[] x = random(n, 4);
      for (int i = 0; i < n; i++) {
        x[i] = x[i] * 20 + 500; // far off: only differences count
      }
      float[] y = framed(x);
      vector.softmax(y, 2, n);
      double sum = 0;
      for (float v : x) {
        sum += StrictMath.exp(v - 500.0);
      }
      for (int i = 0; i < n; i++) {
        assertThat((double) y[2 + i]).isCloseTo(StrictMath.exp(x[i] - 500.0) / sum, within(1e-6));
      }
      assertThat(y[1]).isEqualTo(MARK);
      assertThat(y[2 + n]).isEqualTo(MARK);
    }
  }

  @Test
  void aWholeModelAgreesInBothSets() {
    var spec = dev.syncline.TinyModel.everyLayer();
    for (var node : spec.node().all()) {
      assertThat(node.out()).isNotEmpty();
    }
    StepForm a = new StepForm(dev.syncline.TinyModel.model(spec, 3, plain).program());
    StepForm b = new StepForm(dev.syncline.TinyModel.model(spec, 3, vector).program());
    SplittableRandom random = new SplittableRandom(5);
    var inputs = new java.util.LinkedHashMap<String, Block>();
    spec.inputs()
        .forEach(
            (name, shape) -> {
              Block block = Block.empty(shape, 30);
              for (int i = 0; i < block.values().length; i++) {
                boolean symbol = name.equals(dev.syncline.TinyModel.SYMBOLS);
                block.values()[i] = symbol ? random.nextInt(5) : (float) random.nextGaussian();
              }
              for (int i = 0; i < block.valid().length; i++) {
                block.valid()[i] = random.nextInt(3) == 0 ? 0 : 1;
              }
              inputs.put(name, block);
            });
    var left = a.run(inputs);
    var right = b.run(inputs);
    for (String output : spec.outputs().keySet()) {
      assertThat(right.get(output).values())
          .containsExactly(left.get(output).values(), within(2e-5f));
      assertThat(right.get(output).valid()).isEqualTo(left.get(output).valid());
    }
  }
}
