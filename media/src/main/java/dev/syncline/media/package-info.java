/**
 * Recordings in any container through an ffmpeg child process, for what the JDK cannot read: audio
 * as mono samples and video as RGB frames, each with its capture time from the container. A file
 * from outside is bounded by {@link dev.syncline.media.MediaLimits} before memory is taken, opens
 * no other file or address, and no child outlives the reader that started it.
 */
package dev.syncline.media;
