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

  public AudioRowsPlan plan() {
    return new AudioRowsPlan(this);
  }
}
