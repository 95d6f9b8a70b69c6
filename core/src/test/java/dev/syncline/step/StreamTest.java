package dev.syncline.step;

import static dev.syncline.TinyModel.AUDIO;
import static dev.syncline.TinyModel.TICK;
import static dev.syncline.TinyModel.TICK_SAMPLES;
import static dev.syncline.TinyModel.picture;
import static dev.syncline.TinyModel.samples;
import static dev.syncline.TinyModel.sound;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.TinyModel;
import dev.syncline.json.InputException;
import dev.syncline.time.Tick;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Predictions depend on capture times alone. */
class StreamTest {
  private static final Model MODEL = TinyModel.model(2);
  private static final int TICKS = 25;
  private static final float[] SOUND = sound(TICKS, 2);

  /** A packet and when it is complete. */
  private record Timed(Packet packet, long doneNs) {}

  /** Stretches of sound [from, to) cut at random. */
  private static List<Timed> cut(SplittableRandom random, int[][] stretches) {
    List<Timed> packets = new ArrayList<>();
    for (int[] stretch : stretches) {
      int most = 1 + random.nextInt(random.nextBoolean() ? 60 : TICK_SAMPLES);
      for (int at = stretch[0]; at < stretch[1]; ) {
        int end = Math.min(stretch[1], at + 1 + random.nextInt(most));
        packets.add(new Timed(samples(SOUND, at, end), Tick.startOf(end, TinyModel.RATE)));
        at = end;
      }
    }
    return packets;
  }

  private static List<Timed> pictures(int... missing) {
    List<Timed> packets = new ArrayList<>();
    for (int t = 0; t < TICKS; t++) {
      int tick = t;
      if (Arrays.stream(missing).noneMatch(m -> m == tick)) {
        packets.add(new Timed(picture(t, 5), t * TICK.ns()));
      }
    }
    return packets;
  }

  /** All packets in the order of their times, ties in any order. */
  private static List<Packet> merge(
      SplittableRandom random, boolean byBegin, List<Timed> a, List<Timed> b) {
    List<Timed> all = new ArrayList<>(random.nextBoolean() ? a : b);
    all.addAll(all.size() == a.size() && all.containsAll(a) ? b : a);
    all.sort(
        byBegin
            ? Comparator.comparingLong(t -> t.packet.captureNs())
            : Comparator.comparingLong(Timed::doneNs));
    return all.stream().map(Timed::packet).toList();
  }

  private static final int[][] WHOLE = {{0, TICKS * TICK_SAMPLES}};
  private static final int[][] GAPS = {{0, 1234}, {2000, 2100}, {2400, 7777}, {9600, 20_000}};

  private static List<String> reference(int[][] stretches, int... missing) {
    Player player = new Player(MODEL);
    SplittableRandom random = new SplittableRandom(1);
    return player.play(merge(random, false, cut(random, stretches), pictures(missing))).end(TICKS);
  }

