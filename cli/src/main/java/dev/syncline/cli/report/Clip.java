package dev.syncline.cli.report;

import java.util.List;
import java.util.Optional;

/**
 * One clip, shown in full: pictures, spectrogram and events under each other.
 *
 * @param note a line about the clip, such as why it was chosen; may be empty
 * @param tickS seconds per tick of the probabilities
 * @param basis on what the decisions rest, where that was asked for
 */
public record Clip(
    String id,
    String note,
    double durationS,
    double tickS,
    List<Still> stills,
    Optional<Spectrogram> spectrogram,
    List<Track> tracks,
    Optional<Basis> basis) {
  public Clip {
    if (!(durationS > 0) || !(tickS > 0) || durationS / tickS > 1e6) {
      throw new IllegalArgumentException(durationS + " s in ticks of " + tickS + " s");
    }
    stills = List.copyOf(stills);
    tracks = List.copyOf(tracks);
  }

  /** A clip without a word on what the decisions rest. */
  public Clip(
      String id,
      String note,
      double durationS,
      double tickS,
      List<Still> stills,
      Optional<Spectrogram> spectrogram,
      List<Track> tracks) {
    this(id, note, durationS, tickS, stills, spectrogram, tracks, Optional.empty());
  }

  /** The same clip with what its decisions rest on. */
  public Clip resting(Basis on) {
    return new Clip(id, note, durationS, tickS, stills, spectrogram, tracks, Optional.of(on));
  }

  void check(int classes) {
    tracks.forEach(track -> track.check(classes));
  }
}
