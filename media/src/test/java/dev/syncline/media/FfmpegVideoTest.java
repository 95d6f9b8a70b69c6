package dev.syncline.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FfmpegVideoTest {
  private static final MediaLimits ANY = MediaLimits.DEFAULT;

  @TempDir Path dir;
  private Recordings recordings;

  /** Time, and the number of the picture as its grey tells it. */
  private record Seen(long timeNanos, int number) {}

  @BeforeEach
  void start() {
    recordings = new Recordings(dir);
  }

  @Test
  void everyPictureComesOnceAtItsTime() throws IOException {
    Path file = recordings.greys("g.mkv", 1, "-c:v ffv1 -pix_fmt gray");
    List<Seen> seen = read(file, ANY);
    assertThat(seen).hasSize(10);
    for (int i = 0; i < 10; i++) {
      assertThat(seen.get(i)).isEqualTo(new Seen(i * 100_000_000L, i));
    }
  }

  @Test
  void aVariableFrameRateIsKept() throws IOException {
    Path file =
        recordings.greys(
            "vfr.mkv",
            2,
            "-vf select='not(between(n,3,9))*not(eq(n,15))' -fps_mode passthrough -c:v ffv1"
                + " -pix_fmt gray");
    List<Integer> kept = List.of(0, 1, 2, 10, 11, 12, 13, 14, 16, 17, 18, 19);
    assertThat(read(file, ANY))
        .isEqualTo(kept.stream().map(n -> new Seen(n * 100_000_000L, n)).toList());
  }

  @Test
  void timesBetweenTheMeanIntervalsAreNotRounded() throws IOException {
    // Pictures at 0, 1, 4, 9, 16... hundredths of a second.
    Path file =
        recordings.greys(
            "odd.mkv",
            1,
            "-vf settb=1/1000,setpts=N*N*10 -fps_mode passthrough -enc_time_base 1:1000 -c:v ffv1"
                + " -pix_fmt gray");
    List<Seen> seen = read(file, ANY);
    assertThat(seen).hasSize(10);
    for (int i = 0; i < 10; i++) {
      assertThat(seen.get(i)).isEqualTo(new Seen(10_000_000L * i * i, i));
    }
  }

  @Test
  void aStartOffsetIsKept() throws IOException {
    Path file =
        recordings.make(
            "late.mkv",
            "-f lavfi -i "
                + Recordings.SINE
                + "1 -itsoffset 0.7 -f lavfi -i "
                + Recordings.GREYS
                + "0.5 -map 0 -map 1 -c:a pcm_s16le -c:v ffv1 -pix_fmt gray");
    List<Seen> seen = read(file, ANY);
    assertThat(seen).hasSize(5);
    assertThat(seen.getFirst()).isEqualTo(new Seen(700_000_000L, 0));
    try (FfmpegAudio audio = FfmpegAudio.open(Ffmpeg.ON_PATH, file, ANY, 16_000)) {
      AudioBlock block = new AudioBlock(160);
      assertThat(audio.next(block)).isTrue();
      assertThat(block.timeNanos()).isZero();
    }
  }

  @Test
  void reorderedPicturesOfALossyCodecComeInTheOrderOfTime() throws IOException {
    Path file = recordings.greys("b.mp4", 2, "-c:v mpeg4 -bf 2 -q:v 2 -pix_fmt yuv420p -r 10");
    List<Seen> seen = read(file, ANY);
    assertThat(seen).hasSize(20);
    for (int i = 0; i < 20; i++) {
      assertThat(seen.get(i)).isEqualTo(new Seen(i * 100_000_000L, i));
    }
  }

  @Test
  void coloursAndPlaceOfPixelsAreRight() throws IOException {
    Path file =
        recordings.make(
            "c.mkv",
            "-f lavfi -i color=red:size=32x16,format=rgb24,drawbox=x=16:y=0:w=16:h=8:c=blue:t=fill,"
                + "drawbox=x=0:y=8:w=16:h=8:c=lime:t=fill,trim=duration=0.1 -c:v ffv1 -pix_fmt bgr0");
    try (FfmpegVideo video = FfmpegVideo.open(Ffmpeg.ON_PATH, file, ANY)) {
      VideoFrame frame = video.frame();
      assertThat(video.next(frame)).isTrue();
      assertThat(pixel(frame, 2, 2)).containsExactly(255, 0, 0);
      assertThat(pixel(frame, 30, 2)).containsExactly(0, 0, 255);
      assertThat(pixel(frame, 2, 14)).containsExactly(0, 255, 0);
    }
  }

  @Test
  void picturesAreScaledToTheSizeAskedFor() throws IOException {
    Path file = recordings.greys("g.mkv", 0.4, "-c:v ffv1 -pix_fmt gray");
    try (FfmpegVideo video = FfmpegVideo.open(Ffmpeg.ON_PATH, file, ANY, 20, 30)) {
      assertThat(video.width()).isEqualTo(20);
      assertThat(video.height()).isEqualTo(30);
      VideoFrame frame = video.frame();
      int count = 0;
      while (video.next(frame)) {
        assertThat(number(frame)).isEqualTo(count++);
      }
      assertThat(count).isEqualTo(4);
      assertThatThrownBy(() -> video.next(new VideoFrame(30, 20)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> FfmpegVideo.open(Ffmpeg.ON_PATH, file, ANY, 0, 30))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPictureThatIsStoredLyingIsTurnedUpright() throws IOException {
    Path flat = recordings.greys("flat.mp4", 0.3, "-c:v mpeg4 -pix_fmt yuv420p");
    Path turned = dir.resolve("turned.mp4");
    if (!recordings.tries(turned, "-display_rotation 90 -i " + flat + " -c copy")) {
      recordings.make("turned.mp4", "-i " + flat + " -c copy -metadata:s:v:0 rotate=90");
    }
    try (FfmpegVideo video = FfmpegVideo.open(Ffmpeg.ON_PATH, turned, ANY)) {
      assertThat(video.width()).isEqualTo(48);
      assertThat(video.height()).isEqualTo(64);
      assertThat(video.next(video.frame())).isTrue();
    }
  }

  @Test
  void moreFramesThanTheLimitAreRefused() throws IOException {
    Path file = recordings.greys("g.mkv", 0.5, "-c:v ffv1 -pix_fmt gray");
    Duration wait = Duration.ofSeconds(20);
    assertThat(read(file, new MediaLimits(1 << 20, 64 * 48, 1, 5, wait))).hasSize(5);
    assertThatThrownBy(() -> read(file, new MediaLimits(1 << 20, 64 * 48, 1, 4, wait)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("more than 4 frames");
  }

  @Test
  void aTruncatedFileGivesWhatItHasAndThenSaysWhereItBreaksOff() throws IOException {
    Path file =
        recordings.cut(
            recordings.make(
                "t.mp4",
                "-f lavfi -i testsrc2=size=64x48:rate=10:duration=4 -c:v mpeg4 -movflags"
                    + " +faststart"),
            0.6);
    List<Long> times = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (FfmpegVideo video = FfmpegVideo.open(Ffmpeg.ON_PATH, file, ANY)) {
                VideoFrame frame = video.frame();
                while (video.next(frame)) {
                  times.add(frame.timeNanos());
                }
              }
            })
        .isInstanceOf(InputException.class)
        .hasMessageContaining(" of 4.000 s (truncated or damaged): ");
    assertThat(times).hasSizeBetween(10, 35).isSorted();
  }

  @Test
  void soundWithoutPicturesSaysSo() throws IOException {
    Path file = recordings.tone("tone.mkv", 0.2, "-c:a pcm_s16le");
    assertThatThrownBy(() -> FfmpegVideo.open(Ffmpeg.ON_PATH, file, ANY).close())
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": has no video stream");
  }

  @Test
  void anOutputThatIsNotPacketsIsRefused() throws IOException {
    Path file = recordings.greys("g.mkv", 0.2, "-c:v ffv1 -pix_fmt gray");
    for (String output :
        List.of(
            "hello\\n",
            "#tb 0: 1/0\\n",
            "#dimensions 0: 64\\n",
            "#tb 0: 1/10\\n#dimensions 0: 64x48\\n0, 0, 0, 1, 9216, 0x0\\nabc",
            "#tb 0: 1/10\\n#dimensions 0: 64x48\\n0, 0, 0, 1, -1, 0x0\\n",
            "#tb 0: 1/10\\n#dimensions 0: 9x9\\n0, 0, 0, 1, 9216, 0x0\\n")) {
      String script = recordings.script("odd", "printf '" + output + "'");
      assertThatThrownBy(
              () -> {
                Ffmpeg odd = new Ffmpeg(script, "ffprobe");
                try (FfmpegVideo video = FfmpegVideo.open(odd, file, ANY)) {
                  video.next(video.frame());
                }
              })
          .as(output)
          .isInstanceOf(InputException.class)
          .message()
          .startsWith(file.toString())
          .doesNotContain("\n");
    }
    assertThat(Files.exists(file)).isTrue();
  }

  private static List<Seen> read(Path file, MediaLimits limits) {
    List<Seen> seen = new ArrayList<>();
    try (FfmpegVideo video = FfmpegVideo.open(Ffmpeg.ON_PATH, file, limits)) {
      assertThat(video.width()).isEqualTo(64);
      assertThat(video.height()).isEqualTo(48);
      VideoFrame frame = video.frame();
      while (video.next(frame)) {
        seen.add(new Seen(frame.timeNanos(), number(frame)));
      }
      assertThat(video.next(frame)).as("the end stays the end").isFalse();
    }
    return seen;
  }

  /** The number of a grey picture, from the middle of it. */
  private static int number(VideoFrame frame) {
    return Math.round((pixel(frame, frame.width() / 2, frame.height() / 2)[0] - 16) / 8f);
  }

  private static int[] pixel(VideoFrame frame, int x, int y) {
    int at = 3 * (y * frame.width() + x);
    byte[] rgb = Arrays.copyOfRange(frame.rgb(), at, at + 3);
    return new int[] {rgb[0] & 0xff, rgb[1] & 0xff, rgb[2] & 0xff};
  }
}
