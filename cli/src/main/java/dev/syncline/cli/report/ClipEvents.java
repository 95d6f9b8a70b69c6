package dev.syncline.cli.report;

import java.util.List;

/**
 * The annotations of one clip of a data set.
 *
 * @param split such as "train"
 * @param events for each modality, in the order of the data set's modalities, its events
 */
public record ClipEvents(String id, String split, double durationS, List<List<Mark>> events) {
  public ClipEvents {
    events = events.stream().map(List::copyOf).toList();
  }
}
