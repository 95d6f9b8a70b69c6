package dev.syncline.step;

import dev.syncline.signal.AudioRowsPlan;
import dev.syncline.signal.ResamplePlan;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Shape;
import dev.syncline.time.Tick;
import java.util.Arrays;

/**
 * Samples to rows. A packet's place follows from its capture time; times that are off by less than
 * 2 ms from where the last packet ended are taken as its continuation. A row is valid if all of its
 * samples came.
 */
final class AudioIntake implements Intake {
  private static final double SNAP_S = 0.002;
  private static final float[] SILENCE = new float[512];

  private final Shape shape;
  private final int sourceHz;
  private final int tickSource;
  private final int tickSamples;
  private final int hop;
  private final AudioRowsPlan rows;
  private final ResamplePlan resample;
  private final int slab;
  private final int longs;

  // In the slab: pending samples, one gap mark a row, the rows' state, the resampler's state.
  private final int gaps;
  private final int rowState;
  private final int resampleState;
  private final int end;

  // In the longs: the next source sample, counted from the stream's start, and samples pending.
  private static final int NEXT = 0;
  private static final int PENDING = 1;

  AudioIntake(FrontEnd.Audio audio, Tick tick, Kernels kernels, int slab, int longs) {
    shape = audio.shape(tick);
    sourceHz = audio.sourceHz();
    tickSource = tick.rows(sourceHz);
    tickSamples = tick.rows(audio.rows().logMel().rateHz());
    hop = audio.rows().logMel().hop();
    rows = audio.rows().plan(kernels instanceof VectorKernels);
    resample = audio.resample().map(r -> r.plan()).orElse(null);
    this.slab = slab;
    this.longs = longs;
    gaps = slab + TICKS * tickSamples;
    rowState = gaps + TICKS * shape.rows();
    resampleState = rowState + rows.stateSize();
    end = resampleState + (resample == null ? 0 : resample.stateSize());
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int floats() {
    return end - slab;
  }

  @Override
  public int longs() {
    return 2;
  }

  @Override
  public int scratchSize() {
    return Math.max(rows.scratchSize(), resample == null ? 0 : resample.scratchSize());
  }

  @Override
  public long flops() {
    return shape.rows() * rows.flops() + (resample == null ? 0 : tickSamples * resample.flops());
  }

  @Override
  public long knownUntil(StreamState s) {
    return Tick.startOf(s.longs[longs + NEXT], sourceHz);
  }

  Outcome push(
      StreamState s,
      long captureNs,
      float[] samples,
      int offset,
      int count,
      float[] x,
      int scratch) {
    if (count < 1 || count > tickSource) {
      throw new IllegalArgumentException(
          "a packet holds 1 to %d samples (one tick), not %d".formatted(tickSource, count));
    }
    long next = s.longs[longs + NEXT];
    long base = s.tick() * tickSource;
    long at = Tick.nearest(captureNs, sourceHz);
    if (Math.abs(at - next) <= SNAP_S * sourceHz && at + count > next) {
      at = next;
    }
    long last = at + count;
    s.seen(Tick.startOf(last, sourceHz));
    if (last <= base) {
      return Outcome.LATE;
    } else if (last <= next) {
      return Outcome.DUPLICATE;
    } else if (last > base + (long) TICKS * tickSource) {
      return Outcome.FULL;
    } else if (!finite(samples, offset, count)) {
      return Outcome.UNUSABLE;
    }
    if (at > next) {
      gap(s, at - next, x, scratch);
      next = at;
    }
    append(s, samples, offset + (int) (next - at), (int) (last - next), x, scratch);
    s.longs[longs + NEXT] = last;
    return Outcome.ACCEPTED;
  }

  private static boolean finite(float[] samples, int offset, int count) {
    float sum = 0;
    for (int i = offset; i < offset + count; i++) {
      sum += samples[i] * 0;
    }
    return sum == 0;
  }

  /** Samples that never came: zeros, and no valid row where they lie. */
  private void gap(StreamState s, long count, float[] x, int scratch) {
    int begin = (int) s.longs[longs + PENDING];
    for (long left = count; left > 0; left -= SILENCE.length) {
      append(s, SILENCE, 0, (int) Math.min(left, SILENCE.length), x, scratch);
    }
    int stop = (int) s.longs[longs + PENDING];
    for (int row = begin / hop; row * hop < stop; row++) {
      s.slab[gaps + row] = 1;
    }
    s.longs[longs + NEXT] += count;
  }

  private void append(
      StreamState s, float[] samples, int offset, int count, float[] x, int scratch) {
    int at = (int) s.longs[longs + PENDING];
    if (resample == null) {
      System.arraycopy(samples, offset, s.slab, slab + at, count);
      s.longs[longs + PENDING] += count;
    } else {
      int written =
          resample.push(
              samples, offset, count, s.slab, slab + at, s.slab, resampleState, x, scratch);
      s.longs[longs + PENDING] += written;
    }
  }

  @Override
  public void fill(StreamState s, float[] x, int scratch) {
    float[] samples = new float[tickSource];
    for (int i = 0; i < tickSource; i++) {
      samples[i] = Intake.noise(s.tick() * tickSource + i);
    }
    push(s, Tick.startOf(s.tick() * tickSource, sourceHz), samples, 0, tickSource, x, scratch);
  }

  @Override
  public void take(StreamState s, float[] x, Buffer to, int scratch) {
    long missing = (s.tick() + 1) * tickSource - s.longs[longs + NEXT];
    if (missing > 0) {
      gap(s, missing, x, scratch);
    }
    for (int r = 0; r < shape.rows(); r++) {
      boolean whole = s.slab[gaps + r] == 0;
      boolean valid =
          rows.row(
              s.slab,
              slab + r * hop,
              whole,
              x,
              to.at() + r * to.size(),
              s.slab,
              rowState,
              x,
              scratch);
      x[to.valid() + r] = valid ? 1 : 0;
    }
    int kept = (TICKS - 1) * tickSamples;
    System.arraycopy(s.slab, slab + tickSamples, s.slab, slab, kept);
    Arrays.fill(s.slab, slab + kept, gaps, 0);
    int keptRows = (TICKS - 1) * shape.rows();
    System.arraycopy(s.slab, gaps + shape.rows(), s.slab, gaps, keptRows);
    Arrays.fill(s.slab, gaps + keptRows, rowState, 0);
    s.longs[longs + PENDING] -= tickSamples;
  }
}
