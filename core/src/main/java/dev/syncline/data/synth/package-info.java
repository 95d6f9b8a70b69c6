/**
 * A synthetic audio-visual world, rendered to a data set folder: six kinds of things in a ring,
 * where each shares a sound with one neighbour and a look with the other, so that in most cases
 * only both modalities together tell which it is. A scene is data; sound, pictures and annotations
 * follow from it, bit for bit the same on every machine.
 */
package dev.syncline.data.synth;
