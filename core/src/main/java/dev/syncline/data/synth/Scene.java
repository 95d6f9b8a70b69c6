package dev.syncline.data.synth;

import java.util.List;
import java.util.Optional;

/**
 * All that is sampled of a clip. Places are in units of the picture's width, (0, 0) at the top
 * left; times in seconds; levels in dB relative to full scale.
 *
 * @param noiseDb RMS level of the background noise
 * @param noiseTone how dark the noise is: the coefficient of its one-pole low pass, 0 to 1
 * @param seed of what has no say in the annotations: texture, grain, the noise itself
 * @param things in order of depth, the farthest first
 * @param walls before all things
 */
record Scene(
    double durationS,
    double noiseDb,
    double noiseTone,
    long seed,
    List<Thing> things,
    List<Wall> walls) {

  /** A thing that sounds, shows or does both; one without a kind only distracts. */
  record Thing(Optional<Kind> kind, Optional<Voice> voice, Optional<Body> body) {

    /** Where the body is and how large; while it sounds it jumps in size at each beat. */
    Place place(double timeS) {
      Body b = body.orElseThrow();
      double along = (timeS - b.startS) / (b.endS - b.startS);
      double sway = b.sway * Tables.sine(0.7 * (timeS - b.startS));
      double scale = 1;
      if (voice.isPresent() && voice.get().sounds(timeS)) {
        double left = 1 - Tables.fraction(voice.get().beatHz * (timeS - voice.get().startS));
        scale += 0.2 * left * left;
      }
      return new Place(
          b.fromX + along * (b.toX - b.fromX),
          b.fromY + along * (b.toY - b.fromY) + sway,
          b.radius * scale);
    }
  }

  /**
   * A sound.
   *
   * @param levelDb RMS over its whole length
   * @param beatHz strokes, chirps or swells a second
   */
  record Voice(
      Timbre timbre,
      double startS,
      double endS,
      double levelDb,
      double pitchHz,
      double beatHz,
      long seed) {
    boolean sounds(double timeS) {
      return startS <= timeS && timeS < endS;
    }
  }

  /**
   * A shape on its way from one place to another.
   *
   * @param hue 0 to 1 round the colour circle
   */
  record Body(
      Look look,
      double startS,
      double endS,
      double fromX,
      double fromY,
      double toX,
      double toY,
      double radius,
      double sway,
      double hue,
      boolean mirrored) {
    boolean shows(double timeS) {
      return startS <= timeS && timeS < endS;
    }

    /** Whether a point at (u, v) radii from the centre belongs to the shape. */
    boolean covers(double u, double v) {
      return look.covers(mirrored ? -u : u, v);
    }
  }

  record Place(double x, double y, double radius) {}

  /** Something upright that hides what is behind it, from top to bottom. */
  record Wall(double left, double right, double hue) {
    boolean hides(double x) {
      return left <= x && x < right;
    }
  }
}
