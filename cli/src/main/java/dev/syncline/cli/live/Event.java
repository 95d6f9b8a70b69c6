package dev.syncline.cli.live;

import java.util.OptionalDouble;

/**
 * An event opens or closes.
 *
 * @param track index of the modality
 * @param label index of the class
 * @param onsetS decided onset in seconds of stream time
 * @param offsetS decided offset, empty while the event is open; it then opens
 * @param emittedS when this onset or offset was emitted, in seconds of stream time
 * @param confidence in [0,1]
 */
public record Event(
    int track,
    int label,
    double onsetS,
    OptionalDouble offsetS,
    double emittedS,
    double confidence) {
  public Event {
    if (track < 0 || label < 0 || !(onsetS <= offsetS.orElse(onsetS))) {
      throw new IllegalArgumentException("event of " + label + ": " + onsetS + " to " + offsetS);
    }
  }

  public boolean opens() {
    return offsetS.isEmpty();
  }

  /** Whether both are of the same class in the same modality. */
  boolean sameKind(Event other) {
    return track == other.track && label == other.label;
  }
}
