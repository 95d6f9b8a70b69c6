package dev.syncline.bench;

import dev.syncline.signal.ImageScale;
import dev.syncline.signal.ImageScalePlan;
import java.util.List;
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

/** A picture to the 224 x 224 pixels in three channels that encoders of pictures take. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-XX:+UseSerialGC")
public class ImageScaleBenchmark {
  private static final int SIDE = 224;

  @Param({"NONE", "AREA"})
  public ImageScale.Antialias antialias;

  @Param({"128", "640"})
  public int width;

  private ImageScalePlan plan;
  private byte[] rgb;
  private float[] out;
  private float[] scratch;

  /** A picture three quarters as high as it is wide. */
  @Setup
  public void setup() {
    plan = new ImageScale(SIDE, SIDE, 3, List.of(127.5), List.of(127.5), antialias).plan();
    rgb = new byte[3 * width * width * 3 / 4];
    new SplittableRandom(1).nextBytes(rgb);
    out = new float[plan.outputSize()];
    scratch = new float[plan.scratchSize()];
  }

  @Benchmark
  public float picture() {
    plan.scale(rgb, 0, width, width * 3 / 4, out, 0, scratch, 0);
    return out[0];
  }
}
