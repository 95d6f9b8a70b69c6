/**
 * Every number that Syncline reports, computed from a {@link Truth} and the {@link Predictions} of
 * any program: one file per family of metrics, each with its formula and source, and {@link Scorer}
 * that turns keys such as {@code segment_f1.audio.micro} into numbers. Undefined is a value with a
 * reason, never NaN and never a silent 0. Imports nothing of Syncline but {@code json}.
 */
package dev.syncline.metric;
