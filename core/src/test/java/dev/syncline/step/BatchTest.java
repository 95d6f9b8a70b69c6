package dev.syncline.step;

import static dev.syncline.TinyModel.TICK_SAMPLES;
import static dev.syncline.TinyModel.picture;
import static dev.syncline.TinyModel.samples;
import static dev.syncline.TinyModel.serial;
import static dev.syncline.TinyModel.sound;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.syncline.TinyModel;
import dev.syncline.spec.Attention;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Node;
import dev.syncline.spec.Parameter;
import dev.syncline.spec.Recurrent.*;
import dev.syncline.spec.Shape;
import dev.syncline.spec.Span;
import dev.syncline.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams that are stepped together: the bits of each are its own. */
class BatchTest {
  private static final int TICKS = 30;

  /** A stream of everything, pictures missing here and there. */
  static List<List<Packet>> ticks(int stream) {
    float[] sound = sound(TICKS, stream);
    List<List<Packet>> ticks = new ArrayList<>();
    for (int t = 0; t < TICKS; t++) {
      List<Packet> packets = new ArrayList<>();
      if ((t + stream) % 7 != 3) {
        packets.add(picture(t, stream));
      }
      long ns = t * TinyModel.TICK.ns();
      packets.add(new Packet.Vector(TinyModel.SYMBOLS, ns, new float[] {(t + stream) % 5}));
      packets.add(new Packet.Vector(TinyModel.SYMBOLS, ns + 50_000_000, new float[] {t % 5}));
      packets.add(samples(sound, t * TICK_SAMPLES, (t + 1) * TICK_SAMPLES));
      ticks.add(packets);
    }
    return ticks;
  }

