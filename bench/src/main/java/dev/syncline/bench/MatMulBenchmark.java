package dev.syncline.bench;

import dev.syncline.step.Kernels;
import dev.syncline.step.Matrix;
import dev.syncline.step.Precision;
import dev.syncline.step.VectorKernels;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Rows times a matrix of 2,048 x 512 weights that stays in the cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "-XX:+UseSerialGC",
      "-XX:+UseTransparentHugePages",
      "-XX:CompileCommand=quiet",
      "-XX:-UseFPUForSpilling",
      "-XX:CompileCommand=inline,jdk.incubator.vector.*::*",
      "-XX:CompileCommand=dontinline,dev.syncline.step.VectorKernels::*"
    })
public class MatMulBenchmark {
  private static final int OUT = 2048;
  private static final int IN = 512;

  @Param({"FP32", "BF16", "FP16", "INT8", "INT8_G32", "INT4_G32", "INT4_G64"})
  public Precision precision;

  @Param({"1", "16"})
  public int rows;

  private final Kernels kernels = new VectorKernels();
  private Matrix matrix;
  private float[] x;
  private float[] y;

  @Setup
  public void setup() {
    SplittableRandom random = new SplittableRandom(1);
    float[] weight = new float[OUT * IN];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = (float) random.nextGaussian() * 0.05f;
    }
    matrix = Matrix.pack(precision, OUT, IN, weight, null);
    x = new float[Matrix.work(IN) + rows * IN];
    for (int i = Matrix.work(IN); i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    y = new float[rows * OUT];
  }

  @Benchmark
  public float product() {
    kernels.matmul(matrix, rows, x, Matrix.work(IN), IN, y, 0, OUT);
    return y[0];
  }
}
