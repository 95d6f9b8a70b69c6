package dev.syncline.metric;

import dev.syncline.metric.Pairing.Ticks;
import java.util.List;

/**
 * Audio-visual event localization: the share of ticks whose highest score is that of the true
 * class; the lowest index wins ties, and background is a class like any other.
 *
 * <p>Source: Y. Tian et al., "Audio-Visual Event Localization in Unconstrained Videos", ECCV 2018,
 * section 6. The original maps a row without any label to class 0; such a row is refused here.
 */
final class AveAccuracy {
  private AveAccuracy() {}

  /** The first tick whose truth is not exactly one class, as {clip, tick}, or null. */
  static int[] notOneHot(List<Ticks> clips) {
    for (int i = 0; i < clips.size(); i++) {
      boolean[][] truth = clips.get(i).truth();
      for (int k = 0; k < truth.length; k++) {
        int on = 0;
        for (boolean y : truth[k]) {
          on += y ? 1 : 0;
        }
        if (on != 1) {
          return new int[] {i, k};
        }
      }
    }
    return null;
  }

  static Score of(List<Ticks> clips) {
    long hits = 0;
    long ticks = 0;
    for (Ticks clip : clips) {
      for (int k = 0; k < clip.truth().length; k++) {
        hits += clip.truth()[k][argmax(clip.scores()[k])] ? 1 : 0;
        ticks++;
      }
    }
    return Score.ratio(hits, ticks, "there are no ticks");
  }

  /** The place of the largest value, the lowest on ties. */
  static int argmax(double[] values) {
    int best = 0;
    for (int c = 1; c < values.length; c++) {
      best = values[c] > values[best] ? c : best;
    }
    return best;
  }
}
