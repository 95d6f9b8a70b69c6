/**
 * Training: clips to batches with prefetch, losses, AdamW, checkpoints that a killed run resumes
 * from to the same bytes, and what a run leaves in its folder. Every random number is drawn from
 * the seed and the place where it is used, so there are no random states to keep.
 */
package dev.syncline.torch.train;
