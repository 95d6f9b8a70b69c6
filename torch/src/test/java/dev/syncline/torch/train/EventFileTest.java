package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  @TempDir Path dir;

  @Test
  void whatWasToldIsReadBack() throws IOException {
    try (EventFile events = EventFile.append(dir, -1, 1000.5)) {
      events.scalar("loss/train", 0, 0.25, 1001);
      events.scalar("loss/train", 300, Float.NaN, 1002.125);
      events.scalar("größe", 5_000_000_000L, -1e-3, 1003);
    }
    assertThat(read(dir.resolve(EventFile.NAME)))
        .containsExactly(
            new Told(1000.5, 0, "brain.Event:2", null, null),
            new Told(1001, 0, null, "loss/train", 0.25f),
            new Told(1002.125, 300, null, "loss/train", Float.NaN),
            new Told(1003, 5_000_000_000L, null, "größe", -1e-3f));
  }

  @Test
  void theFirstRecordIsTheKnownBytes() throws IOException {
    Path file = dir.resolve("known.tfevents");
    EventFile.append(file, -1, 0).close();
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(12 + 24 + 4);
    assertThat(Arrays.copyOf(bytes, 8)).containsExactly(24, 0, 0, 0, 0, 0, 0, 0);
    assertThat(Arrays.copyOfRange(bytes, 12, 23))
        .containsExactly(9, 0, 0, 0, 0, 0, 0, 0, 0, 26, 13);
    assertThat(new String(bytes, 23, 13, StandardCharsets.US_ASCII)).isEqualTo("brain.Event:2");
  }

  @Test
  void theChecksumIsCrc32cMasked() {
    byte[] text = "123456789".getBytes(StandardCharsets.US_ASCII);
    // The check value of CRC-32C (RFC 3720), and the same through the bitwise definition below.
    assertThat(crc(text, 0, 9)).isEqualTo(0xE3069283);
    int mask = (0xE3069283 >>> 15 | 0xE3069283 << 17) + 0xa282ead8;
    assertThat(EventFile.maskedCrc(text, 0, 9)).isEqualTo(mask);
    assertThat(EventFile.maskedCrc(new byte[32], 0, 32)).isEqualTo(masked(0x8A9136AA));
  }

  @Test
  void aFileCutAnywhereGoesOnAfterItsLastWholeRecord() throws IOException {
    Path whole = dir.resolve("whole");
    List<Integer> ends = new ArrayList<>();
    try (EventFile events = EventFile.append(whole, -1, 1)) {
      ends.add((int) Files.size(whole));
      for (int i = 0; i < 4; i++) {
        events.scalar("a".repeat(1 + 50 * i), i * 100L, i, 2);
        events.flush();
        ends.add((int) Files.size(whole));
      }
    }
    byte[] bytes = Files.readAllBytes(whole);
    List<Told> all = read(whole);
    Path cut = dir.resolve("cut");
    for (int length = 0; length <= bytes.length; length++) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      try (EventFile events = EventFile.append(cut, 1000, 1)) {
        events.scalar("next", 1000, 7, 3);
      }
      int n = length;
      int records = Math.max(1, (int) ends.stream().filter(e -> e <= n).count());
      List<Told> expected = new ArrayList<>(all.subList(0, records));
      expected.add(new Told(3, 1000, null, "next", 7f));
      assertThat(read(cut)).as("cut to %d bytes", length).isEqualTo(expected);
    }
  }

  @Test
  void aResumedRunEndsInTheBytesOfOneThatWasNotKilled() throws IOException {
    Path straight = dir.resolve("straight");
    try (EventFile events = EventFile.append(straight, -1, 1)) {
      tell(events, 0, 10);
    }
    Path resumed = dir.resolve("resumed");
    try (EventFile events = EventFile.append(resumed, -1, 1)) {
      tell(events, 0, 8);
    }
    try (EventFile events = EventFile.append(resumed, 4, 99)) {
      tell(events, 5, 10);
    }
    assertThat(resumed).hasSameBinaryContentAs(straight);
    EventFile.append(resumed, -1, 99).close();
    assertThat(read(resumed)).containsExactly(new Told(1, 0, "brain.Event:2", null, null));
  }

  private static void tell(EventFile events, int from, int to) {
    for (int step = from; step < to; step++) {
      events.scalar("loss", step, 1.0 / (1 + step), step);
      events.scalar("rate", step, 1e-3 * step, step);
    }
  }

  @Test
  void aDamagedRecordAndAllAfterItAreTakenAway() throws IOException {
    Path file = dir.resolve("damaged");
    try (EventFile events = EventFile.append(file, -1, 1)) {
      tell(events, 0, 3);
    }
    byte[] bytes = Files.readAllBytes(file);
    List<Told> all = read(file);
    int second = 40 + (bytes.length - 40) / 6;
    for (int at : new int[] {second, second + 9, second + 20, second + 40}) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 4;
      Files.write(file, damaged);
      EventFile.append(file, 100, 1).close();
      assertThat(read(file)).as("byte %d", at).isEqualTo(all.subList(0, 2));
    }
  }

  @Test
  void aLongRunIsWrittenThroughTheBuffer() throws IOException {
    Path file = dir.resolve("long");
    try (EventFile events = EventFile.append(file, -1, 1)) {
      tell(events, 0, 2000);
    }
    List<Told> told = read(file);
    assertThat(told).hasSize(4001);
    assertThat(told.getLast()).isEqualTo(new Told(1999, 1999, null, "rate", 1.999f));
  }

  @Test
  void anotherKindOfFileIsRefusedAndLeftAsItIs() throws IOException {
    Path file = dir.resolve("notes.txt");
    for (String text : List.of("x", "Dear diary, today I trained a model.")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> EventFile.append(file, 5, 1))
          .isInstanceOf(InputException.class)
          .hasMessage(
              file
                  + ": byte 0: not an event file of Syncline's; move it away or name another file");
      assertThat(file).hasContent(text);
    }
    Path nowhere = dir.resolve("no/such/folder");
    assertThatThrownBy(() -> EventFile.append(nowhere, 5, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("cannot be written");
  }

  @Test
  void wholeRecordsOfAnotherProgramAreRefused() throws IOException {
    Path file = dir.resolve("foreign");
    EventFile.append(file, -1, 1).close();
    byte[] ours = Files.readAllBytes(file);
    byte[] foreign = Arrays.copyOf(ours, 2 * ours.length);
    System.arraycopy(ours, 0, foreign, ours.length, ours.length);
    foreign[ours.length + 12 + 9] = 0x22;
    int crc = masked(crc(foreign, ours.length + 12, 24));
    for (int i = 0; i < 4; i++) {
      foreign[foreign.length - 4 + i] = (byte) (crc >>> (8 * i));
    }
    Files.write(file, foreign);
    assertThatThrownBy(() -> EventFile.append(file, 5, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("byte 40");
    assertThat(file).hasBinaryContent(foreign);
  }

  @Test
  void stepsThatGoBackAndTagsThatCannotBeAreRefused() {
    Path file = dir.resolve("back");
    try (EventFile events = EventFile.append(file, -1, 1)) {
      assertThatThrownBy(() -> events.scalar("a", -1, 1, 1)).hasMessageContaining("never go back");
      assertThatThrownBy(() -> events.scalar("", 0, 1, 1)).hasMessageContaining("1 to 1024");
      assertThatThrownBy(() -> events.scalar("ä".repeat(513), 0, 1, 1))
          .hasMessageContaining("1026");
      events.scalar("ä".repeat(512), 7, 1, 1);
    }
    try (EventFile events = EventFile.append(file, 7, 1)) {
      assertThatThrownBy(() -> events.scalar("a", 6, 1, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a: step 6 after step 7: steps never go back");
    }
  }

  /** An event as read by the parser below, which shares nothing with the writer. */
  private record Told(double wallTimeS, long step, String version, String tag, Float value) {}

  private static List<Told> read(Path file) throws IOException {
    byte[] b = Files.readAllBytes(file);
    List<Told> list = new ArrayList<>();
    for (int at = 0; at < b.length; ) {
      int length = (int) fixed(b, at, 8);
      assertThat((int) fixed(b, at + 8, 4)).isEqualTo(masked(crc(b, at, 8)));
      assertThat((int) fixed(b, at + 12 + length, 4)).isEqualTo(masked(crc(b, at + 12, length)));
      list.add(new Parser(b, at + 12, at + 12 + length).event());
      at += 12 + length + 4;
    }
    return list;
  }

  private static long fixed(byte[] b, int at, int bytes) {
    long n = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      n = n * 256 + (b[at + i] & 0xFF);
    }
    return n;
  }

  private static int masked(int crc) {
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }

  /** Bit by bit, with the reflected polynomial of Castagnoli. */
  private static int crc(byte[] b, int from, int count) {
    int crc = -1;
    for (int i = from; i < from + count; i++) {
      crc ^= b[i] & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82F63B78;
      }
    }
    return ~crc;
  }

  /** Just enough of protobuf; any field that is not expected fails. */
  private static final class Parser {
    private final byte[] b;
    private int at;
    private final int end;

    Parser(byte[] b, int at, int end) {
      this.b = b;
      this.at = at;
      this.end = end;
    }

    Told event() {
      double time = 0;
      long step = 0;
      String version = null;
      String tag = null;
      Float value = null;
      while (at < end) {
        switch ((int) varint()) {
          case 0x09 -> time = Double.longBitsToDouble(take(8));
          case 0x10 -> step = varint();
          case 0x1A -> version = string();
          case 0x2A -> {
            int summaryEnd = (int) varint() + at;
            assertThat(varint()).isEqualTo(0x0A);
            assertThat(varint() + at).isEqualTo(summaryEnd);
            assertThat(varint()).isEqualTo(0x0A);
            tag = string();
            assertThat(varint()).isEqualTo(0x15);
            value = Float.intBitsToFloat((int) take(4));
            assertThat(at).isEqualTo(summaryEnd);
          }
          default -> throw new AssertionError("unexpected field before byte " + at);
        }
      }
      assertThat(at).isEqualTo(end);
      return new Told(time, step, version, tag, value);
    }

    private long take(int bytes) {
      at += bytes;
      return fixed(b, at - bytes, bytes);
    }

    private long varint() {
      long n = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = b[at++];
        n |= (long) (next & 0x7F) << shift;
        if (next >= 0) {
          return n;
        }
      }
    }

    private String string() {
      int length = (int) varint();
      at += length;
      return new String(b, at - length, length, StandardCharsets.UTF_8);
    }
  }
}
