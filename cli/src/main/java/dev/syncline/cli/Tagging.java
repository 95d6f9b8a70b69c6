package dev.syncline.cli;

import dev.syncline.spec.Chain;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.Parallel;
import dev.syncline.spec.Layer.Serial;
import dev.syncline.spec.Output;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a chain behind each head tells of its labels. */
enum Tagging {
  /** How probable they are, given what has come. */
  filter,
  /** The same of earlier ticks, given what came since. */
  smooth,
  /** Which of them are on the best path. */
  viterbi;

  /** Ticks that decisions wait where they wait at all and it is not said how long. */
  static final int LAG = 5;

  Chain chain(Output.Kind kind, int lag) {
    if ((this == filter) != (lag == 0)) {
      throw new IllegalArgumentException(
          this == filter
              ? "a chain that filters does not lag: leave --lag out, or take smooth or viterbi"
              : this + " tells of earlier ticks: --lag must be at least 1, is " + lag);
    }
    return new Chain(kind, this == viterbi ? Chain.Decode.VITERBI : Chain.Decode.MARGINALS, lag);
  }

  /** A body with a chain behind each of its heads. */
  static Serial chained(Serial body, Chain chain) {
    Map<String, Layer> layers = new LinkedHashMap<>(body.layers());
    Map<String, Layer> heads = new LinkedHashMap<>();
    ((Parallel) layers.get("heads"))
        .branches()
        .forEach(
            (name, head) -> {
              Map<String, Layer> parts = new LinkedHashMap<>();
              parts.put("logits", head);
              parts.put("chain", chain);
              heads.put(name, new Serial(parts));
            });
    layers.put("heads", new Parallel(heads));
    return new Serial(layers);
  }
}
