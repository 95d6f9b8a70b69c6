package dev.syncline.step;

/** Something captured: what a source hands to a {@link Session}. */
public sealed interface Packet {
  String modality();

  /** When the first sample, or the picture or vector, was captured. */
  long captureNs();

  /** Mono samples in [-1, 1], at most a tick of them. */
  record Samples(String modality, long captureNs, float[] values) implements Packet {}

  /** Packed rows of red, green and blue bytes from the top left. */
  record Picture(String modality, long captureNs, byte[] rgb, int width, int height)
      implements Packet {}

  /** A sensor sample or a vector computed beforehand. */
  record Vector(String modality, long captureNs, float[] values) implements Packet {}
}
