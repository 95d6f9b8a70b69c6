package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.spec.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions over pictures, against their definition and against products of single rows. */
class PatchesTest {
  private static final float MARK = -12345.5f;

  private static void fill(float[] x, int at, int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = at; i < at + n; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "48, 48, 3, 12, 5, 2, 2", "24, 24, 12, 24, 3, 2, 1", "6, 6, 48, 64, 3, 2, 1",
    "5, 7, 2, 33, 3, 1, 0", "1, 1, 1, 1, 1, 1, 0", "3, 2, 5, 130, 2, 1, 1",
    "9, 4, 1, 65, 4, 3, 3", "2, 13, 4, 7, 1, 2, 0", "4, 4, 3, 40, 4, 1, 0"
  })
  void bothSetsAgreeWithTheDefinition(
      int height, int width, int channels, int out, int kernel, int stride, int margin) {
    int outHeight = (height + 2 * margin - kernel) / stride + 1;
    int outWidth = (width + 2 * margin - kernel) / stride + 1;
    int in = kernel * kernel * channels;
    float[] weight = new float[out * in];
    fill(weight, 0, weight.length, 1);
    float[] bias = new float[out];
    fill(bias, 0, out, 2);
    Shape shape = Shape.image(1, height, width, channels);
    Shape to = Shape.image(1, outHeight, outWidth, out);
    Patches patches = Patches.of(shape, to, kernel, stride, margin);
    int work = Matrix.work(in);
    Buffer x = new Buffer(shape, work, work + shape.size());
    Buffer y = new Buffer(to, x.valid() + 1, x.valid() + 1 + to.size());
    int padded = y.valid() + 1;
    int patch = padded + patches.padded(shape);
    float[] scratch = new float[patch + in];
    Arrays.fill(scratch, MARK);
    fill(scratch, x.at(), shape.size(), 3);
    scratch[x.valid()] = 1;
    scratch[y.valid()] = 1;
    Panels panels = Panels.pack(out, in, weight, bias);
    Op.Conv2d op = new Op.Conv2d(x, y, panels, kernel, stride, margin, patches, padded, patch);
    float[] plain = scratch.clone();
    float[] vector = scratch.clone();
    ImageOperations.conv2d(op, new PlainKernels(), plain);
    ImageOperations.conv2d(op, new VectorKernels(), vector);
    float[] row = new float[work + in + out];
    for (int p = 0; p < outHeight * outWidth; p++) {
      for (int k = 0; k < in; k++) {
        int line = p / outWidth * stride - margin + k / channels / kernel;
        int column = p % outWidth * stride - margin + k / channels % kernel;
        boolean inside = line >= 0 && line < height && column >= 0 && column < width;
        int from = x.at() + (line * width + column) * channels + k % channels;
        row[work + k] = inside ? scratch[from] : 0;
      }
      new VectorKernels().matmul(panels, 1, row, work, 0, row, work + in, 0);
      for (int o = 0; o < out; o++) {
        double sum = bias[o];
        for (int k = 0; k < in; k++) {
          sum += (double) weight[o * in + k] * row[work + k];
        }
        int at = y.at() + p * out + o;
        assertThat(plain[at]).isCloseTo((float) sum, within(2e-6f * in + 1e-6f));
        assertThat(vector[at]).as("bits of a row alone").isEqualTo(row[work + in + o]);
      }
    }
    assertThat(vector[y.valid()]).as("nothing is written behind it").isEqualTo(1);
    assertThat(Arrays.copyOfRange(vector, x.at(), y.at()))
        .as("nor before it")
        .isEqualTo(Arrays.copyOfRange(scratch, x.at(), y.at()));
  }
}
