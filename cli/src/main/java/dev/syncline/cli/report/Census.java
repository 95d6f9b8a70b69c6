package dev.syncline.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a data set contains, counted from its annotations. Seconds of a class are those covered by
 * at least one event: events of one class that overlap are not counted twice.
 *
 * @param events number of events, [modality][class]
 * @param seconds covered seconds, [modality][class]
 * @param together seconds in which both classes are active in any modality, [class][class]; on the
 *     diagonal those of the class itself
 * @param durations number of events by duration, [modality][bin], bins as {@link #binEnd}
 */
record Census(int[][] events, double[][] seconds, double[][] together, int[][] durations) {
  /** The shortest duration bin ends here; each further one is twice as long, the last is open. */
  private static final double FIRST_BIN_S = .25;

  private static final int BINS = 9;

  static Census of(List<ClipEvents> clips, int modalities, int classes) {
    Census census =
        new Census(
            new int[modalities][classes],
            new double[modalities][classes],
            new double[classes][classes],
            new int[modalities][BINS]);
    clips.forEach(census::count);
    return census;
  }

  /** The end of a duration bin in seconds, infinite for the last. */
  static double binEnd(int bin) {
    return bin == BINS - 1 ? Double.POSITIVE_INFINITY : Math.scalb(FIRST_BIN_S, bin);
  }

  private static int bin(double durationS) {
    int bin = 0;
    while (durationS > binEnd(bin)) {
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
