package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.signal.Fft;
import dev.syncline.signal.ImageScale;
import dev.syncline.spec.FrontEnd;
import dev.syncline.spec.Shape;
import dev.syncline.step.Block;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a draw does to samples and rows. */
class DrawnTest {
  private static final int TICKS = 12;

  /** A draw that does nothing but what the given fields say. */
  private static Drawn drawn(String fields) {
    Json.Obj plain = (Json.Obj) Records.write(Augmentation.NONE.draw(Clips.SPEC, TICKS, 1));
    Map<String, Json> json = new LinkedHashMap<>(plain.fields());
    json.putAll(((Json.Obj) Json.parse("fields", fields).value()).fields());
    return Records.read(Drawn.class, Json.parse("draw.json", new Json.Obj(json).compact()));
  }

  private static Drawn picture(
      double y, double x, boolean flip, double brightness, double contrast, String gains) {
    return drawn(
        """
        {"picture": {"shift_y": %s, "shift_x": %s, "flip": %s, "brightness": %s, "contrast": %s,
          "channel_gains": %s}}
        """
            .formatted(y, x, flip, brightness, contrast, gains));
  }

  private static Block rows(Drawn drawn, String modality) {
    Block block = Clips.block(modality, TICKS, 5);
    Block before = new Block(block.shape(), TICKS, block.values().clone(), block.valid().clone());
    Block result = drawn.rows(modality, block, Clips.frontEnd(modality));
    assertThat(block.values()).isEqualTo(before.values()).isNotSameAs(result.values());
    assertThat(block.valid()).isEqualTo(before.valid()).isNotSameAs(result.valid());
    assertThat(result.shape()).isEqualTo(block.shape());
    assertThat(result.ticks()).isEqualTo(TICKS);
    return result;
  }

  /** The draw leaves the rows of all modalities but these alone. */
  private static void changesOnly(Drawn drawn, String... modalities) {
    for (String name : Clips.SPEC.modalities().keySet()) {
      Block before = Clips.block(name, TICKS, 5);
      Block after = rows(drawn, name);
      boolean same =
          Arrays.equals(before.values(), after.values())
              && Arrays.equals(before.valid(), after.valid());
      assertThat(same).as(name).isEqualTo(!List.of(modalities).contains(name));
    }
  }

  private static float[] heard(Drawn drawn, String modality, float[] samples) {
    float[] before = samples.clone();
    float[] after = drawn.samples(modality, samples, 16_000);
    assertThat(samples).isEqualTo(before).isNotSameAs(after);
    assertThat(after).hasSameSizeAs(samples);
    return after;
  }

  @Test
  void withoutAnyDrawNothingChanges() {
    Drawn drawn = drawn("{}");
    changesOnly(drawn);
    float[] loud = Clips.samples(100, 1, 3);
    assertThat(heard(drawn, "near", loud)).isEqualTo(loud);
  }

  @Test
  void gainMultipliesAllSamplesAndFullScaleClips() {
    Drawn drawn = drawn("{\"gain_db\": -6}");
    float[] samples = Clips.samples(1000, 1, 0.9);
    float[] quiet = heard(drawn, "near", samples);
    double factor = Math.pow(10, -0.3);
    for (int i = 0; i < samples.length; i++) {
      assertThat(quiet[i]).isCloseTo((float) (factor * samples[i]), within(1e-7f));
    }
    float[] clipped = heard(drawn("{\"gain_db\": 20}"), "far", new float[] {0.05f, 0.5f, -0.5f});
    assertThat(clipped[0]).isCloseTo(0.5f, within(1e-6f));
    assertThat(clipped[1]).isEqualTo(1);
    assertThat(clipped[2]).isEqualTo(-1);
    changesOnly(drawn);
  }

