package dev.syncline.signal;

/**
 * The power spectrum of real samples, by plain loops or with the Vector API: the same operations in
 * the same order, so the same bits.
 */
sealed interface PowerSpectrum permits Fft, VectorFft {
  /** The squared magnitudes of the size / 2 + 1 frequencies of {@code x[xOff, xOff + size)}. */
  void power(float[] x, int xOff, float[] out, int outOff, float[] scratch, int scratchOff);

  /** Floats of scratch that a call needs. */
  int scratchSize();

  /** Whether the module jdk.incubator.vector is there. */
  static boolean vectors() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }
}
