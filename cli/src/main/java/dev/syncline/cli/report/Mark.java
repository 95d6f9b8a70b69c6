package dev.syncline.cli.report;

/**
 * An annotated event of one class.
 *
 * @param label index of the class
 * @param startS onset in seconds from the start of the clip
 * @param endS offset in seconds, not before the onset
 */
public record Mark(int label, double startS, double endS) {
  public Mark {
    if (label < 0 || !(startS <= endS) || !Double.isFinite(endS - startS)) {
      throw new IllegalArgumentException("class " + label + " from " + startS + " to " + endS);
    }
  }
}
