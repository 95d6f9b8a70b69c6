package dev.syncline.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** The definitions of the event metrics once more, as naively as they can be written. */
final class BruteForce {
  private BruteForce() {}

  /** F1 of segments for a negative IoU, else of events; average 0 by clip, 1 micro, 2 macro. */
  static double f1(List<boolean[][]> truths, List<boolean[][]> decisions, double iou, int average) {
    int classes = truths.getFirst()[0].length;
    double[][] tp = new double[truths.size()][classes];
    double[][] bad = new double[truths.size()][classes];
    for (int i = 0; i < truths.size(); i++) {
      for (int c = 0; c < classes; c++) {
        boolean[] y = row(truths.get(i), c);
        boolean[] z = row(decisions.get(i), c);
        if (iou < 0) {
          for (int k = 0; k < y.length; k++) {
            tp[i][c] += y[k] && z[k] ? 1 : 0;
            bad[i][c] += y[k] != z[k] ? 1 : 0;
          }
        } else {
          for (boolean[] p : islands(z)) {
            boolean hit = islands(y).stream().anyMatch(t -> jaccardReaches(t, p, iou));
            tp[i][c] += hit ? 1 : 0;
            bad[i][c] += hit ? 0 : 1;
          }
          for (boolean[] t : islands(y)) {
            bad[i][c] += islands(z).stream().noneMatch(p -> jaccardReaches(t, p, iou)) ? 1 : 0;
          }
        }
      }
    }
    double sumOfClips = 0;
    double[] tpOf = new double[classes];
    double[] badOf = new double[classes];
    for (int i = 0; i < tp.length; i++) {
      sumOfClips += meanF(tp[i], bad[i]);
      for (int c = 0; c < classes; c++) {
        tpOf[c] += tp[i][c];
        badOf[c] += bad[i][c];
      }
    }
    double allTp = 0;
    double allBad = 0;
    for (int c = 0; c < classes; c++) {
      allTp += tpOf[c];
      allBad += badOf[c];
    }
    return switch (average) {
      case 0 -> sumOfClips / tp.length;
      case 1 -> allTp + allBad == 0 ? 1 : 2 * allTp / (2 * allTp + allBad);
      default -> meanF(tpOf, badOf);
    };
  }

  private static double meanF(double[] tp, double[] bad) {
    double sum = 0;
    int n = 0;
    for (int c = 0; c < tp.length; c++) {
      if (tp[c] + bad[c] > 0) {
        sum += 2 * tp[c] / (2 * tp[c] + bad[c]);
        n++;
      }
    }
    return n == 0 ? 1 : sum / n;
  }

  private static boolean[] row(boolean[][] grid, int c) {
    boolean[] row = new boolean[grid.length];
    for (int k = 0; k < row.length; k++) {
      row[k] = grid[k][c];
    }
    return row;
  }

  /** Every maximal run as a mask of its own: all pairs of ends are tried. */
  private static List<boolean[]> islands(boolean[] row) {
    List<boolean[]> islands = new ArrayList<>();
    for (int s = 0; s < row.length; s++) {
      for (int e = s + 1; e <= row.length; e++) {
        boolean all = (s == 0 || !row[s - 1]) && (e == row.length || !row[e]);
        for (int k = s; k < e; k++) {
          all &= row[k];
        }
        if (all) {
          boolean[] island = new boolean[row.length];
          Arrays.fill(island, s, e, true);
          islands.add(island);
        }
      }
    }
    return islands;
  }

  private static boolean jaccardReaches(boolean[] a, boolean[] b, double iou) {
    int both = 0;
    int any = 0;
    for (int k = 0; k < a.length; k++) {
      both += a[k] && b[k] ? 1 : 0;
      any += a[k] || b[k] ? 1 : 0;
    }
    return both >= iou * any;
  }

  /** The size of a largest matching: each truth stays free or takes any free prediction. */
  static int matching(List<Event> truth, List<Event> predicted, double collar, double share) {
    if (truth.isEmpty()) {
      return 0;
    }
    List<Event> others = truth.subList(1, truth.size());
    int best = matching(others, predicted, collar, share);
    Event t = truth.getFirst();
    for (int i = 0; i < predicted.size(); i++) {
      Event p = predicted.get(i);
      boolean on = Math.abs(t.onsetS() - p.onsetS()) <= collar;
      double off = Math.abs(t.offsetS() - p.offsetS());
      if (on && (off <= collar || off <= share * (t.offsetS() - t.onsetS()))) {
        List<Event> left = new ArrayList<>(predicted);
        left.remove(i);
        best = Math.max(best, 1 + matching(others, left, collar, share));
      }
    }
    return best;
  }

