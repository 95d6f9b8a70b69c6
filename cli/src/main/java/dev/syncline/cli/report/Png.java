package dev.syncline.cli.report;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes PNG pictures of up to 256 colours (W3C PNG, third edition; colour type 3). */
final class Png {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private Png() {}

  /**
   * The bytes of a PNG file.
   *
   * @param pixels palette indices, row by row from the top, [height × width]
   * @param palette 0xRRGGBB, at most 256 entries; entry 0 is drawn fully transparent
   */
  static byte[] indexed(int width, int height, byte[] pixels, int[] palette) {
    if (width < 1 || height < 1 || pixels.length != width * height || palette.length > 256) {
      throw new IllegalArgumentException(
          pixels.length + " pixels and " + palette.length + " colours for " + width + "x" + height);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      out.write(SIGNATURE);
      chunk(
          out,
          "IHDR",
          data -> {
            data.writeInt(width);
            data.writeInt(height);
            data.write(new byte[] {8, 3, 0, 0, 0}); // 8 bits, palette, deflate, filters, in order
          });
      chunk(
          out,
          "PLTE",
          data -> {
            for (int rgb : palette) {
              data.write(new byte[] {(byte) (rgb >> 16), (byte) (rgb >> 8), (byte) rgb});
            }
          });
      chunk(out, "tRNS", data -> data.write(0));
      chunk(out, "IDAT", data -> deflate(data, width, height, pixels));
      chunk(out, "IEND", data -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void deflate(DataOutputStream out, int width, int height, byte[] pixels)
      throws IOException {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    try (DeflaterOutputStream zip = new DeflaterOutputStream(out, deflater)) {
      for (int y = 0; y < height; y++) {
        zip.write(0); // filter "none": the right one for palette indices
        zip.write(pixels, y * width, width);
      }
    } finally {
      deflater.end();
    }
  }

  private interface Content {
    void writeTo(DataOutputStream out) throws IOException;
  }

  private static void chunk(ByteArrayOutputStream out, String type, Content content)
      throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(body);
    data.write(type.getBytes(StandardCharsets.US_ASCII));
    content.writeTo(data);
    CRC32 crc = new CRC32();
    crc.update(body.toByteArray());
    DataOutputStream framed = new DataOutputStream(out);
    framed.writeInt(body.size() - 4);
    body.writeTo(framed);
    framed.writeInt((int) crc.getValue());
  }
}
