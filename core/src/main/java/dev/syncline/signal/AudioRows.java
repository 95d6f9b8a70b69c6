package dev.syncline.signal;

import dev.syncline.json.Records.Default;

/** Rows from a stream of samples: log-mel, then normalised. */
public record AudioRows(
    @Default("{}") LogMel logMel, @Default("{\"type\":\"none\"}") Normalization normalization) {
  public AudioRows {
    normalization.plan(logMel.bands());
    if (normalization instanceof Normalization.Pcen && logMel.log() != LogMel.Log.NONE) {
      throw new IllegalArgumentException(
          "pcen works on mel energies without logarithm: set log_mel.log to \"none\"");
    }
  }

  /** Compiles the tables, for the fastest loops that this machine has. */
  public AudioRowsPlan plan() {
    return plan(PowerSpectrum.vectors());
  }

  /** Compiles the tables, for vector or plain loops; both give the same bits. */
  public AudioRowsPlan plan(boolean vectors) {
    return new AudioRowsPlan(this, vectors);
  }
}
