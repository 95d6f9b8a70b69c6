package dev.syncline.step;

import static dev.syncline.TinyModel.AUDIO;
import static dev.syncline.TinyModel.TICK;
import static dev.syncline.TinyModel.TICK_SAMPLES;
import static dev.syncline.TinyModel.VISUAL;
import static dev.syncline.TinyModel.picture;
import static dev.syncline.TinyModel.samples;
import static dev.syncline.TinyModel.sound;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.TinyModel;
import dev.syncline.time.Tick;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of a packet, and when a tick comes. */
class SessionTest {
  private static final Model MODEL = TinyModel.model(1);
  private final Player player = new Player(MODEL);
  private final Session session = player.session;
  private final float[] sound = sound(40, 1);

  private long ticks() {
    return session.state().tick();
  }

  private Outcome push(int from, int to) {
    return session.push(samples(sound, from, to));
  }

  @Test
  void aTickComesAsSoonAsAllThatBelongsToItIsThere() {
    session.push(picture(0, 1));
    push(0, TICK_SAMPLES - 1);
    assertThat(session.advance()).isFalse();
    push(TICK_SAMPLES - 1, TICK_SAMPLES);
    assertThat(session.advance()).isTrue();
    assertThat(session.advance()).isFalse();
    assertThat(session.decided("heard")).isTrue();
    assertThat(session.decisionTick()).isZero();
  }

  @Test
  void aMissingModalityIsWaitedForUntilAnotherIsATickAhead() {
    push(0, TICK_SAMPLES);
    push(TICK_SAMPLES, 2 * TICK_SAMPLES - 1);
    assertThat(session.advance()).isFalse();
    push(2 * TICK_SAMPLES - 1, 2 * TICK_SAMPLES);
    assertThat(session.advance()).isTrue();
    assertThat(session.advance()).isFalse();
  }

  @Test
  void picturesAloneMoveTheStreamToo() {
    session.push(picture(0, 1));
    session.push(picture(1, 1));
    assertThat(session.advance()).isFalse();
    assertThat(player.push(picture(2, 1))).isEqualTo(Outcome.ACCEPTED);
    assertThat(ticks()).isEqualTo(1);
  }

  @Test
  void everyOutcomeIsCountedAndTheCountsAddUpToThePushes() {
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(push(0, TICK_SAMPLES));
    outcomes.add(push(0, TICK_SAMPLES)); // again
    outcomes.add(push(100, 110)); // a part of it again
    outcomes.add(session.push(picture(0, 1)));
    outcomes.add(session.push(picture(0, 1))); // again
    player.drain();
    outcomes.add(push(0, TICK_SAMPLES)); // older than the tick at hand
    outcomes.add(session.push(picture(0, 1)));
    outcomes.add(push(3 * TICK_SAMPLES, 4 * TICK_SAMPLES));
    outcomes.add(session.push(picture(3, 1)));
    outcomes.add(session.push(new Packet.Samples(AUDIO, TICK.ns(), new float[] {Float.NaN})));
    session.end(4 * TICK.ns());
    outcomes.add(push(TICK_SAMPLES, 2 * TICK_SAMPLES));
    outcomes.add(session.push(picture(1, 1)));
    assertThat(outcomes)
        .containsExactly(
            Outcome.ACCEPTED,
            Outcome.DUPLICATE,
            Outcome.DUPLICATE,
            Outcome.ACCEPTED,
            Outcome.DUPLICATE,
            Outcome.LATE,
            Outcome.LATE,
            Outcome.FULL,
            Outcome.FULL,
            Outcome.UNUSABLE,
            Outcome.CLOSED,
            Outcome.CLOSED);
    long sum = 0;
    for (Outcome outcome : Outcome.values()) {
      assertThat(session.count(outcome))
          .as(outcome.name())
          .isEqualTo(Collections.frequency(outcomes, outcome));
      sum += session.count(outcome);
    }
    assertThat(sum).isEqualTo(outcomes.size());
  }

  @Test
  void aPictureOlderThanTheOneInItsPlaceIsLateAndANewerOneReplacesIt() {
    byte[] rgb = TinyModel.picture(9);
    assertThat(session.push(VISUAL, 50_000_000, rgb, 8, 6)).isEqualTo(Outcome.ACCEPTED);
    assertThat(session.push(VISUAL, 40_000_000, rgb, 8, 6)).isEqualTo(Outcome.LATE);
    assertThat(session.push(VISUAL, 60_000_000, rgb, 8, 6)).isEqualTo(Outcome.ACCEPTED);
  }

