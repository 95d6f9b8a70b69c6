/**
 * Capture time. A stream's clock counts nanoseconds from its start; a model moves over it in ticks
 * of one fixed length. Every modality yields a fixed whole number of rows a tick; a row's time is
 * the end of its interval. Arrival time is another number and never enters here.
 */
package dev.syncline.time;
