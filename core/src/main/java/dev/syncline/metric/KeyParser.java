package dev.syncline.metric;

import java.util.Map;
import java.util.OptionalDouble;

/** The grammar of keys. */
final class KeyParser {
  private static final int MAX_THRESHOLDS = 10_000;
  private static final int MAX_BINS = 1_000_000;
  private static final int DEFAULT_BINS = 15;
  private static final double DEFAULT_GRACE_S = 1;

  private final KeyText text;
  private final Truth truth;

  private KeyParser(KeyText text, Truth truth) {
    this.text = text;
    this.truth = truth;
  }

  /**
   * Reads one key.
   *
   * @throws IllegalArgumentException when there is no such key, or no such track in the truth
   */
  static Key parse(String typed, Truth truth) {
    KeyText text = new KeyText(typed, truth);
    Key key = new KeyParser(text, truth).key();
    text.end();
    return key;
  }

  private Key key() {
    String family = text.next();
    text.takes(family);
    return switch (family) {
      case "segment_f1" -> new Key.SegmentF1(text.track(), average());
      case "event_f1" -> new Key.EventF1(text.track(), average(), thresholds());
      case "type_at_avg" -> new Key.TypeAtAvg(segmentOrThresholds());
      case "event_at_avg" -> new Key.EventAtAvg(segmentOrThresholds());
      case "ave" -> text.choice(Map.of("accuracy", () -> new Key.Ave(text.track())));
      case "on_avep" -> text.choice(Map.of("pf_map", () -> new Key.PerFrameMap(text.track())));
      case "oad" ->
          text.choice(
              Map.of(
                  "map", () -> new Key.Detection(text.track(), false),
                  "cmap", () -> new Key.Detection(text.track(), true)));
      case "anticipation" ->
          text.choice(Map.of("map", () -> anticipation(false), "cmap", () -> anticipation(true)));
      case "collar_f1" -> new Key.Collar(text.track(), collarAverage(), tolerance());
      case "psds" -> new Key.PsdScore(text.track(), psds());
      case "ece" -> ece();
      case "brier" ->
          text.choice(
              Map.of(
                  "binary", () -> new Key.Brier(text.track(), false),
                  "multiclass", () -> new Key.Brier(text.track(), true)));
      case "retrieval" -> new Key.RetrievalRank(rankStatistic());
      case "survival" -> survival();
      case "latency" -> latency();
      case "false_alarms_per_hour" -> new Key.FalseAlarms(text.track(), graceS());
      case "revisions" -> new Key.Revisions();
      default -> throw text.unknown();
    };
  }

  private SegmentAndEventF1.Average average() {
    return text.next().isEmpty()
        ? SegmentAndEventF1.Average.CLIP
        : text.choice(
            Map.of(
                "micro", () -> SegmentAndEventF1.Average.MICRO,
                "macro", () -> SegmentAndEventF1.Average.MACRO));
  }

  private double[] segmentOrThresholds() {
    if (!truth.isAudioVisual()) {
      throw text.bad("needs the tracks audio and visual, declared are " + truth.modalities());
    }
    return text.next().isEmpty() || text.takes("segment")
        ? new double[0]
        : text.choice(Map.of("event", this::thresholds));
  }

  /** {@code mIoU0.5}, or {@code mIoU<a>:<d>:<b>}: a + i * d up to b. */
  private double[] thresholds() {
    String given = text.after("mIoU", "mIoU0.5");
    double[] abc = text.numbers(given, ":", given.contains(":") ? 3 : 1, v -> v > 0 && v <= 1);
    if (abc.length == 1) {
      return abc;
    }
    double steps = Math.floor((abc[2] - abc[0]) / abc[1] + 1e-9);
    if (!(steps >= 0 && steps < MAX_THRESHOLDS)) {
      throw text.bad("must be first:step:last with up to " + MAX_THRESHOLDS + " thresholds");
    }
    double[] thresholds = new double[(int) steps + 1];
    for (int i = 0; i < thresholds.length; i++) {
      thresholds[i] = abc[0] + i * abc[1];
    }
    return thresholds;
  }

  private Key anticipation(boolean calibrated) {
    String track = text.track();
    if (text.takes("mean")) {
      return new Key.Anticipation(track, calibrated, OptionalDouble.empty());
    }
    String given = text.after("", "1s");
    if (!given.endsWith("s")) {
      throw text.bad("a horizon is in seconds, for example @1s");
    }
    double seconds = text.number(given.substring(0, given.length() - 1), v -> v > 0);
    return new Key.Anticipation(track, calibrated, OptionalDouble.of(seconds));
  }