  /**
   * PSDS of one clip at one tick a second, by counting ticks: scores [T][C], truth [T][C].
   *
   * @return NaN without any truth
   */
  static double psds(boolean[][] truth, double[][] p, double[] thresholds, double[] parameters) {
    int classes = truth[0].length;
    double hours = truth.length / 3600.0;
    double[][] tpr = new double[thresholds.length][classes];
    double[][] efpr = new double[thresholds.length][classes];
    TreeSet<Double> edges = new TreeSet<>(List.of(0.0, parameters[5]));
    List<Integer> present = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      if (!islands(row(truth, c)).isEmpty()) {
        present.add(c);
      }
    }
    for (int n = 0; n < thresholds.length; n++) {
      for (int c : present) {
        boolean[] on = new boolean[truth.length];
        for (int k = 0; k < on.length; k++) {
          on[k] = p[k][c] >= thresholds[n];
        }
        boolean[] relevant = new boolean[on.length];
        for (boolean[] d : islands(on)) {
          if (common(d, row(truth, c)) >= parameters[0] * common(d, d)) {
            for (int k = 0; k < d.length; k++) {
              relevant[k] |= d[k];
            }
            continue;
          }
          efpr[n][c] += 1 / hours;
          for (int o = 0; o < classes; o++) {
            boolean[] other = row(truth, o);
            if (o != c && common(d, other) >= parameters[2] * common(d, d)) {
              efpr[n][c] += parameters[3] / (common(other, other) / 3600.0) / classes;
            }
          }
        }
        List<boolean[]> events = islands(row(truth, c));
        for (boolean[] t : events) {
          tpr[n][c] += common(t, relevant) >= parameters[1] * common(t, t) ? 1.0 : 0;
        }
        tpr[n][c] /= events.size();
        edges.add(efpr[n][c]);
      }
    }
    double area = 0;
    List<Double> x = new ArrayList<>(edges);
    for (int i = 0; i + 1 < x.size() && x.get(i + 1) <= parameters[5]; i++) {
      double middle = (x.get(i) + x.get(i + 1)) / 2;
      double sum = 0;
      double squares = 0;
      for (int c : present) {
        double best = 0;
        for (int n = 0; n < thresholds.length; n++) {
          best = efpr[n][c] < middle ? Math.max(best, tpr[n][c]) : best;
        }
        sum += best;
        squares += best * best;
      }
      double mean = sum / present.size();
      double std = Math.sqrt(Math.max(0, squares / present.size() - mean * mean));
      area += Math.max(0, mean - parameters[4] * std) * (x.get(i + 1) - x.get(i));
    }
    return present.isEmpty() ? Double.NaN : area / parameters[5];
  }

  private static int common(boolean[] a, boolean[] b) {
    int n = 0;
    for (int k = 0; k < a.length; k++) {
      n += a[k] && b[k] ? 1 : 0;
    }
    return n;
  }

  /** What became of truths and predictions; -1 for a truth that nothing served. */
  record Served(List<Integer> by, int late, int duplicates, int falseAlarms) {}

  static Served serve(List<Event> truths, List<Event> predicted, double grace) {
    int[] by = new int[truths.size()];
    boolean[] done = new boolean[by.length];
    boolean[] used = new boolean[predicted.size()];
    for (int round = 0; round < by.length; round++) {
      int t = -1;
      for (int i = 0; i < by.length; i++) {
        if (!done[i] && (t < 0 || before(truths.get(i), truths.get(t)))) {
          t = i;
        }
      }
      done[t] = true;
      by[t] = -1;
      for (int i = 0; i < used.length; i++) {
        boolean inTime = at(predicted.get(i)) <= truths.get(t).offsetS() + grace;
        if (!used[i] && inTime && meet(truths.get(t), predicted.get(i))) {
          boolean sooner =
              by[t] < 0
                  || at(predicted.get(i)) < at(predicted.get(by[t]))
                  || (at(predicted.get(i)) == at(predicted.get(by[t]))
                      && predicted.get(i).onsetS() < predicted.get(by[t]).onsetS());
          by[t] = sooner ? i : by[t];
        }
      }
      if (by[t] >= 0) {
        used[by[t]] = true;
      }
    }
    int late = 0;
    int duplicates = 0;
    int falseAlarms = 0;
    for (int i = 0; i < used.length; i++) {
      int met = 0;
      int over = 0;
      for (Event t : truths) {
        met += meet(t, predicted.get(i)) ? 1 : 0;
        over += meet(t, predicted.get(i)) && at(predicted.get(i)) > t.offsetS() + grace ? 1 : 0;
      }
      falseAlarms += !used[i] && met == 0 ? 1 : 0;
      late += !used[i] && met > 0 && met == over ? 1 : 0;
      duplicates += !used[i] && met > over ? 1 : 0;
    }
    return new Served(Arrays.stream(by).boxed().toList(), late, duplicates, falseAlarms);
  }

  private static boolean before(Event a, Event b) {
    return a.onsetS() < b.onsetS() || (a.onsetS() == b.onsetS() && a.offsetS() < b.offsetS());
  }

  private static boolean meet(Event a, Event b) {
    return a.classIndex() == b.classIndex() && a.onsetS() < b.offsetS() && b.onsetS() < a.offsetS();
  }

  private static double at(Event e) {
    return e.emittedS().getAsDouble();
  }
}
