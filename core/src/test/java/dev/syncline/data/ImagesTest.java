package dev.syncline.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.json.InputException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  @TempDir Path dir;

  @Test
  void pngPixelsSurviveTheRoundTripExactly() throws IOException {
    Path file = dir.resolve("a.png");
    Rgb noise = noise(13, 7);
    Images.writePng(file, noise);
    assertThat(Images.read(file).rgb()).isEqualTo(noise.rgb());
    assertThat(Images.check(file)).isEqualTo(new Images.Size(13, 7));
    assertThat(ImageIO.read(file.toFile()).getRGB(12, 6) & 0xFFFFFF)
        .isEqualTo(new BufferedImageOf(noise).image.getRGB(12, 6) & 0xFFFFFF);
  }

  @Test
  void jpegColoursComeInTheRightOrder() throws IOException {
    BufferedImage red = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 256; i++) {
      red.setRGB(i % 16, i / 16, 0xF01020);
    }
    Rgb read = Images.decode("red", encoded(red, "jpg"), 256);
    assertThat(read.rgb()[0] & 0xFF).isBetween(0xE8, 0xF8);
    assertThat(read.rgb()[1] & 0xFF).isBetween(0x08, 0x18);
    assertThat(read.rgb()[2] & 0xFF).isBetween(0x18, 0x28);
  }

  @Test
  void greyStaysAsItIsInTheFile() throws IOException {
    BufferedImage grey = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 64; i++) {
      grey.getRaster().setSample(i % 8, i / 8, 0, 100);
    }
    for (String format : new String[] {"png", "jpg"}) {
      Rgb read = Images.decode(format, encoded(grey, format), 64);
      assertThat(read.rgb()).containsOnly(100);
    }
  }

  @Test
  void paletteAndTransparencyAreResolved() throws IOException {
    for (int type : new int[] {BufferedImage.TYPE_BYTE_INDEXED, BufferedImage.TYPE_INT_ARGB}) {
      BufferedImage image = new BufferedImage(2, 1, type);
      image.setRGB(0, 0, 0xFFFF0000);
      image.setRGB(1, 0, 0xFF00FF00);
      assertThat(Images.decode("p", encoded(image, "png"), 2).rgb())
          .containsExactly((byte) 255, 0, 0, 0, (byte) 255, 0);
    }
  }

  @Test
  void aCutAnywhereIsRefused() throws IOException {
    for (String format : new String[] {"png", "jpg"}) {
      byte[] whole = encoded(new BufferedImageOf(noise(24, 16)).image, format);
      Path file = dir.resolve("cut." + format);
      int end = format.equals("png") ? whole.length - 4 : whole.length; // the last 4 are a checksum
      for (int size = 0; size < end; size++) {
        Files.write(file, Arrays.copyOf(whole, size));
        assertThatThrownBy(() -> Images.read(file)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> Images.check(file)).isInstanceOf(InputException.class);
      }
    }
  }

  @Test
  void truncationIsNamedWhereTheDecoderWouldFillUpWithGrey() throws IOException {
    byte[] whole = encoded(new BufferedImageOf(noise(24, 16)).image, "jpg");
    byte[] cut = Arrays.copyOf(whole, whole.length - 40);
    assertThatThrownBy(() -> Images.decode("a.jpg", cut, 1000))
        .hasMessageContaining("a.jpg: truncated: the picture has no end");
  }

  @Test
  void somethingAppendedDoesNoHarm() throws IOException {
    byte[] whole = encoded(new BufferedImageOf(noise(24, 16)).image, "jpg");
    byte[] longer = Arrays.copyOf(whole, whole.length + 100);
    assertThat(Images.decode("a", longer, 1000).rgb())
        .isEqualTo(Images.decode("a", whole, 1000).rgb());
  }

  @Test
  void aPictureBeyondTheLimitIsRefusedFromItsHeader() throws IOException {
    Path file = dir.resolve("bomb.png");
    Images.writePng(file, noise(4, 4));
    byte[] bytes = Files.readAllBytes(file);
    bytes[18] = 0x7F; // width: more than memory could hold
    bytes[22] = 0x7F;
    Files.write(file, bytes);
    assertThatThrownBy(() -> Images.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("pixels are more than the limit of 40000000");
    Images.writePng(file, noise(5, 4));
    assertThatThrownBy(() -> Images.read(file, 19)).hasMessageContaining("5 x 4 pixels");
    assertThat(Images.read(file, 20).width()).isEqualTo(5);
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path file = dir.resolve("a.jpg");
    assertThatThrownBy(() -> Images.read(file)).hasMessageContaining("no such file");
    Files.writeString(file, "");
    assertThatThrownBy(() -> Images.read(file)).hasMessageContaining("the file is empty");
    Files.writeString(file, "GIF89a");
    assertThatThrownBy(() -> Images.read(file)).hasMessageContaining("neither a JPEG nor a PNG");
  }

  private record BufferedImageOf(BufferedImage image) {
    BufferedImageOf(Rgb rgb) {
      this(new BufferedImage(rgb.width(), rgb.height(), BufferedImage.TYPE_3BYTE_BGR));
      for (int i = 0; i < rgb.width() * rgb.height(); i++) {
        byte[] b = rgb.rgb();
        int colour =
            ((b[3 * i] & 0xFF) << 16) | ((b[3 * i + 1] & 0xFF) << 8) | (b[3 * i + 2] & 0xFF);
        image.setRGB(i % rgb.width(), i / rgb.width(), colour);
      }
    }
  }

  private static Rgb noise(int width, int height) {
    byte[] bytes = new byte[3 * width * height];
    new SplittableRandom(5).nextBytes(bytes);
    return new Rgb(width, height, bytes);
  }

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, format, out);
    return out.toByteArray();
  }
}
