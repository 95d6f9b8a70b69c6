package dev.syncline.cli;

import dev.syncline.spec.Attention;
import dev.syncline.spec.Exchange;
import dev.syncline.spec.Fusion;
import dev.syncline.spec.Fusion.How;
import dev.syncline.spec.Layer;
import dev.syncline.spec.Layer.*;
import dev.syncline.spec.Memory;
import dev.syncline.spec.Recurrent;
import dev.syncline.spec.Span;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands between encoders and decisions.
 *
 * @param encoders of each modality, to vectors with the same rows a tick
 * @param window rows that layers in time remember
 * @param heads how many labels each output has
 */
record Body(
    Map<String, Layer> encoders,
    Temporal temporal,
    int units,
    int window,
    Map<String, Integer> heads) {

  Layer.Serial joined(Joining joining) {
    if (encoders.size() == 1) {
      return early(encoders, Map.of());
    }
    return switch (joining) {
      case concat -> early(encoders, Map.of("fuse", new Fusion.Concat()));
      case mean -> combined(How.MEAN);
      case weighted -> combined(How.WEIGHTED);
      case maximum -> combined(How.MAX);
      case gated -> early(encoders, Map.of("fuse", new Fusion.Gated(units)));
      case low_rank -> early(encoders, Map.of("fuse", new Fusion.LowRank(units, 4)));
      case intermediate ->
          early(
              behind(Map.of("own", new Recurrent.Gru(units / 2))),
              Map.of("fuse", new Fusion.Concat()));
      case multi_level -> early(encoders, Map.of("meet", meeting(2)));
      case cross -> early(projected(), looking());
      case co_attention -> {
        List<String> names = List.copyOf(encoders.keySet());
        Map<String, Layer> each = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
          each.put(names.get(i), looking(names.get(i), names.get((i + 1) % names.size())));
        }
        yield early(projected(), concatAfter("meet", new Parallel(each)));
      }
      case merged ->
          early(projected(), concatAfter("meet", new Exchange.MergedAttention(attention(), true)));
      case graph -> {
        Map<String, Layer> meet = new LinkedHashMap<>();
        meet.put("meet1", new Exchange.GraphAttention(4, 8));
        meet.put("meet2", new Exchange.GraphAttention(4, 8));
        meet.put("fuse", new Fusion.Concat());
        yield early(projected(), meet);
      }
      case memory -> {
        Map<String, Layer> meet = concatenated();
        meet.put("memory", new Residual(new Memory(4, 8, new Memory.Store.KeyValue())));
        yield early(encoders, meet);
      }
      case late_mean -> late(How.MEAN);
      case late_weighted -> late(How.WEIGHTED);
      case late_maximum -> late(How.MAX);
      case late_product -> late(How.SUM);
      case late_features -> lateFeatures();
    };
  }

  /** All modalities to one stream of the model's width. */
  private Map<String, Layer> concatenated() {
    Map<String, Layer> layers = new LinkedHashMap<>();
    layers.put("fuse", new Fusion.Concat());
    layers.put("to", new Linear(units, true));
    return layers;
  }

  /** What they say together here, beside what they say behind so many layers of their own. */
  private Layer meeting(int deeper) {
    Layer here = new Serial(concatenated());
    if (deeper == 0) {
      return here;
    }
    Map<String, Layer> own = new LinkedHashMap<>();
    encoders.keySet().forEach(name -> own.put(name, new Recurrent.Gru(units / 2)));
    Map<String, Layer> further = new LinkedHashMap<>();
    further.put("own", new Each(own));
    further.put("meet", meeting(deeper - 1));
    Map<String, Layer> depths = new LinkedHashMap<>();
    depths.put("here", here);
    depths.put("deeper", new Serial(further));
    return new Serial(concatAfter("depths", new Parallel(depths)));
  }

  /**
   * The first modality looks at the others; what it finds stands side by side (Tsai et al. 2019).
   */
  private Map<String, Layer> looking() {
    List<String> names = List.copyOf(encoders.keySet());
    if (names.size() == 2) {
      return Map.of("meet", looking(names.get(0), names.get(1)));
    }
    Map<String, Layer> each = new LinkedHashMap<>();
    for (String other : names.subList(1, names.size())) {
      each.put("at_" + other, looking(names.getFirst(), other));
    }
    return concatAfter("meet", new Parallel(each));
  }

  private static Layer looking(String query, String memory) {
    return new Exchange.CrossAttention(query, memory, attention(), true);
  }

  private static Attention attention() {
    return Attention.over(4, new Span.Window(16));
  }

  private static Map<String, Layer> concatAfter(String name, Layer layer) {
    Map<String, Layer> layers = new LinkedHashMap<>();
    layers.put(name, layer);
    layers.put("fuse", new Fusion.Concat());
    return layers;
  }

  private Layer.Serial combined(How how) {
    return early(projected(), Map.of("fuse", new Fusion.Combine(how)));
  }

  private Map<String, Layer> projected() {
    return behind(Map.of("to", new Linear(units, true)));
  }

  /** Every modality with further layers behind its encoder. */
  private Map<String, Layer> behind(Map<String, Layer> further) {
    return behind(encoders, further);
  }

  private static Map<String, Layer> behind(
      Map<String, Layer> encoders, Map<String, Layer> further) {
    Map<String, Layer> longer = new LinkedHashMap<>();
    encoders.forEach(
        (name, encoder) -> {
          Map<String, Layer> layers = new LinkedHashMap<>();
          layers.put("enc", encoder);
          layers.putAll(further);
          longer.put(name, new Serial(layers));
        });
    return longer;
  }

  /** Modalities meet, then time, then decisions. */
  private Layer.Serial early(Map<String, Layer> streams, Map<String, Layer> meet) {
    Map<String, Layer> body = new LinkedHashMap<>();
    body.put("enc", new Each(streams));
    body.putAll(meet);
    body.putAll(temporal.layers(units, window));
    return decided(body);
  }

  /** With decisions behind it. */
  private Layer.Serial decided(Map<String, Layer> body) {
    body.put("drop", new Dropout(0.3f));
    Map<String, Layer> decisions = new LinkedHashMap<>();
    heads.forEach((name, labels) -> decisions.put(name, new Linear(labels, true)));
    body.put("heads", new Parallel(decisions));
    return new Serial(body);
  }

  /** Time for each modality, then they meet and decide. */
  private Layer.Serial lateFeatures() {
    Map<String, Layer> body = new LinkedHashMap<>();
    body.put("enc", new Each(behind(temporal.layers(units, window))));
    body.put("fuse", new Fusion.Concat());
    return decided(body);
  }

  /** Time and decisions for each modality; then those that are there vote on each output. */
  private Layer.Serial late(How how) {
    Map<String, Layer> further = new LinkedHashMap<>(temporal.layers(units, window));
    further.put("drop", new Dropout(0.3f));
    Map<String, Layer> decisions = new LinkedHashMap<>();
    heads.forEach(
        (name, labels) -> {
          Map<String, Layer> each = new LinkedHashMap<>();
          encoders.keySet().forEach(m -> each.put(m, new Linear(labels, true)));
          Map<String, Layer> voting = new LinkedHashMap<>();
          voting.put("logits", new Each(each));
          voting.put("vote", new Fusion.Combine(how));
          decisions.put(name, new Serial(voting));
        });
    Map<String, Layer> body = new LinkedHashMap<>();
    Map<String, Layer> voters = new LinkedHashMap<>();
    encoders.forEach((name, encoder) -> voters.put(name, silent(encoder)));
    body.put("enc", new Each(behind(voters, further)));
    body.put("heads", new Parallel(decisions));
    return new Serial(body);
  }

  /** Without what stands for a missing modality: who is not there has no vote. */
  private static Layer silent(Layer encoder) {
    if (!(encoder instanceof Serial s)) {
      return encoder;
    }
    Map<String, Layer> layers = new LinkedHashMap<>(s.layers());
    layers.values().removeIf(Absent.class::isInstance);
    return new Serial(layers);
  }
}
