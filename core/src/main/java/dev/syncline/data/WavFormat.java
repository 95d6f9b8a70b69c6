package dev.syncline.data;

import dev.syncline.json.InputException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The {@code fmt} chunk of a WAV file (Multimedia Programming Interface and Data Specifications
 * 1.0, IBM and Microsoft 1991; extensible form: Microsoft, WAVEFORMATEXTENSIBLE) and the decoding
 * of one sample.
 */
record WavFormat(Encoding encoding, int channels, int rate) {
  static final int RIFF = 0x46464952;
  static final int WAVE = 0x45564157;
  static final int FMT = 0x20746d66;
  static final int DATA = 0x61746164;

  private static final int EXTENSIBLE = 0xFFFE;
  private static final float[] MU_LAW = muLaw();

  enum Encoding {
    PCM_8(1),
    PCM_16(2),
    PCM_24(3),
    PCM_32(4),
    FLOAT_32(4),
    MU_LAW(1);

    private final int bytes;

    Encoding(int bytes) {
      this.bytes = bytes;
    }
  }

  static WavFormat read(Path path, ByteBuffer chunk, int maxChannels) {
    if (chunk.remaining() < 16) {
      throw new InputException(path + ": its format chunk is too short: write it again");
    }
    int tag = chunk.getShort(0) & 0xFFFF;
    int channels = chunk.getShort(2) & 0xFFFF;
    long rate = chunk.getInt(4) & 0xFFFFFFFFL;
    int bits = chunk.getShort(14) & 0xFFFF;
    if (tag == EXTENSIBLE && chunk.remaining() >= 26) {
      tag = chunk.getShort(24) & 0xFFFF; // the first two bytes of the sub-format's GUID
    }
    if (channels < 1 || channels > maxChannels) {
      throw new InputException(
          path + ": " + channels + " channels, can be 1 to " + maxChannels + ": convert it");
    }
    if (rate < 1 || rate > 1_000_000) {
      throw new InputException(path + ": a rate of " + rate + " Hz, can be 1 to 1000000");
    }
    WavFormat format = new WavFormat(encoding(path, tag, bits), channels, (int) rate);
    int align = chunk.getShort(12) & 0xFFFF;
    if (align != format.frameBytes()) {
      throw new InputException(
          path
              + ": frames of "
              + align
              + " bytes for "
              + channels
              + " channels of "
              + bits
              + " bits: write it again");
    }
    return format;
  }

  private static Encoding encoding(Path path, int tag, int bits) {
    return switch (tag * 100 + bits) {
      case 108 -> Encoding.PCM_8;
      case 116 -> Encoding.PCM_16;
      case 124 -> Encoding.PCM_24;
      case 132 -> Encoding.PCM_32;
      case 332 -> Encoding.FLOAT_32;
      case 708 -> Encoding.MU_LAW;
      default ->
          throw new InputException(
              path
                  + ": WAV format "
                  + tag
                  + " with "
                  + bits
                  + " bits is not supported: convert it to 16-bit PCM");
    };
  }

  int frameBytes() {
    return channels * encoding.bytes;
  }

  /** Decodes the sample at the buffer's position. */
  float next(ByteBuffer in) {
    return switch (encoding) {
      case PCM_8 -> ((in.get() & 0xFF) - 128) / 128f;
      case PCM_16 -> in.getShort() / 32768f;
      case PCM_24 -> ((in.get() & 0xFF) | (in.get() & 0xFF) << 8 | in.get() << 16) / 8388608f;
      case PCM_32 -> in.getInt() / 0x1p31f;
      case FLOAT_32 -> in.getFloat();
      case MU_LAW -> MU_LAW[in.get() & 0xFF];
    };
  }

  /** The expansion table of ITU-T G.711, full scale (32124 of 32768) as there. */
  private static float[] muLaw() {
    float[] table = new float[256];
    for (int code = 0; code < 256; code++) {
      int u = ~code & 0xFF;
      int magnitude = ((((u & 0x0F) << 3) + 0x84) << ((u >> 4) & 7)) - 0x84;
      table[code] = ((u & 0x80) != 0 ? -magnitude : magnitude) / 32768f;
    }
    return table;
  }
}