  @Test
  void noiseHasTheDrawnPowerAndIsAnotherForEachMicrophone() {
    float[] samples = Clips.samples(48_000, 1, 0.1);
    for (String colour : List.of("white", "pink")) {
      for (double snr : new double[] {-5, 0, 10, 40}) {
        Drawn drawn = noisy(colour, snr, 0);
        float[] near = difference(heard(drawn, "near", samples), samples);
        float[] far = difference(heard(drawn, "far", samples), samples);
        assertThat(10 * Math.log10(power(samples) / power(near))).isCloseTo(snr, within(0.01));
        assertThat(10 * Math.log10(power(samples) / power(far))).isCloseTo(snr, within(0.01));
        double dot = 0;
        for (int i = 0; i < near.length; i++) {
          dot += near[i] * (double) far[i];
        }
        double correlation = dot / near.length / Math.sqrt(power(near) * power(far));
        assertThat(correlation).isCloseTo(0, within(0.1));
        changesOnly(drawn);
      }
    }
  }

  @Test
  void noiseComesAfterTheGainAtTheSameRatio() {
    float[] samples = Clips.samples(16_000, 1, 0.1);
    float[] quiet = heard(drawn("{\"gain_db\": -20}"), "near", samples);
    float[] noisy = heard(noisy("white", 10, -20), "near", samples);
    double snr = 10 * Math.log10(power(quiet) / power(difference(noisy, quiet)));
    assertThat(snr).isCloseTo(10, within(0.01));
  }

  @Test
  void silenceStaysSilentAndNoSamplesStayNone() {
    assertThat(heard(noisy("pink", 0, 0), "near", new float[500])).containsOnly(0);
    assertThat(heard(noisy("white", 0, 0), "near", new float[0])).isEmpty();
  }

  private static Drawn noisy(String colour, double snr, double gain) {
    return drawn(
        "{\"gain_db\": %s, \"noise\": {\"colour\": \"%s\", \"snr_db\": %s, \"seed\": 77}}"
            .formatted(gain, colour, snr));
  }

  private static float[] difference(float[] a, float[] b) {
    float[] d = new float[a.length];
    for (int i = 0; i < d.length; i++) {
      d[i] = a[i] - b[i];
    }
    return d;
  }

  private static double power(float[] samples) {
    double sum = 0;
    for (float s : samples) {
      sum += s * (double) s;
    }
    return sum / samples.length;
  }

  @Test
  void whiteNoiseDoublesFromOctaveToOctaveAndPinkIsTheSameInEach() {
    assertThat(octaves("white")).allSatisfy(db -> assertThat(db).isCloseTo(3.01, within(0.8)));
    assertThat(octaves("pink")).allSatisfy(db -> assertThat(db).isCloseTo(0, within(1.5)));
  }

  /** Power of an octave against the one below, in dB, from 125 to 8000 Hz. */
  private static List<Double> octaves(String colour) {
    float[] carrier = new float[1 << 18];
    for (int i = 0; i < carrier.length; i++) {
      carrier[i] = i % 2 == 0 ? 0.01f : -0.01f;
    }
    float[] noise = difference(heard(noisy(colour, 0, 0), "near", carrier), carrier);
    int n = 2048;
    double[] power = new double[6];
    Fft fft = new Fft(n);
    float[] spectrum = new float[fft.bins()];
    float[] scratch = new float[fft.scratchSize()];
    for (int at = 0; at + n <= noise.length; at += n) {
      fft.power(noise, at, spectrum, 0, scratch, 0);
      for (int octave = 0; octave < 6; octave++) {
        for (int k = 16 << octave; k < 32 << octave; k++) {
          power[octave] += spectrum[k];
        }
      }
    }
    return java.util.stream.IntStream.range(1, 6)
        .mapToObj(o -> 10 * Math.log10(power[o] / power[o - 1]))
        .toList();
  }

  @Test
  void hiddenTimeIsTheSameInAllAudioAndLooksLikeTheMean() {
    Drawn drawn = drawn("{\"time_masks\": [{\"from\": 3.2, \"to\": 4.4}]}");
    changesOnly(drawn, "near", "far");
    hidden("near", rows(drawn, "near"), (row, band) -> row >= 32 && row < 44);
    hidden("far", rows(drawn, "far"), (row, band) -> row >= 16 && row < 22);
  }

