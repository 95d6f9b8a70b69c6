package dev.syncline.torch.explain;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of the past: the ticks that were {@code from} to {@code to} ticks ago when a decision
 * was made, both included. Stretches are twice as long as the one after them: 0, 1, 2 to 3, 4 to 7
 * and so on, so that a few cover any past.
 */
public record Ages(int from, int to) {
  public Ages {
    if (from < 0 || from > to) {
      throw new IllegalArgumentException("no stretch from " + from + " to " + to + " ticks ago");
    }
  }

  /** Stretches over the last {@code ticks} ticks, the newest first. */
  static List<Ages> over(int ticks) {
    List<Ages> all = new ArrayList<>();
    for (int from = 0; from < ticks; from = Math.max(1, 2 * from)) {
      all.add(new Ages(from, Math.min(ticks - 1, Math.max(0, 2 * from - 1))));
    }
    return all;
  }

  /** The place of an age among the stretches. */
  static int index(int age) {
    return age == 0 ? 0 : 32 - Integer.numberOfLeadingZeros(age);
  }

  /** How many of the stretches have begun by tick {@code newest}, counted from 0. */
  static int begun(List<Ages> ages, int newest) {
    return Math.min(ages.size(), index(newest) + 1);
  }
}