  @Test
  void aPacketShorterThanTheToleranceSentTwiceIsADuplicate() {
    push(0, 8);
    assertThat(push(0, 8)).isEqualTo(Outcome.DUPLICATE);
    assertThat(push(8, 16)).isEqualTo(Outcome.ACCEPTED);
  }

  @Test
  void aJumpFarAheadIsFullUntilTheTicksBetweenAreDone() {
    Packet far = samples(sound, 30 * TICK_SAMPLES, 31 * TICK_SAMPLES);
    assertThat(session.push(far)).isEqualTo(Outcome.FULL);
    assertThat(ticks()).isZero();
    int done = 0;
    while (session.push(far) == Outcome.FULL) {
      assertThat(session.advance()).isTrue();
      done++;
    }
    assertThat(done).isEqualTo(29);
    assertThat(session.count(Outcome.ACCEPTED)).isEqualTo(1);
    assertThat(session.count(Outcome.FULL)).isEqualTo(30);
  }

  @Test
  void aFullSessionAlwaysHasATickToDoHoweverTimesAreRounded() {
    // 1 ms before its row begins, yet within rounding: a picture of the third tick
    long early = 2 * TICK.ns() - 1_000_000;
    assertThat(session.push(VISUAL, early, TinyModel.picture(1), 8, 6)).isEqualTo(Outcome.FULL);
    assertThat(session.advance()).isTrue();
    assertThat(session.push(VISUAL, early, TinyModel.picture(1), 8, 6)).isEqualTo(Outcome.ACCEPTED);

    // 1.5 ms before the end of the last packet: its continuation, which ends in the third tick
    Session other = new Player(MODEL).session;
    other.push(samples(sound, 0, TICK_SAMPLES));
    other.push(samples(sound, TICK_SAMPLES, 2 * TICK_SAMPLES - 10));
    long late = Tick.startOf(2 * TICK_SAMPLES - 22, TinyModel.RATE);
    Packet jittered = new Packet.Samples(AUDIO, late, new float[20]);
    assertThat(other.push(jittered)).isEqualTo(Outcome.FULL);
    assertThat(other.advance()).isTrue();
  }

  @Test
  void picturesWhoseTimesAreRoundedToMillisecondsEachFindTheirRow() {
    int[] ms = {0, 33, 67, 100, 133, 167, 200, 233, 267, 300, 333, 367}; // 30 a second
    Model model = TinyModel.model(Specs.pictures(30), 1);
    Player p = Player.ofRows(model);
    for (int t : ms) {
      byte[] rgb = TinyModel.picture(t);
      assertThat(p.push(new Packet.Picture(VISUAL, t * 1_000_000L, rgb, 8, 6)))
          .isEqualTo(Outcome.ACCEPTED);
    }
    p.end(4);
    assertThat(p.rows).hasSize(4);
    for (Map<String, Block> tick : p.rows) {
      assertThat(tick.get(VISUAL).valid()).containsExactly(1, 1, 1);
    }
  }

  @Test
  void theLastPictureOfATickCompletesIt() {
    Model model = TinyModel.model(Specs.pictures(30), 1);
    try (Session s = model.open(Session.SILENT)) {
      s.push(VISUAL, 0, TinyModel.picture(1), 8, 6);
      s.push(VISUAL, 33_333_333, TinyModel.picture(1), 8, 6);
      assertThat(s.advance()).isFalse();
      s.push(VISUAL, 66_666_666, TinyModel.picture(1), 8, 6);
      assertThat(s.advance()).isTrue();
    }
  }

  @Test
  void theEndDoesAllTicksUpToItWhateverIsMissing() {
    push(0, 100);
    session.end(3 * TICK.ns() + 5);
    player.drain();
    assertThat(ticks()).isEqualTo(3);
    assertThat(player.decisionsOf("heard")).hasSize(3);
    session.end(9 * TICK.ns()); // the first end stands
    assertThat(session.advance()).isFalse();
  }

  @Test
  void aDelayedModelDecidesLaterAndStillDecidesEveryTick() {
    Player late = new Player(TinyModel.model(TinyModel.spec(3), 1));
    IntStream.range(0, 10).forEach(t -> late.push(picture(t, 1)));
    late.play(cut(10, TICK_SAMPLES));
    assertThat(late.session.state().tick()).isEqualTo(10);
    assertThat(late.session.decisionTick()).isEqualTo(6);
    late.end(10);
    assertThat(late.session.state().tick()).isEqualTo(13);
    assertThat(late.decisionsOf("heard"))
        .extracting(s -> Integer.parseInt(s.substring(0, s.indexOf(' '))))
        .containsExactlyElementsOf(IntStream.range(0, 10).boxed().toList());
  }

