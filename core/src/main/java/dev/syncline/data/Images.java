package dev.syncline.data;

import dev.syncline.json.InputException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEG and PNG files. What they are is told by their first bytes; their size is known from the
 * header before a pixel is decoded, and a file that ends too early is refused, not filled up with
 * grey.
 */
public final class Images {
  /** The most pixels that are decoded unless the caller says otherwise. */
  public static final long MAX_PIXELS = 40_000_000;

  private static final long MAX_BYTES = 256L << 20;
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int IEND = 0x49454E44;

  private Images() {}

  /** Width and height in pixels. */
  public record Size(int width, int height) {}

  public static Rgb read(Path path) {
    return read(path, MAX_PIXELS);
  }

  /** Reads a picture of at most {@code maxPixels} pixels; transparency is dropped. */
  public static Rgb read(Path path, long maxPixels) {
    return decode(path.toString(), bytes(path), maxPixels);
  }

  /** Decodes the bytes of a file; {@code where} names them in complaints. */
  public static Rgb decode(String where, byte[] bytes, long maxPixels) {
    requireEnd(where, bytes);
    return with(where, bytes, reader -> rgb(where, reader, maxPixels));
  }

  /** The size of a picture whose file is complete, without decoding it. */
  public static Size check(Path path) {
    byte[] bytes = bytes(path);
    requireEnd(path.toString(), bytes);
    return with(
        path.toString(), bytes, reader -> new Size(reader.getWidth(0), reader.getHeight(0)));
  }

