package dev.syncline.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeTest {
  private static final MediaLimits ANY = MediaLimits.DEFAULT;

  @TempDir Path dir;
  private Recordings recordings;

  @BeforeEach
  void start() {
    recordings = new Recordings(dir);
  }

  private Path both() throws IOException {
    return recordings.make(
        "both.mkv",
        "-f lavfi -i "
            + Recordings.GREYS
            + "1.5 -f lavfi -i "
            + Recordings.SINE
            + "1.5 -c:v ffv1 -c:a pcm_s16le -ac 2");
  }

  @Test
  void streamsRatesAndSizesAreRead() throws IOException {
    Probe probe = Probe.of(Ffmpeg.ON_PATH, both(), ANY);
    assertThat(probe.format()).contains("matroska");
    assertThat(probe.streams()).hasSize(2);
    Probe.Video video = probe.video().orElseThrow();
    assertThat(video.index()).isZero();
    assertThat(video.codec()).isEqualTo("ffv1");
    assertThat(video.width()).isEqualTo(64);
    assertThat(video.height()).isEqualTo(48);
    assertThat(video.fps()).isEqualTo(10);
    assertThat(video.timeBase()).isEqualTo("1/1000");
    Probe.Audio audio = probe.audio().orElseThrow();
    assertThat(audio.index()).isEqualTo(1);
    assertThat(audio.rate()).isEqualTo(44100);
    assertThat(audio.channels()).isEqualTo(2);
    assertThat(probe.durationNanos().orElseThrow()).isCloseTo(1_500_000_000L, within(50_000_000L));
  }

  @Test
  void aStartOffsetIsKept() throws IOException {
    Path file =
        recordings.make(
            "late.mkv", "-itsoffset 2.5 -f lavfi -i " + Recordings.SINE + "1 -c:a pcm_s16le");
    Probe probe = Probe.of(Ffmpeg.ON_PATH, file, ANY);
    assertThat(probe.startNanos()).isEqualTo(2_500_000_000L);
    assertThat(probe.audio().orElseThrow().startNanos()).isEqualTo(2_500_000_000L);
  }

  @Test
  void aCoverPictureIsNoVideo() throws IOException {
    Path picture = recordings.greys("cover.png", 1, "-frames:v 1");
    Path file =
        recordings.make(
            "song.flac",
            "-f lavfi -i "
                + Recordings.SINE
                + "1 -i "
                + picture
                + " -map 0 -map 1 -disposition:v attached_pic");
    Probe probe = Probe.of(Ffmpeg.ON_PATH, file, ANY);
    assertThat(probe.video()).isEmpty();
    assertThat(probe.audio()).isPresent();
    assertThat(probe.streams().get(1)).isEqualTo(new Probe.Other(1, "png", "cover"));
  }

  @Test
  void everyLimitRefusesWhatTheNextLargerAllows() throws IOException {
    Path file = both();
    long size = Files.size(file);
    Duration wait = Duration.ofSeconds(20);
    Probe.of(Ffmpeg.ON_PATH, file, new MediaLimits(size, 64 * 48, 2, 1, wait));
    refused(file, new MediaLimits(size - 1, 64 * 48, 2, 1, wait), "bytes, the limit is");
    refused(
        file,
        new MediaLimits(size, 64 * 48 - 1, 2, 1, wait),
        "is 64 x 48 pixels, the limit is 3071");
    refused(file, new MediaLimits(size, 64 * 48, 1.2, 1, wait), "the limit is 1.2 s");
  }

  @Test
  void moreChannelsOrStreamsThanTheLimitAreRefused() throws IOException {
    Path file = recordings.text("any.mkv", "any");
    refusedAnswer(
        file, audio("\"sample_rate\":\"8000\",\"channels\":65"), "streams[0].channels: must be");
    refusedAnswer(file, audio("\"sample_rate\":\"1e7\",\"channels\":1"), "streams[0].sample_rate");
    refusedAnswer(file, audio("\"sample_rate\":\"x\",\"channels\":1"), "is \"x\"");
    String stream = "{\"index\":0,\"codec_type\":\"data\"}";
    String many = String.join(",", Collections.nCopies(65, stream));
    refusedAnswer(file, many, "has 65 streams, the limit is 64");
    refusedAnswer(
        file,
        "{\"index\":0,\"codec_type\":\"video\",\"width\":9,\"height\":9,"
            + "\"avg_frame_rate\":\"25/1\",\"time_base\":\"1/0\"}",
        "time base 1/0");
  }

  private static String audio(String fields) {
    return "{\"index\":0,\"codec_type\":\"audio\"," + fields + "}";
  }

  private void refusedAnswer(Path file, String streams, String message) throws IOException {
    String answer = "{\"streams\":[" + streams + "],\"format\":{\"format_name\":\"f\"}}";
    Path json = recordings.text("answer.json", answer);
    String probe = recordings.script("says", "cat '" + json + "'");
    assertThatThrownBy(() -> Probe.of(new Ffmpeg("ffmpeg", probe), file, ANY))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aTextFileThatIsCalledMp4IsRefusedInOneLine() throws IOException {
    Recordings.needFfmpeg();
    refused(recordings.text("notes.mp4", "not a film\n".repeat(100)), ANY, "exit status 1");
    refused(recordings.text("empty.mp4", ""), ANY, "exit status 1");
  }

  @Test
  void aMissingFileAFolderAnOptionAndAnAddressAreRefusedBeforeAnyProgramStarts() {
    Ffmpeg none = new Ffmpeg("/nowhere/ffmpeg", "/nowhere/ffprobe");
    for (String name :
        List.of("-i", "http://host/a.mp4", "concat:a.mp4|b.mp4", "pipe:0", "data:x", "tcp://h:1")) {
      assertThatThrownBy(() -> Probe.of(none, Path.of(name), ANY))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("looks like an option or an address");
    }
    assertThatThrownBy(() -> Probe.of(none, dir.resolve("absent.mkv"), ANY))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("absent.mkv: no such file");
    assertThatThrownBy(() -> Probe.of(none, dir, ANY))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("is not a file");
  }

  @Test
  void aPlayListCannotMakeUsReadAnotherFile() throws IOException {
    Path other = both();
    Path list = recordings.text("list.mkv", "ffconcat version 1.0\nfile " + other.getFileName());
    refused(list, ANY, "exit status 1");
    Path hls =
        recordings.text("hls.mkv", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n" + other + "\n");
    refused(hls, ANY, "exit status 1");
  }

  @Test
  void withoutFfmpegTheMessageSaysWhatToInstall() throws IOException {
    Path file = recordings.text("film.mkv", "any");
    assertThatThrownBy(() -> Probe.of(new Ffmpeg("ffmpeg", "no-such-ffprobe"), file, ANY))
        .isInstanceOf(InputException.class)
        .hasMessage(
            file
                + ": needs no-such-ffprobe, which cannot be started; install ffmpeg 5.1 or newer so"
                + " that it is on the PATH, or convert the file to WAV and JPEG frames");
    Path tone = recordings.tone("tone.mkv", 0.2, "-c:a pcm_s16le");
    Ffmpeg half = new Ffmpeg("no-such-ffmpeg", "ffprobe");
    assertThatThrownBy(() -> FfmpegAudio.open(half, tone, ANY, 16_000).close())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("needs no-such-ffmpeg, which cannot be started");
  }

  @Test
  void limitsThatMakeNoSenseAreRefused() {
    Duration second = Duration.ofSeconds(1);
    for (Runnable bad :
        List.<Runnable>of(
            () -> new MediaLimits(0, 1, 1, 1, second),
            () -> new MediaLimits(1, 0, 1, 1, second),
            () -> new MediaLimits(1, 500_000_001, 1, 1, second),
            () -> new MediaLimits(1, 1, Double.NaN, 1, second),
            () -> new MediaLimits(1, 1, 1, 0, second),
            () -> new MediaLimits(1, 1, 1, 1, Duration.ZERO))) {
      assertThatThrownBy(bad::run).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static void refused(Path file, MediaLimits limits, String message) {
    assertThatThrownBy(() -> Probe.of(Ffmpeg.ON_PATH, file, limits))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }
}