  private List<Packet> cut(int ticks, int size) {
    List<Packet> packets = new ArrayList<>();
    for (int at = 0; at < ticks * TICK_SAMPLES; at += size) {
      packets.add(samples(sound, at, Math.min(ticks * TICK_SAMPLES, at + size)));
    }
    return packets;
  }

  @Test
  void anOutputWithoutAnyInputIsUndecided() {
    Model model = TinyModel.model(Specs.withoutAbsent(), 1);
    Player p = new Player(model);
    p.push(samples(sound, 0, TICK_SAMPLES));
    p.end(3);
    assertThat(p.decisionsOf("heard")).hasSize(1);
  }

  @Test
  void resetForgetsEverything() {
    List<String> first = new Player(MODEL).play(cut(6, 700)).end(6);
    Player again = new Player(MODEL);
    again.play(cut(9, 800)).end(9);
    again.session.reset();
    again.said.clear();
    assertThat(again.play(cut(6, 700)).end(6)).isEqualTo(first);
  }

  @Test
  void whatTheCallerGetsWrongIsSaid() {
    assertThatThrownBy(() -> session.push("audo", 0, sound, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean \"audio\"?");
    assertThatThrownBy(() -> session.push(AUDIO, 0, sound, 0, 801))
        .hasMessageContaining("1 to 800 samples");
    assertThatThrownBy(() -> session.push(AUDIO, 0, sound, 0, 0))
        .hasMessageContaining("1 to 800 samples");
    assertThatThrownBy(() -> session.push(VISUAL, 0, sound, 0, 10))
        .hasMessageContaining("visual takes pictures, not 10 numbers");
    assertThatThrownBy(() -> session.push(AUDIO, 0, new byte[3], 1, 1))
        .hasMessageContaining("audio takes no pictures");
    assertThatThrownBy(() -> session.push(VISUAL, 0, new byte[3], 8, 6))
        .hasMessageContaining("needs 144 bytes");
    assertThatThrownBy(() -> session.probabilities("sen")).hasMessageContaining("\"sen\"");
    assertThatThrownBy(() -> session.end(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aWarmUpChangesNothing() {
    Player cold = new Player(MODEL);
    for (int t = 0; t < 12; t++) {
      if (t % 5 == 0) {
        byte[] before = session.state().snapshot();
        float[] heard = session.probabilities("heard").clone();
        boolean decided = session.decided("heard");
        long[] stages = Arrays.stream(Session.Stage.values()).mapToLong(session::stageNs).toArray();
        session.push(samples(sound, t * TICK_SAMPLES, t * TICK_SAMPLES + 100));
        cold.session.push(samples(sound, t * TICK_SAMPLES, t * TICK_SAMPLES + 100));
        byte[] pushed = session.state().snapshot();
        assertThat(session.warmUp(7, Long.MAX_VALUE)).isEqualTo(7);
        assertThat(session.state().snapshot()).isEqualTo(pushed).isNotEqualTo(before);
        assertThat(session.probabilities("heard")).isEqualTo(heard);
        assertThat(session.decided("heard")).isEqualTo(decided);
        assertThat(Arrays.stream(Session.Stage.values()).mapToLong(session::stageNs).toArray())
            .isEqualTo(stages);
      }
      for (Player p : List.of(player, cold)) {
        int from = t * TICK_SAMPLES + (t % 5 == 0 ? 100 : 0);
        p.push(samples(sound, from, (t + 1) * TICK_SAMPLES));
        p.push(picture(t, 1));
      }
      assertThat(session.state().snapshot()).isEqualTo(cold.session.state().snapshot());
      assertThat(session.probabilities("heard")).isEqualTo(cold.session.probabilities("heard"));
    }
    assertThat(player.said).isEqualTo(cold.said).isNotEmpty();
    assertThat(ticks()).isEqualTo(12);
  }

  @Test
  void aWarmUpEndsByTime() {
    long[] now = {0};
    Session timed =
        new Session(MODEL, MODEL.spec().modalities().keySet(), Session.SILENT, () -> now[0] += 10);
    int done = timed.warmUp(1000, 500);
    assertThat(done).isBetween(2, 30);
    assertThat(timed.warmUp(1000, 0)).isZero();
    assertThat(timed.state().snapshot()).isEqualTo(new Player(MODEL).session.state().snapshot());
  }
}
