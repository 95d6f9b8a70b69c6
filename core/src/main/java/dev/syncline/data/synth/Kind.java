package dev.syncline.data.synth;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The classes. Each has a sound and a look of its own, and a sound and a look that it shares with a
 * neighbour: bell and drum can sound alike, drum and buzzer look alike, and so on round the ring.
 */
enum Kind {
  BELL(Timbre.RING, Timbre.KNOCK, Look.BELL, Look.DOME),
  DRUM(Timbre.THUMP, Timbre.KNOCK, Look.DRUM, Look.DISC),
  BUZZER(Timbre.BUZZ, Timbre.HUM, Look.BUTTON, Look.DISC),
  ENGINE(Timbre.RUMBLE, Timbre.HUM, Look.TRACTOR, Look.CART),
  SIREN(Timbre.WAIL, Timbre.WHISTLE, Look.AMBULANCE, Look.CART),
  BIRD(Timbre.CHIRP, Timbre.WHISTLE, Look.CHICK, Look.DOME);

  final Timbre ownTimbre;
  final Timbre sharedTimbre;
  final Look ownLook;
  final Look sharedLook;

  Kind(Timbre ownTimbre, Timbre sharedTimbre, Look ownLook, Look sharedLook) {
    this.ownTimbre = ownTimbre;
    this.sharedTimbre = sharedTimbre;
    this.ownLook = ownLook;
    this.sharedLook = sharedLook;
  }

  /** The name of the class in a data set. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(Kind::label).toList();
  }
}
