/**
 * Front ends: from samples, pixels and sensor values to rows of features, strictly causal. A front
 * end is a config record (data, as it stands in a model file) and an immutable plan compiled from
 * it, which holds only tables and is shared by all streams. What a stream remembers lies in arrays
 * of the caller and begins as zeros; hot methods allocate nothing. Knows nothing of models.
 */
package dev.syncline.signal;
