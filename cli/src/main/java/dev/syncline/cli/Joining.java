package dev.syncline.cli;

/** Ways to bring modalities together, under the names that are in use for them. */
enum Joining {
  concat,
  mean,
  weighted,
  maximum,
  gated,
  low_rank,
  /** A recurrent layer for each modality before they meet. */
  intermediate,
  /** They meet at several depths: behind the encoders and behind each of two recurrent layers. */
  multi_level,
  /** The first modality looks at each of the others; where it is missing nothing is found. */
  cross,
  /** Each modality looks at the next (Lu et al. 2019). */
  co_attention,
  /** All look at all, as one joint sequence. */
  merged,
  /** Rows as nodes that send each other messages, in two rounds. */
  graph,
  /** What all say together is written to and read from an external memory of keys and values. */
  memory,
  late_mean,
  late_weighted,
  late_maximum,
  late_product,
  /** Features instead of votes, each modality's behind its own model of time. */
  late_features;
}
