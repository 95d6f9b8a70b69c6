package dev.syncline.metric;

import java.util.OptionalDouble;

/**
 * One event of one class, perceptible in one modality.
 *
 * @param classIndex place of the class in the declared classes
 * @param onsetS start, seconds from the start of the clip
 * @param offsetS end, not before the onset; {@link #OPEN} while the event goes on at the clip's end
 * @param emittedS when a prediction left the system, on the clip's clock; empty where not known
 */
public record Event(
    String modality, int classIndex, double onsetS, double offsetS, OptionalDouble emittedS) {
  /** The offset of an event that is still going on at the end of its clip. */
  public static final double OPEN = Double.POSITIVE_INFINITY;

  public Event(String modality, int classIndex, double onsetS, double offsetS) {
    this(modality, classIndex, onsetS, offsetS, OptionalDouble.empty());
  }

  double length() {
    return offsetS - onsetS;
  }

  /** Seconds that both events cover, 0 when they are apart. */
  double overlap(Event other) {
    return Math.max(0, Math.min(offsetS, other.offsetS) - Math.max(onsetS, other.onsetS));
  }
}
