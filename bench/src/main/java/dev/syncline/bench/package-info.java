/** Measurements: micro-benchmarks of the step form with JMH, and soak runs of whole streams. */
package dev.syncline.bench;
