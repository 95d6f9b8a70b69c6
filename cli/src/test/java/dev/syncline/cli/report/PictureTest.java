package dev.syncline.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PictureTest {
  private static BufferedImage decode(byte[] file) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(file));
  }

  @Test
  void pngReadsBackPixelForPixel() throws IOException {
    int[] palette = {0, 0xff8000, 0x0102fe};
    BufferedImage image = decode(Png.indexed(3, 2, new byte[] {0, 1, 2, 2, 1, 1}, palette));
    assertThat(image.getRGB(0, 0, 3, 2, null, 0, 3))
        .containsExactly(0x00000000, 0xffff8000, 0xff0102fe, 0xff0102fe, 0xffff8000, 0xffff8000);
    assertThatThrownBy(() -> Png.indexed(3, 2, new byte[5], palette))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSpectrogramHasTimeToTheRightAndLowBandsAtTheBottom() throws IOException {
    float[] quiet = {0, 0, 0};
    BufferedImage image =
        decode(
            new Spectrogram(0, 1, List.of(new float[] {9, 0, Float.NaN}, quiet, quiet, quiet))
                .png());
    assertThat(image.getWidth()).isEqualTo(4);
    assertThat(image.getHeight()).isEqualTo(3);
    int[] scale = Colors.sequential(255);
    assertThat(image.getRGB(0, 2)).isEqualTo(0xff000000 | scale[254]);
    assertThat(image.getRGB(1, 2)).isEqualTo(0xff000000 | scale[0]);
    assertThat(image.getRGB(0, 0)).as("missing is blank").isZero();
  }

  @Test
  void longSpectrogramsArePooledAndKeepClicks() throws IOException {
    List<float[]> rows = new ArrayList<>();
    for (int t = 0; t < 5000; t++) {
      rows.add(new float[] {t == 2503 ? 1 : 0, (t % 7) / 7f});
    }
    BufferedImage image = decode(new Spectrogram(0, 50, rows).png());
    assertThat(image.getWidth()).isEqualTo(1000);
    assertThat(image.getRGB(500, 1)).isNotEqualTo(image.getRGB(501, 1));
  }

  @Test
  void aStillIsScaledToItsHeight() throws IOException {
    BufferedImage frame = new BufferedImage(640, 480, BufferedImage.TYPE_INT_RGB);
    BufferedImage small = decode(Base64.getDecoder().decode(Still.of(0, frame, 60).base64()));
    assertThat(small.getWidth()).isEqualTo(80);
    assertThat(small.getHeight()).isEqualTo(60);
    BufferedImage larger = decode(Base64.getDecoder().decode(Still.of(0, frame, 900).base64()));
    assertThat(larger.getWidth()).isEqualTo(1200);
  }

  @Test
  void theScaleRisesEvenlyInLightness() {
    double[] light = IntStream.of(Colors.sequential(64)).mapToDouble(c -> lab(c, 0)[0]).toArray();
    double step = (light[63] - light[0]) / 63;
    for (int i = 1; i < 64; i++) {
      assertThat(light[i] - light[i - 1]).isBetween(.6 * step, 1.4 * step);
    }
    assertThat(light[0]).isLessThan(.16);
    assertThat(light[63]).isGreaterThan(.94);
  }

  @Test
  void eightClassesStayApartInNormalAndColourBlindVision() {
    for (boolean dark : new boolean[] {false, true}) {
      for (int vision = 0; vision < 3; vision++) {
        for (int a = 0; a < 8; a++) {
          for (int b = 0; b < a; b++) {
            double[] x = lab(Colors.ofClass(a, dark), vision);
            double[] y = lab(Colors.ofClass(b, dark), vision);
            double d = Math.hypot(Math.hypot(x[0] - y[0], x[1] - y[1]), x[2] - y[2]);
            assertThat(d).as("%d and %d, vision %d, dark %b", a, b, vision, dark).isGreaterThan(.1);
          }
        }
      }
    }
  }

  @Test
  void twentyFourClassesHaveTwentyFourColours() {
    assertThat(IntStream.range(0, 24).map(c -> Colors.ofClass(c, false)).distinct().count())
        .isEqualTo(24);
    assertThat(IntStream.range(0, 24).map(c -> Colors.ofClass(c, true)).distinct().count())
        .isEqualTo(24);
  }

  /** Vision: 0 normal, 1 protanopia, 2 deuteranopia (Machado et al., 2009, severity 1). */
  private static final double[][][] VISION = {
    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}},
    {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}},
  };

  /** OKLab of a colour as it is seen. */
  private static double[] lab(int rgb, int vision) {
    double[] linear = new double[3];
    for (int i = 0; i < 3; i++) {
      double v = (rgb >> (16 - 8 * i) & 255) / 255.0;
      linear[i] = v <= .04045 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4);
    }
    double[] seen = times(VISION[vision], linear);
    double[][] toLms = {
      {.4122214708, .5363325363, .0514459929},
      {.2119034982, .6806995451, .1073969566},
      {.0883024619, .2817188376, .6299787005}
    };
    double[][] toLab = {
      {.2104542553, .7936177850, -.0040720468},
      {1.9779984951, -2.4285922050, .4505937099},
      {.0259040371, .7827717662, -.8086757660}
    };
    double[] lms = times(toLms, seen);
    for (int i = 0; i < 3; i++) {
      lms[i] = Math.cbrt(lms[i]);
    }
    return times(toLab, lms);
  }

  private static double[] times(double[][] m, double[] v) {
    double[] out = new double[3];
    for (int i = 0; i < 3; i++) {
      out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
    }
    return out;
  }
}
