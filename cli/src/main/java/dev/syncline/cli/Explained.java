package dev.syncline.cli;

import dev.syncline.cli.report.Basis;
import dev.syncline.data.Clip;
import dev.syncline.json.Json;
import dev.syncline.json.Records;
import dev.syncline.spec.ModelSpec;
import dev.syncline.step.Model;
import dev.syncline.torch.explain.Ages;
import dev.syncline.torch.explain.Explainer;
import dev.syncline.torch.explain.Explanation;
import dev.syncline.torch.explain.Explanation.Agreement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** On what a model's decisions about some clips rest, by the clips' names. */
record Explained(ModelSpec spec, Map<String, Explanation> clips) {

  /**
   * Explains clips, each from its own beginning.
   *
   * @param inputs the clips' rows as the model meets them
   */
  static Explained of(Model model, List<Clip> clips, ClipInputs inputs) {
    Explainer explainer = new Explainer(model.spec(), model.weights());
    Map<String, Explanation> all = new LinkedHashMap<>();
    for (Clip clip : clips) {
      all.put(clip.id(), explainer.explain(inputs.rows(clip)));
    }
    return new Explained(model.spec(), all);
  }

  /** For programs: of each clip its id and the fields of {@link Explanation}. */
  Json json() {
    List<Json> list = new ArrayList<>();
    clips.forEach(
        (id, explanation) -> {
          Map<String, Json> fields = new LinkedHashMap<>();
          fields.put("id", Json.of(id));
          fields.putAll(((Json.Obj) Records.write(explanation)).fields());
          list.add(new Json.Obj(fields));
        });
    return Json.object("tick_s", spec.tick().seconds(), "clips", list);
  }

  /**
   * For people; empty for a clip that was not explained.
   *
   * @param tracks in the order of the page, whose colours they give
   */
  Optional<Basis> basis(String clip, List<String> tracks) {
    return Optional.ofNullable(clips.get(clip)).map(e -> basis(e, tracks));
  }

  private Basis basis(Explanation e, List<String> tracks) {
    List<Basis.Group> groups = new ArrayList<>();
    List<Basis.HeatMap> maps = new ArrayList<>();
    List<String> findings = new ArrayList<>();
    e.meanAttention()
        .ifPresentOrElse(
            weights ->
                maps.add(
                    map(
                        e,
                        "attention",
                        "share of a stretch, mean of layers and heads",
                        -1,
                        weights)),
            () ->
                findings.add(
                    "This model has no attention: occlusion alone tells which past matters."));
    e.outputs()
        .forEach(
            (output, occlusion) -> {
              int track = tracks.indexOf(spec.outputs().get(output).track());
              String note = "moved when the modality is taken away";
              groups.add(
                  new Basis.Group(
                      output + " rests on", note, track, shares(occlusion.modalities(), tracks)));
              maps.add(
                  map(
                      e,
                      "occlusion, " + output,
                      "moved when the stretch is taken away",
                      track,
                      occlusion.ages()));
              e.meanAttention()
                  .ifPresent(w -> findings.add(output + ": " + finding(occlusion.agreement())));
            });
    for (Explanation.Gate gate : e.gates()) {
      groups.add(
          new Basis.Group("gates", "share, " + gate.path(), -1, shares(gate.shares(), tracks)));
    }
    return new Basis(groups, maps, findings);
  }

  /** A modality that is a track too has its colour. */
  private static List<Basis.Share> shares(Map<String, List<Double>> streams, List<String> tracks) {
    List<Basis.Share> shares = new ArrayList<>();
    streams.forEach(
        (name, values) -> {
          List<Double> clamped = values.stream().map(v -> Math.clamp(v, 0.0, 1.0)).toList();
          shares.add(new Basis.Share(name, tracks.indexOf(name), shares.size(), clamped));
        });
    return shares;
  }

  private static Basis.HeatMap map(
      Explanation e, String title, String note, int track, List<List<Double>> values) {
    List<String> ages = e.ages().stream().map(Explained::age).toList();
    boolean some = e.ticks().size() > 1 && e.ticks().get(1) > 1;
    String which = some ? ", of one decision in " + e.ticks().get(1) : "";
    return new Basis.HeatMap(title, note + which, track, ages, e.ticks(), values);
  }

  private static String age(Ages ages) {
    if (ages.from() == 0) {
      return "now";
    }
    return ages.from() == ages.to() ? "" + ages.from() : ages.from() + "–" + ages.to();
  }

  /** In words, and the number. */
  private static String finding(Optional<Agreement> agreement) {
    if (agreement.isEmpty()) {
      return "attention and occlusion cannot be compared, one of them is the same for every age.";
    }
    double r = agreement.get().spearman();
    String words =
        r > 0.7
            ? "attention and occlusion agree on which past matters"
            : r > 0.4
                ? "attention and occlusion agree in part on which past matters"
                : r > 0.1
                    ? "attention says little about which past matters"
                    : r >= -0.1
                        ? "attention says nothing about which past matters"
                        : "attention goes to the past that matters less";
    return String.format(
        Locale.ROOT,
        "%s: rank correlation %.2f with occlusion over the ages, the mean of %,d decisions"
            + " (Spearman; 1 is the same order, -1 the reverse).",
        words,
        r,
        agreement.get().ticks());
  }
}
