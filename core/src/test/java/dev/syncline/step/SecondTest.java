package dev.syncline.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A second thread changes no bit, whoever calls, and whether or not it gets to run. */
class SecondTest {
  private static final int[][] SIZES = {{700, 512}, {1024, 300}, {130, 2048}, {2000, 77}, {64, 64}};
  private static final int CALLERS = 4;
  private final VectorKernels alone = new VectorKernels();
  private final VectorKernels both = new VectorKernels(new Second());

  private static float[] random(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
    return x;
  }

  private static List<Matrix> matrices() {
    List<Matrix> all = new ArrayList<>();
    for (int[] size : SIZES) {
      for (Precision precision : Precision.values()) {
        float[] weight = random(size[0] * size[1], size[0]);
        all.add(Matrix.pack(precision, size[0], size[1], weight, random(size[0], 1)));
      }
    }
    return all;
  }

  private static float[] product(Kernels kernels, Matrix m, long seed) {
    int work = Matrix.work(m.in());
    float[] x = new float[work + m.in()];
    System.arraycopy(random(m.in(), seed), 0, x, work, m.in());
    float[] y = new float[m.out()];
    kernels.matmul(m, 1, x, work, m.in(), y, 0, m.out());
    return y;
  }

  /** More callers than cores, so that the second thread is often late or not there at all. */
  @Test
  void productsHaveTheBitsOfThoseOfOneThread() throws Exception {
    List<Matrix> matrices = matrices();
    List<float[]> expected = matrices.stream().map(m -> product(alone, m, 9)).toList();
    try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      Callable<Boolean> caller =
          () -> {
            for (int round = 0; round < 60; round++) {
              for (int i = 0; i < matrices.size(); i++) {
                assertThat(product(both, matrices.get(i), 9)).isEqualTo(expected.get(i));
              }
              if (round % 20 == 0) {
                Thread.sleep(1); // the second thread parks
              }
            }
            return true;
          };
      for (Future<Boolean> future :
          callers.invokeAll(java.util.Collections.nCopies(CALLERS, caller))) {
        assertThat(future.get()).isTrue();
      }
    }
  }

  @Test
  void aSmallProductIsLeftToTheCaller() {
    Second second = new Second();
    Matrix m = matrices().getFirst();
    assertThat(m.bytes()).isGreaterThan(Second.LEAST_BYTES);
    Matrix small = Panels.pack(64, 64, random(64 * 64, 1), null);
    float[] x = new float[Matrix.work(m.in()) + m.in()];
    assertThat(second.product(small, x, Matrix.work(64), new float[64], 0)).isFalse();
    assertThat(second.product(m, x, Matrix.work(m.in()), new float[m.out()], 0)).isTrue();
    assertThat(second.product(m, x, Matrix.work(m.in()), new float[m.out()], 0)).isTrue();
  }
}
