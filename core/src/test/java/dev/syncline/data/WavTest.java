package dev.syncline.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WavTest {
  @TempDir Path dir;

  @Test
  void everyEncodingDecodesToTheSameLevels() throws IOException {
    assertThat(decoded(1, 8, bytes(b -> b.put((byte) 0).put((byte) 128).put((byte) 192))))
        .containsExactly(-1, 0, 0.5f);
    assertThat(decoded(1, 16, bytes(b -> b.putShort((short) -32768).putShort((short) 16384))))
        .containsExactly(-1, 0.5f);
    assertThat(decoded(1, 24, bytes(b -> b.put(new byte[] {0, 0, -128, 0, 0, 64}))))
        .containsExactly(-1, 0.5f);
    assertThat(decoded(1, 32, bytes(b -> b.putInt(Integer.MIN_VALUE).putInt(1 << 30))))
        .containsExactly(-1, 0.5f);
    assertThat(decoded(3, 32, bytes(b -> b.putFloat(-1).putFloat(0.5f)))).containsExactly(-1, 0.5f);
  }

  @Test
  void muLawFollowsTheTableOfG711() throws IOException {
    // G.711, table 2a: codes and values of the ends of segments, on the 16-bit scale.
    float[] values =
        decoded(7, 8, new byte[] {(byte) 0xFF, 0x7F, (byte) 0x80, 0x00, (byte) 0xF0, (byte) 0xEF});
    assertThat(values)
        .containsExactly(0, 0, 32124 / 32768f, -32124 / 32768f, 120 / 32768f, 132 / 32768f);
  }

  @Test
  void theExtensibleFormIsTheFormatThatItNames() throws IOException {
    byte[] data = bytes(b -> b.putFloat(0.25f));
    ByteBuffer fmt = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    fmt.putShort((short) 0xFFFE).putShort((short) 1).putInt(48000).putInt(192000);
    fmt.putShort((short) 4).putShort((short) 32).putShort((short) 22).putShort((short) 32);
    fmt.putInt(4).putShort((short) 3);
    Path file = write(fmt.array(), data, data.length);
    assertThat(Wav.readMono(file, 10)).containsExactly(0.25f);
  }

  @Test
  void channelsAreInterleavedOrMixedToTheirMean() throws IOException {
    byte[] data =
        bytes(
            b -> {
              for (short s : new short[] {8192, 16384, -8192, 0}) {
                b.putShort(s);
              }
            });
    Path file = write(format(1, 2, 8000, 16), data, data.length);
    try (Wav wav = Wav.open(file)) {
      assertThat(wav.channels()).isEqualTo(2);
      assertThat(wav.frames()).isEqualTo(2);
      float[] samples = new float[6];
      assertThat(wav.read(samples, 1, 2)).isEqualTo(2);
      assertThat(samples).containsExactly(0, 0.25f, 0.5f, -0.25f, 0, 0);
      assertThat(wav.read(samples, 0, 1)).isZero();
    }
    assertThat(Wav.readMono(file, 2)).containsExactly(0.375f, -0.125f);
    assertThatThrownBy(() -> Wav.readMono(file, 1))
        .hasMessageContaining("more than the limit of 1");
  }

  @Property(tries = 30)
  void anyBlockSizeReadsTheSameSamples(
      @ForAll @IntRange(min = 1, max = 40_000) int block,
      @ForAll @IntRange(min = 0, max = 40_000) int length)
      throws IOException {
    float[] samples = new float[length];
    for (int i = 0; i < length; i++) {
      samples[i] = (i * 7919 % 65536 - 32768) / 32768f;
    }
    Path file = Files.createTempFile("block", ".wav");
    try {
      Wav.write(file, samples, 16000);
      float[] read = new float[length];
      try (Wav wav = Wav.open(file)) {
        int done = 0;
        for (int n = 1; n > 0; done += n) {
          n = wav.readMono(read, done, Math.min(block, length - done));
        }
        assertThat(done).isEqualTo(length);
      }
      assertThat(read).isEqualTo(samples);
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void samplesBeyondFullScaleAreClippedWhenWritten() throws IOException {
    Path file = dir.resolve("loud.wav");
    Wav.write(file, new float[] {2, -2, 0.5f}, 8000);
    assertThat(Wav.readMono(file, 3)).containsExactly(32767 / 32768f, -1, 0.5f);
  }

  @Test
  void aTruncatedFileSaysAtWhichSecondItEnds() throws IOException {
    Path file = dir.resolve("cut.wav");
    Wav.write(file, new float[8000], 8000);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 44 + 2 * 2000));
    refused(file, "truncated: the sound ends at 0.250 s, its header promises 1.000 s");
  }

  @Test
  void aCutAnywhereIsRefused() throws IOException {
    Path file = dir.resolve("cut.wav");
    Wav.write(file, new float[10], 8000);
    byte[] bytes = Files.readAllBytes(file);
    for (int size = 0; size < bytes.length; size++) {
      Files.write(file, Arrays.copyOf(bytes, size));
      assertThatThrownBy(() -> Wav.open(file)).isInstanceOf(InputException.class);
    }
  }

  @Test
  void anOpenLengthMeansUpToTheEndOfTheFile() throws IOException {
    Path file = write(format(1, 1, 8000, 16), new byte[20], -1);
    assertThat(Wav.readMono(file, 100)).hasSize(10);
  }

  @Test
  void wrongHeadersAreRefusedWithTheReason() throws IOException {
    Path text = dir.resolve("text.wav");
    Files.writeString(text, "this is not a sound at all");
    refused(text, "not a WAV file");
    refused(dir.resolve("none.wav"), "no such file");
    refused(write(format(85, 1, 8000, 16), new byte[4], 4), "WAV format 85 with 16 bits");
    refused(write(format(1, 0, 8000, 16), new byte[4], 4), "0 channels");
    refused(write(format(1, 1, 0, 16), new byte[4], 4), "a rate of 0 Hz");
    byte[] crooked = format(1, 2, 8000, 16);
    crooked[12] = 3;
    refused(write(crooked, new byte[4], 4), "frames of 3 bytes for 2 channels of 16 bits");
  }

  @Test
  void aSampleThatIsNotANumberIsRefusedWithItsTime() throws IOException {
    byte[] data = bytes(b -> b.putFloat(0).putFloat(0).putFloat(Float.NaN));
    Path file = write(format(3, 1, 8, 32), data, data.length);
    assertThatThrownBy(() -> Wav.readMono(file, 3))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("not a number at 0.25 s");
  }

  @Test
  void oddChunksBeforeTheDataAreSkippedWithTheirPadding() throws IOException {
    Path file = write(format(7, 1, 8000, 8), new byte[] {0x00}, 1);
    assertThat(Wav.readMono(file, 1)[0]).isCloseTo(-0.98f, within(0.01f));
  }

  private void refused(Path file, String message) {
    assertThatThrownBy(() -> Wav.open(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file + ": ")
        .hasMessageContaining(message);
  }

  private float[] decoded(int tag, int bits, byte[] data) throws IOException {
    return Wav.readMono(write(format(tag, 1, 8000, bits), data, data.length), 100);
  }

  private static byte[] bytes(java.util.function.Consumer<ByteBuffer> put) {
    ByteBuffer buffer = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    put.accept(buffer);
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private static byte[] format(int tag, int channels, int rate, int bits) {
    int frame = channels * bits / 8;
    ByteBuffer fmt = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    fmt.putShort((short) tag).putShort((short) channels).putInt(rate).putInt(rate * frame);
    return fmt.putShort((short) frame).putShort((short) bits).array();
  }

  /** A file with an odd chunk between the format and the data. */
  private Path write(byte[] fmt, byte[] data, int declared) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    out.put(ascii("RIFF")).putInt(0).put(ascii("WAVE"));
    out.put(ascii("fmt ")).putInt(fmt.length).put(fmt);
    out.put(ascii("LIST")).putInt(3).put(new byte[4]);
    out.put(ascii("data")).putInt(declared).put(data);
    Path file = Files.createTempFile(dir, "t", ".wav");
    Files.write(file, Arrays.copyOf(out.array(), out.position()));
    return file;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
