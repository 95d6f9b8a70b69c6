package dev.syncline.step;

import dev.syncline.json.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * All that a stream remembers: one slab of floats and a short array of longs, both laid out from
 * the spec, all zero at the start. A snapshot is their copy with the digest of the model behind it;
 * a restored stream goes on bit for bit, on this machine or another.
 */
public final class StreamState {
  private static final int MAGIC = 0x53594e53;
  private static final int VERSION = 1;

  /** Places of the first two longs: the tick that comes next, the latest capture time seen. */
  static final int TICK = 0;

  static final int SEEN = 1;

  final float[] slab;
  final long[] longs;
  private final Supplier<String> digest;

  /** How often the state was cleared or restored. */
  long replaced;

  StreamState(int floats, int longs, Supplier<String> digest) {
    slab = new float[floats];
    this.longs = new long[longs];
    this.digest = digest;
  }

  /** Bytes that the stream keeps between ticks; they never grow. */
  public long bytes() {
    return 4L * slab.length + 8L * longs.length;
  }

  /** The tick that comes next, counted from 0. */
  public long tick() {
    return longs[TICK];
  }

  /** A packet that reaches up to a capture time was seen, taken or not. */
  void seen(long captureNs) {
    longs[SEEN] = Math.max(longs[SEEN], captureNs);
  }

  void clear() {
    replaced++;
    Arrays.fill(slab, 0);
    Arrays.fill(longs, 0);
  }

  /** A copy of everything, little-endian: a header that names the model, the state, a checksum. */
  public byte[] snapshot() {
    byte[] key = HexFormat.of().parseHex(digest.get());
    int size = 4 + 4 + key.length + 4 + 4 + 8 * longs.length + 4 * slab.length + 4;
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(VERSION).put(key).putInt(longs.length).putInt(slab.length);
    out.asLongBuffer().put(longs);
    out.position(out.position() + 8 * longs.length);
    out.asFloatBuffer().put(slab);
    out.putInt(size - 4, checksum(out.array()));
    return out.array();
  }

  /** CRC-32C of all but the last four bytes. */
  private static int checksum(byte[] snapshot) {
    CRC32C crc = new CRC32C();
    crc.update(snapshot, 0, snapshot.length - 4);
    return (int) crc.getValue();
  }

  /**
   * Takes over a snapshot of a stream of the same model; any other is refused and nothing changes.
   * The last decision's probabilities are not part of it: the next tick brings new ones.
   */
  public void restore(byte[] snapshot) {
    byte[] key = HexFormat.of().parseHex(digest.get());
    ByteBuffer in = ByteBuffer.wrap(snapshot).order(ByteOrder.LITTLE_ENDIAN);
    int head = 4 + 4 + key.length + 4 + 4;
    if (snapshot.length < head || in.getInt() != MAGIC || in.getInt() != VERSION) {
      throw new InputException("snapshot: not a stream state of this version");
    }
    byte[] theirs = new byte[key.length];
    in.get(theirs);
    if (!Arrays.equals(key, theirs)) {
      throw new InputException(
          "snapshot: made with model "
              + HexFormat.of().formatHex(theirs, 0, 6)
              + ", this is model "
              + digest.get().substring(0, 12));
    }
    if (in.getInt() != longs.length
        || in.getInt() != slab.length
        || snapshot.length != head + bytes() + 4
        || in.getInt(snapshot.length - 4) != checksum(snapshot)) {
      throw new InputException(
          "snapshot: cut off or damaged: "
              + snapshot.length
              + " bytes, expected "
              + (head + bytes() + 4));
    }
    replaced++;
    in.asLongBuffer().get(longs);
    in.position(head + 8 * longs.length);
    in.asFloatBuffer().get(slab);
  }
}
