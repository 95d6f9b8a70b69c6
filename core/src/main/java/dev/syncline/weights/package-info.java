/**
 * The numbers of a model: safetensors files, read memory-mapped with every size checked against the
 * file before memory is taken, and written atomically; and the tensors of a spec, fresh from a seed
 * or bound to a file with nothing missing, extra, misshapen or not finite.
 */
package dev.syncline.weights;
