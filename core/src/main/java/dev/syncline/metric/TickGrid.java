package dev.syncline.metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Between the tick grid, [T][C] arrays, and events in seconds. */
final class TickGrid {
  private TickGrid() {}

  /** A maximal run of ones of one class, [start, end) in ticks. */
  record Run(int start, int end) {
    int overlap(Run other) {
      return Math.max(0, Math.min(end, other.end) - Math.max(start, other.start));
    }

    int union(Run other) {
      return (end - start) + (other.end - other.start) - overlap(other);
    }
  }

  /** The runs of class {@code c}, in order. */
  static List<Run> runs(boolean[][] grid, int c) {
    List<Run> runs = new ArrayList<>();
    int start = -1;
    for (int k = 0; k <= grid.length; k++) {
      boolean on = k < grid.length && grid[k][c];
      if (on && start < 0) {
        start = k;
      } else if (!on && start >= 0) {
        runs.add(new Run(start, k));
        start = -1;
      }
    }
    return runs;
  }

  /** The runs of all classes in seconds, emitted with their first tick or at that tick's end. */
  static List<Event> events(
      boolean[][] grid, String track, double rate, Optional<double[]> emittedS) {
    List<Event> events = new ArrayList<>();
    int classes = grid.length == 0 ? 0 : grid[0].length;
    for (int c = 0; c < classes; c++) {
      for (Run run : runs(grid, c)) {
        double emitted =
            emittedS.isPresent() ? emittedS.get()[run.start()] : (run.start() + 1) / rate;
        events.add(
            new Event(track, c, run.start() / rate, run.end() / rate, OptionalDouble.of(emitted)));
      }
    }
    return events;
  }

  /** Tick k is on iff {@code onset <= (k + 0.5) / rate < offset}. */
  static boolean[][] rasterise(List<Event> events, int ticks, int classes, double rate) {
    boolean[][] grid = new boolean[ticks][classes];
    for (Event e : events) {
      int k = (int) Math.min(ticks, Math.max(0, Math.floor(e.onsetS() * rate) - 1));
      while (k < ticks && (k + 0.5) / rate < e.onsetS()) {
        k++;
      }
      for (; k < ticks && (k + 0.5) / rate < e.offsetS(); k++) {
        grid[k][e.classIndex()] = true;
      }
    }
    return grid;
  }

  static boolean[][] atLeast(double[][] scores, double threshold) {
    boolean[][] on = new boolean[scores.length][];
    for (int k = 0; k < on.length; k++) {
      on[k] = new boolean[scores[k].length];
      for (int c = 0; c < on[k].length; c++) {
        on[k][c] = scores[k][c] >= threshold;
      }
    }
    return on;
  }

  static boolean[][] and(boolean[][] a, boolean[][] b) {
    boolean[][] both = new boolean[a.length][];
    for (int k = 0; k < both.length; k++) {
      both[k] = new boolean[a[k].length];
      for (int c = 0; c < both[k].length; c++) {
        both[k][c] = a[k][c] && b[k][c];
      }
    }
    return both;
  }

  static double[][] geometricMean(double[][] a, double[][] b) {
    double[][] mean = new double[a.length][];
    for (int k = 0; k < mean.length; k++) {
      mean[k] = new double[a[k].length];
      for (int c = 0; c < mean[k].length; c++) {
        mean[k][c] = Math.sqrt(a[k][c] * b[k][c]);
      }
    }
    return mean;
  }

  static double[][] asScores(boolean[][] grid) {
    double[][] scores = new double[grid.length][];
    for (int k = 0; k < scores.length; k++) {
      scores[k] = new double[grid[k].length];
      for (int c = 0; c < scores[k].length; c++) {
        scores[k][c] = grid[k][c] ? 1 : 0;
      }
    }
    return scores;
  }

  /** Where an event of {@code a} and one of {@code b} of the same class go on together. */
  static List<Event> intersection(List<Event> a, List<Event> b) {
    List<Event> joinedB = joined(b);
    List<Event> result = new ArrayList<>();
    for (Event x : joined(a)) {
      for (Event y : joinedB) {
        if (x.classIndex() == y.classIndex() && x.overlap(y) > 0) {
          result.add(
              new Event(
                  Truth.AV,
                  x.classIndex(),
                  Math.max(x.onsetS(), y.onsetS()),
                  Math.min(x.offsetS(), y.offsetS())));
        }
      }
    }
    return result;
  }

  /** Adjacent and overlapping events of one class made one. */
  private static List<Event> joined(List<Event> events) {
    List<Event> sorted = new ArrayList<>(events);
    sorted.sort(Comparator.comparingInt(Event::classIndex).thenComparingDouble(Event::onsetS));
    List<Event> result = new ArrayList<>();
    for (Event e : sorted) {
      Event last = result.isEmpty() ? null : result.getLast();
      if (last != null && last.classIndex() == e.classIndex() && e.onsetS() <= last.offsetS()) {
        result.removeLast();
        result.add(
            new Event(
                e.modality(),
                e.classIndex(),
                last.onsetS(),
                Math.max(last.offsetS(), e.offsetS())));
      } else {
        result.add(e);
      }
    }
    return result;
  }
}
