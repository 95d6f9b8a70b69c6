package dev.syncline.event;

import dev.syncline.json.Records.Default;

/**
 * How probabilities become events. A label opens at the first tick with {@code p >= on} and is told
 * once it has lasted {@code minTicks}; it closes at the first tick with {@code p < off} that is
 * followed by at least {@code holdTicks} more of them, and is told then.
 *
 * @param on probability at which an event opens
 * @param off probability below which it closes; not above {@code on}
 * @param minTicks shorter events are never told; adds minTicks - 1 ticks to the time to detect
 * @param holdTicks gaps up to this long are bridged; adds as many ticks to the telling of the end
 */
public record EventDecoding(
    @Default("0.5") float on,
    @Default("0.5") float off,
    @Default("1") int minTicks,
    @Default("0") int holdTicks) {

  public static final EventDecoding DEFAULT = new EventDecoding(0.5f, 0.5f, 1, 0);

  public EventDecoding {
    if (!(on > 0 && on <= 1) || !(off > 0 && off <= on)) {
      throw new IllegalArgumentException(
          "thresholds must be 0 < off <= on <= 1, are off " + off + ", on " + on);
    }
    if (minTicks < 1 || holdTicks < 0) {
      throw new IllegalArgumentException(
          "min_ticks must be at least 1 and hold_ticks at least 0, are "
              + minTicks
              + ", "
              + holdTicks);
    }
  }
}
