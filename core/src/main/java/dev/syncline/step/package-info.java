/**
 * The step form: a spec compiled once into a flat list of operations with fixed offsets, run one
 * tick at a time on one flat slab of state. {@code Model} is immutable and shared, {@code
 * StreamState} is all that a stream remembers, {@code Session} owns state and scratch and turns
 * packets into predictions and events. A tick allocates nothing and takes no lock.
 */
package dev.syncline.step;
