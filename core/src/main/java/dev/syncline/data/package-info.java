/**
 * Recordings with labelled events as a folder of files: what a data set declares, its clips and
 * events, its sound, pictures and sensor samples, and the check that lists every fault in it. Media
 * are read with hard limits on size, by the JDK alone; whatever is wrong is a {@link
 * dev.syncline.data.Problem} with one wording, whether a check lists it or training refuses it.
 */
package dev.syncline.data;
