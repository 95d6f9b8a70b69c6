package dev.syncline.data.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.data.Event;
import dev.syncline.data.synth.Scene.Body;
import dev.syncline.data.synth.Scene.Thing;
import dev.syncline.data.synth.Scene.Voice;
import dev.syncline.data.synth.Scene.Wall;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SceneTest {
  private static final double QUIET_DB = -200;

  @Test
  void theKindsFormARingOfSharedSoundsAndSharedLooks() {
    Set<Kind> visited = EnumSet.noneOf(Kind.class);
    Kind kind = Kind.BELL;
    for (int i = 0; i < 3; i++) {
      visited.add(kind);
      Kind from = kind;
      Kind partner = only(k -> k != from && k.sharedTimbre == from.sharedTimbre);
      visited.add(partner);
      kind = only(k -> k != partner && k.sharedLook == partner.sharedLook);
    }
    assertThat(visited).containsExactlyInAnyOrder(Kind.values());
    assertThat(Arrays.stream(Kind.values()).map(k -> k.ownTimbre)).doesNotHaveDuplicates();
    assertThat(Arrays.stream(Kind.values()).map(k -> k.ownLook)).doesNotHaveDuplicates();
  }

  private static Kind only(Predicate<Kind> condition) {
    List<Kind> found = Arrays.stream(Kind.values()).filter(condition).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  @Test
  void aSharedLookIsTheOwnOneWithoutItsMarks() {
    for (Kind kind : Kind.values()) {
      int marked = 0;
      for (int i = 0; i < 10_000; i++) {
        double u = (i % 100) / 45.0 - 1.1;
        double v = Math.floorDiv(i, 100) / 45.0 - 1.1;
        assertThat(kind.ownLook.covers(u, v)).isEqualTo(kind.sharedLook.covers(u, v));
        int own = kind.ownLook.colour(u, v, 0xFF808080, 0.2);
        marked += own == kind.sharedLook.colour(u, v, 0xFF808080, 0.2) ? 0 : 1;
      }
      assertThat(marked).as(kind.label()).isBetween(300, 4000);
    }
  }

  @Test
  void aSilentThingIsNotHeardAndABodilessOneNotSeen() {
    Scene scene =
        scene(
            -50, List.of(thing(Kind.BELL, null, body(1, 3)), thing(Kind.DRUM, voice(2, 5), null)));
    assertThat(Perception.heard(scene)).containsExactly(new Event("drum", 2, 5));
    assertThat(Perception.seen(scene)).containsExactly(new Event("bell", 1, 3));
  }

  @Test
  void aDistractorIsNeverAnnotated() {
    Thing thing = new Thing(Optional.empty(), Optional.of(voice(1, 2)), Optional.of(body(1, 2)));
    assertThat(Perception.heard(scene(-50, List.of(thing)))).isEmpty();
    assertThat(Perception.seen(scene(-50, List.of(thing)))).isEmpty();
  }

  @Test
  void aSoundIsHeardWhileItHasATenthOfThePowerOfAllElse() {
    Thing soft = thing(Kind.DRUM, voice(1, 6, -30), null);
    Thing loud = thing(Kind.SIREN, voice(2, 3, -19), null);
    assertThat(Perception.heard(scene(QUIET_DB, List.of(soft, loud))))
        .containsExactly(
            new Event("drum", 1, 2), new Event("siren", 2, 3), new Event("drum", 3, 6));
    assertThat(Perception.heard(scene(-19, List.of(soft)))).isEmpty();
    assertThat(Perception.heard(scene(-21, List.of(soft)))).hasSize(1);
    // Noise and another sound add up: neither masks it alone.
    Thing other = thing(Kind.SIREN, voice(1, 6, -22), null);
    assertThat(Perception.heard(scene(-22, List.of(soft, other))))
        .containsExactly(new Event("siren", 1, 6));
  }

  @Test
  void aShortInterruptionDoesNotEndAnEventAndAShortEventIsNone() {
    Thing soft = thing(Kind.DRUM, voice(1, 6, -30), null);
    Thing knock = new Thing(Optional.empty(), Optional.of(voice(2, 2.1, -10)), Optional.empty());
    assertThat(Perception.heard(scene(QUIET_DB, List.of(soft, knock))))
        .containsExactly(new Event("drum", 1, 6));
    assertThat(Perception.heard(scene(QUIET_DB, List.of(thing(Kind.BELL, voice(1, 1.1), null)))))
        .isEmpty();
  }

  @Test
  void aThingIsSeenWhileEnoughOfItIsInThePicture() {
    // A disc of radius 0.18 whose centre goes from -0.5 to 0.5 in 10 s: at the edge at 5 s.
    Body body = new Body(Look.DISC, 0, 10, -0.5, 0.5, 0.5, 0.5, 0.2, 0, 0, false);
    List<Event> seen = Perception.seen(scene(-50, List.of(thing(Kind.DRUM, null, body))));
    assertThat(seen).hasSize(1);
    // 35 % of a disc lie beyond a chord at 0.237 radii from its centre.
    assertThat(seen.getFirst().startS()).isCloseTo(5 - 0.237 * 1.8, within(0.2));
    assertThat(seen.getFirst().endS()).isEqualTo(10);
  }

  @Test
  void whatANearerThingOrAWallCoversIsNotSeen() {
    Thing behind = thing(Kind.BELL, null, body(0, 10));
    Thing before = thing(Kind.DRUM, null, disc(2, 4, 0.3));
    assertThat(Perception.seen(scene(-50, List.of(behind, before))))
        .containsExactly(
            new Event("bell", 0, 2), new Event("drum", 2, 4), new Event("bell", 4, 10));
    assertThat(Perception.seen(scene(-50, List.of(before, behind))))
        .contains(new Event("bell", 0, 10));
    Scene walled = new Scene(10, -50, 0.5, 1, List.of(behind), List.of(new Wall(0.3, 0.7, 0.1)));
    assertThat(Perception.seen(walled)).isEmpty();
    assertThat(new PictureRenderer(walled, 32).render(1, 0).rgb())
        .isEqualTo(
            new PictureRenderer(new Scene(10, -50, 0.5, 1, List.of(), walled.walls()), 32)
                .render(1, 0)
                .rgb());
  }

  @Test
  void theShareThatIsSeenIsTheShareThatIsPainted() {
    int compared = 0;
    for (int k = 0; k < 12; k++) {
      Scene scene = Sampler.scene(3, k, 10);
      for (int depth = 0; depth < scene.things().size(); depth++) {
        Thing thing = scene.things().get(depth);
        if (thing.body().isEmpty()) {
          continue;
        }
        double t = (thing.body().get().startS() + thing.body().get().endS()) / 2;
        double share = Perception.visibleShare(scene, depth, t);
        Scene without = with(scene, scene.things().stream().filter(o -> !o.equals(thing)).toList());
        Scene alone = new Scene(10, -50, 0, scene.seed(), List.of(thing), List.of());
        Scene nothing = new Scene(10, -50, 0, scene.seed(), List.of(), List.of());
        int painted = differing(scene, without, t);
        int whole = differing(alone, nothing, t);
        double onScreen = Perception.visibleShare(alone, 0, t);
        if (onScreen > 0.9) {
          assertThat((double) painted / whole).isCloseTo(share / onScreen, within(0.17));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(30);
  }

  private static int differing(Scene a, Scene b, double t) {
    byte[] x = new PictureRenderer(a, 64).render(t, 0).rgb();
    byte[] y = new PictureRenderer(b, 64).render(t, 0).rgb();
    int count = 0;
    for (int i = 0; i < x.length; i += 3) {
      count += Arrays.equals(x, i, i + 3, y, i, i + 3) ? 0 : 1;
    }
    return count;
  }

  @Test
  void aVoiceHasTheLevelOfTheSceneAndNoSampleIsClipped() {
    for (Timbre timbre : Timbre.values()) {
      Voice voice = new Voice(timbre, 2, 8, -30, timbre.lowPitchHz, timbre.highBeatHz, 3);
      Thing thing = new Thing(Optional.empty(), Optional.of(voice), Optional.empty());
      float[] sound = SoundRenderer.render(scene(QUIET_DB, List.of(thing)));
      double power = 0;
      for (int i = 0; i < sound.length; i++) {
        boolean sounds = i >= 2 * SoundRenderer.RATE && i < 8 * SoundRenderer.RATE;
        assertThat(sounds || Math.abs(sound[i]) < 1e-8).isTrue();
        assertThat(Math.abs(sound[i])).isLessThan(1);
        power += sound[i] * sound[i] / (6.0 * SoundRenderer.RATE);
      }
      assertThat(10 * Math.log10(power)).as(timbre.name()).isCloseTo(-30, within(0.1));
    }
  }

  @Test
  void theNoiseHasTheLevelOfTheScene() {
    double power = 0;
    for (float s : SoundRenderer.render(scene(-35, List.of()))) {
      power += s * s / (10.0 * SoundRenderer.RATE);
    }
    assertThat(10 * Math.log10(power)).isCloseTo(-35, within(0.01));
  }

  @Test
  void scenesHaveEverythingThatTheyAreMeantToHave() {
    int soundOnly = 0;
    int silent = 0;
    int hidden = 0;
    int masked = 0;
    int occluded = 0;
    int overlapping = 0;
    for (int k = 0; k < 200; k++) {
      Scene scene = Sampler.scene(11, k, 10);
      List<Event> heard = Perception.heard(scene);
      overlapping += heard.stream().anyMatch(a -> heard.stream().anyMatch(b -> meet(a, b))) ? 1 : 0;
      for (int depth = 0; depth < scene.things().size(); depth++) {
        Thing thing = scene.things().get(depth);
        if (thing.kind().isEmpty()) {
          continue;
        }
        silent += thing.voice().isEmpty() ? 1 : 0;
        soundOnly += thing.body().isEmpty() ? 1 : 0;
        if (thing.voice().isPresent()) {
          Voice v = thing.voice().get();
          boolean everywhere =
              DoubleStream.iterate(v.startS(), t -> t < v.endS(), t -> t + 0.1)
                  .allMatch(t -> Perception.audible(scene, v, t));
          masked += everywhere ? 0 : 1;
        }
        if (thing.body().isPresent()) {
          Body b = thing.body().get();
          boolean never = true;
          for (double t = b.startS(); t < b.endS() && never; t += 0.1) {
            never = Perception.visibleShare(scene, depth, t) == 0;
          }
          hidden += never ? 1 : 0;
          double share = Perception.visibleShare(scene, depth, b.startS());
          occluded += share > 0 && share < Perception.VISIBLE ? 1 : 0;
        }
      }
    }
    assertThat(List.of(soundOnly, silent, hidden, masked, occluded, overlapping))
        .allSatisfy(count -> assertThat(count).isGreaterThan(20));
  }

  private static boolean meet(Event a, Event b) {
    return !a.equals(b) && a.startS() < b.endS() && b.startS() < a.endS();
  }

  private static Scene with(Scene s, List<Thing> things) {
    return new Scene(s.durationS(), s.noiseDb(), s.noiseTone(), s.seed(), things, s.walls());
  }

  private static Scene scene(double noiseDb, List<Thing> things) {
    return new Scene(10, noiseDb, 0.5, 1, things, List.of());
  }

  private static Thing thing(Kind kind, Voice voice, Body body) {
    return new Thing(Optional.of(kind), Optional.ofNullable(voice), Optional.ofNullable(body));
  }

  private static Voice voice(double start, double end) {
    return voice(start, end, -26);
  }

  private static Voice voice(double start, double end, double levelDb) {
    return new Voice(Timbre.HUM, start, end, levelDb, 120, 3, 1);
  }

  private static Body body(double start, double end) {
    return new Body(Look.BELL, start, end, 0.5, 0.5, 0.5, 0.5, 0.15, 0, 0.1, false);
  }

  private static Body disc(double start, double end, double radius) {
    return new Body(Look.DISC, start, end, 0.5, 0.5, 0.5, 0.5, radius, 0, 0.1, false);
  }
}
