package dev.syncline.cli;

import dev.syncline.json.Field;
import dev.syncline.spec.ModelSpec;
import dev.syncline.spec.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The models that a study compares. All have about as many parameters as concatenation and one GRU
 * of the preset's own width: each is as wide as comes nearest to that.
 */
final class Candidates {
  /** What a study varies. */
  enum Question {
    temporal,
    fusion
  }

  /**
   * A model.
   *
   * @param design with its width
   */
  record Candidate(Design design, ModelSpec spec) {}

  private static final int WIDEST = 2048;

  private final Presets presets;
  private final List<String> modalities;
  private final Map<String, Candidate> variants = new LinkedHashMap<>();
  private final Map<String, Candidate> single = new LinkedHashMap<>();
  private final Map<String, String> omitted = new LinkedHashMap<>();
  private final long size;

  Candidates(Presets presets, List<String> modalities, Question question) {
    this.presets = presets;
    this.modalities = modalities;
    size = parameters(presets.spec(Design.of(modalities)));
    switch (question) {
      case temporal -> {
        for (Temporal temporal : Temporal.values()) {
          add(temporal.name(), Joining.concat, temporal);
        }
      }
      case fusion -> {
        for (Joining joining : Joining.values()) {
          add(joining.name(), joining, Temporal.gru);
        }
      }
    }
    if (modalities.size() > 1) {
      modalities.forEach(m -> single.put(m, fit(Design.of(List.of(m)))));
    }
  }

  private void add(String name, Joining joining, Temporal temporal) {
    try {
      variants.put(name, fit(Design.of(modalities).joined(joining).timed(temporal)));
    } catch (IllegalArgumentException e) {
      omitted.put(name, e.getMessage());
    }
  }

  /** By halving: parameters grow with the width. */
  private Candidate fit(Design design) {
    int low = 1;
    int high = WIDEST / 8;
    while (low < high) {
      int middle = (low + high) / 2;
      if (parameters(presets.spec(design.wide(8 * middle))) < size) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    Candidate above = candidate(design.wide(8 * low));
    if (low == 1) {
      return above;
    }
    Candidate below = candidate(design.wide(8 * (low - 1)));
    boolean wider = parameters(above.spec) - size < size - parameters(below.spec);
    return wider ? above : below;
  }

  private Candidate candidate(Design design) {
    return new Candidate(design, presets.spec(design));
  }

  /** Those of some names, in their order. */
  Candidates only(List<String> names) {
    for (String name : names) {
      if (omitted.containsKey(name)) {
        throw new IllegalArgumentException(
            "the variant \"" + name + "\" does not fit this data: " + omitted.get(name));
      } else if (!variants.containsKey(name)) {
        throw new IllegalArgumentException(
            "no variant \"" + name + "\"" + Field.hint(name, variants.keySet()));
      }
    }
    variants.keySet().retainAll(names);
    return this;
  }

  /** Numbers that are learnt. */
  static long parameters(ModelSpec spec) {
    return spec.parameters().stream().filter(Parameter::trainable).mapToLong(Parameter::size).sum();
  }

  Map<String, Candidate> variants() {
    return variants;
  }

  /** Models of one modality each, by modality; none where there is but one. */
  Map<String, Candidate> single() {
    return single;
  }

  /** Variants that do not fit the data, and why. */
  Map<String, String> omitted() {
    return omitted;
  }
}
