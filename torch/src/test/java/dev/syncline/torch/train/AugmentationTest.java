package dev.syncline.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.syncline.json.InputException;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.torch.train.Drawn.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is drawn. */
class AugmentationTest {
  private static final int TICKS = 50;
  static final String ALL =
      """
      {"gain_db": {"low": -12, "high": 6},
       "noise": {"probability": 0.5, "snr_db": {"low": 0, "high": 20}},
       "spec_augment": {"time_masks": 2, "time_rows": 30, "band_masks": 2, "bands": 10},
       "picture": {"crop": 0.3, "flip": 0.5, "brightness": {"low": -0.2, "high": 0.2},
         "contrast": {"low": 0.7, "high": 1.4}, "channel_gain": {"low": 0.9, "high": 1.1}},
       "modality_dropout": {"burst": 0.5, "mean_ticks": 6, "absent": 0.1}}
      """;

  static Augmentation read(String json) {
    return Records.read(Augmentation.class, Json.parse("config.json", json));
  }

  private static Stream<Drawn> draws(String json, int n, int ticks) {
    Augmentation augmentation = read(json);
    return LongStream.range(0, n).mapToObj(seed -> augmentation.draw(Clips.SPEC, ticks, seed));
  }

  @Test
  void nothingIsDrawnUnlessAsked() {
    assertThat(read("{}")).isEqualTo(Augmentation.NONE);
    List<Drawn> drawn = draws("{}", 100, TICKS).distinct().toList();
    assertThat(drawn).hasSize(1);
    assertThat(drawn.getFirst())
        .isEqualTo(
            Records.read(
                Drawn.class,
                Json.parse(
                    "expected",
                    """
                    {"ticks": 50, "gain_db": 0, "time_masks": [],
                     "band_masks": {"near": [], "far": []},
                     "picture": {"shift_y": 0, "shift_x": 0, "flip": false, "brightness": 0,
                       "contrast": 1, "channel_gains": [1, 1, 1]},
                     "missing": {"near": [], "far": [], "camera": [], "sensor": []}}
                    """)));
  }

  @Test
  void theSameSeedDrawsTheSameAndAnotherSomethingElse() {
    assertThat(draws(ALL, 200, TICKS).toList()).isEqualTo(draws(ALL, 200, TICKS).toList());
    assertThat(draws(ALL, 200, TICKS).distinct()).hasSize(200);
  }

  @Test
  void configurationAndDrawsSurviveJson() {
    Augmentation all = read(ALL);
    assertThat(read(Records.write(all).pretty())).isEqualTo(all);
    draws(ALL, 200, TICKS)
        .forEach(
            drawn -> {
              String json = Records.write(drawn).compact();
              assertThat(Records.read(Drawn.class, Json.parse("drawn", json))).isEqualTo(drawn);
            });
  }

  @Test
  void eachOptionShiftsTheDrawOfNoOther() {
    // One option left out at a time; the parts of the draw that are not its own stay the same.
    Map<String, Integer> parts =
        Map.of("gain_db", 0, "noise", 1, "spec_augment", 2, "picture", 3, "modality_dropout", 4);
    Json.Obj all = (Json.Obj) Json.parse("all", ALL).value();
    parts.forEach(
        (option, own) -> {
          Map<String, Json> fewer = new java.util.LinkedHashMap<>(all.fields());
          fewer.remove(option);
          List<Drawn> without = draws(new Json.Obj(fewer).compact(), 100, TICKS).toList();
          List<Drawn> with = draws(ALL, 100, TICKS).toList();
          for (int part = 0; part < parts.size(); part++) {
            int p = part;
            List<Object> a = with.stream().map(d -> part(d, p)).toList();
            List<Object> b = without.stream().map(d -> part(d, p)).toList();
            if (part == own) {
              assertThat(b).as(option).isNotEqualTo(a);
            } else {
              assertThat(b).as("%s and part %d", option, part).isEqualTo(a);
            }
          }
        });
  }

  private static Object part(Drawn d, int part) {
    return switch (part) {
      case 0 -> d.gainDb();
      case 1 -> d.noise();
      case 2 -> List.of(d.timeMasks(), d.bandMasks());
      case 3 -> d.picture();
      default -> d.missing();
    };
  }

