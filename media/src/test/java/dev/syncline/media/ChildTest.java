package dev.syncline.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildTest {
  private static final Path FILE = Path.of("film.mkv");
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path dir;
  private Recordings recordings;

  @BeforeEach
  void start() {
    recordings = new Recordings(dir);
  }

  @AfterEach
  void nothingIsLeftRunning() {
    assertThat(ProcessHandle.current().descendants()).isEmpty();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(t -> t.getName().endsWith(" messages") || t.getName().endsWith(" timeout"));
  }

  @Test
  void theExitStatusAndTheLastMessageAreInOneLine() throws IOException {
    String script = recordings.script("fails", "echo one >&2; echo 'two [x' >&2; exit 3");
    try (Child child = new Child(List.of(script), FILE, LONG)) {
      assertThat(child.read(new byte[9], 0, 9)).isEqualTo(-1);
      assertThatThrownBy(child::finish)
          .isInstanceOf(InputException.class)
          .hasMessage("film.mkv: fails ended with exit status 3: two [x");
    }
  }

  @Test
  void aFloodOfMessagesDoesNotStopTheOutput() throws IOException {
    String script =
        recordings.script(
            "floods",
            "i=0; while [ $i -lt 300 ]; do printf '%01000d\\n' $i >&2; i=$((i+1)); done;"
                + " echo last >&2; printf done");
    try (Child child = new Child(List.of(script), FILE, LONG)) {
      byte[] bytes = new byte[4];
      assertThat(child.read(bytes, 0, 4)).isEqualTo(4);
      assertThat(child.read(bytes, 0, 4)).isEqualTo(-1);
      child.finish();
      assertThat(child.complaint()).isEqualTo("last");
    }
  }

  @Test
  void whatFfmpegPutsAroundItsMessagesIsTakenOff() throws IOException {
    String generic = "file:" + FILE.toAbsolutePath() + ": Invalid data";
    String script =
        recordings.script(
            "talks",
            "echo '[mov,mp4 @ 0x55aa] moov atom not found' >&2; echo '"
                + generic
                + "' >&2; exit 1");
    try (Child child = new Child(List.of(script), FILE, LONG)) {
      assertThatThrownBy(child::finish)
          .hasMessage("film.mkv: talks ended with exit status 1: moov atom not found");
    }
    String alone = recordings.script("terse", "echo '" + generic + "' >&2; exit 1");
    try (Child child = new Child(List.of(alone), FILE, LONG)) {
      assertThatThrownBy(child::finish)
          .hasMessage("film.mkv: terse ended with exit status 1: Invalid data");
    }
  }

  @Test
  void aChildThatSaysNothingIsStoppedAfterTheTimeoutWithAllThatItStarted() throws IOException {
    String script = recordings.script("hangs", "sleep 1000 & sleep 1000");
    Duration wait = Duration.ofMillis(200);
    try (Child child = new Child(List.of(script), FILE, wait)) {
      assertThatThrownBy(() -> child.read(new byte[9], 0, 9))
          .isInstanceOf(InputException.class)
          .hasMessage("film.mkv: hangs gave nothing for 200 ms and was stopped");
    }
  }

  @Test
  void aSlowReaderDoesNotRunIntoTheTimeout() throws IOException, InterruptedException {
    String script = recordings.script("quick", "printf ab");
    try (Child child = new Child(List.of(script), FILE, Duration.ofMillis(100))) {
      assertThat(child.read(new byte[1], 0, 1)).isEqualTo(1);
      Thread.sleep(300);
      assertThat(child.read(new byte[1], 0, 1)).isEqualTo(1);
      child.finish();
    }
  }

  @Test
  void closingInTheMiddleKillsTheChild() throws IOException {
    String script = recordings.script("endless", "while :; do echo x; done");
    Child child = new Child(List.of(script), FILE, LONG);
    assertThat(child.read(new byte[9], 0, 9)).isPositive();
    assertThat(ProcessHandle.current().descendants()).isNotEmpty();
    child.close();
    child.close();
  }

  @Test
  void readersThatAreClosedEarlyLeaveNoFfmpegBehind() throws IOException {
    Path sound = recordings.tone("long.mkv", 60, "-c:a pcm_s16le");
    Path film = recordings.make("f.mkv", "-f lavfi -i testsrc2=duration=4 -c:v mpeg4");
    FfmpegAudio audio = FfmpegAudio.open(Ffmpeg.ON_PATH, sound, MediaLimits.DEFAULT, 16_000);
    assertThat(audio.next(new AudioBlock(10))).isTrue();
    FfmpegVideo video = FfmpegVideo.open(Ffmpeg.ON_PATH, film, MediaLimits.DEFAULT);
    assertThat(video.next(video.frame())).isTrue();
    assertThat(ProcessHandle.current().descendants()).hasSize(2);
    video.close();
    audio.close();
  }

  @Test
  void aRefusedOpeningLeavesNothingBehind() throws IOException {
    Path film = recordings.greys("g.mkv", 0.2, "-c:v ffv1 -pix_fmt gray");
    String script = recordings.script("stalls", "printf '#tb 0: 1/10\\n'; sleep 1000");
    MediaLimits hasty = new MediaLimits(1 << 20, 1 << 20, 10, 10, Duration.ofMillis(800));
    Ffmpeg tools = new Ffmpeg(script, "ffprobe");
    assertThatThrownBy(() -> FfmpegVideo.open(tools, film, hasty).close())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("stalls gave nothing for 800 ms");
    assertThatThrownBy(() -> FfmpegAudio.open(tools, film, hasty, 16_000).close())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no audio stream");
  }
}
