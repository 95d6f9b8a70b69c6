package dev.syncline.metric;

import dev.syncline.metric.Pairing.Ticks;
import dev.syncline.metric.TickGrid.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * F1 over segments (ticks) and over events (runs of ticks), as in audio-visual video parsing.
 *
 * <p>Source: Y. Tian et al., "Unified Multisensory Perception: Weakly-Supervised Audio-Visual Video
 * Parsing", ECCV 2020, section 5.1, and the evaluation code published with it: {@code F = 2TP /
 * (2TP + FP + FN)} per clip and class; a clip with neither truth nor prediction scores 1.
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays; none of these is compared
final class SegmentAndEventF1 {
  private SegmentAndEventF1() {}

  /** How F over classes and clips becomes one number. */
  enum Average {
    /** Mean over the classes of a clip, then over clips. */
    CLIP,
    /** Counts pooled over clips and classes. */
    MICRO,
    /** Counts pooled over clips; mean over classes. */
    MACRO
  }

  /** Hits and errors per class. */
  record Counts(long[] tp, long[] fp, long[] fn) {
    Counts(int classes) {
      this(new long[classes], new long[classes], new long[classes]);
    }

    void add(Counts other) {
      for (int c = 0; c < tp.length; c++) {
        tp[c] += other.tp[c];
        fp[c] += other.fp[c];
        fn[c] += other.fn[c];
      }
    }

    /** F of each class that has any count. */
    TreeMap<Integer, Double> perClass() {
      TreeMap<Integer, Double> f = new TreeMap<>();
      for (int c = 0; c < tp.length; c++) {
        if (tp[c] + fp[c] + fn[c] > 0) {
          f.put(c, f1(tp[c], fp[c], fn[c]));
        }
      }
      return f;
    }

    /** The mean F over classes with any count, 1 when there is none. */
    double meanF1() {
      return perClass().values().stream().mapToDouble(f -> f).average().orElse(1);
    }
  }

  static double f1(long tp, long fp, long fn) {
    return 2.0 * tp / (2.0 * tp + fp + fn);
  }

  static Counts segmentCounts(Ticks clip) {
    int classes = clip.truth()[0].length;
    Counts counts = new Counts(classes);
    for (int k = 0; k < clip.truth().length; k++) {
      for (int c = 0; c < classes; c++) {
        boolean y = clip.truth()[k][c];
        boolean z = clip.gated()[k][c];
        counts.tp[c] += y && z ? 1 : 0;
        counts.fp[c] += !y && z ? 1 : 0;
        counts.fn[c] += y && !z ? 1 : 0;
      }
    }
    return counts;
  }

  /** Not one-to-one: every predicted run that overlaps some truth run by enough is a hit. */
  static Counts eventCounts(Ticks clip, double iou) {
    int classes = clip.truth()[0].length;
    Counts counts = new Counts(classes);
    for (int c = 0; c < classes; c++) {
      List<Run> truths = TickGrid.runs(clip.truth(), c);
      List<Run> predicted = TickGrid.runs(clip.gated(), c);
      for (Run p : predicted) {
        boolean hit = truths.stream().anyMatch(t -> matches(t, p, iou));
        counts.tp[c] += hit ? 1 : 0;
        counts.fp[c] += hit ? 0 : 1;
      }
      for (Run t : truths) {
        counts.fn[c] += predicted.stream().noneMatch(p -> matches(t, p, iou)) ? 1 : 0;
      }
    }
    return counts;
  }

  private static boolean matches(Run t, Run p, double iou) {
    return t.overlap(p) >= iou * t.union(p);
  }

  static Score segment(List<Ticks> clips, Average average) {
    return score(clips.stream().map(SegmentAndEventF1::segmentCounts).toList(), average);
  }

  /** The mean over the IoU thresholds. */
  static Score event(List<Ticks> clips, Average average, double[] thresholds) {
    List<Score> scores = new ArrayList<>();
    for (double iou : thresholds) {
      scores.add(score(clips.stream().map(clip -> eventCounts(clip, iou)).toList(), average));
    }
    return mean(scores);
  }

  /** Audio and visual counts of each class added, then as {@link Average#CLIP}. */
  static Score eventAtAvg(List<Ticks> audio, List<Ticks> visual) {
    return addedUp(
        audio.stream().map(SegmentAndEventF1::segmentCounts).toList(),
        visual.stream().map(SegmentAndEventF1::segmentCounts).toList());
  }

  static Score eventAtAvg(List<Ticks> audio, List<Ticks> visual, double[] thresholds) {
    List<Score> scores = new ArrayList<>();
    for (double iou : thresholds) {
      scores.add(
          addedUp(
              audio.stream().map(clip -> eventCounts(clip, iou)).toList(),
              visual.stream().map(clip -> eventCounts(clip, iou)).toList()));
    }
    return mean(scores);
  }

  private static Score addedUp(List<Counts> audio, List<Counts> visual) {
    for (int i = 0; i < audio.size(); i++) {
      audio.get(i).add(visual.get(i));
    }
    return score(audio, Average.CLIP);
  }

  private static Score score(List<Counts> clips, Average average) {
    if (average == Average.CLIP) {
      return Score.of(clips.stream().mapToDouble(Counts::meanF1).sum() / clips.size());
    }
    Counts pooled = new Counts(clips.getFirst().tp.length);
    clips.forEach(pooled::add);
    if (average == Average.MACRO) {
      return new Score.Value(pooled.meanF1(), pooled.perClass());
    }
    long tp = sum(pooled.tp);
    long errors = sum(pooled.fp) + sum(pooled.fn);
    return Score.of(tp + errors == 0 ? 1 : f1(tp, errors, 0));
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /** The mean of scores that are all numbers of the same classes. */
  static Score mean(List<Score> scores) {
    double sum = 0;
    TreeMap<Integer, Double> perClass = new TreeMap<>();
    for (Score score : scores) {
      Score.Value v = (Score.Value) score;
      sum += v.value();
      v.perClass().forEach((c, f) -> perClass.merge(c, f / scores.size(), Double::sum));
    }
    return new Score.Value(sum / scores.size(), perClass);
  }
}
