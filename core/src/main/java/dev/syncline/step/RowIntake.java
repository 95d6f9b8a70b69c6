package dev.syncline.step;

import dev.syncline.signal.ImageScalePlan;
import dev.syncline.signal.NormalizationPlan;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Shape;
import dev.syncline.time.Tick;
import java.util.Arrays;

/**
 * Pictures and vectors to rows: of the packets captured in a row's interval the newest is its row.
 */
final class RowIntake implements Intake {
  /**
   * Containers round capture times, some to milliseconds. A packet that comes less than this share
   * of the source's interval before the end of a row counts to the next row.
   */
  private static final double ROUNDING = 0.05;

  private static final int LATE = -1;
  private static final int DUPLICATE = -2;
  private static final int FULL = -3;

  private final Shape shape;
  private final double rateHz;
  private final double sourceHz;
  private final ImageScalePlan scale;
  private final NormalizationPlan normalization;
  private final boolean channelsFirst;
  private final int slab;
  private final int longs;
  private final int rowState;

  /**
   * @param channelsFirst whether pictures are left as encoders want them, [channels, height, width]
   */
  RowIntake(FrontEnd frontEnd, Tick tick, boolean channelsFirst, int slab, int longs) {
    shape = frontEnd.shape(tick);
    this.channelsFirst = channelsFirst;
    this.slab = slab;
    this.longs = longs;
    rowState = slab + TICKS * shape.rows() * shape.size();
    switch (frontEnd) {
      case FrontEnd.Image i -> {
        rateHz = i.rateHz();
        sourceHz = i.sourceHz();
        scale = i.scale().plan();
        normalization = null;
      }
      case FrontEnd.Vector v -> {
        rateHz = v.rateHz();
        sourceHz = v.sourceHz();
        scale = null;
        normalization = v.rows().plan();
      }
      case FrontEnd.Audio ignored -> throw new IllegalArgumentException("samples are not rows");
    }
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int floats() {
    return rowState - slab + (normalization == null ? 0 : normalization.stateSize());
  }

  /** One a row of room: its capture time + 1, 0 where nothing came; and the newest of all. */
  @Override
  public int longs() {
    return TICKS * shape.rows() + 1;
  }

  @Override
  public int scratchSize() {
    return scale == null ? 0 : scale.scratchSize();
  }

  @Override
  public long flops() {
    return scale == null
        ? shape.rows() * normalization.flops()
        : shape.rows() * scale.flops(scale.config().width(), scale.config().height());
  }

  @Override
  public long knownUntil(StreamState s) {
    long newest = s.longs[longs + TICKS * shape.rows()];
    return newest == 0 ? 0 : newest - 1 + (long) Math.ceil((1 + ROUNDING) * 1e9 / sourceHz);
  }

  Outcome push(StreamState s, long captureNs, float[] vector, int offset) {
    int size = shape.size();
    int place = place(s, captureNs);
    if (place < 0) {
      return refusal(place);
    }
    float sum = 0;
    for (int i = offset; i < offset + size; i++) {
      sum += vector[i] * 0;
    }
    if (sum != 0) {
      return Outcome.UNUSABLE;
    }
    System.arraycopy(vector, offset, s.slab, slab + place * size, size);
    return taken(s, captureNs, place);
  }

  Outcome push(
      StreamState s, long captureNs, byte[] rgb, int width, int height, float[] x, int scratch) {
    int place = place(s, captureNs);
    if (place < 0) {
      return refusal(place);
    }
    scale.scale(rgb, 0, width, height, s.slab, slab + place * shape.size(), x, scratch);
    return taken(s, captureNs, place);
  }

  boolean takesPictures() {
    return scale != null;
  }

  /** The row among those pending, or why there is no place. */
  private int place(StreamState s, long captureNs) {
    long index = (long) Math.floor(captureNs * (rateHz / 1e9) + ROUNDING * rateHz / sourceHz);
    long row = index - s.tick() * shape.rows();
    s.seen(Math.max(captureNs, Tick.startOf(index, rateHz)));
    if (captureNs < 0 || row < 0) {
      return LATE;
    } else if (row >= (long) TICKS * shape.rows()) {
      return FULL;
    }
    long there = s.longs[longs + (int) row] - 1;
    return there == captureNs ? DUPLICATE : there > captureNs ? LATE : (int) row;
  }

  private static Outcome refusal(int place) {
    return switch (place) {
      case LATE -> Outcome.LATE;
      case DUPLICATE -> Outcome.DUPLICATE;
      default -> Outcome.FULL;
    };
  }

  private Outcome taken(StreamState s, long captureNs, int place) {
    int newest = longs + TICKS * shape.rows();
    s.longs[longs + place] = captureNs + 1;
    s.longs[newest] = Math.max(s.longs[newest], captureNs + 1);
    return Outcome.ACCEPTED;
  }

  /**
   * Pictures of twice the size that is wanted; vectors whose first number is 0, a class perhaps.
   */
  @Override
  public void fill(StreamState s, float[] x, int scratch) {
    for (int r = 0; r < shape.rows(); r++) {
      long row = s.tick() * shape.rows() + r;
      long at = Tick.startOf(row, rateHz);
      if (scale == null) {
        float[] vector = new float[shape.size()];
        for (int i = 1; i < vector.length; i++) {
          vector[i] = Intake.noise(row * vector.length + i);
        }
        push(s, at, vector, 0);
      } else {
        int width = 2 * scale.config().width();
        int height = 2 * scale.config().height();
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
          rgb[i] = (byte) (256 * Intake.noise(row * rgb.length + i));
        }
        push(s, at, rgb, width, height, x, scratch);
      }
    }
  }

  @Override
  public void take(StreamState s, float[] x, Buffer to, int scratch) {
    int size = shape.size();
    int rows = shape.rows();
    for (int r = 0; r < rows; r++) {
      boolean here = s.longs[longs + r] != 0;
      int at = to.at() + r * size;
      if (scale == null || channelsFirst) {
        System.arraycopy(s.slab, slab + r * size, x, at, size);
      } else {
        channelsLast(s.slab, slab + r * size, x, at);
      }
      if (normalization != null) {
        here = normalization.row(x, at, here, s.slab, rowState);
      } else if (!here) {
        Arrays.fill(x, at, at + size, 0);
      }
      x[to.valid() + r] = here ? 1 : 0;
    }
    int kept = (TICKS - 1) * rows;
    System.arraycopy(s.slab, slab + rows * size, s.slab, slab, kept * size);
    System.arraycopy(s.longs, longs + rows, s.longs, longs, kept);
    Arrays.fill(s.longs, longs + kept, longs + TICKS * rows, 0);
  }

  private void channelsLast(float[] from, int fromAt, float[] to, int toAt) {
    int channels = shape.width();
    int pixels = shape.size() / channels;
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < pixels; p++) {
        to[toAt + p * channels + c] = from[fromAt + c * pixels + p];
      }
    }
  }
}
