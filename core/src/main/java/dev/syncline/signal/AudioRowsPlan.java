package dev.syncline.signal;

import java.util.Arrays;

/**
 * The tables of {@link AudioRows}; one for all streams. The state is the last window - hop samples,
 * then the state of the normalisation.
 */
public final class AudioRowsPlan {
  private final LogMelPlan mel;
  private final NormalizationPlan normalization;
  private final int hop;
  private final int window;

  AudioRowsPlan(AudioRows config, boolean vectors) {
    mel = config.logMel().plan(vectors);
    normalization = config.normalization().plan(config.logMel().bands());
    hop = config.logMel().hop();
    window = config.logMel().window();
  }

  /** Values of a row. */
  public int channels() {
    return normalization.channels();
  }

  /** Samples that a row takes. */
  public int hop() {
    return hop;
  }

  public int stateSize() {
    return mel.historySamples() + normalization.stateSize();
  }

  public int scratchSize() {
    return window + Math.max(mel.scratchSize(), normalization.scratchSize());
  }

  /** Operations of a row. */
  public long flops() {
    return mel.flops() + normalization.flops();
  }

  /**
   * Takes the next {@code hop} samples and gives the row that ends with them. Where they are not
   * valid (not captured, lost), they are not read: the row is zeros and not valid, and silence
   * stands in their place in the windows of later rows, as it does before the start of a stream.
   *
   * @return whether the row is valid
   */
  public boolean row(
      float[] samples,
      int sampleOff,
      boolean valid,
      float[] out,
      int outOff,
      float[] state,
      int stateOff,
      float[] scratch,
      int scratchOff) {
    int history = window - hop;
    System.arraycopy(state, stateOff, scratch, scratchOff, history);
    if (valid) {
      System.arraycopy(samples, sampleOff, scratch, scratchOff + history, hop);
      mel.row(scratch, scratchOff, out, outOff, scratch, scratchOff + window);
    } else {
      Arrays.fill(scratch, scratchOff + history, scratchOff + window, 0f);
    }
    System.arraycopy(scratch, scratchOff + hop, state, stateOff, history);
    return normalization.row(out, outOff, valid, state, stateOff + history);
  }
}
