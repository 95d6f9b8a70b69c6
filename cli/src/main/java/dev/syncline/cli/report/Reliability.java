package dev.syncline.cli.report;

import java.util.List;

/**
 * How far probabilities can be taken at their word, for one modality (Guo et al., ICML 2017).
 *
 * @param bins of equal width over [0,1], in order
 * @param ece expected calibration error
 * @param brier Brier score
 */
public record Reliability(String track, List<Bin> bins, double ece, double brier) {
  public Reliability {
    bins = List.copyOf(bins);
  }

  /**
   * All cells whose probability lies in one interval.
   *
   * @param score mean probability in the bin
   * @param hitRate share of true cells in the bin
   * @param count number of (tick, class) cells
   */
  public record Bin(double score, double hitRate, long count) {}
}
