package dev.syncline.data.synth;

import dev.syncline.data.synth.Scene.Body;
import dev.syncline.data.synth.Scene.Thing;
import dev.syncline.data.synth.Scene.Voice;
import dev.syncline.data.synth.Scene.Wall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Draws scenes. */
final class Sampler {
  /** The middle of the levels of things, in dB relative to full scale. */
  static final double REFERENCE_DB = -26;

  private static final double BOTH = 0.7;
  private static final double SOUND_ONLY = 0.15;
  private static final double SHARED = 0.75;
  private static final double THINGS_A_SECOND = 0.5;
  private static final double DISTRACTORS_A_SECOND = 0.2;

  private final Dice dice;
  private final double durationS;
  private final List<Thing> things = new ArrayList<>();
  private final List<Wall> walls = new ArrayList<>();

  private Sampler(Dice dice, double durationS) {
    this.dice = dice;
    this.durationS = durationS;
  }

  /** The scene number {@code index} under a seed. */
  static Scene scene(long seed, int index, double durationS) {
    return new Sampler(Dice.of(seed, index), durationS).scene();
  }

  private Scene scene() {
    if (dice.chance(0.5)) {
      double width = dice.from(0.3, 0.36);
      double left = dice.chance(0.5) ? 0 : 1 - width;
      walls.add(new Wall(left, left + width, dice.from(0, 1)));
    }
    if (dice.chance(0.5)) {
      double left = dice.from(0.35, 0.55);
      walls.add(new Wall(left, left + dice.from(0.06, 0.12), dice.from(0, 1)));
    }
    int count = (int) (THINGS_A_SECOND * durationS + dice.from(-1, 1.5));
    for (int i = 0; i < Math.max(1, count); i++) {
      thing();
    }
    int distractors = (int) (DISTRACTORS_A_SECOND * durationS + dice.from(0, 1.5));
    for (int i = 0; i < distractors; i++) {
      distractor();
    }
    double noiseDb = REFERENCE_DB - dice.from(-3, 27);
    return new Scene(
        durationS, noiseDb, dice.from(0.05, 0.9), dice.seed(), mixed(), List.copyOf(walls));
  }

  /** The depth is random too. */
  private List<Thing> mixed() {
    List<Thing> rest = new ArrayList<>(things);
    List<Thing> order = new ArrayList<>();
    while (!rest.isEmpty()) {
      order.add(rest.remove((int) dice.from(0, rest.size())));
    }
    return List.copyOf(order);
  }

  /**
   * Adds a thing at a time at which there is no other of its kind; gives up where there is none.
   */
  private void thing() {
    for (int attempt = 0; attempt < 20; attempt++) {
      Kind kind = dice.oneOf(Kind.values());
      double mode = dice.from(0, 1);
      boolean sounds = mode < BOTH + SOUND_ONLY;
      boolean shows = mode < BOTH || !sounds;
      boolean both = sounds && shows;
      double start = dice.from(-0.4, durationS - 0.8);
      Optional<Voice> voice =
          sounds
              ? Optional.of(
                  voice(
                      both && dice.chance(SHARED) ? kind.sharedTimbre : kind.ownTimbre,
                      start,
                      dice.from(1.2, 3.6),
                      REFERENCE_DB + dice.from(-8, 4)))
              : Optional.empty();
      Optional<Body> body =
          shows
              ? Optional.of(
                  body(
                      both && dice.chance(SHARED) ? kind.sharedLook : kind.ownLook,
                      start + dice.from(-0.4, 0.3),
                      dice.from(1.5, 4.5)))
              : hidden(kind.ownLook, start);
      Thing thing = new Thing(Optional.of(kind), voice, body);
      if (things.stream().noneMatch(other -> meet(thing, other))) {
        things.add(thing);
        return;
      }
    }
  }

  /** A sounding thing that cannot be seen: behind the broad wall if there is one, or nowhere. */
  private Optional<Body> hidden(Look look, double start) {
    if (walls.isEmpty() || walls.getFirst().right() - walls.getFirst().left() < 0.3) {
      return Optional.empty();
    }
    double x = (walls.getFirst().left() + walls.getFirst().right()) / 2;
    double y = dice.from(0.25, 0.75);
    return Optional.of(
        new Body(look, ms(start), ms(start + 3), x, y, x, y, 0.1, 0, hue(look), dice.chance(0.5)));
  }

  private void distractor() {
    double start = dice.from(-0.5, durationS - 0.5);
    if (dice.chance(0.65)) {
      Body body = body(dice.oneOf(Look.DISTRACTORS), start, dice.from(1, 5));
      things.add(new Thing(Optional.empty(), Optional.empty(), Optional.of(body)));
    } else {
      double level = REFERENCE_DB + dice.from(-8, 2);
      Voice voice = voice(Timbre.RUSTLE, start, dice.from(0.3, 1.2), level);
      things.add(new Thing(Optional.empty(), Optional.of(voice), Optional.empty()));
    }
  }

  private Voice voice(Timbre timbre, double start, double lasts, double levelDb) {
    return new Voice(
        timbre,
        ms(start),
        ms(start + lasts),
        levelDb,
        dice.from(timbre.lowPitchHz, timbre.highPitchHz),
        dice.from(timbre.lowBeatHz, timbre.highBeatHz),
        dice.seed());
  }

  /** A body on its way across the picture; one in four comes from or goes to outside. */
  private Body body(Look look, double start, double lasts) {
    double radius = dice.from(0.13, 0.2);
    double fromX = dice.from(0.12, 0.88);
    double toX = Math.clamp(fromX + dice.from(-0.4, 0.4), 0.12, 0.88);
    if (dice.chance(0.25)) {
      double outside = dice.chance(0.5) ? -0.2 : 1.2;
      if (dice.chance(0.5)) {
        fromX = outside;
      } else {
        toX = outside;
      }
    }
    double fromY = dice.from(0.2, 0.8);
    double toY = Math.clamp(fromY + dice.from(-0.2, 0.2), 0.2, 0.8);
    return new Body(
        look,
        ms(start),
        ms(start + lasts),
        fromX,
        fromY,
        toX,
        toY,
        radius,
        dice.from(0, 0.04),
        hue(look),
        dice.chance(0.5));
  }

  private double hue(Look look) {
    return dice.from(look.lowHue, look.highHue);
  }

  /** Times are whole milliseconds within the clip. */
  private double ms(double timeS) {
    return Math.rint(Math.clamp(timeS, 0, durationS) * 1000) / 1000;
  }

  private static boolean meet(Thing a, Thing b) {
    double gap = 0.4;
    return a.kind().equals(b.kind()) && start(a) < end(b) + gap && start(b) < end(a) + gap;
  }

  private static double start(Thing thing) {
    return Math.min(
        thing.voice().map(Voice::startS).orElse(Double.POSITIVE_INFINITY),
        thing.body().map(Body::startS).orElse(Double.POSITIVE_INFINITY));
  }

  private static double end(Thing thing) {
    return Math.max(
        thing.voice().map(Voice::endS).orElse(0.0), thing.body().map(Body::endS).orElse(0.0));
  }
}
