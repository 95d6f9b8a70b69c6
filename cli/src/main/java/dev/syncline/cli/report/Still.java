package dev.syncline.cli.report;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A frame of a contact sheet.
 *
 * @param timeS capture time in seconds from the start of the clip
 * @param base64 the JPEG file
 */
public record Still(double timeS, String base64) {
  private static final float QUALITY = .8f;

  public Still {
    if (!base64.matches("/9j/[A-Za-z0-9+/]*=*")) {
      throw new IllegalArgumentException("a still is a JPEG file in base64");
    }
  }

  /** A thumbnail of a frame, {@code height} pixels high. */
  public static Still of(double timeS, BufferedImage frame, int height) {
    int width = Math.max(1, Math.round(frame.getWidth() * (float) height / frame.getHeight()));
    return new Still(timeS, Base64.getEncoder().encodeToString(jpeg(scaled(frame, width, height))));
  }

  /** Halves as long as it can, then one bilinear step, so that no pixel is skipped. */
  private static BufferedImage scaled(BufferedImage frame, int width, int height) {
    BufferedImage image = frame;
    int w = Math.max(width, frame.getWidth());
    int h = Math.max(height, frame.getHeight());
    do {
      w = w / 2 > width ? w / 2 : width;
      h = h / 2 > height ? h / 2 : height;
      BufferedImage next = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
      Graphics2D g = next.createGraphics();
      g.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      g.drawImage(image, 0, 0, w, h, null);
      g.dispose();
      image = next;
    } while (w != width || h != height);
    return image;
  }

  private static byte[] jpeg(BufferedImage image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