  @Property(tries = 40)
  void anyCutAndAnyInterleavingGivesTheSameBits(@ForAll long seed, @ForAll boolean byBegin) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Packet> packets = merge(random, byBegin, cut(random, WHOLE), pictures());
    Player player = new Player(MODEL);
    assertThat(player.play(packets).end(TICKS)).isEqualTo(reference(WHOLE));
    assertThat(player.session.count(Outcome.ACCEPTED)).isEqualTo(packets.size());
    assertThat(player.events()).isNotEmpty();
  }

  @Property(tries = 40)
  void soItDoesWithGapsAndMissingPictures(@ForAll long seed, @ForAll boolean byBegin) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] missing = {0, 3, 4, 5, 6, 7, 20, 24};
    List<Packet> packets = merge(random, byBegin, cut(random, GAPS), pictures(missing));
    Player player = new Player(MODEL);
    assertThat(player.play(packets).end(TICKS)).isEqualTo(reference(GAPS, missing));
    assertThat(player.session.count(Outcome.ACCEPTED)).isEqualTo(packets.size());
    assertThat(player.said).isNotEqualTo(reference(WHOLE));
  }

  @Property(tries = 20)
  void packetsThatOverlapLoseTheirHeads(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Timed> audio = new ArrayList<>();
    for (int at = 0; at < SOUND.length; ) {
      int end = Math.min(SOUND.length, at + 200 + random.nextInt(500));
      int begin = Math.max(0, at - 17 - random.nextInt(80)); // beyond the 2 ms of tolerance
      audio.add(new Timed(samples(SOUND, begin, end), Tick.startOf(end, TinyModel.RATE)));
      at = end;
    }
    List<Packet> packets = merge(random, false, audio, pictures());
    assertThat(new Player(MODEL).play(packets).end(TICKS)).isEqualTo(reference(WHOLE));
  }

  @Test
  void timesThatTrembleByLessThanTwoMillisecondsChangeNothing() {
    SplittableRandom random = new SplittableRandom(3);
    List<Timed> audio = new ArrayList<>();
    for (Timed t : cut(random, WHOLE)) {
      Packet.Samples p = (Packet.Samples) t.packet;
      long late = 1L + random.nextInt(1_900_000);
      audio.add(new Timed(new Packet.Samples(AUDIO, p.captureNs() + late, p.values()), t.doneNs));
    }
    assertThat(new Player(MODEL).play(merge(random, false, audio, pictures())).end(TICKS))
        .isEqualTo(reference(WHOLE));
  }

  @Property(tries = 100)
  void aRowIsInvalidExactlyWhereSamplesMiss(
      @ForAll @IntRange(min = 1, max = 3999) int from,
      @ForAll @IntRange(min = 17, max = 3000) int length) {
    int to = Math.min(4000, from + length);
    Player player = Player.ofRows(MODEL);
    SplittableRandom random = new SplittableRandom(from);
    for (Timed t : cut(random, new int[][] {{0, from}, {to, 4000}})) {
      player.push(t.packet);
    }
    player.end(5);
    float[] valid = new float[50];
    float[] expected = new float[50];
    for (int row = 0; row < 50; row++) {
      valid[row] = player.rows.get(row / 10).get(AUDIO).valid()[row % 10];
      expected[row] = from < (row + 1) * 80 && row * 80 < to ? 0 : 1;
    }
    assertThat(valid).isEqualTo(expected);
  }

  @Property(tries = 20)
  void resampledSoundInAnyCutGivesTheSameBits(@ForAll long seed) {
    Model model = TinyModel.model(Specs.resampled(), 4);
    float[] fast = sound(3 * 8, 7); // 8 ticks at 24 kHz
    SplittableRandom random = new SplittableRandom(seed);
    Player player = new Player(model);
    Player whole = new Player(model);
    for (int at = 0; at < fast.length; ) {
      int end = Math.min(fast.length, at + 1 + random.nextInt(2400));
      long ns = Tick.startOf(at, 24_000);
      player.push(new Packet.Samples(AUDIO, ns, Arrays.copyOfRange(fast, at, end)));
      at = end;
    }
    for (int t = 0; t < 8; t++) {
      float[] part = Arrays.copyOfRange(fast, t * 2400, (t + 1) * 2400);
      whole.push(new Packet.Samples(AUDIO, t * TICK.ns(), part));
    }
    assertThat(player.end(8)).isEqualTo(whole.end(8)).hasSizeGreaterThan(8);
  }

  @Property(tries = 20)
  void packetsWithANumberThatIsNotFiniteLeaveNoTrace(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] poison = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    Player player = new Player(MODEL);
    for (Packet p : merge(random, false, cut(random, WHOLE), pictures())) {
      if (p instanceof Packet.Samples s && random.nextInt(4) == 0) {
        float[] bad = s.values().clone();
        bad[random.nextInt(bad.length)] = poison[random.nextInt(3)];
        assertThat(player.push(new Packet.Samples(AUDIO, s.captureNs(), bad)))
            .isEqualTo(Outcome.UNUSABLE);
      }
      player.push(p);
    }
    assertThat(player.end(TICKS)).isEqualTo(reference(WHOLE));
    for (float v : player.session.state().slab) {
      assertThat(v).isFinite();
    }
  }

  @Test
  void rowsFromACacheGiveTheSameBitsAsPackets() {
    SplittableRandom random = new SplittableRandom(4);
    List<Packet> packets = merge(random, false, cut(random, GAPS), pictures(3, 4, 9));
    Player cache = Player.ofRows(MODEL);
    cache.play(packets).end(TICKS);
    Player player = new Player(MODEL);
    for (Map<String, Block> tick : cache.rows) {
      player.session.advance(tick, 0);
      player.decisions();
    }
    player.session.finish();
    assertThat(player.said).isEqualTo(reference(GAPS, 3, 4, 9));
    assertThat(cache.said).isEmpty();
  }

  @Test
  void oneBlockOfAllTicksIsTheSameAsOneATick() {
    SplittableRandom random = new SplittableRandom(5);
    List<Packet> packets = merge(random, false, cut(random, WHOLE), pictures());
    Map<String, Block> rows = new LinkedHashMap<>();
    MODEL.spec().inputs().forEach((name, s) -> rows.put(name, Block.empty(s, TICKS)));
    Session session = MODEL.open(Session.SILENT);
    for (Packet p : packets) {
      session.push(p);
      while (session.advanceRows(rows, (int) session.state().tick())) {
        // every tick that is there
      }
    }
    Player player = new Player(MODEL);
    for (int t = 0; t < TICKS; t++) {
      player.session.advance(rows, t);
      player.decisions();
    }
    player.session.finish();
    assertThat(player.said).isEqualTo(reference(WHOLE));
  }

  @Test
  void aModalityThatAStreamLacksIsMissingThroughoutAndNotWaitedFor() {
    List<Timed> sound = cut(new SplittableRandom(7), WHOLE);
    Player deaf = new Player(MODEL);
    Player player = new Player(MODEL, Set.of(AUDIO));
    for (Timed t : sound) {
      deaf.push(t.packet);
      player.push(t.packet);
      assertThat(player.session.state().tick()).isEqualTo(TICK.at(t.doneNs));
    }
    assertThat(player.end(TICKS)).isEqualTo(deaf.end(TICKS)).isNotEqualTo(reference(WHOLE));
    assertThat(player.session.modalities()).containsExactly(AUDIO);
    assertThatThrownBy(() -> player.push(picture(0, 1)))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] snapshot = player.session.state().snapshot();
    assertThatThrownBy(() -> deaf.session.state().restore(snapshot))
        .isInstanceOf(InputException.class);
  }

  @Test
  void aLaterPictureOrSoundChangesNothingBefore() {
    List<String> all = reference(WHOLE);
    List<Timed> audio = cut(new SplittableRandom(6), new int[][] {{0, 12 * TICK_SAMPLES}});
    List<Timed> seen = pictures().subList(0, 12);
    Player player = new Player(MODEL);
    player.play(merge(new SplittableRandom(6), false, audio, seen));
    assertThat(player.said).isNotEmpty().isEqualTo(all.subList(0, player.said.size()));
  }
}
