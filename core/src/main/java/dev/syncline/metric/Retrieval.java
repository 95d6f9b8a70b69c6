package dev.syncline.metric;

import java.util.Arrays;

/**
 * Ranks of the relevant item among all. Ties count against the query, so that a constant scorer
 * gets nothing.
 *
 * <p>Source: the retrieval protocol of H. Luo et al., "CLIP4Clip", Neurocomputing 2022, whose code
 * adds rows to its average on ties instead.
 */
final class Retrieval {
  private Retrieval() {}

  /** {@code 1 + #{irrelevant items that score at least as much as the best relevant one}}. */
  static int rank(double[] scores, int[] relevant) {
    boolean[] isRelevant = new boolean[scores.length];
    double best = Double.NEGATIVE_INFINITY;
    for (int item : relevant) {
      isRelevant[item] = true;
      best = Math.max(best, scores[item]);
    }
    int rank = 1;
    for (int i = 0; i < scores.length; i++) {
      rank += !isRelevant[i] && scores[i] >= best ? 1 : 0;
    }
    return rank;
  }

  static int[] ranks(double[][] scores, int[][] relevant) {
    int[] ranks = new int[scores.length];
    for (int q = 0; q < ranks.length; q++) {
      ranks[q] = rank(scores[q], relevant[q]);
    }
    return ranks;
  }

  static Score of(Truth truth, Predictions predictions, Key.RetrievalStatistic statistic) {
    if (truth.retrieval().isEmpty()) {
      return new Score.Missing("the truth has no retrieval");
    }
    if (predictions.retrieval().isEmpty()) {
      return new Score.Missing("the predictions have no retrieval");
    }
    int[][] relevant = truth.retrieval().get();
    double[][] scores = predictions.retrieval().get();
    new Place(predictions.source(), "")
        .length("retrieval.scores", scores.length, relevant.length, "queries");
    for (int q = 0; q < scores.length; q++) {
      for (int item : relevant[q]) {
        if (item >= scores[q].length) {
          throw new Place(truth.source(), "")
              .bad("retrieval.relevant[" + q + "]", "has item " + item + " of " + scores[q].length);
        }
      }
    }
    return of(statistic, ranks(scores, relevant));
  }

  private static Score of(Key.RetrievalStatistic statistic, int[] ranks) {
    if (ranks.length == 0) {
      return new Score.Undefined("there are no queries");
    }
    return Score.of(
        switch (statistic) {
          case Key.RecallAt r ->
              Arrays.stream(ranks).filter(rank -> rank <= r.k()).count() / (double) ranks.length;
          case Key.MeanRank ignored -> Arrays.stream(ranks).average().orElseThrow();
          case Key.MeanReciprocalRank ignored ->
              Arrays.stream(ranks).mapToDouble(rank -> 1.0 / rank).average().orElseThrow();
          case Key.MedianRank ignored ->
              Statistic.median(Arrays.stream(ranks).asDoubleStream().sorted().toArray());
        });
  }
}
