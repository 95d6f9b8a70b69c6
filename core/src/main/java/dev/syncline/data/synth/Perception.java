package dev.syncline.data.synth;

import dev.syncline.data.Event;
import dev.syncline.data.synth.Scene.Body;
import dev.syncline.data.synth.Scene.Place;
import dev.syncline.data.synth.Scene.Thing;
import dev.syncline.data.synth.Scene.Voice;
import dev.syncline.data.synth.Scene.Wall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.DoublePredicate;

/**
 * What of a scene can be heard and seen: the annotations. A thing is heard while its power is at
 * least a tenth of all other power, and seen while at least 35 % of its outline is in the picture
 * and not covered. What is perceptible for less than 0.15 s is not annotated, what is interrupted
 * for less than that goes on.
 */
final class Perception {
  /** Least power of a thing relative to all else that sounds. */
  static final double AUDIBLE = 0.1;

  /** Least visible share of an outline. */
  static final double VISIBLE = 0.35;

  /** Shortest event and shortest interruption, in seconds. */
  static final double SHORTEST_S = 0.15;

  private static final double STEP_S = 0.02;
  private static final int POINTS = 9;

  private Perception() {}

  /** The events that can be heard, in the order of their starts. */
  static List<Event> heard(Scene scene) {
    List<Event> events = new ArrayList<>();
    TreeSet<Double> changes = new TreeSet<>();
    for (Thing thing : scene.things()) {
      thing.voice().ifPresent(v -> changes.addAll(List.of(v.startS(), v.endS())));
    }
    for (Thing thing : scene.things()) {
      if (thing.kind().isPresent() && thing.voice().isPresent()) {
        Voice voice = thing.voice().get();
        List<Double> times = new ArrayList<>(changes.subSet(voice.startS(), voice.endS()));
        String label = thing.kind().get().label();
        collect(events, label, times, voice.endS(), t -> audible(scene, voice, t));
      }
    }
    return sorted(events);
  }

  /** The events that can be seen, in the order of their starts. */
  static List<Event> seen(Scene scene) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < scene.things().size(); i++) {
      Thing thing = scene.things().get(i);
      if (thing.kind().isPresent() && thing.body().isPresent()) {
        Body body = thing.body().get();
        List<Double> times = new ArrayList<>();
        for (int k = 0; body.startS() + k * STEP_S < body.endS(); k++) {
          times.add(Math.rint((body.startS() + k * STEP_S) * 1000) / 1000);
        }
        int depth = i;
        String label = thing.kind().get().label();
        collect(events, label, times, body.endS(), t -> visibleShare(scene, depth, t) >= VISIBLE);
      }
    }
    return sorted(events);
  }

  /** Whether a sound is loud enough beside the noise and the other sounds. */
  static boolean audible(Scene scene, Voice voice, double timeS) {
    double other = power(scene.noiseDb());
    for (Thing thing : scene.things()) {
      if (thing.voice().isPresent() && thing.voice().get().sounds(timeS)) {
        other += power(thing.voice().get().levelDb());
      }
    }
    double own = power(voice.levelDb());
    return own >= AUDIBLE * (other - own);
  }

  /** The share of the outline of the thing at {@code depth} that can be seen. */
  static double visibleShare(Scene scene, int depth, double timeS) {
    Thing thing = scene.things().get(depth);
    Body body = thing.body().orElseThrow();
    Place place = thing.place(timeS);
    List<Thing> nearer =
        scene.things().subList(depth + 1, scene.things().size()).stream()
            .filter(other -> other.body().isPresent() && other.body().get().shows(timeS))
            .toList();
    List<Place> places = nearer.stream().map(other -> other.place(timeS)).toList();
    int all = 0;
    int visible = 0;
    for (int row = 0; row < POINTS; row++) {
      double v = (2 * row + 1.0) / POINTS - 1;
      for (int column = 0; column < POINTS; column++) {
        double u = (2 * column + 1.0) / POINTS - 1;
        if (body.covers(u, v)) {
          all++;
          double x = place.x() + u * place.radius();
          double y = place.y() + v * place.radius();
          visible += isOpen(scene.walls(), nearer, places, x, y) ? 1 : 0;
        }
      }
    }
    return (double) visible / all;
  }

  private static boolean isOpen(
      List<Wall> walls, List<Thing> nearer, List<Place> places, double x, double y) {
    if (x < 0 || x >= 1 || y < 0 || y >= 1) {
      return false;
    }
    for (Wall wall : walls) {
      if (wall.hides(x)) {
        return false;
      }
    }
    for (int i = 0; i < places.size(); i++) {
      Place p = places.get(i);
      double u = (x - p.x()) / p.radius();
      double v = (y - p.y()) / p.radius();
      if (nearer.get(i).body().orElseThrow().covers(u, v)) {
        return false;
      }
    }
    return true;
  }

  /** Joins the stretches in which {@code perceptible} holds at their first time. */
  private static void collect(
      List<Event> events,
      String label,
      List<Double> times,
      double endS,
      DoublePredicate perceptible) {
    double start = Double.NaN;
    double end = Double.NaN;
    for (int i = 0; i < times.size(); i++) {
      if (perceptible.test(times.get(i))) {
        if (times.get(i) - end >= SHORTEST_S || Double.isNaN(start)) {
          add(events, label, start, end);
          start = times.get(i);
        }
        end = i + 1 < times.size() ? times.get(i + 1) : endS;
      }
    }
    add(events, label, start, end);
  }

  private static void add(List<Event> events, String label, double start, double end) {
    if (end - start >= SHORTEST_S) {
      events.add(new Event(label, start, end));
    }
  }

  private static List<Event> sorted(List<Event> events) {
    events.sort(Comparator.comparingDouble(Event::startS).thenComparing(Event::label));
    return List.copyOf(events);
  }

  static double power(double db) {
    return StrictMath.pow(10, db / 10);
  }
}
