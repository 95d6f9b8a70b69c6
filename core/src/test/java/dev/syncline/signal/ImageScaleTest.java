package dev.syncline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.SharedData;
import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.signal.ImageScale.Antialias;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageScaleTest {
  private static ImageScale plain(int width, int height, int channels, Antialias antialias) {
    return new ImageScale(width, height, channels, List.of(0.0), List.of(1.0), antialias);
  }

  private static float[] scale(ImageScale config, byte[] rgb, int width, int height) {
    ImageScalePlan plan = config.plan();
    float[] out = new float[plan.outputSize()];
    plan.scale(rgb, 0, width, height, out, 0, new float[plan.scratchSize()], 0);
    return out;
  }

  @Test
  void theConfigHasDefaultsAndSurvivesTheRoundTrip() {
    ImageScale config =
        Records.read(ImageScale.class, Json.parse("t", "{\"width\":224,\"height\":224}"));
    assertThat(config).isEqualTo(ImageScale.signedUnit(224, 224));
    config = new ImageScale(8, 6, 3, List.of(1.0, 2.0, 3.5), List.of(9.0), Antialias.AREA);
    assertThat(Records.read(ImageScale.class, Json.parse("t", Records.write(config).compact())))
        .isEqualTo(config);
  }

  @Test
  void theTensorIsThatOfMobileNet() throws IOException {
    Path dir = SharedData.require("encoders/golden");
    byte[] images = Files.readAllBytes(dir.resolve("mobilenetv2_image_128x128_rgb.u8"));
    float[] golden = SharedData.floats(dir.resolve("mobilenetv2_tensor.f32"));
    ImageScalePlan plan = ImageScale.signedUnit(224, 224).plan();
    float[] out = new float[3 * plan.outputSize()];
    for (int i = 0; i < 3; i++) {
      plan.scale(
          images,
          i * 128 * 128 * 3,
          128,
          128,
          out,
          i * plan.outputSize(),
          new float[plan.scratchSize()],
          0);
    }
    float worst = 0;
    for (int i = 0; i < out.length; i++) {
      worst = Math.max(worst, Math.abs(out[i] - golden[i]));
    }
    assertThat(out).hasSameSizeAs(golden);
    assertThat(worst).isLessThan(1e-3f);
  }

  @Property(tries = 100)
  void bilinearAndAreaAreTheirDefinitions(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 40) int width,
      @ForAll @IntRange(min = 1, max = 40) int height,
      @ForAll @IntRange(min = 1, max = 20) int outWidth,
      @ForAll @IntRange(min = 1, max = 20) int outHeight) {
    byte[] rgb = Signals.image(width, height, seed);
    for (Antialias antialias : Antialias.values()) {
      float[] colour = scale(plain(outWidth, outHeight, 3, antialias), rgb, width, height);
      float[] luma = scale(plain(outWidth, outHeight, 1, antialias), rgb, width, height);
      double[][] columns = weights(width, outWidth, antialias);
      double[][] rows = weights(height, outHeight, antialias);
      int plane = outWidth * outHeight;
      for (int y = 0; y < outHeight; y++) {
        for (int x = 0; x < outWidth; x++) {
          double[] sum = new double[3];
          for (int i = 0; i < rgb.length; i++) {
            int pixel = i / 3;
            sum[i % 3] += columns[x][pixel % width] * rows[y][pixel / width] * (rgb[i] & 255);
          }
          int at = y * outWidth + x;
          for (int c = 0; c < 3; c++) {
            assertThat((double) colour[c * plane + at]).isCloseTo(sum[c], within(1e-3));
          }
          assertThat((double) luma[at])
              .isCloseTo(0.299 * sum[0] + 0.587 * sum[1] + 0.114 * sum[2], within(1e-3));
        }
      }
    }
  }

  /** The weight of every source pixel for every output pixel of an axis. */
  private static double[][] weights(int source, int target, Antialias antialias) {
    double[][] weights = new double[target][source];
    double step = (double) source / target;
    for (int i = 0; i < target; i++) {
      for (int p = 0; p < source; p++) {
        if (antialias == Antialias.AREA && source > target) {
          double overlap = Math.min(p + 1, (i + 1) * step) - Math.max(p, i * step);
          weights[i][p] = Math.max(0, overlap) / step;
        } else {
          double centre = Math.min(Math.max((i + 0.5) * step - 0.5, 0), source - 1);
          weights[i][p] = Math.max(0, 1 - Math.abs(centre - p));
        }
      }
    }
    return weights;
  }

  @Test
  void aShrunkCheckerboardIsGreyOnlyWithAntialias() {
    byte[] board = new byte[3 * 64 * 64];
    for (int i = 0; i < 64 * 64; i++) {
      if ((i % 64 + i / 64) % 2 == 0) {
        Arrays.fill(board, 3 * i, 3 * i + 3, (byte) 255);
      }
    }
    float[] area = scale(plain(9, 9, 3, Antialias.AREA), board, 64, 64);
    float[] none = scale(plain(9, 9, 3, Antialias.NONE), board, 64, 64);
    for (float v : area) {
      assertThat((double) v).isBetween(120.0, 135.0);
    }
    assertThat(none).isNotEqualTo(area);
  }

  @Test
  void eachChannelHasItsMeanAndDeviation() {
    byte[] rgb = {(byte) 255, 100, 0};
    ImageScale config =
        new ImageScale(
            1, 1, 3, List.of(55.0, 50.0, 10.0), List.of(100.0, 25.0, 2.0), Antialias.NONE);
    float[] out = scale(config, rgb, 1, 1);
    assertThat(out[0]).isCloseTo(2f, within(1e-5f));
    assertThat(out[1]).isCloseTo(2f, within(1e-5f));
    assertThat(out[2]).isCloseTo(-5f, within(1e-5f));
  }

  @Test
  void theOutputLiesWhereItShallAndNothingElseIsTouched() {
    ImageScalePlan plan = plain(5, 4, 3, Antialias.NONE).plan();
    byte[] rgb = Signals.image(7, 9, 2);
    byte[] moved = new byte[rgb.length + 11];
    System.arraycopy(rgb, 0, moved, 11, rgb.length);
    float[] out = new float[plan.outputSize() + 6];
    float[] scratch = Signals.noise(plan.scratchSize() + 2, 3);
    Arrays.fill(out, -1);
    plan.scale(moved, 11, 7, 9, out, 3, scratch, 2);
    assertThat(Arrays.copyOfRange(out, 3, out.length - 3))
        .isEqualTo(scale(plan.config(), rgb, 7, 9));
    assertThat(Arrays.copyOf(out, 3)).containsOnly(-1f);
    assertThat(Arrays.copyOfRange(out, out.length - 3, out.length)).containsOnly(-1f);
  }

  @Test
  void operationsAreCounted() {
    // 4 source pixels of 3 channels, each weighted and added; then 2 rows weighted and added
    assertThat(plain(1, 1, 3, Antialias.NONE).plan().flops(9, 9)).isEqualTo(4 * 6 + 2 * 2 * 3);
    assertThat(plain(1, 1, 1, Antialias.NONE).plan().flops(1, 1)).isEqualTo(7 + 2);
    // sums along 3 source rows serve 6 rows, each of two of them
    long sums = 3 * 2 * 5 * 6;
    assertThat(plain(5, 6, 3, Antialias.NONE).plan().flops(4, 3)).isEqualTo(sums + 2 * 2 * 3 * 30);
  }

  @Test
  void tooFewBytesOrAnAbsurdSizeIsRefused() {
    ImageScale config = ImageScale.signedUnit(4, 4);
    assertThatThrownBy(() -> scale(config, new byte[3 * 9 - 1], 3, 3))
        .hasMessage("an image of 3 x 3 pixels needs 27 bytes, there are 26");
    assertThatThrownBy(() -> scale(config, new byte[100], 70000, 70000))
        .hasMessageContaining("sides must be from 1 to 65535");
    assertThatThrownBy(() -> scale(config, new byte[100], 0, 3)).hasMessageContaining("sides must");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'width':0,'height':4|width must be from 1 to 2048 pixels, is 0",
        "'width':4,'height':5000|height must be from 1 to 2048 pixels, is 5000",
        "'width':4,'height':4,'channels':2|channels must be 3 (RGB) or 1 (luma), is 2",
        "'width':4,'height':4,'mean':[1,2]|mean must hold 1 number or 3, holds 2",
        "'width':4,'height':4,'deviation':[]|deviation must hold 1 number or 3, holds 0",
        "'width':4,'height':4,'deviation':[0]|deviation must be from 1e-6 to 1e12, is 0.0",
      })
  void impossibleValuesAreRefusedWithTheRule(String fields, String message) {
    String json = "{" + fields.replace('\'', '"') + "}";
    assertThatThrownBy(() -> Records.read(ImageScale.class, Json.parse("t", json)))
        .isInstanceOf(InputException.class)
        .hasMessage("t: " + message);
  }
}
