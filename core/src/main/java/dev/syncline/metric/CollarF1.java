package dev.syncline.metric;

import dev.syncline.metric.Pairing.Spans;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/**
 * Event-based F1 with a collar around onset and offset, over a largest one-to-one matching.
 *
 * <p>Source: A. Mesaros et al., "Metrics for Polyphonic Sound Event Detection", Applied Sciences
 * 2016, section 3.3, and its code, sed_eval. Times are compared as doubles, without rounding.
 */
final class CollarF1 {
  private CollarF1() {}

  enum Average {
    /** Counts pooled over clips and classes. */
    MICRO,
    /** Mean of F over classes with any reference or prediction. */
    MACRO,
    /** Mean of F over classes with both: a class that is never detected vanishes from it. */
    MACRO_SEDEVAL
  }

  /**
   * @param collarS tolerance at the onset, seconds
   * @param share of the truth's length, which is the tolerance at the offset where it is larger
   */
  record Tolerance(double collarS, double share) {
    boolean allows(Event truth, Event predicted) {
      double atOffset = Math.max(collarS, share * truth.length());
      return Math.abs(truth.onsetS() - predicted.onsetS()) <= collarS
          && Math.abs(truth.offsetS() - predicted.offsetS()) <= atOffset;
    }
  }

  static Score of(List<Spans> clips, int classes, Average average, Tolerance tolerance) {
    long hits = 0;
    long events = 0;
    TreeMap<Integer, Double> perClass = new TreeMap<>();
    for (int c = 0; c < classes; c++) {
      long matched = 0;
      long references = 0;
      long predictions = 0;
      for (Spans clip : clips) {
        List<Event> truth = ofClass(clip.truth(), c);
        List<Event> predicted = ofClass(clip.predicted(), c);
        matched += matching(truth, predicted, tolerance);
        references += truth.size();
        predictions += predicted.size();
      }
      hits += matched;
      events += references + predictions;
      boolean counts =
          average == Average.MACRO_SEDEVAL
              ? references > 0 && predictions > 0
              : references + predictions > 0;
      if (counts) {
        perClass.put(c, 2.0 * matched / (references + predictions));
      }
    }
    return switch (average) {
      case MICRO -> Score.ratio(2 * hits, events, "there is neither a true nor a predicted event");
      case MACRO -> Score.mean(perClass, "there is neither a true nor a predicted event");
      case MACRO_SEDEVAL -> Score.mean(perClass, "no class has both true and predicted events");
    };
  }

  static List<Event> ofClass(List<Event> events, int c) {
    return events.stream().filter(e -> e.classIndex() == c).toList();
  }

  /** The size of a largest one-to-one matching, by augmenting paths found breadth first. */
  static int matching(List<Event> truth, List<Event> predicted, Tolerance tolerance) {
    int[] truthOf = new int[predicted.size()];
    Arrays.fill(truthOf, -1);
    int size = 0;
    for (int t = 0; t < truth.size(); t++) {
      size += augment(t, truth, predicted, tolerance, truthOf) ? 1 : 0;
    }
    return size;
  }

  private static boolean augment(
      int free, List<Event> truth, List<Event> predicted, Tolerance tolerance, int[] truthOf) {
    int[] matchOf = new int[truth.size()]; // the prediction that a truth holds now
    Arrays.fill(matchOf, -1);
    for (int p = 0; p < truthOf.length; p++) {
      if (truthOf[p] >= 0) {
        matchOf[truthOf[p]] = p;
      }
    }
    int[] reachedFrom = new int[predicted.size()];
    Arrays.fill(reachedFrom, -1);
    Deque<Integer> queue = new ArrayDeque<>(List.of(free));
    while (!queue.isEmpty()) {
      int t = queue.poll();
      for (int p = 0; p < reachedFrom.length; p++) {
        if (reachedFrom[p] >= 0 || !tolerance.allows(truth.get(t), predicted.get(p))) {
          continue;
        }
        reachedFrom[p] = t;
        if (truthOf[p] >= 0) {
          queue.add(truthOf[p]);
          continue;
        }
        for (int at = p; at >= 0; ) { // hand each prediction on the path to who asked for it
          int taker = reachedFrom[at];
          int given = matchOf[taker];
          truthOf[at] = taker;
          at = given;
        }
        return true;
      }
    }
    return false;
  }
}
