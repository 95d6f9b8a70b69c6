package dev.syncline.spec;

import dev.syncline.event.EventDecoding;
import dev.syncline.json.Records.Default;
import java.util.List;

/**
 * What one of the tree's outputs means.
 *
 * @param kind how numbers become probabilities
 * @param track the modality in which the events are perceptible, as in the data set
 * @param labels one for each number
 * @param decoding how probabilities become events
 */
public record Output(
    Kind kind, String track, List<String> labels, @Default("{}") EventDecoding decoding) {

  /** Independent labels (sigmoid), or exactly one label at a time (softmax). */
  public enum Kind {
    MULTI_LABEL,
    ONE_LABEL
  }

  public Output {
    labels = List.copyOf(labels);
    if (labels.isEmpty() || labels.stream().distinct().count() != labels.size()) {
      throw new IllegalArgumentException("an output needs labels, each once");
    }
  }
}
