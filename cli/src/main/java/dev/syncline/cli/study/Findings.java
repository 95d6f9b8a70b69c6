package dev.syncline.cli.study;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a study found; {@code study.json} is this record.
 *
 * @param question what was varied
 * @param setting how: data, seeds, training, machine; for people
 * @param metrics names, the one that ranks first
 * @param conditions names, the ordinary one first
 * @param omitted variants that do not fit the data, and why
 */
public record Findings(
    String format,
    String question,
    Map<String, String> setting,
    List<String> metrics,
    List<String> conditions,
    List<Variant> variants,
    Map<String, String> omitted) {
  public static final String FORMAT = "syncline-study/1";

  /** What a variant stands for. */
  public enum Role {
    VARIANT,
    BASELINE,
    FLOOR
  }

  /**
   * One way to do it.
   *
   * @param size of its model; several models or none have no size
   * @param scores of each metric under each condition; floors have the ordinary one only
   */
  public record Variant(
      String name, Role role, Optional<Size> size, Map<String, Map<String, Spread>> scores) {

    public Optional<Spread> score(String condition, String metric) {
      return Optional.ofNullable(scores.getOrDefault(condition, Map.of()).get(metric));
    }
  }

  /**
   * What a variant costs.
   *
   * @param units width of its layers
   * @param parameters numbers that are learnt
   * @param weightBytes of FP32 weights
   * @param flops of a tick
   * @param stateBytes that a stream holds
   * @param reachS seconds that a decision sees; empty without a limit
   */
  public record Size(
      int units,
      long parameters,
      long weightBytes,
      long flops,
      long stateBytes,
      Optional<Double> reachS,
      Pace pace) {}

  /** The ranking score of a variant under the ordinary condition. */
  public Spread score(Variant v) {
    return v.score(conditions.getFirst(), metrics.getFirst()).orElseThrow();
  }

  /** The variants of a role, the best first. */
  public List<Variant> ranked(Role role) {
    return variants.stream()
        .filter(v -> v.role == role)
        .sorted(Comparator.comparingDouble((Variant v) -> -score(v).mean()))
        .toList();
  }

  /** Those than which no other variant is both faster and better, the fastest first. */
  public List<Variant> front() {
    return variants.stream()
        .filter(v -> v.role == Role.VARIANT)
        .filter(v -> variants.stream().noneMatch(other -> dominates(other, v)))
        .sorted(Comparator.comparingDouble(v -> v.size.orElseThrow().pace.p50Us()))
        .toList();
  }

  private boolean dominates(Variant a, Variant b) {
    if (a.role != Role.VARIANT) {
      return false;
    }
    double faster = b.size.orElseThrow().pace.p50Us() - a.size.orElseThrow().pace.p50Us();
    double better = score(a).mean() - score(b).mean();
    return faster >= 0 && better >= 0 && (faster > 0 || better > 0);
  }
}
