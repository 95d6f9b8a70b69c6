package dev.syncline.data;

/**
 * A label that holds from {@code startS} up to but not including {@code endS}, in seconds from the
 * start of its clip.
 */
public record Event(String label, double startS, double endS) {
  public Event {
    if (!(startS >= 0 && endS > startS && endS < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("not an interval: " + startS + " to " + endS + " s");
    }
  }

  public double durationS() {
    return endS - startS;
  }

  /** Whether the event holds at {@code timeS}. */
  public boolean covers(double timeS) {
    return startS <= timeS && timeS < endS;
  }
}
