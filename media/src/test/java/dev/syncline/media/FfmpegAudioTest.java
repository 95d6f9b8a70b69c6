package dev.syncline.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FfmpegAudioTest {
  private static final MediaLimits ANY = MediaLimits.DEFAULT;

  @TempDir Path dir;
  private Recordings recordings;

  /** A copy of one block. */
  private static final class Run {
    private final long timeNanos;
    private final float[] samples;

    Run(long timeNanos, float[] samples) {
      this.timeNanos = timeNanos;
      this.samples = samples;
    }

    double start() {
      return timeNanos / 1e9;
    }

    double end(int rate) {
      return start() + (double) samples.length / rate;
    }
  }

  @BeforeEach
  void start() {
    recordings = new Recordings(dir);
  }

  @Test
  void samplesAndTimesOfALosslessRecordingAreExact() throws IOException {
    Path file = recordings.tone("tone.nut", 1, "-c:a pcm_s16le");
    List<Run> runs = read(file, 44_100, 4096, ANY);
    assertThat(runs).hasSize(11);
    assertThat(samples(runs)).isEqualTo(44_100);
    for (int i = 0; i < runs.size(); i++) {
      assertThat(runs.get(i).timeNanos).isEqualTo(i * 4096L * 1_000_000_000L / 44_100);
    }
    assertToneAt(runs, 44_100, 1e-4);
  }

  @Test
  void timesThatTheContainerRoundsToMillisecondsStayWithinOneAndMakeNoGaps() throws IOException {
    Path file = recordings.tone("tone.mkv", 1, "-c:a pcm_s16le");
    List<Run> runs = read(file, 44_100, 4096, ANY);
    assertThat(runs).hasSize(11);
    assertThat(samples(runs)).isEqualTo(44_100);
    for (int i = 0; i < runs.size(); i++) {
      assertThat(runs.get(i).start()).isCloseTo(i * 4096 / 44_100.0, within(1e-3));
    }
  }

  @Test
  void theRateIsTheOneAskedForAndTheToneStaysAtItsTimes() throws IOException {
    Path file = recordings.tone("tone.nut", 1, "-c:a pcm_s16le");
    for (int rate : new int[] {8_000, 16_000, 48_000}) {
      List<Run> runs = read(file, rate, 1600, ANY);
      assertThat(samples(runs)).isBetween(rate - 4, rate + 4);
      assertToneAt(runs, rate, 2e-3);
    }
  }

  @Test
  void theSameSamplesComeInBlocksOfAnySize() throws IOException {
    Path file = recordings.tone("tone.mkv", 0.5, "-c:a pcm_s16le");
    float[] whole = join(read(file, 16_000, 100_000, ANY));
    assertThat(join(read(file, 16_000, 1, ANY))).containsExactly(whole);
    assertThat(join(read(file, 16_000, 777, ANY))).containsExactly(whole);
  }

  @Test
  void aGapOfTheContainerIsAGapOfCaptureTime() throws IOException {
    Path file =
        recordings.tone("gap.nut", 2, "-af aselect='not(between(t,0.8,1.3))' -c:a pcm_s16le -ac 1");
    for (int rate : new int[] {44_100, 16_000}) {
      List<Run> runs = read(file, rate, 1 << 20, ANY);
      assertThat(runs).hasSize(2);
      double gap = runs.get(1).start() - runs.get(0).end(rate);
      assertThat(gap).isCloseTo(0.5, within(0.03));
      assertThat(runs.get(1).end(rate)).isCloseTo(2, within(2e-3));
      // Each side is at its own capture time; a count of samples would be half a second early.
      assertToneAt(List.of(runs.get(0)), rate, 2e-3);
      assertToneAt(List.of(runs.get(1)), rate, 2e-3);
    }
  }

  @Test
  void aStartOffsetIsKept() throws IOException {
    Path file =
        recordings.make(
            "late.mkv", "-itsoffset 2.5 -f lavfi -i " + Recordings.SINE + "1 -c:a pcm_s16le");
    List<Run> runs = read(file, 16_000, 1600, ANY);
    assertThat(runs.getFirst().timeNanos).isCloseTo(2_500_000_000L, within(100_000L));
    assertThat(runs.getLast().end(16_000)).isCloseTo(3.5, within(2e-3));
  }

  @Test
  void lossyContainersKeepTheToneAtItsTimes() throws IOException {
    for (String kind :
        List.of(
            "t.mp4 -c:a aac",
            "t.ogg -c:a libvorbis",
            "t.ts -c:a mp2 -b:a 192k -muxdelay 0 -muxpreload 0")) {
      String[] words = kind.split(" ", 2);
      Path file = recordings.tone(words[0], 2, words[1]);
      Probe probe = Probe.of(Ffmpeg.ON_PATH, file, ANY);
      List<Run> runs = read(file, 16_000, 1600, ANY);
      double shift = words[0].equals("t.ts") ? probe.startNanos() / 1e9 : 0;
      // Whole periods of the tone cannot be told apart; a period is 2.3 ms, a frame is ten.
      double late = lateness(runs.subList(5, 15), 16_000, shift);
      assertThat(late).as(kind).isCloseTo(0, within(1e-3));
      assertThat(runs.getLast().end(16_000)).as(kind).isCloseTo(2 + shift, within(0.05));
    }
  }

  @Test
  void channelsAreAveraged() throws IOException {
    Path file =
        recordings.make(
            "left.mkv",
            "-f lavfi -i aevalsrc=0.5|-0.25|0.125|0:channel_layout=quad:duration=0.2 -c:a"
                + " pcm_f32le");
    float[] mono = join(read(file, 44_100, 1000, ANY));
    assertThat(mono.length).isEqualTo(8820);
    for (float sample : mono) {
      assertThat(sample).isCloseTo(0.09375f, within(1e-6f));
    }
  }

  @Test
  void twoReadingsGiveTheSameBits() throws IOException {
    Path file = recordings.tone("t.mp4", 0.5, "-c:a aac");
    assertThat(join(read(file, 16_000, 999, ANY)))
        .containsExactly(join(read(file, 16_000, 999, ANY)));
  }

  @Test
  void aTruncatedFileGivesWhatItHasAndThenSaysWhereItBreaksOff() throws IOException {
    Path file = recordings.cut(recordings.tone("tone.mkv", 4, "-c:a pcm_s16le"), 0.5);
    try (FfmpegAudio audio = FfmpegAudio.open(Ffmpeg.ON_PATH, file, ANY, 16_000)) {
      AudioBlock block = new AudioBlock(1600);
      int[] blocks = {0};
      assertThatThrownBy(
              () -> {
                while (audio.next(block)) {
                  blocks[0]++;
                }
              })
          .isInstanceOf(InputException.class)
          .hasMessageContaining(" of 4.0")
          .hasMessageContaining("(truncated or damaged): ");
      assertThat(blocks[0]).isBetween(17, 20);
      assertThat(audio.complaint()).isNotEmpty();
    }
  }

  @Test
  void anMp4WithoutItsIndexIsRefused() throws IOException {
    Path file = recordings.cut(recordings.tone("t.mp4", 2, "-c:a aac"), 0.7);
    assertThatThrownBy(() -> FfmpegAudio.open(Ffmpeg.ON_PATH, file, ANY, 16_000).close())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("ffprobe ended with exit status 1: moov atom not found");
  }

  @Test
  void aVideoWithoutSoundSaysSo() throws IOException {
    Path file = recordings.greys("mute.mkv", 0.3, "-c:v ffv1");
    assertThatThrownBy(() -> FfmpegAudio.open(Ffmpeg.ON_PATH, file, ANY, 16_000).close())
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": has no audio stream");
  }

  @Test
  void aRecordingThatTurnsOutTooLongIsStopped() throws IOException {
    // Raw AAC does not say how long it is, so the length is found out while reading.
    Path file = recordings.tone("t.aac", 3, "-c:a aac");
    MediaLimits strict = new MediaLimits(1 << 20, 1, 2.5, 1, Duration.ofSeconds(20));
    assertThatThrownBy(() -> read(file, 16_000, 1600, strict))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the limit");
  }

  @Test
  void samplesThatAreNoNumbersAreRefused() throws IOException {
    Path file = recordings.make("nan.mkv", "-f lavfi -i aevalsrc=0/0:duration=0.1 -c:a pcm_f32le");
    assertThatThrownBy(() -> read(file, 44_100, 100, ANY))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("not a number near 0.000 s");
  }

  @Test
  void anImpossibleRateIsTheCallersError() {
    for (int rate : new int[] {0, 999, 384_001}) {
      assertThatThrownBy(() -> FfmpegAudio.open(Ffmpeg.ON_PATH, dir.resolve("x"), ANY, rate))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static List<Run> read(Path file, int rate, int block, MediaLimits limits) {
    List<Run> runs = new ArrayList<>();
    try (FfmpegAudio audio = FfmpegAudio.open(Ffmpeg.ON_PATH, file, limits, rate)) {
      AudioBlock into = new AudioBlock(block);
      while (audio.next(into)) {
        float[] copy = Arrays.copyOf(into.samples(), into.count());
        runs.add(new Run(into.timeNanos(), copy));
      }
      assertThat(into.count()).isZero();
      assertThat(audio.next(into)).as("the end stays the end").isFalse();
    }
    return runs;
  }

  private static int samples(List<Run> runs) {
    return runs.stream().mapToInt(r -> r.samples.length).sum();
  }

  private static float[] join(List<Run> runs) {
    float[] all = new float[samples(runs)];
    int at = 0;
    for (Run run : runs) {
      System.arraycopy(run.samples, 0, all, at, run.samples.length);
      at += run.samples.length;
    }
    return all;
  }

  /** Every sample is sin(2 pi 440 t) / 8 at its own capture time t, 5 ms from the edges. */
  private static void assertToneAt(List<Run> runs, int rate, double tolerance) {
    double late = lateness(runs, rate, 0);
    assertThat(Math.abs(late)).isLessThan(1.0 / rate);
    double worst = 0;
    for (Run run : runs) {
      for (int i = 0; i < run.samples.length; i++) {
        double t = run.start() + (double) i / rate;
        boolean edge = t - runs.getFirst().start() < 0.005 || runs.getLast().end(rate) - t < 0.005;
        double tone = Math.sin(2 * Math.PI * 440 * (t - late)) / 8;
        worst = Math.max(worst, edge ? 0 : Math.abs(run.samples[i] - tone));
      }
    }
    assertThat(worst).isLessThan(tolerance);
  }

  /** By how many seconds the tone comes after its time, from its phase. */
  private static double lateness(List<Run> runs, int rate, double shift) {
    double sine = 0;
    double cosine = 0;
    for (Run run : runs) {
      for (int i = 0; i < run.samples.length; i++) {
        double phase = 2 * Math.PI * 440 * (run.start() + (double) i / rate - shift);
        sine += run.samples[i] * Math.sin(phase);
        cosine += run.samples[i] * Math.cos(phase);
      }
    }
    return -Math.atan2(cosine, sine) / (2 * Math.PI * 440);
  }
}
