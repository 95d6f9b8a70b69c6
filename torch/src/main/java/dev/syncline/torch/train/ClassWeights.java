package dev.syncline.torch.train;

import dev.syncline.json.Records.Default;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * How rare classes are made up for: weights for a loss from how often each label is there.
 *
 * @param cap the largest weight; the smallest is 1 / cap; 1 to 1e6, and 1 weighs all alike
 * @param smoothing ticks that are added to every count, so that few ticks prove little; 0 to 1e9
 * @param sqrt whether the square root of the ratio is taken, the usual way to halve its effect
 */
public record ClassWeights(
    @Default("20") double cap, @Default("1") double smoothing, @Default("false") boolean sqrt) {
  public ClassWeights {
    if (!(cap >= 1 && cap <= 1e6)) {
      throw new IllegalArgumentException("cap must be from 1 to 1e6, is " + cap);
    }
    if (!(smoothing >= 0 && smoothing <= 1e9)) {
      throw new IllegalArgumentException("smoothing must be from 0 to 1e9, is " + smoothing);
    }
  }

  /**
   * How often each class was labelled as there and as not there, in ticks; soft labels count in
   * part.
   */
  public record Counts(List<Double> positives, List<Double> negatives) {
    public Counts {
      positives = List.copyOf(positives);
      negatives = List.copyOf(negatives);
      if (positives.size() != negatives.size() || positives.isEmpty()) {
        throw new IllegalArgumentException(
            "counts of %d positives and %d negatives: one of each for every class"
                .formatted(positives.size(), negatives.size()));
      }
      for (int c = 0; c < positives.size(); c++) {
        if (!(positives.get(c) >= 0 && negatives.get(c) >= 0)) {
          throw new IllegalArgumentException(
              "class %d: counts must be at least 0, are %s and %s"
                  .formatted(c, positives.get(c), negatives.get(c)));
        }
      }
    }

    /** Nothing counted yet. */
    public static Counts none(int classes) {
      return new Counts(Collections.nCopies(classes, 0.0), Collections.nCopies(classes, 0.0));
    }

    /**
     * These and those of one more clip.
     *
     * @param labels [ticks][classes] from 0 to 1; NaN where it is not known, which does not count
     */
    public Counts plus(float[][] labels) {
      double[] there = positives.stream().mapToDouble(d -> d).toArray();
      double[] not = negatives.stream().mapToDouble(d -> d).toArray();
      for (int t = 0; t < labels.length; t++) {
        if (labels[t].length != there.length) {
          throw new IllegalArgumentException(
              "tick %d has %d labels, not %d".formatted(t, labels[t].length, there.length));
        }
        for (int c = 0; c < there.length; c++) {
          float y = labels[t][c];
          if (y < 0 || y > 1) {
            throw new IllegalArgumentException(
                "tick %d, class %d: a label is from 0 to 1, not %s".formatted(t, c, y));
          } else if (!Float.isNaN(y)) {
            there[c] += y;
            not[c] += 1 - y;
          }
        }
      }
      return new Counts(list(there), list(not));
    }

    private static List<Double> list(double[] numbers) {
      List<Double> list = new ArrayList<>(numbers.length);
      for (double n : numbers) {
        list.add(n);
      }
      return list;
    }
  }

  /**
   * For binary cross-entropy, one factor a class on the loss of its positive ticks: negatives /
   * positives, both smoothed, so that both sides of a class weigh the same.
   */
  public float[] positive(Counts counts) {
    return weights(
        counts, c -> (counts.negatives.get(c) + smoothing) / (counts.positives.get(c) + smoothing));
  }

  /**
   * For cross-entropy with one label a tick, one factor a class: mean count of a class / count of
   * this class, both smoothed, so that all classes weigh the same and a tick weighs 1 on average
   * (before root and cap; King and Zeng 2001, "Logistic regression in rare events data", section
   * 4.2).
   */
  public float[] inverseFrequency(Counts counts) {
    int classes = counts.positives.size();
    double mean = counts.positives.stream().mapToDouble(d -> d).sum() / classes;
    return weights(counts, c -> (mean + smoothing) / (counts.positives.get(c) + smoothing));
  }

  private float[] weights(Counts counts, IntToDoubleFunction ratio) {
    float[] weights = new float[counts.positives.size()];
    for (int c = 0; c < weights.length; c++) {
      double r = ratio.applyAsDouble(c);
      double w = Double.isNaN(r) ? 1 : sqrt ? Math.sqrt(r) : r;
      weights[c] = (float) Math.clamp(w, 1 / cap, cap);
    }
    return weights;
  }
}
