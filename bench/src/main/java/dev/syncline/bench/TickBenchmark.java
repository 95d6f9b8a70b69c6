package dev.syncline.bench;

import dev.syncline.step.Kernels;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Precision;
import dev.syncline.step.VectorKernels;
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

/**
 * A tick of 100 ms of an audio-visual model of native layers, from samples and pixels to events.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "-XX:+UseSerialGC",
      "-XX:CompileCommand=quiet",
      "-XX:-UseFPUForSpilling",
      "-XX:CompileCommand=inline,jdk.incubator.vector.*::*",
      "-XX:CompileCommand=dontinline,dev.syncline.step.VectorKernels::*"
    })
public class TickBenchmark {
  @Param({"plain", "vector"})
  public String kernels;

  private Workload workload;

  @Setup
  public void setup() {
    Kernels set = kernels.equals("plain") ? new PlainKernels() : new VectorKernels();
    workload = new Workload(set, Precision.FP32);
  }

  @Benchmark
  public float tick() {
    return workload.tick();
  }
}
