package dev.syncline.signal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static volatile float[] kept;

  /**
   * The fewest bytes that any round of a hundred calls allocates, up to the first that allocates
   * none: what linking, loading or recompiling costs now and then is not counted, nor what vectors
   * cost before they are compiled; what a call costs always is.
   */
  private static long allocated(Runnable call) {
    long fewest = Long.MAX_VALUE;
    for (int round = 0; round < 1000 && fewest != 0; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        call.run();
      }
      fewest = Math.min(fewest, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return fewest;
  }

  @Test
  void anAllocationWouldBeSeen() {
    assertThat(allocated(() -> kept = new float[1])).isGreaterThanOrEqualTo(1600);
  }

  @Test
  void audioRowsAllocateNothing() {
    for (LogMel.Log log : LogMel.Log.values()) {
      LogMel y = LogMel.yamnet();
      LogMel config =
          new LogMel(
              y.rateHz(),
              y.window(),
              y.hop(),
              y.fft(),
              y.bands(),
              y.lowHz(),
              y.highHz(),
              y.mel(),
              y.triangles(),
              false,
              y.windowShape(),
              y.spectrum(),
              log,
              0.001);
      for (boolean vectors : new boolean[] {false, true}) {
        AudioRowsPlan plan = new AudioRows(config, new Normalization.None()).plan(vectors);
        float[] samples = Signals.noise(160, 1);
        float[] out = new float[64];
        float[] state = new float[plan.stateSize()];
        float[] scratch = new float[plan.scratchSize()];
        assertThat(allocated(() -> plan.row(samples, 0, true, out, 0, state, 0, scratch, 0)))
            .isZero();
      }
    }
  }

  @Test
  void normalizationsAllocateNothing() {
    List<Normalization> all =
        List.of(
            new Normalization.None(),
            new Normalization.Fixed(List.of(1.0), List.of(2.0), Optional.of(3.0)),
            new Normalization.RunningMeanVariance(100, 1e-5),
            new Normalization.Pcen(0.98, 2, 0.5, 0.025, 1e-6));
    for (Normalization config : all) {
      NormalizationPlan plan = config.plan(64);
      float[] row = Signals.noise(64, 1);
      float[] state = new float[plan.stateSize()];
      assertThat(allocated(() -> plan.row(row, 0, true, state, 0))).as(config.toString()).isZero();
    }
  }

  @Test
  void resamplingAllocatesNothing() {
    ResamplePlan plan = new Resample(44100, 16000, 64, 8).plan();
    float[] in = Signals.noise(4410, 1);
    float[] out = new float[1600];
    float[] state = new float[plan.stateSize()];
    float[] scratch = new float[plan.scratchSize()];
    assertThat(allocated(() -> plan.push(in, 0, 4410, out, 0, state, 0, scratch, 0))).isZero();
  }

  @Test
  void imagesAllocateNothing() {
    ImageScalePlan plan = ImageScale.signedUnit(32, 32).plan();
    byte[] rgb = Signals.image(64, 48, 1);
    float[] out = new float[plan.outputSize()];
    float[] scratch = new float[plan.scratchSize()];
    assertThat(allocated(() -> plan.scale(rgb, 0, 64, 48, out, 0, scratch, 0))).isZero();
  }
}
