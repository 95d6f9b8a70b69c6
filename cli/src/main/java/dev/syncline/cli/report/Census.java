package dev.syncline.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a data set contains, counted from its annotations. Seconds of a class are those covered by
 * at least one event: events of one class that overlap are not counted twice.
 */
final class Census {
  /** The shortest duration bin ends here; each further one is twice as long, the last is open. */
  private static final double FIRST_BIN_S = .25;

  static final int BINS = 9;

  private final int[][] events;
  private final double[][] seconds;
  private final double[][] together;
  private final int[][] durations;

  private Census(int modalities, int classes) {
    events = new int[modalities][classes];
    seconds = new double[modalities][classes];
    together = new double[classes][classes];
    durations = new int[modalities][BINS];
  }

  static Census of(List<ClipEvents> clips, int modalities, int classes) {
    Census census = new Census(modalities, classes);
    clips.forEach(census::count);
    return census;
  }

  /** Number of events of a class. */
  int events(int modality, int label) {
    return events[modality][label];
  }

  /** Number of events of all classes. */
  int events(int modality) {
    return IntStream.of(events[modality]).sum();
  }

  /** Seconds that events of a class cover. */
  double seconds(int modality, int label) {
    return seconds[modality][label];
  }

  /**
   * Seconds in which both classes are active in any modality; of one class with itself: its own.
   */
  double together(int a, int b) {
    return together[a][b];
  }

  /** Number of events that last as long as {@link #binEnd} says. */
  int durations(int modality, int bin) {
    return durations[modality][bin];
  }

  /** The end of a duration bin in seconds, infinite for the last. */
  static double binEnd(int bin) {
    return bin == BINS - 1 ? Double.POSITIVE_INFINITY : Math.scalb(FIRST_BIN_S, bin);
  }

  private static int bin(double length) {
    int bin = 0;
    while (length > binEnd(bin)) {
      bin++;
    }
    return bin;
  }

  private void count(ClipEvents clip) {
    List<List<Mark>> anyModality = new ArrayList<>();
    for (int c = 0; c < together.length; c++) {
      anyModality.add(new ArrayList<>());
    }
    for (int m = 0; m < events.length; m++) {
      for (Mark mark : clip.events().get(m)) {
        events[m][mark.label()]++;
        durations[m][bin(mark.endS() - mark.startS())]++;
        anyModality.get(mark.label()).add(mark);
      }
      for (int c = 0; c < together.length; c++) {
        int label = c;
        seconds[m][c] +=
            length(union(clip.events().get(m).stream().filter(k -> k.label() == label).toList()));
      }
    }
    List<List<double[]>> active = anyModality.stream().map(Census::union).toList();
    for (int a = 0; a < together.length; a++) {
      for (int b = 0; b < together.length && !active.get(a).isEmpty(); b++) {
        together[a][b] += overlap(active.get(a), active.get(b));
      }
    }
  }

  /** Disjoint intervals in order of time. */
  private static List<double[]> union(List<Mark> marks) {
    List<double[]> union = new ArrayList<>();
    for (Mark m : marks.stream().sorted(Comparator.comparingDouble(Mark::startS)).toList()) {
      if (!union.isEmpty() && m.startS() <= union.getLast()[1]) {
        union.getLast()[1] = Math.max(union.getLast()[1], m.endS());
      } else {
        union.add(new double[] {m.startS(), m.endS()});
      }
    }
    return union;
  }

  private static double length(List<double[]> intervals) {
    return intervals.stream().mapToDouble(i -> i[1] - i[0]).sum();
  }

  private static double overlap(List<double[]> a, List<double[]> b) {
    double sum = 0;
    for (int i = 0, j = 0; i < a.size() && j < b.size(); ) {
      double[] x = a.get(i);
      double[] y = b.get(j);
      sum += Math.max(0, Math.min(x[1], y[1]) - Math.max(x[0], y[0]));
      if (x[1] < y[1]) {
        i++;
      } else {
        j++;
      }
    }
    return sum;
  }
}
