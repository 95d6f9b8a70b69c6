package dev.syncline.step;

import static dev.syncline.TinyModel.AUDIO;
import static dev.syncline.TinyModel.VISUAL;

import dev.syncline.TinyModel;
import dev.syncline.signal.AudioRows;
import dev.syncline.signal.ImageScale;
import dev.syncline.signal.Resample;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Modality;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Recurrent.Gru;
import java.util.Map;
import java.util.Optional;

/** Specs with one peculiarity each. */
final class Specs {
  private Specs() {}

  /** Pictures alone, as many rows a second as pictures. */
  static ModelSpec pictures(double rateHz) {
    FrontEnd visual = new FrontEnd.Image(ImageScale.signedUnit(8, 6), rateHz, rateHz);
    return TinyModel.spec(
        0,
        Map.of(VISUAL, new Modality(visual, Optional.empty())),
        "mean",
        new GlobalPool(Pooling.MEAN),
        "pool",
        new PoolRows(Pooling.MEAN, (int) (rateHz / 10)));
  }

  /** Sound alone that comes at 24 kHz and is made into 8 kHz. */
  static ModelSpec resampled() {
    AudioRows rows = ((FrontEnd.Audio) TinyModel.senses().get(AUDIO).frontEnd()).rows();
    FrontEnd audio =
        new FrontEnd.Audio(rows, Optional.of(new Resample(24_000, TinyModel.RATE, 16, 6)));
    return sound(audio);
  }

  /** Sound alone; nothing is decided where it is missing. */
  static ModelSpec withoutAbsent() {
    return sound(TinyModel.senses().get(AUDIO).frontEnd());
  }

  private static ModelSpec sound(FrontEnd audio) {
    return TinyModel.spec(
        0,
        Map.of(AUDIO, new Modality(audio, Optional.empty())),
        "pool",
        new PoolRows(Pooling.MEAN, 10),
        "gru",
        new Gru(9));
  }
}
