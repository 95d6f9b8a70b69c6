package dev.syncline.step;

import static dev.syncline.TinyModel.TICK_SAMPLES;
import static dev.syncline.TinyModel.picture;
import static dev.syncline.TinyModel.samples;
import static dev.syncline.TinyModel.sound;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.TinyModel;
import dev.syncline.json.InputException;
import dev.syncline.spec.ModelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream is its state: copied, moved and restored it goes on bit for bit. */
class SnapshotTest {
  private static final int TICKS = 24;

  /** Sound in pieces that end inside ticks, pictures with some missing, symbols. */
  private static List<Packet> packets() {
    float[] sound = sound(TICKS, 3);
    List<Packet> packets = new ArrayList<>();
    int at = 0;
    for (int t = 0; t < TICKS; t++) {
      if (t % 7 != 3) {
        packets.add(picture(t, 8));
      }
      long ns = t * TinyModel.TICK.ns();
      packets.add(new Packet.Vector(TinyModel.SYMBOLS, ns, new float[] {t % 5}));
      packets.add(new Packet.Vector(TinyModel.SYMBOLS, ns + 50_000_000, new float[] {t * t % 5}));
      for (; at < Math.min(sound.length, (t + 1) * TICK_SAMPLES); at += 230) {
        packets.add(samples(sound, at, Math.min(sound.length, at + 230)));
      }
    }
    return packets;
  }

  @Test
  void restoredAtEveryPacketAStreamGoesOnBitForBit(@TempDir Path dir) throws Exception {
    ModelSpec spec = TinyModel.everyLayer();
    Model model = TinyModel.model(spec, 5);
    model.write(dir);
    Model loaded = Model.load(dir);
    List<Packet> packets = packets();
    List<String> whole = new Player(model).play(packets).end(TICKS);
    assertThat(whole).filteredOn(s -> s.startsWith("close")).isNotEmpty();

    Player first = new Player(model);
    for (int i = 0; i < packets.size(); i += 3) {
      byte[] snapshot = first.session.state().snapshot();
      Player second = new Player(loaded);
      second.push(packets.getLast()); // a used session is as good as a new one
      second.said.clear();
      second.session.state().restore(snapshot);
      List<String> said = new ArrayList<>(first.said);
      said.addAll(second.play(packets.subList(i, packets.size())).end(TICKS));
      assertThat(said).isEqualTo(whole);
      assertThat(second.session.count(Outcome.ACCEPTED)).isEqualTo(packets.size());
      first.play(packets.subList(i, Math.min(packets.size(), i + 3)));
    }
  }

  @Test
  void anEndedStreamStaysEnded() {
    Player player = new Player(TinyModel.model(1));
    player.end(5);
    Session other = TinyModel.model(1).open(Session.SILENT);
    other.state().restore(player.session.state().snapshot());
    assertThat(other.push(picture(6, 1))).isEqualTo(Outcome.CLOSED);
    assertThat(other.state().tick()).isEqualTo(5);
  }

  @Test
  void aSnapshotOfAnotherModelOrADamagedOneIsRefusedAndNothingChanges() {
    Player player = new Player(TinyModel.model(1));
    player.play(packets().stream().filter(p -> !p.modality().equals("symbols")).toList());
    StreamState state = player.session.state();
    byte[] before = state.snapshot();
    byte[] good = TinyModel.model(1).open(Session.SILENT).state().snapshot();
    byte[] longer = Arrays.copyOf(good, good.length + 4);
    byte[] flipped = good.clone();
    flipped[good.length / 2] ^= 1;
    refused(state, TinyModel.model(2).open(Session.SILENT).state().snapshot(), "made with model");
    refused(
        state,
        TinyModel.model(TinyModel.spec(1), 1).open(Session.SILENT).state().snapshot(),
        "made with model");
    refused(state, Arrays.copyOf(good, good.length - 1), "cut off or damaged");
    refused(state, longer, "cut off or damaged");
    refused(state, flipped, "cut off or damaged");
    refused(state, Arrays.copyOf(good, 20), "not a stream state");
    refused(state, new byte[0], "not a stream state");
    refused(state, new byte[1000], "not a stream state");
    assertThat(state.snapshot()).isEqualTo(before);
    state.restore(good);
    assertThat(state.snapshot()).isEqualTo(good).isNotEqualTo(before);
  }

  private static void refused(StreamState state, byte[] snapshot, String message) {
    assertThatThrownBy(() -> state.restore(snapshot))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatAStreamKeepsNeverGrows() {
    Player player = new Player(TinyModel.model(1));
    long bytes = player.session.state().bytes();
    int snapshot = player.session.state().snapshot().length;
    player.play(packets().stream().filter(p -> !p.modality().equals("symbols")).toList());
    assertThat(player.session.state().bytes()).isEqualTo(bytes);
    assertThat(player.session.state().snapshot()).hasSize(snapshot);
  }

  @Test
  void streamsOfOneModelOnSeveralThreadsAreAsAlone() throws Exception {
    Model model = TinyModel.model(TinyModel.everyLayer(), 6);
    List<String> alone = new Player(model).play(packets()).end(TICKS);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Callable<List<String>>> tasks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        tasks.add(
            () -> {
              List<String> said = List.of();
              for (int round = 0; round < 10; round++) {
                said = new Player(model).play(packets()).end(TICKS);
                assertThat(said).isEqualTo(alone);
              }
              return said;
            });
      }
      for (Future<List<String>> result : threads.invokeAll(tasks)) {
        assertThat(result.get()).isEqualTo(alone);
      }
    }
  }
}
