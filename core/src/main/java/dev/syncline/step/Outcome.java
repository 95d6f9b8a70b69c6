package dev.syncline.step;

/** What became of a packet. Every push ends in exactly one of these, and each is counted. */
public enum Outcome {
  /** Taken, in whole or in its new part. */
  ACCEPTED,
  /** Older than the tick at hand, or than what already stands in its place: nothing taken. */
  LATE,
  /** Its capture times are already there: nothing taken. */
  DUPLICATE,
  /** Further ahead than there is room for: nothing taken; advance, then push it again. */
  FULL,
  /** Holds a number that is not finite: nothing taken, its time stays missing. */
  UNUSABLE,
  /** The stream has ended: nothing taken. */
  CLOSED
}
