package dev.syncline.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EventDecoderTest {
  /** What was told of a label, and in which tick (the stream's length: at its end). */
  private record Told(String what, int label, long onset, long offset, long tick) {}

  /** Writes down what is told. */
  private static final class Recorder implements EventDecoder.Sink {
    final List<Told> told = new ArrayList<>();
    long now;

    @Override
    public void opened(int label, long onset, float probability) {
      told.add(new Told("open", label, onset, -1, now));
    }

    @Override
    public void closed(int label, long onset, long offset) {
      told.add(new Told("close", label, onset, offset, now));
    }
  }

  private static List<Told> decode(EventDecoding decoding, float[][] p) {
    Recorder recorder = new Recorder();
    int labels = p[0].length;
    EventDecoder decoder = new EventDecoder(decoding, labels);
    long[] state = new long[decoder.stateSize() + 5];
    for (int t = 0; t < p.length; t++) {
      recorder.now = t;
      decoder.step(t, p[t], 0, state, 3, recorder);
    }
    recorder.now = p.length;
    decoder.finish(state, 3, recorder);
    assertThat(state).containsOnly(0);
    return recorder.told;
  }

  private static List<Told> decode(EventDecoding decoding, double... p) {
    float[][] ticks = new float[p.length][1];
    for (int t = 0; t < p.length; t++) {
      ticks[t][0] = (float) p[t];
    }
    return decode(decoding, ticks);
  }

  private static Told open(long onset, long tick) {
    return new Told("open", 0, onset, -1, tick);
  }

  private static Told close(long onset, long offset, long tick) {
    return new Told("close", 0, onset, offset, tick);
  }

  @Test
  void aThresholdAloneOpensAndCloses() {
    assertThat(decode(EventDecoding.DEFAULT, 0.4, 0.5, 0.9, 0.49, 0.1, 0.6))
        .containsExactly(open(1, 1), close(1, 3, 3), open(5, 5), close(5, 6, 6));
  }

  @Test
  void hysteresisKeepsOpenWhatHasOpened() {
    EventDecoding hysteresis = new EventDecoding(0.6f, 0.3f, 1, 0);
    assertThat(decode(hysteresis, 0.5, 0.6, 0.4, 0.3, 0.29, 0.5))
        .containsExactly(open(1, 1), close(1, 4, 4));
  }

  @Test
  void shortEventsAreNeverTold() {
    EventDecoding three = new EventDecoding(0.5f, 0.5f, 3, 0);
    assertThat(decode(three, 1, 1, 0, 1, 1, 1, 1, 0)).containsExactly(open(3, 5), close(3, 7, 7));
    assertThat(decode(three, 1, 1)).isEmpty();
  }

  @Test
  void gapsUpToTheHoldAreBridgedAndTheEndIsWhereItWasLastOn() {
    EventDecoding hold = new EventDecoding(0.5f, 0.5f, 1, 2);
    assertThat(decode(hold, 1, 0, 0, 1, 0, 0, 0, 1))
        .containsExactly(open(0, 0), close(0, 4, 6), open(7, 7), close(7, 8, 8));
    assertThat(decode(hold, 1, 0)).containsExactly(open(0, 0), close(0, 1, 2));
  }

  @Test
  void aTickThatIsLeftOutCountsAsAGap() {
    EventDecoder decoder = new EventDecoder(new EventDecoding(0.5f, 0.5f, 1, 2), 1);
    long[] state = new long[decoder.stateSize()];
    Recorder recorder = new Recorder();
    float[] on = {1};
    decoder.step(0, on, 0, state, 0, recorder);
    decoder.step(3, on, 0, state, 0, recorder);
    decoder.step(9, new float[1], 0, state, 0, recorder);
    assertThat(recorder.told).extracting(Told::what).containsExactly("open", "close");
    assertThat(recorder.told.getLast().offset()).isEqualTo(4);
  }

  @Test
  void labelsDoNotTouchEachOther() {
    float[][] p = {{1, 0}, {1, 1}, {0, 1}, {0, 0}};
    assertThat(decode(EventDecoding.DEFAULT, p))
        .containsExactly(
            open(0, 0),
            new Told("open", 1, 1, -1, 1),
            close(0, 2, 2),
            new Told("close", 1, 1, 3, 3));
  }

  private static EventDecoding random(SplittableRandom random) {
    float on = 0.1f * (2 + random.nextInt(8));
    float off = random.nextBoolean() ? on : on * 0.1f * (1 + random.nextInt(9));
    return new EventDecoding(on, off, 1 + random.nextInt(4), random.nextInt(4));
  }

  private static float[][] randomTicks(SplittableRandom random) {
    float[][] p = new float[1 + random.nextInt(60)][1 + random.nextInt(3)];
    for (float[] tick : p) {
      for (int l = 0; l < tick.length; l++) {
        tick[l] = 0.1f * random.nextInt(11);
      }
    }
    return p;
  }

  /**
   * The definition, offline, for one label: an event reaches from a tick at or above on to the last
   * tick at or above off before more than hold ticks below it; then its length is looked at.
   */
  private static List<Told> offline(EventDecoding d, float[][] p, int label) {
    List<Told> told = new ArrayList<>();
    int n = p.length;
    for (int onset = 0; onset < n; onset++) {
      if (p[onset][label] < d.on()) {
        continue;
      }
      int last = onset;
      for (int t = onset; t < n && t - last - 1 <= d.holdTicks(); t++) {
        last = p[t][label] >= d.off() ? t : last;
      }
      int end = last + 1;
      for (int t = onset; t < end; t++) {
        if (p[t][label] >= d.off() && t + 1 - onset >= d.minTicks()) {
          told.add(new Told("open", label, onset, -1, t));
          told.add(new Told("close", label, onset, end, Math.min(n, end + (long) d.holdTicks())));
          break;
        }
      }
      onset = last;
    }
    return told;
  }

  @Property(tries = 1000)
  void theDecoderAgreesWithTheDefinitionOffline(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    EventDecoding decoding = random(random);
    float[][] p = randomTicks(random);
    List<Told> told = decode(decoding, p);
    for (int label = 0; label < p[0].length; label++) {
      int l = label;
      assertThat(told.stream().filter(t -> t.label() == l).toList())
          .isEqualTo(offline(decoding, p, label));
    }
    assertThat(told).isSortedAccordingTo((a, b) -> Long.compare(a.tick(), b.tick()));
  }

  @Property(tries = 300)
  void whatWasToldStaysWhateverComesLater(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    EventDecoding decoding = random(random);
    float[][] p = randomTicks(random);
    int cut = random.nextInt(p.length);
    float[][] other = Arrays.stream(p).map(float[]::clone).toArray(float[][]::new);
    for (int t = cut; t < p.length; t++) {
      Arrays.fill(other[t], random.nextInt(3) == 0 ? Float.NaN : (float) random.nextDouble());
    }
    assertThat(decode(decoding, other).stream().filter(t -> t.tick() < cut))
        .containsExactlyElementsOf(
            decode(decoding, p).stream().filter(t -> t.tick() < cut).toList());
  }

  @Property(tries = 300)
  void theArrayIsAllThatIsRemembered(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    EventDecoding decoding = random(random);
    float[][] p = randomTicks(random);
    int labels = p[0].length;
    long[] state = new long[new EventDecoder(decoding, labels).stateSize()];
    Recorder recorder = new Recorder();
    for (int t = 0; t < p.length; t++) {
      recorder.now = t;
      state = state.clone();
      new EventDecoder(decoding, labels).step(t, p[t], 0, state, 0, recorder);
    }
    recorder.now = p.length;
    new EventDecoder(decoding, labels).finish(state, 0, recorder);
    assertThat(recorder.told).isEqualTo(decode(decoding, p));
  }

  @Test
  void thresholdsAndLengthsThatCannotBeAreRefused() {
    for (float[] bad :
        new float[][] {
          {0, 0}, {0.5f, 0.6f}, {1.1f, 0.5f}, {0.5f, 0}, {Float.NaN, 0.1f}, {0.5f, Float.NaN}
        }) {
      assertThatThrownBy(() -> new EventDecoding(bad[0], bad[1], 1, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("thresholds must be 0 < off <= on <= 1");
    }
    assertThatThrownBy(() -> new EventDecoding(1, 1, 0, 0)).hasMessageContaining("min_ticks");
    assertThatThrownBy(() -> new EventDecoding(1, 1, 1, -1)).hasMessageContaining("hold_ticks");
  }
}
