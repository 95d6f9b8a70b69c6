package dev.syncline.cli.live;

import java.util.List;

/**
 * What the model says at one tick.
 *
 * @param index of the tick, from 0
 * @param timeS stream time at the end of the tick in seconds
 * @param probabilities for each track, in the order of the output's tracks, a value in [0,1] for
 *     each class; NaN where there is none, and an empty array where the whole track is missing
 */
public record Tick(long index, double timeS, List<float[]> probabilities, Status status) {
  public Tick {
    probabilities = List.copyOf(probabilities);
  }

  /** The value of a class in a track, NaN where there is none. */
  float probability(int track, int label) {
    float[] row = probabilities.get(track);
    return row.length == 0 ? Float.NaN : row[label];
  }

  void check(int tracks, int labels) {
    if (probabilities.size() != tracks
        || !probabilities.stream().allMatch(row -> row.length == labels || row.length == 0)) {
      throw new IllegalArgumentException(
          "tick " + index + " needs " + tracks + " tracks of " + labels + " classes");
    }
  }
}