  /** Writes a PNG; the same pixels give the same file with the same zlib. */
  public static void writePng(Path path, Rgb image) throws IOException {
    int stride = 3 * image.width();
    byte[] rows = new byte[(stride + 1) * image.height()];
    for (int y = 0; y < image.height(); y++) {
      int row = y * (stride + 1);
      rows[row] = 1; // filter "Sub": the difference from the pixel to the left
      for (int x = 0; x < stride; x++) {
        int left = x < 3 ? 0 : image.rgb()[y * stride + x - 3];
        rows[row + 1 + x] = (byte) (image.rgb()[y * stride + x] - left);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(rows.length / 2 + 100);
    out.write(PNG);
    ByteBuffer header = ByteBuffer.allocate(13).putInt(image.width()).putInt(image.height());
    chunk(out, "IHDR", header.put((byte) 8).put((byte) 2).array(), 13);
    byte[] packed = new byte[rows.length + rows.length / 8 + 64];
    Deflater deflater = new Deflater(4);
    deflater.setInput(rows);
    deflater.finish();
    int size = deflater.deflate(packed);
    deflater.end();
    chunk(out, "IDAT", packed, size);
    chunk(out, "IEND", packed, 0);
    Files.write(path, out.toByteArray());
  }

  private static void chunk(ByteArrayOutputStream out, String name, byte[] data, int size)
      throws IOException {
    byte[] tag = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(tag);
    crc.update(data, 0, size);
    out.write(ByteBuffer.allocate(4).putInt(size).array());
    out.write(tag);
    out.write(data, 0, size);
    out.write(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  private static byte[] bytes(Path path) {
    try {
      long size = Files.size(path);
      if (size > MAX_BYTES) {
        throw new InputException(path + ": " + size + " bytes are more than " + MAX_BYTES);
      }
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": no such file", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private interface Use<T> {
    T apply(ImageReader reader) throws IOException;
  }

  private static <T> T with(String where, byte[] bytes, Use<T> use) {
    ImageReader reader = ImageIO.getImageReadersByFormatName(format(where, bytes)).next();
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.setInput(in, true, true);
      return use.apply(reader);
    } catch (IOException | RuntimeException e) {
      if (e instanceof InputException known) {
        throw known;
      }
      // The JDK's readers answer damaged files with exceptions of many kinds.
      throw new InputException(
          where + ": damaged picture: " + e.getMessage() + ": copy it again", e);
    } finally {
      reader.dispose();
    }
  }

  private static String format(String where, byte[] bytes) {
    if (bytes.length >= 2 && (bytes[0] & 0xFF) == 0xFF && (bytes[1] & 0xFF) == 0xD8) {
      return "jpeg";
    } else if (isPng(bytes)) {
      return "png";
    }
    throw new InputException(
        where + (bytes.length == 0 ? ": the file is empty" : ": neither a JPEG nor a PNG picture"));
  }

  private static boolean isPng(byte[] bytes) {
    return bytes.length >= 8 && ByteBuffer.wrap(bytes, 0, 8).equals(ByteBuffer.wrap(PNG));
  }

  private static Rgb rgb(String where, ImageReader reader, long maxPixels) throws IOException {
    long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
    if (pixels > Math.min(maxPixels, Integer.MAX_VALUE / 4)) {
      throw new InputException(
          where
              + ": "
              + reader.getWidth(0)
              + " x "
              + reader.getHeight(0)
              + " pixels are more than the limit of "
              + maxPixels
              + ": scale it down");
    }
    List<String> damage = new ArrayList<>();
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          // Stray bytes between segments do no harm; cameras write them.
          if (warning.contains("bad Huffman code") || warning.startsWith("Premature end")) {
            damage.add(warning);
          }
        });
    BufferedImage image = reader.read(0);
    if (!damage.isEmpty()) {
      throw new IOException(damage.getFirst());
    }
    return rgb(image);
  }

  private static void requireEnd(String where, byte[] bytes) {
    format(where, bytes);
    if (!(isPng(bytes) ? hasPngEnd(bytes) : hasJpegEnd(bytes))) {
      throw new InputException(where + ": truncated: the picture has no end: copy it again");
    }
  }

  private static boolean hasPngEnd(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long at = PNG.length;
    while (at + 12 <= bytes.length) {
      if (in.getInt((int) at + 4) == IEND) {
        return true;
      }
      at += 12L + (in.getInt((int) at) & 0xFFFFFFFFL);
    }
    return false;
  }

  /** Walks the markers (ITU-T T.81, B.1.1): 0 and restarts occur inside the coded data. */
  private static boolean hasJpegEnd(byte[] bytes) {
    int at = 2;
    while (at + 1 < bytes.length) {
      int marker = bytes[at + 1] & 0xFF;
      if ((bytes[at] & 0xFF) != 0xFF || marker == 0xFF) {
        at++;
      } else if (marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2;
      } else if (marker == 0xD9) {
        return true;
      } else if (at + 3 >= bytes.length) {
        return false;
      } else {
        at += 2 + (((bytes[at + 2] & 0xFF) << 8) | (bytes[at + 3] & 0xFF));
      }
    }
    return false;
  }

  /** The bytes of an image as sRGB; grey values stay as they are in the file. */
  private static Rgb rgb(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[3 * width * height];
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
      byte[] bgr = ((DataBufferByte) raster.getDataBuffer()).getData();
      for (int i = 0; i < rgb.length; i += 3) {
        rgb[i] = bgr[i + 2];
        rgb[i + 1] = bgr[i + 1];
        rgb[i + 2] = bgr[i];
      }
    } else if (bands <= 2 && image.getColorModel().getColorSpace().getNumComponents() == 1) {
      int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
      for (int i = 0; i < width * height; i++) {
        byte grey = (byte) (raster.getSample(i % width, i / width, 0) >> shift);
        rgb[3 * i] = grey;
        rgb[3 * i + 1] = grey;
        rgb[3 * i + 2] = grey;
      }
    } else {
      int[] row = new int[width];
      for (int y = 0; y < height; y++) {
        image.getRGB(0, y, width, 1, row, 0, width);
        for (int x = 0; x < width; x++) {
          rgb[3 * (y * width + x)] = (byte) (row[x] >> 16);
          rgb[3 * (y * width + x) + 1] = (byte) (row[x] >> 8);
          rgb[3 * (y * width + x) + 2] = (byte) row[x];
        }
      }
    }
    return new Rgb(width, height, rgb);
  }
}