  @Test
  void aProbabilityChangesHowOftenButNotWhat() {
    List<Drawn> few = draws("{\"noise\":{\"probability\":0.2}}", 500, TICKS).toList();
    List<Drawn> many = draws("{\"noise\":{\"probability\":0.7}}", 500, TICKS).toList();
    assertThat(few.stream().filter(d -> d.noise().isPresent()).count()).isBetween(70L, 130L);
    assertThat(many.stream().filter(d -> d.noise().isPresent()).count()).isBetween(310L, 390L);
    for (int i = 0; i < few.size(); i++) {
      if (few.get(i).noise().isPresent()) {
        assertThat(many.get(i)).isEqualTo(few.get(i));
      }
    }
  }

  @Test
  void rangesAreKeptAndFilled() {
    List<Drawn> drawn = draws(ALL, 1000, TICKS).toList();
    filled(drawn.stream().map(Drawn::gainDb).toList(), -12, 6);
    filled(drawn.stream().flatMap(d -> d.noise().stream()).map(DrawnNoise::snrDb).toList(), 0, 20);
    filled(drawn.stream().map(d -> d.picture().shiftY()).toList(), -0.3, 0.3);
    filled(drawn.stream().map(d -> d.picture().shiftX()).toList(), -0.3, 0.3);
    filled(drawn.stream().map(d -> d.picture().brightness()).toList(), -0.2, 0.2);
    filled(drawn.stream().map(d -> d.picture().contrast()).toList(), 0.7, 1.4);
    for (int c = 0; c < 3; c++) {
      int channel = c;
      filled(drawn.stream().map(d -> d.picture().channelGains().get(channel)).toList(), 0.9, 1.1);
    }
    assertThat(drawn.stream().filter(d -> d.picture().flip()).count()).isBetween(430L, 570L);
    assertThat(drawn.stream().flatMap(d -> d.noise().stream()).map(DrawnNoise::colour).distinct())
        .hasSize(2);
    assertThat(
            draws("{\"noise\":{\"probability\":1,\"colours\":[\"pink\"]}}", 50, TICKS)
                .map(d -> d.noise().orElseThrow().colour()))
        .containsOnly(Augmentation.Colour.PINK);
  }

  /** Within the range, and reaching the outer twentieths of it. */
  private static void filled(List<Double> numbers, double low, double high) {
    double margin = 0.05 * (high - low);
    assertThat(numbers).allMatch(n -> n >= low && n <= high);
    assertThat(numbers).anyMatch(n -> n < low + margin).anyMatch(n -> n > high - margin);
  }

  @Test
  void timeMasksAreWholeRowsOfTheFinestAudioNoWiderThanAllowed() {
    List<Span> masks = draws(ALL, 1000, TICKS).flatMap(d -> d.timeMasks().stream()).toList();
    Set<Long> widths = new HashSet<>();
    for (Span mask : masks) {
      assertThat(mask.from() * 10).isCloseTo(Math.rint(mask.from() * 10), within(1e-9));
      assertThat(mask.to()).isLessThanOrEqualTo(TICKS);
      widths.add(Math.round((mask.to() - mask.from()) * 10));
    }
    assertThat(widths).hasSize(30).contains(1L, 30L).doesNotContain(31L);
    // Of two masks a clip, one in 31 has no width and is not told.
    assertThat(masks).hasSizeBetween(1900, 1970);
    assertThat(masks).anyMatch(m -> m.from() == 0 || m.from() < 0.5).anyMatch(m -> m.to() > 49.5);
  }

  @Test
  void aTimeMaskIsNoWiderThanItsShareOfTheClip() {
    String json = "{\"spec_augment\":{\"time_masks\":3,\"time_rows\":90,\"time_share\":0.5}}";
    List<Span> masks = draws(json, 300, 4).flatMap(d -> d.timeMasks().stream()).toList();
    assertThat(masks).allMatch(m -> m.to() - m.from() <= 2 + 1e-9);
    assertThat(masks).anyMatch(m -> m.to() - m.from() > 2 - 1e-9);
    assertThat(draws(json.replace("0.5", "0"), 20, 4)).allMatch(d -> d.timeMasks().isEmpty());
  }

