package dev.syncline.cli.report;

import java.util.List;
import java.util.Optional;

/**
 * One clip, shown in full: pictures, spectrogram and events under each other.
 *
 * @param note a line about the clip, such as why it was chosen; may be empty
 * @param tickS seconds per tick of the probabilities
 */
public record Clip(
    String id,
    String note,
    double durationS,
    double tickS,
    List<Still> stills,
    Optional<Spectrogram> spectrogram,
    List<Track> tracks) {
  public Clip {
    if (!(durationS > 0) || !(tickS > 0) || durationS / tickS > 1e6) {
      throw new IllegalArgumentException(durationS + " s in ticks of " + tickS + " s");
    }
    stills = List.copyOf(stills);
    tracks = List.copyOf(tracks);
  }

  void check(int classes) {
    tracks.forEach(track -> track.check(classes));
  }
}
