package dev.syncline.bench;

import dev.syncline.event.EventDecoding;
import dev.syncline.signal.AudioRows;
import dev.syncline.signal.LogMel;
import dev.syncline.signal.Normalization;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.Linear;
import dev.syncline.spec.Layer.PoolRows;
import dev.syncline.spec.Layer.Pooling;
import dev.syncline.spec.Layer.Serial;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Output;
import dev.syncline.step.Block;
import dev.syncline.step.Kernels;
import dev.syncline.step.Model;
import dev.syncline.step.PlainKernels;
import dev.syncline.step.Session;
import dev.syncline.step.VectorKernels;
import dev.syncline.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The log-mel front end of YAMNet (16 kHz, 25 ms every 10 ms, FFT of 512, 64 bands, logarithm):
 * microseconds a row of 10 ms, so real time is 10,000 of them. The median (p0.50) is what counts on
 * a machine that does other things too.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 10, time = 1)
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
public class LogMelBenchmark {
  private static final int ROWS = 10;
  private static final long ROW_NS = 10_000_000;

  @Param({"plain", "vector"})
  public String kernels;

  private final float[][] packets = new float[64][160];
  private Session session;
  private Map<String, Block> rows;
  private long row;

  @Setup
  public void setup() {
    Kernels set = kernels.equals("plain") ? new PlainKernels() : new VectorKernels();
    ModelSpec spec = spec();
    Weights weights = Weights.random(spec.parameters(), 1);
    Model model = Model.of(spec, weights, set, Path.of("."), (file, encoder) -> null);
    session = model.open(Session.SILENT);
    rows = Map.of("audio", Block.empty(spec.inputs().get("audio"), 1));
    SplittableRandom random = new SplittableRandom(2);
    for (float[] packet : packets) {
      for (int i = 0; i < packet.length; i++) {
        packet[i] = (float) random.nextGaussian() * 0.1f;
      }
    }
  }

  private static ModelSpec spec() {
    AudioRows rows = new AudioRows(LogMel.yamnet(), new Normalization.None());
    Modality audio = new Modality(new FrontEnd.Audio(rows, Optional.empty()), Optional.empty());
    List<String> labels = List.of("a", "b");
    Output heard = new Output(Output.Kind.MULTI_LABEL, "audio", labels, EventDecoding.DEFAULT);
    Map<String, Layer> layers = new LinkedHashMap<>();
    layers.put("rows", new PoolRows(Pooling.MAX, ROWS));
    layers.put("linear", new Linear(2, true));
    Layer body = new Serial(layers);
    return new ModelSpec(
        ModelSpec.FORMAT,
        "log-mel",
        10.0 * ROWS,
        0,
        Map.of("audio", audio),
        body,
        Map.of("audio", heard));
  }

  /** A stream: a packet of 10 ms for every row, a tick of all that is before the model. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public float stream() {
    for (int i = 0; i < ROWS; i++, row++) {
      session.push("audio", row * ROW_NS, packets[(int) row & 63], 0, 160);
    }
    session.advanceRows(rows, 0);
    return rows.get("audio").values()[0];
  }
}