  @Test
  void bandMasksAreDrawnForEachAudioModalityInItsOwnBands() {
    List<Drawn> drawn = draws(ALL, 1000, TICKS).toList();
    Map.of("near", 64, "far", 20)
        .forEach(
            (name, bands) -> {
              List<Span> masks =
                  drawn.stream().flatMap(d -> d.bandMasks().get(name).stream()).toList();
              assertThat(masks).allMatch(m -> m.to() <= bands && m.to() - m.from() <= 10);
              assertThat(masks).anyMatch(m -> m.to() - m.from() == 10);
              assertThat(masks).anyMatch(m -> m.to() == bands).anyMatch(m -> m.from() == 0);
            });
    assertThat(drawn).anyMatch(d -> !d.bandMasks().get("near").equals(d.bandMasks().get("far")));
    assertThat(draws("{\"spec_augment\":{\"band_masks\":9,\"bands\":4096}}", 100, TICKS))
        .allMatch(d -> d.bandMasks().get("far").stream().allMatch(m -> m.to() <= 20));
  }

  @Test
  void burstsHaveTheStatedMeanLengthGeometrically() {
    // Clips so long that few bursts are cut by their ends.
    String json = "{\"modality_dropout\":{\"burst\":1,\"mean_ticks\":8}}";
    List<Double> lengths = new ArrayList<>();
    draws(json, 2000, 20_000)
        .flatMap(d -> d.missing().values().stream().flatMap(List::stream))
        .forEach(s -> lengths.add(s.to() - s.from()));
    assertThat(lengths).hasSize(8000);
    // Standard deviation sqrt(8 · 7) = 7.5, of the mean 0.08.
    assertThat(mean(lengths)).isCloseTo(8, within(0.35));
    assertThat(lengths.stream().filter(l -> l == 1).count() / 8000.0)
        .isCloseTo(1 / 8.0, within(0.02));
    assertThat(lengths.stream().filter(l -> l > 16).count() / 8000.0)
        .isCloseTo(Math.pow(7 / 8.0, 16), within(0.02));
    String single = "{\"modality_dropout\":{\"burst\":1,\"mean_ticks\":1}}";
    assertThat(draws(single, 200, TICKS).flatMap(d -> d.missing().get("far").stream()))
        .hasSize(200)
        .allMatch(s -> s.to() - s.from() == 1 && s.from() == Math.rint(s.from()));
  }

  private static double mean(List<Double> numbers) {
    return numbers.stream().mapToDouble(d -> d).average().orElseThrow();
  }

  @Test
  void everyTickIsMissingEquallyOftenFromTheFirstToTheLast() {
    int ticks = 20;
    int[] missing = new int[ticks];
    draws("{\"modality_dropout\":{\"burst\":0.8,\"mean_ticks\":4}}", 10_000, ticks)
        .flatMap(d -> d.missing().get("camera").stream())
        .forEach(
            s -> {
              for (int t = (int) s.from(); t < s.to(); t++) {
                missing[t]++;
              }
            });
    double average = java.util.Arrays.stream(missing).average().orElseThrow();
    assertThat(java.util.Arrays.stream(missing).boxed())
        .allMatch(n -> Math.abs(n - average) < 0.15 * average);
  }

  @Test
  void burstsComeToEachModalityOnItsOwnAsOftenAsStated() {
    List<Drawn> drawn = draws("{\"modality_dropout\":{\"burst\":0.3}}", 2000, 100).toList();
    for (String name : Clips.SPEC.modalities().keySet()) {
      assertThat(drawn.stream().filter(d -> !d.missing().get(name).isEmpty()).count())
          .isBetween(540L, 660L);
    }
    long both =
        drawn.stream()
            .filter(d -> !d.missing().get("near").isEmpty() && !d.missing().get("far").isEmpty())
            .count();
    assertThat(both).isBetween(140L, 220L);
  }