  @Test
  void hiddenBandsAreThoseOfTheModality() {
    Drawn drawn =
        drawn(
            "{\"band_masks\": {\"near\": [{\"from\":5,\"to\":9},{\"from\":60,\"to\":64}],"
                + " \"far\": []}}");
    changesOnly(drawn, "near");
    hidden("near", rows(drawn, "near"), (row, band) -> (band >= 5 && band < 9) || band >= 60);
  }

  private interface Place {
    boolean is(int row, int band);
  }

  private static void hidden(String modality, Block after, Place place) {
    Block before = Clips.block(modality, TICKS, 5);
    int width = before.shape().width();
    double sum = 0;
    for (float v : before.values()) {
      sum += v;
    }
    float mean = (float) (sum / before.values().length);
    float[] expected = before.values().clone();
    for (int i = 0; i < expected.length; i++) {
      if (place.is(i / width, i % width)) {
        expected[i] = mean;
      }
    }
    assertThat(after.values()).isEqualTo(expected);
    assertThat(after.valid()).containsOnly(1);
  }

  @Test
  void invalidRowsTakeNoPartInTheMeanAndStayAsTheyAre() {
    Block block = Clips.block("far", TICKS, 5);
    Arrays.fill(block.values(), 0, 30 * 20, Float.NaN);
    Arrays.fill(block.valid(), 0, 30, 0);
    Arrays.fill(block.values(), 30 * 20, 60 * 20, 2);
    Drawn drawn = drawn("{\"time_masks\": [{\"from\": 5, \"to\": 7}]}");
    assertThat(drawn.rows("far", block, Clips.frontEnd("far")).values()).isEqualTo(block.values());
    Arrays.fill(block.valid(), 0);
    assertThat(drawn.rows("far", block, Clips.frontEnd("far")).values()).isEqualTo(block.values());
    Drawn moved = picture(0.2, 0, true, 0.3, 1, "[1,1,1]");
    Block camera = Clips.block("camera", TICKS, 5);
    camera.valid()[4] = 0;
    Block after = moved.rows("camera", camera, Clips.frontEnd("camera"));
    assertThat(after.valid()).isEqualTo(camera.valid());
    assertThat(after.slice(4, 5).values()).isEqualTo(camera.slice(4, 5).values());
    assertThat(after.slice(3, 4).values()).isNotEqualTo(camera.slice(3, 4).values());
  }

  @Test
  void cropMovesAllPicturesAlikeAndRepeatsTheEdge() {
    // 8 rows high, 6 wide: 0.25 · 8 = 2 down, -0.4 · 6 = -2.4, that is 2 to the left.
    Drawn drawn = picture(0.25, -0.4, false, 0, 1, "[1,1,1]");
    changesOnly(drawn, "camera");
    moved(rows(drawn, "camera"), (y, x) -> Math.min(7, y + 2), (y, x) -> Math.max(0, x - 2));
  }

  @Test
  void flipMirrorsWhatWasCropped() {
    Drawn drawn = picture(0, 0, true, 0, 1, "[1,1,1]");
    changesOnly(drawn, "camera");
    moved(rows(drawn, "camera"), (y, x) -> y, (y, x) -> 5 - x);
    Drawn both = picture(-0.125, 0.2, true, 0, 1, "[1,1,1]");
    moved(rows(both, "camera"), (y, x) -> Math.max(0, y - 1), (y, x) -> Math.min(5, 5 - x + 1));
  }

  private interface Source {
    int of(int y, int x);
  }

  private static void moved(Block after, Source row, Source column) {
    Block before = Clips.block("camera", TICKS, 5);
    for (int t = 0; t < TICKS; t++) {
      for (int i = 0; i < 8 * 6 * 3; i++) {
        int y = i / 18;
        int x = i / 3 % 6;
        int from = t * 144 + row.of(y, x) * 18 + column.of(y, x) * 3 + i % 3;
        assertThat(after.values()[t * 144 + i]).isEqualTo(before.values()[from]);
      }
    }
    assertThat(after.valid()).containsOnly(1);
  }

