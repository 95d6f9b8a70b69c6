/**
 * On what decisions rest: what attention and gates looked at, and, as the check on both, how the
 * decisions change when a modality or a stretch of the past is taken away (occlusion). Works on any
 * model, for occlusion needs nothing of a model but its decisions.
 */
package dev.syncline.torch.explain;