  private CollarF1.Average collarAverage() {
    return text.choice(
        Map.of(
            "micro", () -> CollarF1.Average.MICRO,
            "macro", () -> CollarF1.Average.MACRO,
            "macro_sedeval", () -> CollarF1.Average.MACRO_SEDEVAL));
  }

  private CollarF1.Tolerance tolerance() {
    double[] v = text.numbers(text.after("", "0.2/0.5"), "/", 2, x -> x >= 0);
    return new CollarF1.Tolerance(v[0], v[1]);
  }

  private Psds.Parameters psds() {
    double[] v = text.numbers(text.after("", "0.5/0.5/0.3/0/1/100"), "/", 6, x -> x >= 0);
    if (!(isShare(v[0]) && isShare(v[1]) && isShare(v[2]) && v[5] > 0)) {
      throw text.bad("dtc, gtc and cttc must be above 0 and up to 1, e_max above 0");
    }
    return new Psds.Parameters(v[0], v[1], v[2], v[3], v[4], v[5]);
  }

  private static boolean isShare(double v) {
    return v > 0 && v <= 1;
  }

  private Key ece() {
    boolean top1 = text.takes("top1");
    if (!top1 && !text.takes("binary")) {
      return new Key.Ece(text.track(), false, DEFAULT_BINS);
    }
    String track = text.track();
    return new Key.Ece(
        track, top1, (int) text.number(text.after("", "15"), v -> isWhole(v) && v <= MAX_BINS));
  }

  private static boolean isWhole(double v) {
    return v >= 1 && v == Math.rint(v);
  }

  private Key.RetrievalStatistic rankStatistic() {
    if (text.next().startsWith("r_at_")) {
      String k = text.rest().substring("r_at_".length());
      return new Key.RecallAt((int) text.number(k, v -> isWhole(v) && v <= Integer.MAX_VALUE));
    }
    return text.choice(
        Map.of(
            "median_rank", Key.MedianRank::new,
            "mean_rank", Key.MeanRank::new,
            "mrr", Key.MeanReciprocalRank::new));
  }

  private Key survival() {
    return text.choice(
        Map.of(
            "cindex",
            Key.CIndex::new,
            "cindex_ipcw",
            () ->
                new Key.CIndexIpcw(
                    !text.hasParameters()
                        ? Double.POSITIVE_INFINITY
                        : text.number(text.after("", "10"), v -> v > 0)),
            "brier",
            () -> new Key.SurvivalBrier(text.number(text.after("", "10"), v -> true)),
            "ibs",
            Key.IntegratedBrier::new));
  }

  private Key latency() {
    return text.choice(
        Map.of(
            "decision_s", () -> tickLatency(TickLatency.Part.DECISION),
            "lookahead_s", () -> tickLatency(TickLatency.Part.LOOKAHEAD),
            "total_s", () -> tickLatency(TickLatency.Part.TOTAL),
            "time_to_detect_s", this::timeToDetect,
            "misses", () -> tally(Key.Tally.MISSES),
            "miss_rate", () -> tally(Key.Tally.MISS_RATE),
            "early", () -> tally(Key.Tally.EARLY),
            "late", () -> tally(Key.Tally.LATE),
            "duplicates", () -> tally(Key.Tally.DUPLICATES)));
  }

  private Key tickLatency(TickLatency.Part part) {
    Statistic statistic =
        text.choice(
            Map.of(
                "mean", () -> Statistic.MEAN,
                "p50", () -> Statistic.P50,
                "p95", () -> Statistic.P95,
                "p99", () -> Statistic.P99,
                "max", () -> Statistic.MAX));
    return new Key.DecisionLatency(part, statistic);
  }

  private Key timeToDetect() {
    String track = text.track();
    Statistic statistic =
        text.choice(
            Map.of(
                "mean", () -> Statistic.MEAN,
                "median", () -> Statistic.MEDIAN,
                "p90", () -> Statistic.P90,
                "max", () -> Statistic.MAX));
    return new Key.TimeToDetect(track, statistic, graceS());
  }

  private Key.TimingCount tally(Key.Tally tally) {
    return new Key.TimingCount(text.track(), tally, graceS());
  }

  private double graceS() {
    return !text.hasParameters()
        ? DEFAULT_GRACE_S
        : text.number(text.after("grace", "grace1"), v -> v >= 0);
  }
}
