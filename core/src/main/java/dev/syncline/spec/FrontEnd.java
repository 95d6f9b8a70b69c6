package dev.syncline.spec;

import dev.syncline.signal.AudioRows;
import dev.syncline.signal.ImageScale;
import dev.syncline.signal.Resample;
import dev.syncline.signal.SensorRows;
import dev.syncline.time.Tick;
import java.util.Optional;

/** How one modality's packets become rows: samples, pictures or vectors in, rows a tick out. */
public sealed interface FrontEnd {

  /**
   * Mono samples in [-1, 1] to normalised mel rows.
   *
   * @param resample from the source's rate to that of the rows, if they differ; its delay is part
   *     of the model
   */
  record Audio(AudioRows rows, Optional<Resample> resample) implements FrontEnd {
    public Audio {
      if (resample.isPresent() && resample.get().toHz() != rows.logMel().rateHz()) {
        throw new IllegalArgumentException(
            "resample gives %d Hz, the rows are made from %d Hz"
                .formatted(resample.get().toHz(), rows.logMel().rateHz()));
      }
    }

    /** Samples a second that come in. */
    public int sourceHz() {
      return resample.map(Resample::fromHz).orElse(rows.logMel().rateHz());
    }
  }

  /**
   * Pictures of any size to pictures of one size. The newest picture of a row's interval is its
   * row.
   *
   * @param rateHz rows a second
   * @param sourceHz pictures a second that come in, at least as many; where one is late by more
   *     than its interval, it is missing
   */
  record Image(ImageScale scale, double rateHz, double sourceHz) implements FrontEnd {
    public Image {
      rates(rateHz, sourceHz);
    }
  }

  /** Sensor samples or vectors computed beforehand; the newest of a row's interval is its row. */
  record Vector(SensorRows rows, double rateHz, double sourceHz) implements FrontEnd {
    public Vector {
      rates(rateHz, sourceHz);
    }
  }

  /** The rows of a tick. Pictures are [height, width, channels]. */
  default Shape shape(Tick tick) {
    return switch (this) {
      case Audio a -> {
        double rate = (double) a.rows.logMel().rateHz() / a.rows.logMel().hop();
        tick.rows(a.sourceHz());
        tick.rows(a.rows.logMel().rateHz());
        yield Shape.vector(tick.rows(rate), a.rows.logMel().bands());
      }
      case Image i ->
          Shape.image(tick.rows(i.rateHz), i.scale.height(), i.scale.width(), i.scale.channels());
      case Vector v -> Shape.vector(tick.rows(v.rateHz), v.rows.channels());
    };
  }

  private static void rates(double rateHz, double sourceHz) {
    if (!(rateHz > 0) || !(sourceHz >= rateHz) || !(sourceHz <= 1e6)) {
      throw new IllegalArgumentException(
          "rates must be 0 < rate_hz <= source_hz <= 1e6, are " + rateHz + " and " + sourceHz);
    }
  }
}
