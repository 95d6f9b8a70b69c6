package dev.syncline.data.synth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.data.Event;
import dev.syncline.data.synth.Scene.Thing;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What an ideal observer can reach: it perceives every timbre and every look without error, and
 * still cannot tell apart what is alike.
 */
class AmbiguityTest {
  private static final int SCENES = 60;

  @Test
  void soundAloneDoesNotTellWhatIsHeard() {
    assertThat(best(true, false)).isLessThan(0.82);
    assertThat(best(true, true)).isGreaterThan(0.93);
  }

  @Test
  void sightAloneDoesNotTellWhatIsSeen() {
    assertThat(best(false, false)).isLessThan(0.82);
    assertThat(best(false, true)).isGreaterThan(0.93);
  }

  /** F1 over ticks of the better of two policies for what stays open: name all, or name one. */
  private static double best(boolean heard, boolean both) {
    return Math.max(f1(heard, both, false), f1(heard, both, true));
  }

  private static double f1(boolean heard, boolean both, boolean nameOne) {
    int hit = 0;
    int named = 0;
    int all = 0;
    for (int k = 0; k < SCENES; k++) {
      Scene scene = Sampler.scene(5, k, 10);
      List<Event> sounded = Perception.heard(scene);
      List<Event> seen = Perception.seen(scene);
      for (int tick = 0; tick < 100; tick++) {
        double t = (tick + 0.5) / 10;
        Set<Kind> truth = active(heard ? sounded : seen, t);
        Set<Kind> guess = EnumSet.noneOf(Kind.class);
        for (Thing thing : scene.things()) {
          if (thing.kind().isPresent() && truth.contains(thing.kind().get()) && is(thing, heard)) {
            Set<Kind> open = open(thing, heard);
            if (both && is(thing, !heard) && was(heard ? seen : sounded, thing.kind().get(), t)) {
              open.retainAll(open(thing, !heard));
            }
            guess.addAll(nameOne ? Set.of(open.iterator().next()) : open);
          }
        }
        all += truth.size();
        named += guess.size();
        guess.retainAll(truth);
        hit += guess.size();
      }
    }
    return 2.0 * hit / (named + all);
  }

  /** Whether the kind was perceived by now, at most two seconds ago. */
  private static boolean was(List<Event> events, Kind kind, double t) {
    return events.stream()
        .anyMatch(e -> e.label().equals(kind.label()) && e.startS() <= t && t < e.endS() + 2);
  }

  private static boolean is(Thing thing, boolean heard) {
    return heard ? thing.voice().isPresent() : thing.body().isPresent();
  }

  /** The kinds that sound or look like this. */
  private static Set<Kind> open(Thing thing, boolean heard) {
    Predicate<Kind> alike =
        heard
            ? k -> Set.of(k.ownTimbre, k.sharedTimbre).contains(thing.voice().get().timbre())
            : k -> Set.of(k.ownLook, k.sharedLook).contains(thing.body().get().look());
    return Arrays.stream(Kind.values())
        .filter(alike)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Kind.class)));
  }

  private static Set<Kind> active(List<Event> events, double t) {
    Set<Kind> active = EnumSet.noneOf(Kind.class);
    for (Event e : events) {
      Optional<Kind> kind =
          Arrays.stream(Kind.values()).filter(k -> k.label().equals(e.label())).findFirst();
      if (e.covers(t)) {
        active.add(kind.orElseThrow());
      }
    }
    return active;
  }
}
