package dev.syncline.step;

import static dev.syncline.TinyModel.AUDIO;
import static dev.syncline.TinyModel.TICK;
import static dev.syncline.TinyModel.TICK_SAMPLES;
import static dev.syncline.TinyModel.VISUAL;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.syncline.TinyModel;
import dev.syncline.spec.Attention;
import dev.syncline.spec.Layer.Activation;
import dev.syncline.spec.Layer.Function;
import dev.syncline.spec.Layer.Linear;
import dev.syncline.spec.Layer.PoolRows;
import dev.syncline.spec.Layer.Pooling;
import dev.syncline.spec.Memory;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Recurrent.Gru;
import dev.syncline.spec.Span;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tick allocates nothing: pushes, front ends, every native layer, decoders, the telling. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int TICKS = 300;

  /** How long a busy machine may take to compile everything. */
  private static final long PATIENCE_NS = 120_000_000_000L;

  /** A stream that goes on and on, and a count of what it tells. */
  private static final class Stream implements Session.Sink {
    final Session session;
    final boolean symbols;
    final boolean visual;
    final float[] sound = TinyModel.sound(5, 1);
    final byte[] picture = TinyModel.picture(1);
    final float[] symbol = new float[1];
    long tick;
    int told;

    Stream(Model model) {
      session = model.open(this);
      symbols = model.spec().modalities().containsKey(TinyModel.SYMBOLS);
      visual = model.spec().modalities().containsKey(VISUAL);
    }

    void ticks() {
      for (int i = 0; i < TICKS; i++, tick++) {
        long ns = tick * TICK.ns();
        session.push(AUDIO, ns, sound, (int) (tick % 5) * TICK_SAMPLES, 300);
        if (visual && tick % 4 != 3) {
          picture[(int) (tick % picture.length)] = (byte) tick;
          session.push(VISUAL, ns, picture, TinyModel.WIDTH, TinyModel.HEIGHT);
        }
        for (int half = 0; symbols && half < 2; half++) {
          symbol[0] = (tick + half) % 5;
          session.push(TinyModel.SYMBOLS, ns + half * TICK.ns() / 2, symbol, 0, 1);
        }
        if (tick % 9 != 5) {
          session.push(AUDIO, ns + 37_500_000, sound, 800, TICK_SAMPLES - 300);
        }
        while (session.advance()) {
          told += session.decided("heard") && session.probabilities("heard")[0] > 2 ? 1 : 0;
        }
      }
    }

    /** The fewest bytes that any of the rounds of 300 ticks allocates until all is compiled. */
    long allocated() {
      long fewest = Long.MAX_VALUE;
      long begin = System.nanoTime();
      while (fewest != 0 && System.nanoTime() - begin < PATIENCE_NS) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        ticks();
        fewest = Math.min(fewest, THREADS.getCurrentThreadAllocatedBytes() - before);
      }
      return fewest;
    }

    @Override
    public void opened(String output, int label, long onset, long told, float probability) {
      this.told++;
    }

    @Override
    public void closed(String output, int label, long onset, long offset, long told) {
      this.told++;
    }
  }

  private static void allocatesNothing(ModelSpec spec, Kernels kernels) {
    allocatesNothing(TinyModel.model(spec, 7, kernels));
  }

  private static void allocatesNothing(Model model) {
    Stream stream = new Stream(model);
    assertThat(stream.allocated()).isZero();
    assertThat(stream.session.state().tick()).isGreaterThan(TICKS - 3);
    assertThat(stream.told).isPositive();
  }

  @Test
  void aTickOfEveryLayerAllocatesNothingWithVectorKernels() {
    allocatesNothing(TinyModel.everyLayer(), new VectorKernels());
  }

  @Test
  void aTickOfEveryLayerAllocatesNothingWithPlainKernels() {
    allocatesNothing(TinyModel.everyLayer(), new PlainKernels());
  }

  /** Layers of more outputs than a panel has, some of which do not fill a vector. */
  static ModelSpec wide() {
    return TinyModel.spec(
        2,
        Map.of(AUDIO, TinyModel.senses().get(AUDIO)),
        "wide",
        new Linear(150, true),
        "gelu",
        new Activation(Function.GELU),
        "attn",
        Attention.over(5, new Span.Window(30)),
        "pool",
        new PoolRows(Pooling.MEAN, 10),
        "gru",
        new Gru(70));
  }

  @ParameterizedTest
  @EnumSource
  void wideLayersAllocateNothingInAnyPrecision(Precision precision) {
    for (Kernels kernels : List.of(new VectorKernels(), new PlainKernels())) {
      allocatesNothing(TinyModel.model(wide(), 7, kernels, precision));
    }
  }

  @Test
  void everySpanPositionAndStoreAllocatesNothing() {
    allocatesNothing(
        TinyModel.spec(
            0,
            Map.of(AUDIO, TinyModel.senses().get(AUDIO)),
            "in",
            new Linear(12, true),
            "sinks",
            new Attention(2, 1, new Span.Sinks(3, 20), new Attention.Position.Alibi()),
            "strided",
            new Attention(3, 3, new Span.Strided(9, 4, 5), new Attention.Position.Relative(30)),
            "blocks",
            new Attention(4, 2, new Span.Blocks(6, 2), new Attention.Position.None()),
            "summaries",
            Attention.over(2, new Span.Summaries(5, 3, 4, 2)),
            "box",
            new Memory(3, 4, new Memory.Store.Box(17)),
            "competing",
            new Memory(2, 5, new Memory.Store.Competing()),
            "key_value",
            new Memory(2, 5, new Memory.Store.KeyValue()),
            "pool",
            new PoolRows(Pooling.MEAN, 10)),
        new VectorKernels());
  }

  @Test
  void resampledSoundAllocatesNothing() {
    Stream stream = new Stream(TinyModel.model(Specs.resampled(), 7));
    assertThat(stream.allocated()).isZero();
  }
}
