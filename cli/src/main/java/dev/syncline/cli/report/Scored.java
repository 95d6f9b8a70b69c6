package dev.syncline.cli.report;

/** A system whose scores stand side by side with others. */
public record Scored(String name, Role role) {
  public enum Role {
    /** What the report is about; there may be several forms of it. */
    MODEL,
    /** Something simpler that was trained for comparison, such as one modality alone. */
    BASELINE,
    /** What a system gets without looking, such as all-negative. */
    FLOOR,
    /** A result of others. */
    PUBLISHED
  }
}