  @Test
  void modalitiesAreAbsentAsOftenAsStatedButNeverAllOfThem() {
    List<Drawn> drawn = draws("{\"modality_dropout\":{\"absent\":0.5}}", 2000, TICKS).toList();
    for (String name : Clips.SPEC.modalities().keySet()) {
      // 0.5 less the quarter of the 1/16 of clips in which it is spared.
      long absent = drawn.stream().filter(d -> absent(d, name)).count();
      assertThat(absent).isBetween(880L, 1060L);
    }
    Set<String> spared = new HashSet<>();
    draws("{\"modality_dropout\":{\"absent\":1}}", 200, TICKS)
        .forEach(
            d -> {
              List<String> present =
                  d.missing().keySet().stream().filter(name -> !absent(d, name)).toList();
              assertThat(present).hasSize(1);
              assertThat(d.missing().get(present.getFirst())).isEmpty();
              spared.addAll(present);
            });
    assertThat(spared).isEqualTo(Clips.SPEC.modalities().keySet());
  }

  private static boolean absent(Drawn d, String name) {
    return d.missing().get(name).contains(new Span(0, d.ticks()));
  }

  @Test
  void burstsTooNeverTakeEverything() {
    assertThat(draws("{\"modality_dropout\":{\"burst\":1,\"mean_ticks\":1e6}}", 500, 1))
        .allMatch(d -> d.missing().values().stream().filter(List::isEmpty).count() == 1);
    assertThat(draws("{\"modality_dropout\":{\"burst\":1,\"mean_ticks\":50}}", 3000, 3))
        .allMatch(d -> d.missing().keySet().stream().anyMatch(name -> !absent(d, name)))
        .anyMatch(d -> d.missing().keySet().stream().filter(name -> absent(d, name)).count() > 1);
  }

  @Test
  void impossibleRangesAreRefusedWithTheField() {
    refused("{\"gain_db\":{\"low\":1,\"high\":0}}", "gain_db: low must not be above high");
    refused("{\"gain_db\":{\"low\":-90,\"high\":0}}", "gain_db must lie from -60.0 to 60.0");
    refused("{\"noise\":{\"probability\":1.5}}", "noise: probability must be from 0 to 1, is 1.5");
    refused("{\"noise\":{\"snr_db\":{\"low\":5,\"high\":500}}}", "noise: snr_db must lie");
    refused("{\"noise\":{\"colours\":[]}}", "noise: colours must name");
    refused("{\"noise\":{\"colours\":[\"blue\"]}}", "unknown value \"blue\"");
    refused("{\"spec_augment\":{\"time_masks\":-1}}", "time_masks must be from 0 to 100, is -1");
    refused("{\"spec_augment\":{\"time_rows\":-1}}", "time_rows must be");
    refused("{\"spec_augment\":{\"time_share\":2}}", "time_share must be from 0 to 1");
    refused("{\"spec_augment\":{\"band_masks\":101}}", "band_masks must be");
    refused("{\"spec_augment\":{\"bands\":5000}}", "bands must be");
    refused("{\"picture\":{\"crop\":0.6}}", "picture: crop must be from 0 to 0.5, is 0.6");
    refused("{\"picture\":{\"flip\":-1}}", "flip must be");
    refused("{\"picture\":{\"brightness\":{\"low\":0,\"high\":11}}}", "brightness must lie");
    refused("{\"picture\":{\"contrast\":{\"low\":0,\"high\":1}}}", "contrast must lie");
    refused("{\"picture\":{\"channel_gain\":{\"low\":-1,\"high\":1}}}", "channel_gain must lie");
    refused("{\"modality_dropout\":{\"burst\":2}}", "burst must be from 0 to 1");
    refused("{\"modality_dropout\":{\"mean_ticks\":0.5}}", "mean_ticks must be from 1");
    refused("{\"modality_dropout\":{\"absent\":2}}", "absent must be from 0 to 1");
    refused("{\"picture\":{\"crops\":0.1}}", "unknown key \"crops\", did you mean \"crop\"?");
    assertThatThrownBy(() -> Augmentation.NONE.draw(Clips.SPEC, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refused(String json, String because) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("config.json: ")
        .hasMessageContaining(because);
  }
}
