package dev.syncline.cli.live;

import java.util.Arrays;

/** The last ticks of every track and class, in a ring. */
final class History {
  /** More columns than any terminal shows. */
  static final int CAPACITY = 1024;

  private final int tracks;
  private final int labels;
  private final float[] values;
  private final boolean[] decided;
  private long count;

  History(int tracks, int labels) {
    this.tracks = tracks;
    this.labels = labels;
    values = new float[CAPACITY * tracks * labels];
    decided = new boolean[values.length];
    Arrays.fill(values, Float.NaN);
  }

  void add(Tick tick) {
    for (int m = 0; m < tracks; m++) {
      for (int c = 0; c < labels; c++) {
        int i = at(0, m, c, count);
        values[i] = tick.probability(m, c);
        decided[i] = false;
      }
    }
    count++;
  }

  /** Says that an event of this class is open at the newest tick. */
  void decide(int track, int label) {
    decided[at(1, track, label, count)] = true;
  }

  /** Ticks that can be asked for. */
  int size() {
    return (int) Math.min(count, CAPACITY);
  }

  /** The probability {@code back} ticks ago, 0 being the newest; NaN where there was none. */
  float value(int track, int label, int back) {
    return values[at(back + 1, track, label, count)];
  }

  boolean decided(int track, int label, int back) {
    return decided[at(back + 1, track, label, count)];
  }

  /** The largest probability of a class in the newest {@code ticks}. */
  float peak(int label, int ticks) {
    float peak = 0;
    for (int back = 0; back < Math.min(ticks, size()); back++) {
      for (int m = 0; m < tracks; m++) {
        float v = value(m, label, back);
        if (v > peak) { // false for NaN
          peak = v;
        }
      }
    }
    return peak;
  }

  private int at(int back, int track, int label, long now) {
    int slot = (int) Math.floorMod(now - back, (long) CAPACITY);
    return (slot * tracks + track) * labels + label;
  }
}
