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
  /** The first modality looks at the second. */
  cross,
  /** Each modality looks at the next (Lu et al. 2019). */
  co_attention,
  /** All look at all, as one joint sequence. */
  merged,
  /** Concatenated, with an external memory of a few slots. */
  memory,
  late_mean,
  late_weighted,
  late_maximum,
  late_product;
}
