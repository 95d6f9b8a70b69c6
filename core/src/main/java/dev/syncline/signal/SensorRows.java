package dev.syncline.signal;

import dev.syncline.json.Records.Default;

/**
 * Rows of sensor values, one value for each channel, in any unit: normalised, nothing else.
 *
 * @param channels values of a row, 1 to 4096
 */
public record SensorRows(
    int channels, @Default("{\"type\":\"none\"}") Normalization normalization) {
  public SensorRows {
    if (channels < 1 || channels > 4096) {
      throw new IllegalArgumentException("channels must be from 1 to 4096, is " + channels);
    }
    normalization.plan(channels);
  }

  public NormalizationPlan plan() {
    return normalization.plan(channels);
  }
}