  @Test
  void colourWorksOnNormalisedValuesAlikeInAllPictures() {
    coloured(picture(0, 0, false, 0.1, 1, "[1,1,1]"), 0.1, 1, 1, 1);
    coloured(picture(0, 0, false, 0, 1.5, "[1,1,1]"), 0, 1.5, 1.5, 1.5);
    coloured(picture(0, 0, false, 0, 1, "[0.8,1,1.1]"), 0, 0.8, 1, 1.1);
    coloured(picture(0, 0, false, -0.3, 2, "[0.8,1,1.1]"), -0.3, 1.6, 2, 2.2);
  }

  @Test
  void colourStaysWithinWhatPixelsCanGiveInEachChannel() {
    List<Double> mean = List.of(124.0, 116.0, 104.0);
    List<Double> deviation = List.of(58.0, 57.0, 56.0);
    ImageScale scale = new ImageScale(6, 8, 3, mean, deviation, ImageScale.Antialias.NONE);
    Block bright =
        picture(0, 0, false, 9, 1, "[1,1,1]")
            .rows("camera", Clips.block("camera", TICKS, 5), new FrontEnd.Image(scale, 10, 25));
    Block dark =
        picture(0, 0, false, -9, 1, "[1,1,1]")
            .rows("camera", Clips.block("camera", TICKS, 5), new FrontEnd.Image(scale, 10, 25));
    for (int i = 0; i < bright.values().length; i++) {
      double m = mean.get(i % 3);
      double d = deviation.get(i % 3);
      assertThat(bright.values()[i]).isEqualTo((float) ((255 - m) / d));
      assertThat(dark.values()[i]).isEqualTo((float) (-m / d));
    }
  }

  @Test
  void aPictureOfOneChannelTakesTheFirstGain() {
    ImageScale luma =
        new ImageScale(2, 1, 1, List.of(0.0), List.of(255.0), ImageScale.Antialias.NONE);
    Block block = Block.empty(Shape.image(1, 1, 2, 1), TICKS);
    Arrays.fill(block.values(), 0.5f);
    Arrays.fill(block.valid(), 1);
    Drawn drawn = picture(0, 0, false, 0, 1, "[0.5,2,2]");
    assertThat(drawn.rows("camera", block, new FrontEnd.Image(luma, 10, 25)).values())
        .containsOnly(0.25f);
  }

  private static void coloured(Drawn drawn, double brightness, double... gains) {
    changesOnly(drawn, "camera");
    Block before = Clips.block("camera", TICKS, 5);
    Block after = rows(drawn, "camera");
    boolean bounded = false;
    for (int i = 0; i < before.values().length; i++) {
      double v = gains[i % 3] * before.values()[i] + brightness;
      assertThat(after.values()[i]).isCloseTo((float) Math.clamp(v, -1, 1), within(1e-6f));
      bounded |= Math.abs(v) > 1;
    }
    assertThat(bounded).isEqualTo(gains[0] > 1);
  }

  @Test
  void missingTicksAreInvalidAndZeroAndNothingElseIs() {
    for (String name : Clips.SPEC.modalities().keySet()) {
      Map<String, Object> spans = new LinkedHashMap<>();
      Clips.SPEC.modalities().keySet().forEach(m -> spans.put(m, List.of()));
      spans.put(name, List.of(Json.object("from", 2, "to", 5), Json.object("from", 11, "to", 12)));
      Drawn drawn = drawn(Json.object("missing", spans).compact());
      changesOnly(drawn, name);
      Block before = Clips.block(name, TICKS, 5);
      Block after = rows(drawn, name);
      for (int t = 0; t < TICKS; t++) {
        boolean missing = (t >= 2 && t < 5) || t == 11;
        Block empty = Block.empty(before.shape(), 1);
        Block expected = missing ? empty : before.slice(t, t + 1);
        assertThat(after.slice(t, t + 1).values()).isEqualTo(expected.values());
        assertThat(after.slice(t, t + 1).valid()).isEqualTo(expected.valid());
      }
    }
  }

