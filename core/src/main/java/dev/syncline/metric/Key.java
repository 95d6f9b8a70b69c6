package dev.syncline.metric;

import java.util.OptionalDouble;

/**
 * What is to be computed: one record per form of key, {@code
 * family[.track][.average][@parameters]}. {@link KeyParser} makes them from text.
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays; none of these is compared
sealed interface Key {

  record SegmentF1(String track, SegmentAndEventF1.Average average) implements Key {}

  record EventF1(String track, SegmentAndEventF1.Average average, double[] thresholds)
      implements Key {}

  /** The mean of the audio, visual and av values; of segments where there are no thresholds. */
  record TypeAtAvg(double[] thresholds) implements Key {}

  /** Audio and visual counts added up; of segments where there are no thresholds. */
  record EventAtAvg(double[] thresholds) implements Key {}

  record Ave(String track) implements Key {}

  record PerFrameMap(String track) implements Key {}

  record Detection(String track, boolean calibrated) implements Key {}

  /** Empty seconds stand for the mean over all horizons. */
  record Anticipation(String track, boolean calibrated, OptionalDouble seconds) implements Key {}

  record Collar(String track, CollarF1.Average average, CollarF1.Tolerance tolerance)
      implements Key {}

  record PsdScore(String track, Psds.Parameters parameters) implements Key {}

  record Ece(String track, boolean top1, int bins) implements Key {}

  record Brier(String track, boolean multiclass) implements Key {}

  record RetrievalRank(RetrievalStatistic statistic) implements Key {}

  /** What is scored without clips, from risks and survival probabilities. */
  sealed interface OfSurvival extends Key {}

  record CIndex() implements OfSurvival {}

  /** Only subjects whose event came before {@code tau} seconds. */
  record CIndexIpcw(double tau) implements OfSurvival {}

  record SurvivalBrier(double horizonS) implements OfSurvival {}

  record IntegratedBrier() implements OfSurvival {}

  record DecisionLatency(TickLatency.Part part, Statistic statistic) implements Key {}

  record TimeToDetect(String track, Statistic statistic, double graceS) implements Key {}

  record TimingCount(String track, Tally tally, double graceS) implements Key {}

  /** The grace makes no difference here: a prediction that overlaps a truth is no false alarm. */
  record FalseAlarms(String track, double graceS) implements Key {}

  record Revisions() implements Key {}

  /** What is counted of the reported events. */
  enum Tally {
    MISSES,
    MISS_RATE,
    EARLY,
    LATE,
    DUPLICATES
  }

  /** A number from the ranks of all queries. */
  sealed interface RetrievalStatistic {}

  /** The share of ranks up to k. */
  record RecallAt(int k) implements RetrievalStatistic {}

  record MedianRank() implements RetrievalStatistic {}

  record MeanRank() implements RetrievalStatistic {}

  record MeanReciprocalRank() implements RetrievalStatistic {}
}
