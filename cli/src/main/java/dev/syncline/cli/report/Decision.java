package dev.syncline.cli.report;

import java.util.OptionalDouble;

/**
 * An event that the model decided.
 *
 * @param label index of the class
 * @param onsetS decided onset in seconds from the start of the clip
 * @param offsetS decided offset, empty while the event was still open at the end of the clip
 * @param emittedS when the onset left the system, in seconds of the clip's time
 * @param confidence in [0,1]
 */
public record Decision(
    int label, double onsetS, OptionalDouble offsetS, double emittedS, double confidence) {
  public Decision {
    if (label < 0 || !(onsetS <= offsetS.orElse(onsetS))) {
      throw new IllegalArgumentException("class " + label + " from " + onsetS + " to " + offsetS);
    }
  }
}