  @Test
  void missingTicksFitRowsOfAnyRateAsOfAnEncoder() {
    Drawn drawn =
        drawn(
            """
            {"time_masks": [{"from": 0, "to": 12}],
             "missing": {"near": [{"from": 3, "to": 5}], "far": [], "camera": [], "sensor": []}}
            """);
    Block features = Block.empty(Shape.vector(2, 3), TICKS);
    Arrays.fill(features.values(), 4);
    Arrays.fill(features.valid(), 1);
    Block after = drawn.missing("near", features);
    for (int r = 0; r < 24; r++) {
      assertThat(after.valid()[r]).isEqualTo(r >= 6 && r < 10 ? 0 : 1);
      assertThat(after.values()[3 * r]).isEqualTo(r >= 6 && r < 10 ? 0 : 4);
    }
    assertThat(features.valid()).containsOnly(1);
    assertThatThrownBy(() -> drawn.rows("near", features, Clips.frontEnd("near")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("near: rows of [3] are not the front end's [64]");
  }

  @Test
  void aDrawReadBackFromJsonGivesTheSameBits() {
    Augmentation all = AugmentationTest.read(AugmentationTest.ALL);
    float[] samples = Clips.samples(2000, 3, 0.9);
    for (long seed = 0; seed < 20; seed++) {
      Drawn drawn = all.draw(Clips.SPEC, TICKS, seed);
      String json = Records.write(drawn).pretty();
      Drawn again = Records.read(Drawn.class, Json.parse("draw.json", json));
      for (String name : Clips.SPEC.modalities().keySet()) {
        assertThat(heard(again, name, samples)).isEqualTo(heard(drawn, name, samples));
        assertThat(rows(again, name).values()).isEqualTo(rows(drawn, name).values());
        assertThat(rows(again, name).valid()).isEqualTo(rows(drawn, name).valid());
      }
    }
  }

  @Test
  void theBitsAreTheSameOnEveryMachine() {
    Augmentation all = AugmentationTest.read(AugmentationTest.ALL);
    float[] samples = Clips.samples(2000, 3, 0.9);
    int hash = 0;
    for (long seed = 0; seed < 20; seed++) {
      Drawn drawn = all.draw(Clips.SPEC, TICKS, seed);
      for (String name : Clips.SPEC.modalities().keySet()) {
        hash = 31 * hash + Arrays.hashCode(drawn.samples(name, samples, 16_000));
        hash = 31 * hash + Arrays.hashCode(rows(drawn, name).values());
      }
    }
    assertThat(hash).isEqualTo(1285749151);
  }

  @Test
  void anotherClipAndUnknownModalitiesAreRefused() {
    Drawn drawn = drawn("{}");
    Block longer = Clips.block("near", TICKS + 1, 5);
    assertThatThrownBy(() -> drawn.rows("near", longer, Clips.frontEnd("near")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("drawn for a clip of 12 ticks, not 13");
    assertThatThrownBy(() -> drawn.samples("radar", new float[3], 16_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("drawn for [near, far, camera, sensor], not for radar");
    assertThatThrownBy(() -> drawn.missing("radar", Clips.block("near", TICKS, 5)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void drawsThatCannotBeAreRefused() {
    for (String fields :
        List.of(
            "{\"ticks\": 0}",
            "{\"gain_db\": 1e9}",
            "{\"time_masks\": [{\"from\": 3, \"to\": 3}]}",
            "{\"time_masks\": [{\"from\": -1, \"to\": 3}]}",
            "{\"time_masks\": [{\"from\": 1, \"to\": 1e300}]}",
            "{\"noise\": {\"colour\": \"pink\", \"snr_db\": 1e5, \"seed\": 1}}")) {
      assertThatThrownBy(() -> drawn(fields)).as(fields).isInstanceOf(InputException.class);
    }
    assertThatThrownBy(() -> picture(2, 0, false, 0, 1, "[1,1,1]"))
        .isInstanceOf(InputException.class);
    assertThatThrownBy(() -> picture(0, 0, false, 0, 1, "[1,1]"))
        .isInstanceOf(InputException.class);
  }
}
