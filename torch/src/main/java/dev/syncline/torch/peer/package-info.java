/**
 * One step of a model as libtorch runs it, eagerly and as TorchScript: what the step form is
 * measured against, and nothing else.
 */
package dev.syncline.torch.peer;