  @Test
  void aStreamSaysTheSameAloneAndAmongOthersAndIsLeftAloneWhileItWaits() {
    Model model = TinyModel.model(TinyModel.everyLayer(), 5);
    List<Player> together = new ArrayList<>();
    List<Player> alone = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      together.add(new Player(model));
      alone.add(new Player(model));
    }
    Batch batch = new Batch(model, 9);
    SplittableRandom random = new SplittableRandom(1);
    int[] at = new int[together.size()];
    for (int round = 0; round < 60; round++) {
      for (int i = 0; i < together.size(); i++) {
        if (at[i] < TICKS && random.nextInt(3) > 0) {
          List<Packet> packets = ticks(i).get(at[i]++);
          packets.forEach(together.get(i).session::push);
          packets.forEach(alone.get(i).session::push);
          alone.get(i).drain();
        }
      }
      while (stepped(batch, together) > 0) {
        // a stream that waited may have several ticks to do
      }
    }
    for (int i = 0; i < together.size(); i++) {
      assertThat(together.get(i).said).hasSizeGreaterThan(40).isEqualTo(alone.get(i).said);
      assertThat(together.get(i).session.state().snapshot())
          .isEqualTo(alone.get(i).session.state().snapshot());
    }
  }

  /** One round of ticks; streams that have none keep every bit. */
  private static int stepped(Batch batch, List<Player> players) {
    List<byte[]> before = players.stream().map(p -> p.session.state().snapshot()).toList();
    long[] tick = players.stream().mapToLong(p -> p.session.state().tick()).toArray();
    int done = batch.advance(players.stream().map(p -> p.session).toList());
    int moved = 0;
    for (int i = 0; i < tick.length; i++) {
      Player player = players.get(i);
      if (player.session.state().tick() > tick[i]) {
        moved++;
        player.decisions();
      } else {
        assertThat(player.session.state().snapshot()).isEqualTo(before.get(i));
      }
    }
    assertThat(done).isEqualTo(moved);
    return done;
  }

  @Test
  void aSessionOfAnotherModelIsRefused() {
    Model model = TinyModel.model(1);
    Session mine = new Player(model).session;
    Session other = new Player(TinyModel.model(2)).session;
    mine.end(2 * TinyModel.TICK.ns());
    assertThatThrownBy(() -> new Batch(model, 4).advance(List.of(mine, other)))
        .hasMessageContaining("session 1 is of another model");
    assertThat(mine.state().tick()).isZero();
    assertThat(new Batch(model, 4).advance(List.of(mine))).isEqualTo(1);
  }

  /** Layers whose matrices are wider than a panel. */
  private static Node wide() {
    Layer body =
        serial(
            "in", new Linear(130, true),
            "conv", new Conv1d(139, 3, 2, 1, false, true),
            "dilated", new Conv1d(72, 3, 1, 4, false, true),
            "norm", new LayerNorm(1e-5f),
            "attention", Attention.over(4, new Span.Window(5)),
            "gru", new Gru(70),
            "lstm", new Lstm(66),
            "rnn", new Rnn(90, Squash.TANH),
            "linear", new LinearRecurrence(65),
            "out", new Linear(64, true));
    return Node.resolve(body, Map.of("x", new Shape(6, List.of(77))));
  }

  @ParameterizedTest
  @EnumSource
  void everyPrecisionGivesAStreamItsOwnBits(Precision precision) {
    Node node = wide();
    Weights weights = Weights.random(Parameter.of(node), 3);
    Program program = Program.compile(node, weights, new VectorKernels(), precision);
    int streams = 19;
    Lane[] all = new Lane[streams];
    Lane[][] each = new Lane[streams][1];
    for (int i = 0; i < streams; i++) {
      all[i] = lane(program);
      each[i][0] = lane(program);
    }
    Buffer out = program.outputs().values().iterator().next();
    for (int t = 0; t < 12; t++) {
      int n = t % 3 == 0 ? streams : 1 + 5 * t % streams;
      for (int i = 0; i < n; i++) {
        load(program, all[i], i);
        load(program, each[i][0], i);
        program.step(each[i], 1);
        each[i][0].tick++;
      }
      program.step(all, n);
      for (int i = 0; i < n; i++) {
        all[i].tick++;
        int end = out.at() + out.rows() * out.size();
        assertThat(Arrays.copyOfRange(all[i].x, out.at(), end))
            .as("%s, stream %d of %d, tick %d", precision, i, n, t)
            .isEqualTo(Arrays.copyOfRange(each[i][0].x, out.at(), end))
            .isNotEqualTo(new float[end - out.at()]);
        assertThat(all[i].s).isEqualTo(each[i][0].s);
      }
    }
  }

  private static Lane lane(Program program) {
    return new Lane(new float[program.scratchSize()], new float[program.stateSize()]);
  }

  @ParameterizedTest
  @EnumSource
  void productsTouchNothingBehindTheirScratchButTheirOutputs(Precision precision) {
    int out = 70;
    for (int in : new int[] {1, 13, 33, 122, 130, 391}) {
      float[] weight = new float[out * in];
      Arrays.fill(weight, 0.5f);
      Matrix w = Matrix.pack(precision, out, in, weight, null);
      for (int n : new int[] {1, 2, 3, 5, 8, 13, 16}) {
        Lane[] lanes = new Lane[n];
        int at = Matrix.work(in);
        for (int i = 0; i < n; i++) {
          lanes[i] = new Lane(new float[at + in + out], new float[0]);
          Arrays.fill(lanes[i].x, at, at + in, 1 + i);
        }
        new VectorKernels().matmul(w, lanes, n, 1, at, in, at + in, out);
        for (int i = 0; i < n; i++) {
          float[] row = new float[in];
          Arrays.fill(row, 1 + i);
          assertThat(Arrays.copyOfRange(lanes[i].x, at, at + in)).isEqualTo(row);
          assertThat(lanes[i].x[at + in]).isCloseTo(0.5f * in * (1 + i), withinPercentage(1));
        }
      }
    }
  }

  /** Matrices of several panels and blocks of inputs, and halves and odd ends of them. */
  @ParameterizedTest
  @CsvSource({"1,1", "31,640", "65,193", "129,191", "160,385", "193,200", "300,640", "520,70"})
  void aProductOfManyStreamsHasTheBitsOfEachAlone(int out, int in) {
    SplittableRandom random = new SplittableRandom(out + in);
    float[] weight = randoms(random, out * in);
    float[] bias = randoms(random, out);
    Kernels kernels = new VectorKernels();
    for (Precision precision : List.of(Precision.FP32, Precision.BF16, Precision.FP16)) {
      Matrix w = Matrix.pack(precision, out, in, weight, bias);
      int at = Matrix.work(in);
      for (int n : new int[] {2, 4, 5, 8, 9, 10, 12, 13, 16, 17, 64, 130}) {
        Lane[] lanes = new Lane[n];
        for (int i = 0; i < n; i++) {
          lanes[i] = new Lane(new float[at + in + out], new float[0]);
          System.arraycopy(randoms(random, in), 0, lanes[i].x, at, in);
        }
        kernels.matmul(w, lanes, n, 1, at, in, at + in, out);
        for (Lane lane : lanes) {
          float[] together = Arrays.copyOfRange(lane.x, at + in, at + in + out);
          kernels.matmul(w, 1, lane.x, at, in, lane.x, at + in, out);
          assertThat(together)
              .as("%s, %d streams", precision, n)
              .isEqualTo(Arrays.copyOfRange(lane.x, at + in, at + in + out));
        }
      }
    }
  }

  private static float[] randoms(SplittableRandom random, int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextDouble(-1, 1);
    }
    return x;
  }

  private static void load(Program program, Lane lane, int stream) {
    Buffer in = program.inputs().get("x");
    SplittableRandom random = new SplittableRandom(100 * lane.tick + stream);
    for (int r = 0; r < in.rows(); r++) {
      lane.x[in.valid() + r] = random.nextInt(5) > 0 || r == 5 ? 1 : 0;
    }
    for (int k = 0; k < in.rows() * in.size(); k++) {
      lane.x[in.at() + k] = (float) random.nextDouble(-1, 1);
    }
    in.mask(lane.x);
  }
}
